//! Write transactions that share commits.
//!
//! A COMMIT waits for the disk, everything else takes microseconds. So transactions take turns on one connection, each
//! inside a savepoint of one open transaction, the *batch*, and one COMMIT makes the whole batch durable:
//!
//! 1. A writer waits for the connection (first come, first served) and opens a batch if none is open.
//! 2. It runs its statements. When they are done it releases its savepoint, leaves its address for the acknowledgement,
//!    and passes the connection on. A writer that fails or is dropped rolls back to its savepoint and harms nobody.
//! 3. Whoever passes the connection on with nobody waiting, or with a full batch, sends it to a thread that runs the
//!    COMMIT and then acknowledges every transaction of the batch. Otherwise the first to pass it on queues a flush
//!    behind those who wait now; the flush commits the batch when its turn comes. As the queue is fair, a batch never
//!    waits for writers that came after it, nor for one that gave up waiting.
//!
//! Writers that come while a COMMIT runs queue up, and are the next batch.
//!
//! The audit events of a batch's transactions are packed and stored once for the batch, before its COMMIT and outside of the
//! savepoints: they are there with the transactions that left them, and a transaction that was taken back leaves none. Who
//! listens in this process is told what was written after the COMMIT and before anybody learns of it.
//!
//! After the disk has failed in a write nobody writes until [`mend`](super::mend) has seen it work again.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
    time::Instant,
};

use super::{
    change_log::RECORD,
    error::from_sqlite,
    mend::{self, Disk},
    statement,
};
use crate::{
    Access, Entity, Options, Parameter, Parameters, Row, StoreError,
    audit_batch::{AuditBatch, KeptBatch, Room, Written},
    audit_event::KeptEvent,
    backup::NamedTable,
    engine::waiting::Queue,
    listeners::Listeners,
    row::Cell,
};

/// A batch whose events are this long in all is full, in bytes: packing them keeps the connection from others.
const EVENTS: usize = 1 << 20;

/// When a finished transaction is committed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Commit {
    /// By itself and in the calling task: in memory there is no disk to wait for, and readers share the connection.
    AtOnce,
    /// Together with others, on a thread that may wait.
    Shared,
}

/// The queue of writers before the one writing connection.
pub(super) struct Writers {
    writer: Arc<Mutex<Writer>>,
    /// How many are waiting for the connection. Only a hint for when to commit: correctness rests on the queued flush.
    waiting: Queue,
    commits: Arc<AtomicU64>,
    disk: Arc<Disk>,
    runtime: Handle,
    commit: Commit,
    access: Access,
    batch_limit: usize,
    queue: usize,
    wait: Duration,
}

impl Writers {
    pub(super) fn new(
        writer: Writer,
        commit: Commit,
        access: Access,
        options: &Options,
    ) -> Result<Arc<Self>, StoreError> {
        let runtime = Handle::try_current().map_err(StoreError::unavailable)?;
        let (commits, disk) = (Arc::clone(&writer.commits), Arc::clone(&writer.disk));
        let writer = Arc::new(Mutex::new(writer));
        runtime.spawn(mend::when_broken(Arc::downgrade(&disk), Arc::downgrade(&writer)));
        Ok(Arc::new(Self {
            writer,
            waiting: Queue::default(),
            commits,
            disk,
            runtime,
            commit,
            access,
            batch_limit: options.batch.max(1),
            queue: options.queue,
            wait: options.wait,
        }))
    }

