use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    ChangeFollower, Engine, Entity, Finding, Location, Parameters, Report, Row, Sealer, StoreError,
    Transaction,
    audit_batch::{AuditBatch, Documents, Written},
    check,
    engine::{
        postgres::{Endpoint, Mode, Postgres, PostgresFollow},
        sqlite::{Sqlite, SqliteFollow},
    },
    gate::Gate,
    listeners::Listeners,
    migration,
    transaction::Inner,
};

/// The store: an SQLite file, a PostgreSQL database, or memory. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    gate: Gate,
    listeners: Arc<Listeners>,
    written: Arc<Written>,
    read_transactions: AtomicU64,
}

enum Database {
    Postgres(Postgres),
    Sqlite(Sqlite),
}

/// As what a process opens the store. Matters for SQLite files and for the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To serve from it: makes the file and the schema, brings an older schema up to date, and is the only server on an
    /// SQLite file.
    Server,
    /// To work on it for a moment, also beside a running server: the schema must be there and up to date.
    Tool,
}

/// Sizes and times of a store. The defaults suit a server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections to PostgreSQL, at most.
    pub connections: usize,
    /// Connections that read from an SQLite file, at most.
    pub readers: usize,
    /// Transactions that share one SQLite commit, at most.
    pub batch: usize,
    /// Transactions that may wait for a connection or for their turn to write; more are refused at once.
    pub queue: usize,
    /// How long a transaction waits for a connection or for its turn to write.
    pub wait: Duration,
    /// How long PostgreSQL may take to answer one statement or COMMIT.
    pub statement: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            readers: 8,
            batch: 256,
            queue: 1024,
            wait: Duration::from_secs(5),
            statement: Duration::from_secs(10),
        }
    }
}

impl Store {
    /// Opens the store with the default options. Must be called on a Tokio runtime, which does the store's background
    /// work from then on.
    pub async fn open(location: &Location, access: Access) -> Result<Self, StoreError> {
        Self::open_with(location, access, &Options::default()).await
    }

    /// Opens the store.
    pub async fn open_with(
        location: &Location,
        access: Access,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let store = Self::connect(location, access, options)?;
        match access {
            Access::Server => migration::migrate(&store, migration::MIGRATIONS).await?,
            Access::Tool => migration::require_current(&store).await?,
        }
        Ok(store)
    }

    /// The store as it is, whatever its schema.
    pub(crate) fn connect(
        location: &Location,
        access: Access,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let (listeners, written) = (Arc::new(Listeners::default()), Arc::new(Written::default()));
        let database = match location {
            Location::Memory => Database::Sqlite(Sqlite::in_memory(options, &listeners, &written)?),
            Location::Postgres(url) => Database::Postgres(Postgres::new(Endpoint::open(url)?, options)?),
            Location::Sqlite(path) => {
                Database::Sqlite(Sqlite::in_file(path, access, options, &listeners, &written)?)
            }
        };
        let (gate, read_transactions) = (Gate::open(), AtomicU64::new(0));
        let shared = Shared { database, gate, listeners, written, read_transactions };
        Ok(Self { shared: Arc::new(shared) })
    }

    #[cfg(test)]
    pub(crate) fn unmigrated(location: &Location) -> Result<Self, StoreError> {
        Self::connect(location, Access::Server, &Options::default())
    }

    /// A read transaction: one snapshot of what is committed when its first statement runs. Until then it takes nothing
    /// from the store, so that a request which turns out to need no statement costs none.
    pub fn read(&self) -> Transaction {
        Transaction::new(self.clone(), Inner::ReadLater)
    }

    /// Begins the snapshot.
    pub(crate) async fn begin_read(&self) -> Result<Inner, StoreError> {
        self.shared.read_transactions.fetch_add(1, Ordering::Relaxed);
        let begin = async {
            Ok(match &self.shared.database {
                Database::Postgres(postgres) => Inner::Postgres(Box::new(postgres.begin(Mode::Read).await?)),
                Database::Sqlite(sqlite) => Inner::SqliteRead(sqlite.read().await?),
            })
        };
        self.shared.gate.pass(begin).await
    }

    /// Begins a write transaction, serializable with all others. Do not wait for anything but the store inside it.
    pub async fn write(&self) -> Result<Transaction, StoreError> {
        let begin = async {
            Ok(match &self.shared.database {
                Database::Postgres(postgres) => Inner::Postgres(Box::new(postgres.begin(Mode::Write).await?)),
                Database::Sqlite(sqlite) => Inner::SqliteWrite(sqlite.write().await?),
            })
        };
        Ok(Transaction::new(self.clone(), self.shared.gate.pass(begin).await?))
    }

    /// Calls `listener` with what a transaction of this process wrote: after it was committed and before that is
    /// acknowledged, and also when it is not known whether it was.
    pub fn on_change(&self, listener: impl Fn(&BTreeSet<Entity>) + Send + Sync + 'static) {
        self.shared.listeners.add(listener);
    }

    pub(crate) fn listeners(&self) -> &Listeners {
        &self.shared.listeners
    }

