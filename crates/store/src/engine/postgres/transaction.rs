use std::{collections::BTreeSet, sync::atomic::Ordering, time::Duration};

use deadpool::managed::Object;
use tokio::{
    runtime::Handle,
    time::{error::Elapsed, timeout},
};

use super::connection::Connector;
use crate::{Entity, Parameters, Row, StoreError, backup::NamedTable, row::Cell};

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// A transaction and the connection it has to itself. Dropped before [`PostgresTransaction::commit`], it is rolled back
/// in the background and the connection returned to the pool.
pub(crate) struct PostgresTransaction {
    /// `None` once the transaction has ended.
    connection: Option<Object<Connector>>,
    mode: Mode,
    /// What begins the transaction, until a statement has done so.
    begin: Option<&'static str>,
    runtime: Handle,
    deadline: Duration,
}

const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";

impl PostgresTransaction {
    pub(super) async fn begin(
        mut connection: Object<Connector>,
        mode: Mode,
        runtime: Handle,
        deadline: Duration,
    ) -> Result<Self, StoreError> {
        connection.in_transaction = true;
        let begin = Some(BEGIN_READ).filter(|_| mode == Mode::Read);
        let mut transaction = Self { connection: Some(connection), mode, begin, runtime, deadline };
        if mode == Mode::Write {
            transaction.script(BEGIN_WRITE).await?;
        }
        Ok(transaction)
    }

    /// Begins the transaction, unless that is done.
    async fn begun(&mut self) -> Result<(), StoreError> {
        match self.begin.take() {
            Some(begin) => self.script(begin).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        self.begun().await?;
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        let result = timeout(self.deadline, connection.execute(sql, parameters)).await;
        self.settle(result)
    }

    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        let begin = &mut self.begin;
        let query = async {
            // A statement that cannot be prepared begins nothing.
            connection.check(sql).await?;
            connection.query(begin.take(), sql, parameters).await
        };
        let result = timeout(self.deadline, query).await;
        self.settle(result)
    }

    /// Lets the server read a statement, without running it.
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.begun().await?;
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        let result = timeout(self.deadline, connection.check(sql)).await;
        self.settle(result)
    }

    /// Runs a script of one or more statements without parameters.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        let result = timeout(self.deadline, connection.script(sql)).await;
        self.settle(result)
    }

    /// Inserts rows of a table.
    pub(crate) async fn load(&mut self, table: &NamedTable, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        let result = timeout(self.deadline, connection.load(table, rows)).await;
        self.settle(result)
    }

    /// Ends the transaction for good. The caller must have seen every statement succeed.
    pub(crate) async fn commit(mut self, written: &BTreeSet<Entity>) -> Result<(), StoreError> {
        let mut connection = self.connection.take().ok_or(StoreError::Aborted)?;
        connection.warned.store(false, Ordering::Release);
        let outcome = match timeout(self.deadline, connection.commit(written)).await {
            Ok(Ok(())) if connection.warned.load(Ordering::Acquire) => {
                // A commit that was made to stop waiting for its standby succeeds, with a warning: the next leader may
                // not have it.
                Err(StoreError::indeterminate("the database warned when it committed"))
            }
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                if let Some(pool) = Object::pool(&connection) {
                    pool.manager().distrust(connection.way);
                }
                Err(StoreError::indeterminate("the database does not answer to COMMIT"))
            }
        };
        if outcome.is_ok() {
            connection.in_transaction = false;
        } else {
            // Close rather than cancel: a cancelled commit is a success with a warning.
            drop(Object::take(connection));
        }
        outcome
    }

    /// Takes the result of one exchange; a connection that failed in it is not used again.
    fn settle<T>(&mut self, result: Result<Result<T, StoreError>, Elapsed>) -> Result<T, StoreError> {
        let error = match result {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(StoreError::ReadOnly)) if self.mode == Mode::Write => {
                StoreError::unavailable("the database has become a read-only standby")
            }
            Ok(Err(error)) => error,
            Err(_) => StoreError::unavailable("the database does not answer"),
        };
        if error.is_unavailable()
            && let Some(connection) = self.connection.take()
        {
            drop(Object::take(connection));
        }
        Err(error)
    }
}

impl Drop for PostgresTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if self.begin.is_some() {
            connection.in_transaction = false;
            return;
        }
        let deadline = self.deadline;
        self.runtime.spawn(async move {
            if let Ok(Ok(())) = timeout(deadline, connection.client.batch_execute("ROLLBACK")).await {
                connection.in_transaction = false;
            } else {
                drop(Object::take(connection));
            }
        });
    }
}
