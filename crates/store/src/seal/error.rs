use std::path::PathBuf;

use crate::StoreError;

/// Why something could not be sealed or opened. Says nothing about the plaintext.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not bytes that a sealer made: wrong length or version.
    #[error("not a sealed value")]
    Malformed,
    /// Randomness or the cipher failed.
    #[error("the cipher failed")]
    Cipher,
    /// Altered, or sealed for something else.
    #[error("the sealed value was altered or belongs to something else")]
    Rejected,
    /// The data keys could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too long to be sealed.
    #[error("too long to be sealed")]
    TooLong,
    /// Sealed under a data key that this sealer does not hold: open the [`crate::Sealer`] anew if another node may have
    /// made one.
    #[error("sealed under data key {0}, which is not known here")]
    UnknownKey(u32),
    /// The store's data keys were wrapped by another root key.
    #[error("this root key is not the one the store was made with (it does not unwrap data key {0})")]
    WrongRootKey(u32),
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(error) => error,
            SealError::Cipher => Self::unavailable(error),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

/// Why a root key file is not used.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file cannot be read or made.
    #[error("the root key file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Something else has the name: a directory, a device, a symbolic link.
    #[error("{0} is not a plain file")]
    NotAFile(PathBuf),
    /// There is no such file, and nothing that it would have to open.
    #[error("there is no root key {0} yet: the server makes it at its first start")]
    NotYet(PathBuf),
    /// Another root key is there already.
    #[error("{0} holds another root key: move it away")]
    Other(PathBuf),
    /// Another user owns the file, and could change it.
    #[error("{0} belongs to another user")]
    Owner(PathBuf),
    /// Its group or others have rights on the file.
    #[error("{0} can be used by others: its mode must be 0600")]
    Permissions(PathBuf),
    /// The system's random generator failed.
    #[error("no randomness for a root key")]
    Random,
    /// Another rotation has not ended yet.
    #[error("the root key in {0} is being rotated at this moment")]
    Rotating(PathBuf),
    /// The file does not hold exactly 32 bytes.
    #[error("{0} is not a root key: it must be 32 bytes long")]
    Size(PathBuf),
    /// The data keys cannot be unwrapped.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store could not tell whether it has data keys already.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such file, and the store has data keys already that a new root key would not open.
    #[error("the store is sealed, and its root key {0} is missing: put it back")]
    Missing(PathBuf),
}