    /// Keeps the documents of a batch that has been stored for the files, which get them from memory then, if there is room.
    pub fn keep_for_files(&self, batch: &AuditBatch, documents: Documents) {
        self.shared.written.keep(batch.id(), documents);
    }

    pub(crate) fn written(&self) -> &Written {
        &self.shared.written
    }

    /// Whether other processes may change the store: all but one in memory.
    pub fn is_shared(&self) -> bool {
        match &self.shared.database {
            Database::Postgres(_) => true,
            Database::Sqlite(sqlite) => sqlite.is_file(),
        }
    }

    /// Follows what all processes commit. One follower at a time.
    pub fn follow(&self) -> Result<ChangeFollower, StoreError> {
        let follow = match &self.shared.database {
            Database::Postgres(postgres) => Follow::Postgres(postgres.follow()),
            Database::Sqlite(sqlite) => Follow::Sqlite(sqlite.follow()?),
        };
        Ok(ChangeFollower::new(self.clone(), follow))
    }

    /// Why the store is out of reach: the reason for which its follower's last look failed. Until the follower has caught
    /// up, all work on the store fails with [`StoreError::Unavailable`] without being tried.
    pub fn out_of_reach(&self) -> Option<Arc<str>> {
        self.shared.gate.reason()
    }

    /// Why the store takes no changes although it can be read: the disk failed when it was written to. It is tried again
    /// every second; until it works all write transactions fail with [`StoreError::Unavailable`]. PostgreSQL sees to its
    /// disk itself.
    pub fn cannot_write(&self) -> Option<Arc<str>> {
        match &self.shared.database {
            Database::Postgres(_) => None,
            Database::Sqlite(sqlite) => sqlite.cannot_write(),
        }
    }

    /// Bytes of the write-ahead log of an SQLite file. It is copied into the database at 16 MB: much more say that it
    /// cannot be, as it is being read for long, or the disk fails.
    pub fn log_bytes(&self) -> Option<u64> {
        match &self.shared.database {
            Database::Postgres(_) => None,
            Database::Sqlite(sqlite) => sqlite.log_bytes(),
        }
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    /// How many read transactions have run a statement: for tests of what needs none.
    pub fn read_transactions(&self) -> u64 {
        self.shared.read_transactions.load(Ordering::Relaxed)
    }

    /// Asks the engine for one row.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read().query(PING, &[]).await?;
        Ok(())
    }

    /// Which engine keeps the store.
    pub fn engine(&self) -> Engine {
        match &self.shared.database {
            Database::Postgres(_) => Engine::Postgres,
            Database::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// Looks for damage: pages and indexes of an SQLite file, references between records, documents that are not the
    /// records they should be, and with a sealer secrets that do not open for the record they belong to. Reads all of the
    /// store, as it is at one moment.
    pub async fn check(&self, sealer: Option<&Sealer>) -> Result<Report, StoreError> {
        let mut report = Report::default();
        match self.examine(sealer, &mut report).await {
            // What cannot be read at all is what the check is for.
            Err(StoreError::Corrupt(text)) => report.add(Finding::Integrity(text)),
            examined => examined?,
        }
        Ok(report)
    }

    async fn examine(&self, sealer: Option<&Sealer>, report: &mut Report) -> Result<(), StoreError> {
        if let Database::Sqlite(sqlite) = &self.shared.database {
            for text in sqlite.integrity().await? {
                report.add(Finding::Integrity(text));
            }
        }
        check::records(&mut self.read(), sealer, report).await
    }

    /// The numbers of the schema's steps that the store at `location` lacks, without taking any. An SQLite file that is
    /// not there lacks all.
    pub async fn missing_migrations(location: &Location) -> Result<Vec<i64>, StoreError> {
        match location {
            Location::Sqlite(path) if !path.exists() => Ok(migration::all()),
            _ => {
                let store = Self::connect(location, Access::Tool, &Options::default())?;
                migration::missing(&store).await
            }
        }
    }

    /// How many commits SQLite has run, each for one or more write transactions; `None` on PostgreSQL, which groups
    /// commits itself.
    pub fn sqlite_commits(&self) -> Option<u64> {
        match &self.shared.database {
            Database::Postgres(_) => None,
            Database::Sqlite(sqlite) => Some(sqlite.commits()),
        }
    }
}

/// The engine's part of a [`ChangeFollower`].
pub(crate) enum Follow {
    Postgres(PostgresFollow),
    Sqlite(SqliteFollow),
}

impl Follow {
    /// One statement that sees one snapshot. With `announce` other nodes are woken first.
    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
        announce: bool,
    ) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Postgres(follow) => follow.query(sql, parameters, announce).await,
            Self::Sqlite(follow) => follow.query(sql, parameters).await,
        }
    }

    /// Sees to a connection to run [`query`](Self::query) on.
    pub(crate) async fn connect(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(follow) => follow.connect().await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Resolves when another node hints at a change; never where the engine has no way to.
    pub(crate) async fn hint(&mut self) {
        match self {
            Self::Postgres(follow) => follow.hint().await,
            Self::Sqlite(_) => std::future::pending().await,
        }
    }
}

const PING: &str = "SELECT 1 AS one";

pub(crate) const SQL: &[&str] = &[PING];
