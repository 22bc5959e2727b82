//! SQLite in a file (WAL, `synchronous=FULL`) or in memory.
//!
//! A file has one writing connection per process, whose transactions share commits ([`writer`]), and several reading
//! ones, which see committed data only and wait for nobody. Several processes may work on one file: their writers take
//! turns, waiting while the file is locked. One process at a time may *serve* from a file, because a server's memory of
//! the store would not notice what another one writes; see [`lock`].
//!
//! In memory there is one connection, which readers and writers take in turns. A task must not ask for a second
//! transaction while it holds one: in memory it would wait for itself until [`crate::Options::wait`] has passed.

pub(crate) mod change_log;
mod connection;
mod error;
mod follow;
mod lock;
mod mend;
mod reader;
mod statement;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use rusqlite::Connection;

pub(crate) use follow::SqliteFollow;
pub(crate) use reader::ReadTransaction;
pub(crate) use writer::{Left, WriteTransaction};

use crate::{Access, Options, StoreError, audit_batch::Written, listeners::Listeners};

/// An SQLite database, in a file or in memory.
pub(crate) struct Sqlite {
    writers: Arc<writer::Writers>,
    /// `None` in memory, where readers use the writer's connection.
    readers: Option<Arc<reader::Readers>>,
    /// Held for as long as the process serves from the file.
    _serving: Option<lock::ServingLock>,
}

impl Sqlite {
    pub(crate) fn in_memory(
        options: &Options,
        listeners: &Arc<Listeners>,
        written: &Arc<Written>,
    ) -> Result<Self, StoreError> {
        let writer = writer::Writer::new(connection::open_in_memory()?, listeners, written);
        let writers = writer::Writers::new(writer, writer::Commit::AtOnce, Access::Server, options)?;
        Ok(Self { writers, readers: None, _serving: None })
    }

    /// Opens, and for a server creates, the file at `path`.
    pub(crate) fn in_file(
        path: &Path,
        access: Access,
        options: &Options,
        listeners: &Arc<Listeners>,
        written: &Arc<Written>,
    ) -> Result<Self, StoreError> {
        let serving = match access {
            Access::Server => {
                connection::create_file(path)?;
                Some(lock::ServingLock::take(path)?)
            }
            Access::Tool => {
                connection::require_file(path)?;
                None
            }
        };
        let connection = connection::open(path, connection::Use::Write)?;
        // When another process writes, whoever opened the file first has done so.
        let log = mend::write_log_anew(&connection);
        let writer = writer::Writer::new(connection, listeners, written);
        let writers = writer::Writers::new(writer, writer::Commit::Shared, access, options)?;
        if let Err(error) = log {
            // Reading goes on.
            writers.disk().failed_to_commit(&error);
        }
        let readers = reader::Readers::new(path, options);
        Ok(Self { writers, readers: Some(readers), _serving: serving })
    }

    pub(crate) async fn read(&self) -> Result<ReadTransaction, StoreError> {
        match &self.readers {
            Some(readers) => readers.begin().await,
            None => ReadTransaction::begin_shared(self.writers.take_connection().await?),
        }
    }

    /// Why nothing is written although the store can be read: the disk has failed in a write, and not been seen to work since.
    pub(crate) fn cannot_write(&self) -> Option<Arc<str>> {
        self.writers.disk().trouble()
    }

    /// Bytes of the write-ahead log.
    pub(crate) fn log_bytes(&self) -> Option<u64> {
        let mut path = self.readers.as_ref()?.path().as_os_str().to_owned();
        path.push("-wal");
        Some(std::fs::metadata(path).map_or(0, |metadata| metadata.len()))
    }

    pub(crate) fn is_file(&self) -> bool {
        self.readers.is_some()
    }

    pub(crate) fn follow(&self) -> Result<SqliteFollow, StoreError> {
        match &self.readers {
            Some(readers) => SqliteFollow::in_file(readers.path()),
            None => Ok(SqliteFollow::in_memory(Arc::clone(&self.writers))),
        }
    }

    pub(crate) async fn write(&self) -> Result<WriteTransaction, StoreError> {
        self.writers.begin().await
    }

    /// What SQLite itself finds wrong with its file; empty when all is well.
    pub(crate) async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let read = self.read().await?;
        // The check reads every page, so it must not run on a thread that serves requests.
        let checked = tokio::task::spawn_blocking(move || integrity(read.connection()?)).await;
        checked.map_err(StoreError::unavailable)?
    }

    /// Commits so far, each on behalf of one or more transactions.
    pub(crate) fn commits(&self) -> u64 {
        self.writers.commits()
    }
}

fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let texts = |pragma: &str| -> Result<Vec<String>, rusqlite::Error> {
        let mut statement = connection.prepare(pragma)?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect()
    };
    let mut found = texts("PRAGMA integrity_check").map_err(error::from_sqlite)?;
    found.retain(|text| text != "ok");
    let orphans = texts("PRAGMA foreign_key_check").map_err(error::from_sqlite)?;
    found.extend(orphans.into_iter().map(|table| format!("a row of {table} refers to nothing")));
    Ok(found)
}

/// How long a connection lets the engine wait inside one call before the caller is told that the file is locked.
const ENGINE_WAIT: Duration = Duration::from_millis(250);