    /// Begins a write transaction: waits for its turn, and for other processes that write to the file.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<WriteTransaction, StoreError> {
        let deadline = Instant::now() + self.wait;
        self.disk.require_sound()?;
        let mut writer = self.take_connection().await?;
        // It may have failed those who came before.
        self.disk.require_sound()?;
        let mut pause = Duration::from_millis(1);
        while writer.batch.is_none() {
            match writer.open_batch() {
                Err(StoreError::Conflict(text)) if Instant::now() >= deadline => {
                    return Err(StoreError::Overloaded(format!(
                        "another process keeps the file locked: {text}"
                    )));
                }
                Err(StoreError::Conflict(_)) => tokio::time::sleep(pause).await,
                opened => opened?,
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        let begun = statement::run(&writer.connection, "SAVEPOINT writer");
        // Made whether or not that worked: when dropped it sees to the batch, which may hold others' work.
        let transaction = WriteTransaction { writers: Arc::clone(self), writer: Some(writer) };
        begun.map(|()| transaction)
    }

    /// The connection itself, when it is free.
    pub(super) async fn take_connection(&self) -> Result<OwnedMutexGuard<Writer>, StoreError> {
        let _waiting = self.waiting.join(self.queue)?;
        tokio::time::timeout(self.wait, Arc::clone(&self.writer).lock_owned())
            .await
            .map_err(|_| StoreError::Overloaded("no turn to write came in time".into()))
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Passes the connection on after a transaction has ended, and sees to it that the batch gets committed.
    fn pass_on(self: &Arc<Self>, mut writer: OwnedMutexGuard<Writer>) {
        let Some(batch) = &mut writer.batch else { return };
        let finished = batch.acknowledgements.len();
        let full = finished >= self.batch_limit || batch.events >= EVENTS;
        if finished == 0 {
            writer.abandon_batch();
        } else if self.commit == Commit::AtOnce {
            writer.commit_batch();
        } else if full || self.waiting.len() == 0 {
            self.runtime.spawn_blocking(move || writer.commit_batch());
        } else if !batch.flush_queued {
            batch.flush_queued = true;
            let (number, connection) = (batch.number, Arc::clone(&self.writer));
            self.runtime.spawn(async move {
                let mut writer = connection.lock_owned().await;
                if writer.batch.as_ref().is_some_and(|batch| batch.number == number) {
                    // The handle is not needed: the acknowledgements tell how it went.
                    drop(tokio::task::spawn_blocking(move || writer.commit_batch()));
                }
            });
        }
    }
}

/// One write transaction. Dropped before [`WriteTransaction::commit`], it leaves no trace.
pub(crate) struct WriteTransaction {
    writers: Arc<Writers>,
    /// `None` once the transaction has ended.
    writer: Option<OwnedMutexGuard<Writer>>,
}

impl WriteTransaction {
    pub(crate) fn execute(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        self.run(|connection| statement::execute(connection, sql, parameters))
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        self.run(|connection| statement::query(connection, sql, parameters))
    }

    pub(crate) fn prepare(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.run(|connection| statement::prepare(connection, sql))
    }

    /// Writes the change log's rows of what the transaction wrote, for the server that others may be.
    fn record(&mut self, written: &BTreeSet<Entity>) -> Result<(), StoreError> {
        for entity in written {
            let parameters: [(&'static str, &dyn Parameter); 3] =
                [(":account_id", &entity.account), (":kind", &entity.kind), (":id", &entity.id)];
            self.execute(RECORD, &parameters)?;
        }
        Ok(())
    }

    /// Runs a script of several statements without parameters.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.run(|connection| connection.execute_batch(sql).map_err(from_sqlite))
    }

    /// Inserts rows of a table.
    pub(crate) fn load(&mut self, table: &NamedTable, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        self.run(|connection| statement::load(connection, table, rows))
    }

    /// Returns once the transaction is on disk, with the events, and whoever listens knows what was written. When this future
    /// is dropped the transaction may be kept or not; who listens is told all the same.
    pub(crate) async fn commit(mut self, left: Left) -> Result<(), StoreError> {
        if self.writers.access == Access::Tool {
            self.record(&left.written)?;
        }
        let mut writer = self.writer.take().ok_or(StoreError::Aborted)?;
        let acknowledged = writer.release(left);
        self.writers.pass_on(writer);
        acknowledged?.await.unwrap_or_else(|_| Err(StoreError::indeterminate("the program is shutting down")))
    }

    fn run<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::Aborted)?;
        let result = work(&writer.connection);
        result.map_err(|error| {
            let error = match error {
                // The only writer there is cannot be refused for being a reader: the file itself is read-only.
                StoreError::ReadOnly => StoreError::unavailable("the file is read-only"),
                other => other,
            };
            writer.disk.failed(&error);
            error
        })
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        if let Some(mut writer) = self.writer.take() {
            writer.undo();
            self.writers.pass_on(writer);
        }
    }
}

/// What a transaction leaves to the commit of its batch.
#[derive(Default)]
pub(crate) struct Left {
    /// What it wrote.
    pub(crate) written: BTreeSet<Entity>,
    /// Events that are to be stored with it.
    pub(crate) events: Vec<KeptEvent>,
}

/// The writing connection and the batch that is open on it.
pub(super) struct Writer {
    connection: Connection,
    batch: Option<Batch>,
    /// Batches opened so far.
    batches: u64,
    commits: Arc<AtomicU64>,
    disk: Arc<Disk>,
    listeners: Arc<Listeners>,
    written: Arc<Written>,
    /// Where events are packed.
    room: Room,
}

struct Batch {
    number: u64,
    /// One for each finished transaction.
    acknowledgements: Vec<oneshot::Sender<Result<(), StoreError>>>,
    /// Of all finished transactions.
    left: Left,
    /// Bytes of their events.
    events: usize,
    flush_queued: bool,
}

impl Writer {
    pub(super) fn new(connection: Connection, listeners: &Arc<Listeners>, written: &Arc<Written>) -> Self {
        Self {
            connection,
            batch: None,
            batches: 0,
            commits: Arc::default(),
            disk: Arc::default(),
            listeners: Arc::clone(listeners),
            written: Arc::clone(written),
            room: Room::default(),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What a failed COMMIT left open is ended, and what is finished is committed.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.commit_batch();
        if !self.connection.is_autocommit() {
            // Left over from a COMMIT that failed and could not be rolled back then.
            self.connection.execute_batch("ROLLBACK").map_err(from_sqlite)?;
        }
        Ok(())
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    fn open_batch(&mut self) -> Result<(), StoreError> {
        let begun = self.settle().and_then(|()| statement::run(&self.connection, "BEGIN IMMEDIATE"));
        if let Err(error) = &begun {
            self.disk.failed(error);
        }
        begun?;
        self.batches += 1;
        self.batch = Some(Batch {
            number: self.batches,
            acknowledgements: Vec::new(),
            left: Left::default(),
            events: 0,
            flush_queued: false,
        });
        Ok(())
    }

    /// Ends the current transaction as a part of the batch; the receiver learns whether the batch was committed.
    fn release(&mut self, left: Left) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        if let Err(error) = statement::run(&self.connection, "RELEASE writer") {
            self.undo();
            return Err(error);
        }
        let (sender, receiver) = oneshot::channel();
        let batch = self.batch.as_mut().ok_or(StoreError::Aborted)?;
        batch.acknowledgements.push(sender);
        batch.events += left.events.iter().map(|kept| kept.event.document.len()).sum::<usize>();
        batch.left.written.extend(left.written);
        batch.left.events.extend(left.events);
        Ok(receiver)
    }

    /// Takes back the current transaction alone, if the engine still has the batch: some failures (a full disk, an I/O
    /// error) make it roll back all of the batch, savepoints included, and not the statement alone.
    fn undo(&mut self) {
        if self.batch.is_none() {
            return;
        }
        if let Err(error) = self.connection.execute_batch("ROLLBACK TO writer; RELEASE writer") {
            // The savepoint is gone, or cannot be told from its batch: give up all of it.
            self.fail_batch(&from_sqlite(error));
        }
    }

    fn fail_batch(&mut self, error: &StoreError) {
        self.roll_back();
        if let Some(batch) = self.batch.take() {
            batch.acknowledge(&Err(StoreError::unavailable(error)));
        }
    }

    fn abandon_batch(&mut self) {
        self.roll_back();
        self.batch = None;
    }

    /// Makes the batch durable and tells its transactions. Waits for the disk.
    fn commit_batch(&mut self) {
        let events = self.batch.as_mut().map(|batch| std::mem::take(&mut batch.left.events));
        let mut stored = match self.store(events.unwrap_or_default()) {
            Ok(stored) => stored,
            Err(error) => {
                self.disk.failed(&error);
                tracing::error!(%error, "the audit events of a batch of transactions could not be stored");
                return self.fail_batch(&error);
            }
        };
        let Some(batch) = self.batch.take() else { return };
        for KeptBatch { batch, documents, .. } in &mut stored {
            // From the COMMIT on whoever writes the files may ask for them.
            if let Some(documents) = documents.take() {
                self.written.keep(batch.id(), documents);
            }
        }
        let outcome = match statement::run(&self.connection, "COMMIT") {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, transactions = batch.acknowledgements.len(), "a commit failed");
                for KeptBatch { batch, .. } in &stored {
                    self.written.take(batch.id());
                }
                self.roll_back();
                self.disk.failed_to_commit(&error);
                // The log may have reached the disk all the same, and then counts after the next start.
                Err(match error {
                    StoreError::Unavailable { detail, .. } => StoreError::indeterminate(detail),
                    other => StoreError::indeterminate(other),
                })
            }
        };
        self.listeners.tell(&batch.left.written);
        batch.acknowledge(&outcome);
    }

