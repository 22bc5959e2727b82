//! Audit records in files, chained so that nothing can be changed, taken out, put in, moved or cut off unseen.
//!
//! A node writes one chain. Each line of its files is a record of JSON with one member more, which says the record's
//! place in the chain and the chain's hash there:
//!
//! ```text
//! {"eventVersion":"1.11", ... ,"chain":{"sequence":42,"hash":"9f86d0..."}}
//! ```
//!
//! `hash` is SHA-256 over the hash before it (32 bytes), the sequence number (8 bytes, big-endian) and the record
//! without that member. The first hash is made from the node's name. Whoever changes a record would have to change all
//! hashes behind it, and every so often one of them is signed (Ed25519): in `digests.jsonl` beside the files, and in the
//! store, which always knows where the chain ends. See [`append`], [`digest`], [`prune`] and [`verify`].
//!
//! ```text
//! <directory>/<node>/2026/11/25/<sequence>.jsonl      records, from that sequence number on
//! <directory>/<node>/digests.jsonl                    signed statements
//! <directory>/<node>/lock                             held by the one process that writes
//! ```
//!
//! Blocking, as files are: run it where waiting is allowed. Time is an argument.

mod append;
mod chain;
mod directory;
mod prune;
mod segment;
mod statement;
mod tail;
mod verify;

pub use append::{SEGMENT_BYTES, Unacknowledged, append, may_be_unacknowledged, unacknowledged};
pub use chain::{Hash, Link, genesis};
pub use directory::{Directory, Lock};
pub use prune::prune;
pub use segment::Lengths;
pub use statement::{Head, SigningKey, VerifyingKey, digest, head};
pub use tail::{Tail, last_lines};
pub use verify::{Finding, Range, Report, verify};

use std::{io, path::PathBuf};

/// Why files cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// Another process writes this chain.
    #[error("another process writes the audit files in {0}")]
    Locked(PathBuf),
    /// The operating system refuses.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Its words.
        source: io::Error,
    },
    /// What is stored as a key is none.
    #[error("the signing key of the audit chain cannot be used")]
    Key,
    /// Records that do not verify are not pruned: that would hide what happened to them.
    #[error("nothing is pruned, as it does not verify: {0}")]
    Unverified(Finding),
}

/// Names the file in what the operating system says.
fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> TrailError {
    let path = path.into();
    move |source| TrailError::Io { path, source }
}
