use std::{fs::OpenOptions, io::ErrorKind, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{ENGINE_WAIT, error::from_sqlite};
use crate::StoreError;

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
}

/// Statements kept prepared per connection: more than there are in the program.
const STATEMENTS: usize = 512;

/// Memory for the pages of the file that the writer works on, in KiB.
const CACHE: u32 = 32 * 1024;
/// Pages in the write-ahead log from which on a commit brings them into the file. Pages that change often are brought
/// there once for many changes.
const CHECKPOINT: u32 = 4000;

/// Creates an empty file that only its owner can read, if there is none. SQLite gives its side files the same mode.
pub(super) fn create_file(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::unavailable(format!("cannot create {}: {error}", path.display()))),
    }
}

/// Fails unless there is a file: a tool must not leave an empty database behind at a mistyped path.
pub(super) fn require_file(path: &Path) -> Result<(), StoreError> {
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err(StoreError::Location(format!("{} is not a file", path.display()))),
        Err(error) => {
            Err(StoreError::unavailable(format!("there is no store at {}: {error}", path.display())))
        }
    }
}

/// A connection to a file that exists.
pub(super) fn open(path: &Path, purpose: Use) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(from_sqlite)?;
    connection.busy_timeout(ENGINE_WAIT).map_err(from_sqlite)?;
    if purpose == Use::Write {
        // Kept in the file itself, so that reading connections find it set.
        let mode: String =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(from_sqlite)?;
        if mode != "wal" {
            return Err(StoreError::Location(format!(
                "{} is on a file system that cannot keep a write-ahead log (journal mode {mode})",
                path.display()
            )));
        }
    }
    set_up(&connection)?;
    match purpose {
        Use::Read => connection.execute_batch("PRAGMA query_only = ON").map_err(from_sqlite)?,
        Use::Write => {
            // The queue of writers waits for the file's lock without blocking a thread.
            connection.busy_timeout(Duration::ZERO).map_err(from_sqlite)?;
            let writing = format!("PRAGMA cache_size = -{CACHE}; PRAGMA wal_autocheckpoint = {CHECKPOINT}");
            connection.execute_batch(&writing).map_err(from_sqlite)?;
        }
    }
    Ok(connection)
}

/// The one connection of a store in memory.
pub(super) fn open_in_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory().map_err(from_sqlite)?;
    set_up(&connection)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it a statement is compiled anew whenever another value is bound to its LIMIT.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(from_sqlite)?;
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;",
        )
        .map_err(from_sqlite)
}