    fn store(&mut self, events: Vec<KeptEvent>) -> Result<Vec<KeptBatch>, StoreError> {
        let batches = AuditBatch::pack_kept(&mut self.room, events)?;
        for KeptBatch { batch, node, .. } in &batches {
            for (sql, parameters) in batch.statements(node.as_deref().as_ref()) {
                statement::execute(&self.connection, sql, &parameters)?;
            }
        }
        Ok(batches)
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a rollback failed");
        }
    }
}

impl Batch {
    /// Tells the transactions how it went.
    fn acknowledge(self, outcome: &Result<(), StoreError>) {
        for acknowledgement in self.acknowledgements {
            // Nobody listens when the caller gave up waiting.
            let _ = acknowledgement.send(outcome.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{audit_event::AuditEvent, engine::sqlite::connection};
    use domain::AccountId;

    const INSERT: &str = "INSERT INTO t (a) VALUES (:a)";
    const COUNT: &str = "SELECT COUNT(*) AS n FROM t";

    fn writers(directory: &tempfile::TempDir) -> Arc<Writers> {
        let path = directory.path().join("store.db");
        connection::create_file(&path).unwrap();
        let connection = connection::open(&path, connection::Use::Write).unwrap();
        connection.execute_batch("CREATE TABLE t (a TEXT)").unwrap();
        let writer = Writer::new(connection, &Arc::default(), &Arc::default());
        Writers::new(writer, Commit::Shared, Access::Server, &Options::default()).unwrap()
    }

    async fn rows(writers: &Arc<Writers>) -> i64 {
        writers.begin().await.unwrap().query(COUNT, &[]).unwrap()[0].integer("n").unwrap()
    }

    /// A transaction that has finished and is in a batch which stays open, because another one waits; and that other
    /// one, whose turn it is now.
    async fn batched(
        writers: &Arc<Writers>,
    ) -> (tokio::task::JoinHandle<Result<(), StoreError>>, WriteTransaction) {
        let mut first = writers.begin().await.unwrap();
        first.execute(INSERT, &[(":a", &"first")]).unwrap();
        let queue = Arc::clone(writers);
        let second = tokio::spawn(async move { queue.begin().await.unwrap() });
        while writers.waiting.len() == 0 {
            tokio::task::yield_now().await;
        }
        let first = tokio::spawn(first.commit(Left::default()));
        let second = second.await.unwrap();
        assert!(!first.is_finished(), "not acknowledged before the batch is committed");
        (first, second)
    }

    #[tokio::test]
    async fn one_commit_acknowledges_a_batch() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let (first, mut second) = batched(&writers).await;
        second.execute(INSERT, &[(":a", &"second")]).unwrap();
        assert_eq!(second.commit(Left::default()).await, Ok(()));
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(writers.commits(), 1);
        assert_eq!(rows(&writers).await, 2);
    }

    #[tokio::test]
    async fn a_dropped_transaction_leaves_its_batch_alone() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let (first, mut second) = batched(&writers).await;
        second.execute(INSERT, &[(":a", &"second")]).unwrap();
        drop(second);
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(rows(&writers).await, 1);
    }

    #[tokio::test]
    async fn a_writer_that_gives_up_waiting_does_not_hold_up_the_batch() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let mut first = writers.begin().await.unwrap();
        first.execute(INSERT, &[(":a", &"first")]).unwrap();
        let mut waiting = Box::pin(writers.begin());
        let moment = Duration::from_millis(1);
        assert!(
            tokio::time::timeout(moment, &mut waiting).await.is_err(),
            "the first one has the connection"
        );
        let mut committing = Box::pin(first.commit(Left::default()));
        assert!(tokio::time::timeout(moment, &mut committing).await.is_err(), "the flush waits its turn");
        drop(waiting);
        assert_eq!(tokio::time::timeout(Duration::from_secs(10), committing).await, Ok(Ok(())));
        assert_eq!(rows(&writers).await, 1);
    }

