use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::{connection, error::from_sqlite, statement, writer::Writer};
use crate::{Options, Parameters, Row, StoreError};

/// The reading connections to a file: opened when first needed, at most so many, used again.
pub(super) struct Readers {
    path: PathBuf,
    free: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    wait: Duration,
}

impl Readers {
    pub(super) fn new(path: &Path, options: &Options) -> Arc<Self> {
        Arc::new(Self {
            path: path.to_owned(),
            free: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(options.readers.max(1))),
            wait: options.wait,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A transaction that sees what is committed at its first statement, and nothing that comes later.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<ReadTransaction, StoreError> {
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError::Overloaded("no reading connection came free".into()))?
            .map_err(StoreError::unavailable)?;
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match free {
            Some(connection) => connection,
            None => connection::open(&self.path, connection::Use::Read)?,
        };
        statement::run(&connection, "BEGIN DEFERRED")?;
        let readers = Arc::clone(self);
        Ok(ReadTransaction { source: Source::Own(Some(Pooled { connection, _permit: permit }), readers) })
    }
}

/// A read transaction; it ends when dropped.
pub(crate) struct ReadTransaction {
    source: Source,
}

enum Source {
    /// A connection of the readers' own, given back at the end. `None` only while being dropped.
    Own(Option<Pooled>, Arc<Readers>),
    /// The only connection of a store in memory.
    Shared(OwnedMutexGuard<Writer>),
}

struct Pooled {
    connection: Connection,
    _permit: OwnedSemaphorePermit,
}

impl ReadTransaction {
    pub(super) fn begin_shared(writer: OwnedMutexGuard<Writer>) -> Result<Self, StoreError> {
        // Made first, so that the connection is put right again if the second step fails.
        let transaction = Self { source: Source::Shared(writer) };
        transaction
            .connection()?
            .execute_batch("PRAGMA query_only = ON; BEGIN DEFERRED")
            .map_err(from_sqlite)?;
        Ok(transaction)
    }

    pub(super) fn connection(&self) -> Result<&Connection, StoreError> {
        match &self.source {
            Source::Own(Some(pooled), _) => Ok(&pooled.connection),
            Source::Own(None, _) => Err(StoreError::Aborted),
            Source::Shared(writer) => Ok(writer.connection()),
        }
    }

    pub(crate) fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        statement::prepare(self.connection()?, sql)
    }

    pub(crate) fn execute(&self, sql: &'static str, parameters: &Parameters<'_>) -> Result<u64, StoreError> {
        statement::execute(self.connection()?, sql, parameters)
    }

    pub(crate) fn query(
        &self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        statement::query(self.connection()?, sql, parameters)
    }
}

impl Drop for ReadTransaction {
    fn drop(&mut self) {
        match &mut self.source {
            Source::Own(pooled, readers) => {
                let Some(Pooled { connection, _permit }) = pooled.take() else { return };
                // A connection that cannot end its transaction would read old data for ever: close it instead.
                if statement::run(&connection, "ROLLBACK").is_ok() {
                    readers.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                }
            }
            Source::Shared(writer) => {
                // The first fails when BEGIN did; the second must happen all the same.
                let _ = writer.connection().execute_batch("ROLLBACK");
                if let Err(error) = writer.connection().execute_batch("PRAGMA query_only = OFF") {
                    tracing::error!(%error, "the store in memory stays read-only");
                }
            }
        }
    }
}
