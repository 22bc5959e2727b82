use std::collections::BTreeSet;

use crate::{
    Engine, Entity, Parameters, Row, Store, StoreError,
    audit_batch::Written,
    audit_event::KeptEvent,
    backup::NamedTable,
    engine::{
        postgres::PostgresTransaction,
        sqlite::{self, Left},
    },
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
    store: Store,
    inner: Inner,
    failed: bool,
    written: BTreeSet<Entity>,
    /// Events that SQLite stores when it commits.
    kept: Vec<KeptEvent>,
    /// What is read; `None` where nobody wants to know.
    noted: Option<Noted>,
    committed: Vec<Box<dyn FnOnce() + Send>>,
}

/// What a transaction has read.
#[derive(Default)]
struct Noted {
    entities: BTreeSet<Entity>,
    /// The next statement's entity has been named.
    announced: bool,
}

pub(crate) enum Inner {
    /// A read transaction before its first statement.
    ReadLater,
    Postgres(Box<PostgresTransaction>),
    SqliteRead(sqlite::ReadTransaction),
    SqliteWrite(sqlite::WriteTransaction),
}

impl Transaction {
    pub(crate) fn new(store: Store, inner: Inner) -> Self {
        Self {
            store,
            inner,
            failed: false,
            written: BTreeSet::new(),
            kept: Vec::new(),
            noted: None,
            committed: Vec::new(),
        }
    }

    /// Whether it is a read transaction that has read nothing: it holds nothing of the store yet, so the same task may begin
    /// another one, which is not true of any that holds something.
    pub fn is_idle(&self) -> bool {
        matches!(self.inner, Inner::ReadLater)
    }

    /// The same transaction, which from now on notes the entities it reads. A query of a function that does not name its
    /// entity fails then: nothing can be kept that would not be forgotten when it changes.
    #[must_use]
    pub fn noting(mut self) -> Self {
        self.noted = Some(Noted::default());
        self
    }

    /// The entities that a [`noting`](Self::noting) transaction has read.
    pub fn into_noted(self) -> BTreeSet<Entity> {
        self.noted.map(|noted| noted.entities).unwrap_or_default()
    }

    /// Names what the next query reads.
    pub(crate) fn reads(&mut self, entity: impl FnOnce() -> Entity) {
        if let Some(noted) = &mut self.noted {
            noted.entities.insert(entity());
            noted.announced = true;
        }
    }

    /// Names what the last query turned out to have read as well.
    pub(crate) fn notes(&mut self, entity: impl FnOnce() -> Entity) {
        if let Some(noted) = &mut self.noted {
            noted.entities.insert(entity());
        }
    }

    /// Names what this transaction changes.
    pub(crate) fn writes(&mut self, entity: Entity) {
        self.written.insert(entity);
    }

    /// Lets an event be stored when SQLite commits this transaction.
    pub(crate) fn keeps(&mut self, event: KeptEvent) -> Result<(), StoreError> {
        match self.inner {
            Inner::SqliteWrite(_) => {
                self.kept.push(event);
                Ok(())
            }
            Inner::Postgres(_) | Inner::ReadLater | Inner::SqliteRead(_) => Err(StoreError::ReadOnly),
        }
    }

    pub(crate) fn written(&self) -> &Written {
        self.store.written()
    }

    pub(crate) fn engine(&self) -> Engine {
        self.store.engine()
    }

    /// Runs a statement that returns no rows; gives the number of rows it inserted, changed or deleted.
    pub async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        self.start().await?;
        let changed = match &mut self.inner {
            // On the heap: what waits for a network is large, and whatever waits for this would be as well.
            Inner::Postgres(transaction) => {
                Box::pin(self.store.gate().pass(transaction.execute(sql, parameters))).await
            }
            Inner::ReadLater => Err(StoreError::Aborted),
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
        if let Some(noted) = &mut self.noted
            && !std::mem::take(&mut noted.announced)
        {
            return Err(StoreError::Statement(format!("it is not known what this reads: {sql}")));
        }
        self.start().await?;
        let rows = match &mut self.inner {
            Inner::Postgres(transaction) => {
                Box::pin(self.store.gate().pass(transaction.query(sql, parameters))).await
            }
            Inner::ReadLater => Err(StoreError::Aborted),
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
            Inner::ReadLater => Err(StoreError::Aborted),
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
            Inner::ReadLater | Inner::SqliteRead(_) => Err(StoreError::ReadOnly),
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
            Inner::ReadLater | Inner::SqliteRead(_) => Err(StoreError::ReadOnly),
            Inner::SqliteWrite(transaction) => transaction.load(table, rows),
        };
        self.finish(done)
    }

    /// Has `then` done when the transaction is committed, and never when it is not or nobody knows.
    pub fn when_committed(&mut self, then: impl FnOnce() + Send + 'static) {
        self.committed.push(Box::new(then));
    }

    /// Makes the transaction durable: when this returns `Ok`, it is on disk, and whoever listens with
    /// [`Store::on_change`] knows what it changed. A conflict means that nothing of it was kept; see
    /// [`StoreError::is_indeterminate`] for the one error that leaves it open, as does dropping this future.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let then = std::mem::take(&mut self.committed);
        let committed = self.commit_alone().await;
        if committed.is_ok() {
            for then in then {
                then();
            }
        }
        committed
    }

    async fn commit_alone(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Aborted);
        }
        let Self { store, inner, written, kept, .. } = self;
        match inner {
            Inner::Postgres(transaction) if written.is_empty() => transaction.commit(&written).await,
            Inner::Postgres(transaction) => {
                // On a task of its own: a caller that goes away must not leave a change that the listener does not know of.
                let committed = tokio::spawn(async move {
                    let committed = transaction.commit(&written).await;
                    store.listeners().tell(&written);
                    committed
                });
                let stopped = |_| Err(StoreError::indeterminate("the program is shutting down"));
                committed.await.unwrap_or_else(stopped)
            }
            Inner::ReadLater | Inner::SqliteRead(_) => Ok(()),
            Inner::SqliteWrite(transaction) => transaction.commit(Left { written, events: kept }).await,
        }
    }

    /// Takes everything back, as dropping the transaction does.
    pub fn rollback(self) {}

    async fn start(&mut self) -> Result<(), StoreError> {
        if matches!(self.inner, Inner::ReadLater) {
            self.inner = Box::pin(self.store.begin_read()).await?;
        }
        // Stays so when the statement's future is dropped: then nobody knows how far it got.
        if std::mem::replace(&mut self.failed, true) { Err(StoreError::Aborted) } else { Ok(()) }
    }

    fn finish<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed = result.is_err();
        result
    }
}