    #[tokio::test]
    async fn writers_take_turns_in_the_order_of_their_coming() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let held = writers.begin().await.unwrap();
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for number in 0..20 {
            let (queue, order) = (Arc::clone(&writers), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let mut turn = queue.begin().await.unwrap();
                order.lock().unwrap().push(number);
                turn.execute(INSERT, &[(":a", &"x")]).unwrap();
                turn.commit(Left::default()).await.unwrap();
            }));
            while writers.waiting.len() <= number {
                tokio::task::yield_now().await;
            }
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_failed_commit_fails_its_batch_and_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let (first, mut second) = batched(&writers).await;
        second.execute(INSERT, &[(":a", &"second")]).unwrap();
        second.writer.as_mut().unwrap().connection.commit_hook(Some(|| true)).unwrap();
        let (second, first) = (second.commit(Left::default()).await, first.await.unwrap());
        for outcome in [first, second] {
            assert!(outcome.as_ref().is_err_and(StoreError::is_indeterminate), "{outcome:?}");
        }
        writers.take_connection().await.unwrap().connection.commit_hook(None::<fn() -> bool>).unwrap();
        assert_eq!(rows(&writers).await, 0);
        let mut third = writers.begin().await.unwrap();
        third.execute(INSERT, &[(":a", &"third")]).unwrap();
        assert_eq!(third.commit(Left::default()).await, Ok(()));
        assert_eq!(rows(&writers).await, 1);
    }

    #[tokio::test]
    async fn what_cannot_be_recorded_is_not_done() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let (first, mut second) = batched(&writers).await;
        second.execute(INSERT, &[(":a", &"second")]).unwrap();
        // There is no table for events here.
        let event = AuditEvent {
            account_id: AccountId::parse("123456789012").unwrap(),
            at: jiff::Timestamp::UNIX_EPOCH,
            id: "id".into(),
            event_name: "CreateUser".into(),
            event_source: "iam.amazonaws.com".into(),
            read_only: false,
            user_name: None,
            access_key_id: None,
            resources: vec![],
            document: "{}".into(),
        };
        let events = vec![KeptEvent { event, node: None }];
        let second = second.commit(Left { events, ..Left::default() }).await;
        for outcome in [first.await.unwrap(), second] {
            assert!(outcome.as_ref().is_err_and(StoreError::is_unavailable), "{outcome:?}");
        }
        assert_eq!((rows(&writers).await, writers.commits()), (0, 0));
        let mut third = writers.begin().await.unwrap();
        third.execute(INSERT, &[(":a", &"third")]).unwrap();
        assert_eq!(third.commit(Left::default()).await, Ok(()));
        assert_eq!(rows(&writers).await, 1);
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing_that_was_acknowledged() {
        let directory = tempfile::tempdir().unwrap();
        let writers = writers(&directory);
        let (first, mut second) = batched(&writers).await;
        // The engine answers a full file by rolling back all of the open transaction, savepoints and all.
        second.writer.as_ref().unwrap().connection.execute_batch("PRAGMA max_page_count = 2").unwrap();
        let failed = second.execute(INSERT, &[(":a", &"x".repeat(100_000))]).unwrap_err();
        assert!(failed.is_unavailable(), "{failed:?}");
        drop(second);
        let first = first.await.unwrap();
        assert!(first.is_err(), "its work is gone with the batch: {first:?}");
        let connection = writers.take_connection().await.unwrap();
        connection.connection.execute_batch("PRAGMA max_page_count = 100000").unwrap();
        drop(connection);
        assert!(
            writers.begin().await.is_err_and(|error| error.is_unavailable()),
            "not before it is seen to work"
        );
        while writers.disk.trouble().is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(rows(&writers).await, 0);
        let mut third = writers.begin().await.unwrap();
        third.execute(INSERT, &[(":a", &"third")]).unwrap();
        assert_eq!(third.commit(Left::default()).await, Ok(()));
        assert_eq!(rows(&writers).await, 1);
    }
}
