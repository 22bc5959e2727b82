use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::StoreError;

/// Says that this process serves from a database file. The lock is on a file of its own beside the database, so that
/// command-line tools, which do not take it, can use the database meanwhile. The system frees it when the process ends,
/// however it ends; the empty file stays.
pub(super) struct ServingLock {
    _file: File,
}

impl ServingLock {
    /// Takes the lock, or fails when another process has it.
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database);
        let failed = |error: std::io::Error| {
            StoreError::unavailable(format!("cannot lock {}: {error}", path.display()))
        };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(format!(
                "another server is already running on {}; stop it, or use PostgreSQL for more than one node",
                database.display()
            ))),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-serving");
    path.into()
}
