//! Secrets at rest and in session tokens: AES-256-GCM under data keys, which the store keeps wrapped by the root key.
//!
//! - A [`RootKey`] is a file beside the data, or what a test makes up. It wraps data keys and nothing else.
//! - A [`Sealer`] holds the data keys, one set for records and one for sessions. New secrets are sealed with the newest
//!   key of their purpose; every older key goes on opening what it sealed.
//! - Both kinds of keys are replaced beside running servers: [`rotate_root_key`], [`rotate_data_keys`], [`reseal`].
//! - What is sealed is bound to what it belongs to: a sealed secret moved to another record does not open.
//!
//! Sealed bytes, version 1: the byte 1; the data key's number, 4 bytes, big-endian; a random nonce, 12 bytes; the
//! ciphertext; a tag, 16 bytes. Nonces being random, one data key should seal no more than 2^32 times (NIST SP 800-38D,
//! 8.3); a new active key starts the count anew.

mod data_key;
mod envelope;
mod error;
mod root_key;
mod rotation;
mod sealer;

pub use data_key::SETTLING;
pub use envelope::MAX_PLAINTEXT;
pub use error::{RootKeyError, SealError};
pub use root_key::RootKey;
pub use rotation::{DataKeyRotation, Reseal, prepare_root_key, reseal, rotate_data_keys, rotate_root_key};
pub use sealer::{EncryptionContext, MAX_SESSION_TOKEN, Sealer, SessionSealer};

pub(crate) use data_key::{SQL, require_root_key};
pub(crate) use rotation::{SEALED, SealedKind, sql};
