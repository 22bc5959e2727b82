use crate::{
    Parameters, Row, Store, StoreError,
    backup::NamedTable,
    engine::{postgres::PostgresTransaction, sqlite},
    row::Cell,
};

/// A unit of work that happens as a whole or not at all, and sees nothing of others' unfinished work.
///
/// Dropped without [`commit`](Self::commit), it leaves no trace. After a statement fails, whatever the engine, every
/// further one and the commit fail with [`StoreError::Aborted`]; the same holds when the future of a statement is
/// dropped before it is done.
///
/// Statements are SQL texts of the subset that both engines share: parameters by name (`:account_id`), types TEXT,
/// BIGINT and BYTEA, text in bytewise order; `ON CONFLICT (columns)` and `RETURNING` are allowed; LIKE, sequences,
/// triggers, SAVEPOINT, cascades and FOR UPDATE are not. There are no lists as parameters either: for `IN`, write a join
/// or run the statement once for each element.
pub struct Transaction {
    inner: Inner,
    failed: bool,
}

pub(crate) enum Inner {
    /// A read transaction before its first statement.
    ReadLater(Store),
    Postgres(PostgresTransaction),
    SqliteRead(sqlite::ReadTransaction),
    SqliteWrite(sqlite::WriteTransaction),
}

impl Transaction {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner, failed: false }
    }

    /// Runs a statement that returns no rows; gives the number of rows it inserted, changed or deleted.
    pub async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        self.start().await?;
        let changed = match &mut self.inner {
            Inner::Postgres(transaction) => transaction.execute(sql, parameters).await,
            Inner::ReadLater(_) => Err(StoreError::Aborted),
            Inner::SqliteRead(transaction) => transaction.execute(sql, parameters),
            Inner::SqliteWrite(transaction) => transaction.execute(sql, parameters),
        };
        self.finish(changed)
    }

    /// Runs a statement and gives all rows it returns. Bound them with LIMIT.
    pub async fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.start().await?;
        let rows = match &mut self.inner {
            Inner::Postgres(transaction) => transaction.query(sql, parameters).await,
            Inner::ReadLater(_) => Err(StoreError::Aborted),
            Inner::SqliteRead(transaction) => transaction.query(sql, parameters),
            Inner::SqliteWrite(transaction) => transaction.query(sql, parameters),
        };
        self.finish(rows)
    }

    /// Runs a statement that returns at most one row, and gives it.
    pub async fn find(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Option<Row>, StoreError> {
        let mut rows = self.query(sql, parameters).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            more => Err(StoreError::Statement(format!("{more} rows answer where one is asked for: {sql}"))),
        }
    }

    /// Lets the engine read a statement and keep it prepared, without running it.
    pub async fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.start().await?;
        let prepared = match &mut self.inner {
            Inner::Postgres(transaction) => transaction.prepare(sql).await,
            Inner::ReadLater(_) => Err(StoreError::Aborted),
            Inner::SqliteRead(transaction) => transaction.prepare(sql),
            Inner::SqliteWrite(transaction) => transaction.prepare(sql),
        };
        self.finish(prepared)
    }

    /// Runs a script of the schema.
    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.start().await?;
        let done = match &mut self.inner {
            Inner::Postgres(transaction) => transaction.script(sql).await,
            Inner::ReadLater(_) | Inner::SqliteRead(_) => Err(StoreError::ReadOnly),
            Inner::SqliteWrite(transaction) => transaction.script(sql),
        };
        self.finish(done)
    }

    /// Inserts rows, each with a value for every column of the table: for a restore.
    pub(crate) async fn load(&mut self, table: &NamedTable, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.start().await?;
        let done = match &mut self.inner {
            Inner::Postgres(transaction) => transaction.load(table, rows).await,
            Inner::ReadLater(_) | Inner::SqliteRead(_) => Err(StoreError::ReadOnly),
            Inner::SqliteWrite(transaction) => transaction.load(table, rows),
        };
        self.finish(done)
    }

    /// Makes the transaction durable: when this returns `Ok`, it is on disk. A conflict means that nothing of it was
    /// kept; see [`StoreError::is_indeterminate`] for the one error that leaves it open, as does dropping this future.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Aborted);
        }
        match self.inner {
            Inner::Postgres(transaction) => transaction.commit().await,
            Inner::ReadLater(_) | Inner::SqliteRead(_) => Ok(()),
            Inner::SqliteWrite(transaction) => transaction.commit().await,
        }
    }

    /// Takes everything back, as dropping the transaction does.
    pub fn rollback(self) {}

    async fn start(&mut self) -> Result<(), StoreError> {
        if let Inner::ReadLater(store) = &self.inner {
            self.inner = store.begin_read().await?;
        }
        // Stays so when the statement's future is dropped: then nobody knows how far it got.
        if std::mem::replace(&mut self.failed, true) { Err(StoreError::Aborted) } else { Ok(()) }
    }

    fn finish<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed = result.is_err();
        result
    }
}
