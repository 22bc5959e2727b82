use std::io;

use crate::{RootKeyError, SealError, StoreError};

/// Why a backup is not written or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A chunk does not open: the wrong key, or bytes that are not as they were written.
    #[error("the backup was altered, or the passphrase is not the one it was made with")]
    Altered,
    /// What opens correctly is not what a backup holds.
    #[error("the backup's content is not valid: {0}")]
    Content(&'static str),
    /// The file or stream cannot be read or written.
    #[error("{0}")]
    Io(io::Error),
    /// The bytes do not begin as a backup does.
    #[error("this is not a backup of Portcullis")]
    NotABackup,
    /// The store to restore into holds something.
    #[error("the store is not empty: a backup is restored into an empty one only")]
    NotEmpty,
    /// It was made with a passphrase, and none is given.
    #[error("the backup was made with a passphrase: name its file with --passphrase-file")]
    PassphraseNeeded,
    /// It was made without a passphrase, and one is given.
    #[error("the backup was made with the root key, not with a passphrase: leave out --passphrase-file")]
    PassphraseNotNeeded,
    /// Too short to protect anything.
    #[error("the passphrase is too short: it must have {} characters or more", super::MIN_PASSPHRASE)]
    PassphraseTooShort,
    /// The root key file cannot be used or made.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// It was made by a newer or a different program.
    #[error(
        "the backup holds version {0} of the schema, which this program does not know: use the program that made it"
    )]
    Schema(i64),
    /// The cipher failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It ends before its last chunk.
    #[error("the backup is cut off")]
    Truncated,
    /// A format that is not known.
    #[error("the backup is of format {0}, which this program does not know")]
    Version(u8),
    /// It was made under another root key.
    #[error("the backup was made under root key {wanted}, and the root key file holds {found}")]
    WrongRootKey {
        /// The id of the root key it was made under.
        wanted: String,
        /// The id of the one at hand.
        found: String,
    },
}

impl From<io::Error> for BackupError {
    /// Takes out what [`BackupError`]'s own readers and writers put in.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => own,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::Truncated,
            Err(error) => Self::Io(error),
        }
    }
}

impl From<BackupError> for io::Error {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Io(error) => error,
            other => Self::other(other),
        }
    }
}
