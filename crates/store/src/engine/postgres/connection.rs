use std::{
    collections::{BTreeSet, HashMap},
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Notify,
    time::{Duration, timeout},
};
use tokio_postgres::{
    AsyncMessage, Client, NoTls, SimpleQueryMessage, Statement,
    binary_copy::BinaryCopyInWriter,
    error::Severity,
    tls::TlsStream,
    types::{ToSql, Type},
};

use super::{
    change_log::RECORD,
    endpoint::Endpoint,
    error::{describe, from_commit, from_postgres},
    placeholders,
    value::Bound,
};
use crate::{Entity, Parameter, Parameters, Row, StoreError, backup::NamedTable, row::Cell, table};

/// How long one host may take from the first packet to a session that is ready for work. A host that is up but does not
/// answer must not keep the others from being asked.
const HOST_TIME: Duration = Duration::from_millis(1500);

/// Makes connections, for the pool and for the follower.
#[derive(Clone)]
pub(super) struct Connector {
    endpoint: Endpoint,
    /// The host that answered last: the first to be asked.
    host: Arc<AtomicU32>,
    /// The newest timeline of the write-ahead log that was met: a host on an older one is no leader any more, though nobody
    /// may have told it.
    timeline: Arc<AtomicU64>,
    /// How often the way to the leader was looked for anew. A connection from before is not used any more.
    epoch: Arc<AtomicU32>,
}

impl Connector {
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, host: Arc::default(), timeline: Arc::default(), epoch: Arc::default() }
    }

    /// The leader at the end of a way takes writes and does not finish them, as one does whose standbys follow
    /// another: the other hosts are asked first from now on. However many find it out at once, it is one move; and who
    /// finds it out late, over a connection from before the last move, moves nothing.
    pub(super) fn distrust(&self, way: Way) {
        let next = way.epoch.wrapping_add(1);
        if self.epoch.compare_exchange(way.epoch, next, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            let hosts = u32::try_from(self.endpoint.hosts.len()).unwrap_or(u32::MAX).max(1);
            self.host.store((way.host + 1) % hosts, Ordering::Release);
        }
    }

    /// Gives up all connections there are, also those in use, once they are back.
    pub(super) fn renew(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a way is from before the last move.
    pub(super) fn has_left(&self, way: Way) -> bool {
        way.epoch != self.epoch.load(Ordering::Acquire)
    }
}

/// One connection, with its prepared statements.
pub(crate) struct Connection {
    pub(super) client: Client,
    statements: HashMap<&'static str, Prepared>,
    /// A transaction may be open on it: it must not be used for another one.
    pub(super) in_transaction: bool,
    /// The server has sent a warning since this was last cleared.
    pub(super) warned: Arc<AtomicBool>,
    /// Where it leads.
    pub(super) way: Way,
}

/// Which of the hosts a connection leads to, and since which move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    host: u32,
    epoch: u32,
}

/// A statement as the server knows it.
#[derive(Clone)]
struct Prepared {
    statement: Statement,
    names: Arc<[&'static str]>,
    columns: Arc<[Box<str>]>,
}

impl Manager for Connector {
    type Type = Connection;
    type Error = StoreError;

    async fn create(&self) -> Result<Connection, StoreError> {
        // On the heap: it is seldom done, and would make every future that waits for a transaction large.
        Box::pin(self.connect(None)).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<StoreError> {
        if connection.client.is_closed() || connection.in_transaction || self.has_left(connection.way) {
            Err(RecycleError::message("closed, in a transaction, or to a leader that was left"))
        } else {
            Ok(())
        }
    }
}

impl Connector {
    /// A session on the first host that takes writes. Notifications are passed on to `woken`.
    pub(super) async fn connect(&self, woken: Option<Arc<Notify>>) -> Result<Connection, StoreError> {
        let mut failed = StoreError::unavailable("the postgres:// URL names no host");
        let epoch = self.epoch.load(Ordering::Acquire);
        let first = self.host.load(Ordering::Acquire);
        let hosts = (0..).zip(&self.endpoint.hosts);
        let before = usize::try_from(first).unwrap_or(usize::MAX);
        for (index, config) in hosts.clone().skip(before).chain(hosts.take(before)) {
            failed = match timeout(HOST_TIME, self.connect_to(config, woken.clone())).await {
                Ok(Ok(connection)) => {
                    // Unless others have moved on meanwhile.
                    if self.epoch.load(Ordering::Acquire) == epoch {
                        self.host.store(index, Ordering::Release);
                    }
                    return Ok(Connection { way: Way { host: index, epoch }, ..connection });
                }
                Ok(Err(error)) => error,
                Err(_) => StoreError::unavailable("the database does not answer"),
            };
        }
        Err(failed)
    }

    async fn connect_to(
        &self,
        config: &tokio_postgres::Config,
        woken: Option<Arc<Notify>>,
    ) -> Result<Connection, StoreError> {
        let unreachable = |error: tokio_postgres::Error| StoreError::unavailable(describe(&error));
        let warned = Arc::new(AtomicBool::new(false));
        let client = if let Some(tls) = &self.endpoint.tls {
            let (client, connection) = config.connect(tls.clone()).await.map_err(unreachable)?;
            tokio::spawn(drive(connection, Arc::clone(&warned), woken));
            client
        } else {
            let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
            tokio::spawn(drive(connection, Arc::clone(&warned), woken));
            client
        };
        prepare_session(&client).await?;
        let timeline = timeline(&client).await?;
        let newest = self.timeline.fetch_max(timeline, Ordering::Relaxed);
        if timeline < newest {
            return Err(StoreError::unavailable(format!(
                "the database is on timeline {timeline}, and timeline {newest} has begun elsewhere"
            )));
        }
        Ok(Connection {
            client,
            statements: HashMap::new(),
            in_transaction: false,
            warned,
            way: Way::default(),
        })
    }
}

impl Connection {
    pub(super) async fn execute(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<u64, StoreError> {
        let prepared = self.prepare(sql).await?;
        let values = bind(&prepared, parameters)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let changed = self.client.execute(&prepared.statement, &values).await;
        changed.map_err(|error| self.failed(error))
    }

    /// Runs a statement, after `begin` where a transaction is still to be begun: both in one exchange. Only for a
    /// transaction that reads: if it cannot be begun, the statement runs by itself all the same.
    pub(super) async fn query(
        &mut self,
        begin: Option<&'static str>,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(sql).await?;
        let values = bind(&prepared, parameters)?;
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let query = self.client.query(&prepared.statement, &values);
        let rows = match begin {
            None => query.await,
            Some(begin) => {
                let (started, rows) = tokio::join!(biased; self.client.batch_execute(begin), query);
                started.map_err(from_postgres)?;
                rows
            }
        };
        let rows = rows.map_err(|error| self.failed(error))?;
        rows.iter().map(|row| read(&prepared, row)).collect()
    }

    /// Lets the server read the statement, without running it.
    pub(super) async fn check(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.prepare(sql).await.map(drop)
    }

    /// Ends the transaction with COMMIT, after the change log's rows of what it wrote; both in one exchange.
    ///
    /// In a transaction that has failed the server answers COMMIT with a rollback that the driver cannot tell from success.
    /// So the answer to the rows comes first: when it is a failure, nothing was kept.
    pub(super) async fn commit(&mut self, written: &BTreeSet<Entity>) -> Result<(), StoreError> {
        if written.is_empty() {
            return self.client.batch_execute("COMMIT").await.map_err(from_commit);
        }
        let column = |part: fn(&Entity) -> &str| written.iter().map(part).collect::<Vec<_>>();
        let accounts = column(|entity| &entity.account);
        let kinds = column(|entity| &entity.kind);
        let ids = column(|entity| &entity.id);
        let statement = self.prepare(RECORD).await?.statement;
        let values: [&(dyn ToSql + Sync); 3] = [&accounts, &kinds, &ids];
        let (recorded, committed) = tokio::join!(
            biased;
            self.client.execute(&statement, &values),
            self.client.batch_execute("COMMIT"),
        );
        if let Err(error) = recorded {
            // Without an answer from the server both may have arrived.
            return Err(from_commit(error));
        }
        committed.map_err(from_commit)
    }

    pub(super) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).await.map_err(from_postgres)
    }

    /// Inserts rows, each with a value for every column of the table.
    pub(super) async fn load(&mut self, table: &NamedTable, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        let types: Vec<Type> = table.columns.iter().map(|(_, kind)| type_of(*kind)).collect();
        let sql = format!("COPY {} ({}) FROM STDIN BINARY", table.name, columns.join(", "));
        let sink = self.client.copy_in(&sql).await.map_err(from_postgres)?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for row in rows {
            writer
                .as_mut()
                .write_raw(row.iter().map(|cell| Bound(cell.value())))
                .await
                .map_err(from_postgres)?;
        }
        writer.finish().await.map_err(from_postgres)?;
        Ok(())
    }

    /// The statement in PostgreSQL's form; prepared on first use.
    async fn prepare(&mut self, sql: &'static str) -> Result<Prepared, StoreError> {
        if let Some(prepared) = self.statements.get(sql) {
            return Ok(prepared.clone());
        }
        let numbered = placeholders::number(sql);
        let statement = self.client.prepare(&numbered.sql).await.map_err(from_postgres)?;
        let columns = statement.columns().iter().map(|column| Box::from(column.name())).collect();
        let prepared = Prepared { statement, names: numbered.names.into(), columns };
        self.statements.insert(sql, prepared.clone());
        Ok(prepared)
    }

    fn failed(&mut self, error: tokio_postgres::Error) -> StoreError {
        let error = from_postgres(error);
        if error.is_conflict() {
            // One kind of conflict is that another node changed the schema under a prepared statement.
            self.statements.clear();
        }
        error
    }
}

/// The values in the order of the statement's `$1`, `$2` ...
fn bind<'a>(prepared: &Prepared, parameters: &'a Parameters<'a>) -> Result<Vec<Bound<'a>>, StoreError> {
    if prepared.names.len() != parameters.len() {
        return Err(StoreError::Statement(format!(
            "the statement has {} parameters, {} are given",
            prepared.names.len(),
            parameters.len()
        )));
    }
    let value = |name: &&'static str| {
        let found = parameters.iter().find(|(given, _)| given == name);
        let (_, parameter) =
            found.ok_or_else(|| StoreError::Statement(format!("the parameter {name} is not given")))?;
        parameter.value().checked().map(Bound)
    };
    prepared.names.iter().map(value).collect()
}

fn read(prepared: &Prepared, row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let cell = |index| row.try_get::<_, Cell>(index).map_err(from_postgres);
    let cells = (0..row.len()).map(cell).collect::<Result<_, _>>()?;
    Ok(Row::new(Arc::clone(&prepared.columns), cells))
}

fn type_of(kind: table::Type) -> Type {
    match kind {
        table::Type::Integer => Type::INT8,
        table::Type::Bytes => Type::BYTEA,
        table::Type::Text => Type::TEXT,
    }
}

/// Runs the connection until its client is dropped. A task of its own, so that a caller that gives up cannot leave the
/// protocol in the middle of a message.
async fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    warned: Arc<AtomicBool>,
    woken: Option<Arc<Notify>>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    T: TlsStream + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if notice.parsed_severity().is_none_or(|severity| severity == Severity::Warning) {
                    warned.store(true, Ordering::Release);
                    tracing::warn!(message = notice.message(), "the database warns");
                }
            }
            Some(Ok(_)) => {
                if let Some(woken) = &woken {
                    woken.notify_one();
                }
            }
            Some(Err(error)) => {
                tracing::warn!(error = describe(&error), "the connection to the database broke");
                return;
            }
            None => return,
        }
    }
}

/// Sees to what the store promises whatever the server's defaults: text is UTF-8, and a commit is on disk.
async fn prepare_session(client: &Client) -> Result<(), StoreError> {
    let encoding = setting(client, "SHOW server_encoding").await?;
    if encoding != "UTF8" {
        return Err(StoreError::Location(format!("the database's encoding is {encoding}, it must be UTF8")));
    }
    if setting(client, "SHOW synchronous_commit").await? == "off" {
        client.batch_execute("SET synchronous_commit = on").await.map_err(from_postgres)?;
    }
    Ok(())
}

/// The timeline of the write-ahead log, which each promotion of a standby counts up; zero where there is no such thing.
async fn timeline(client: &Client) -> Result<u64, StoreError> {
    let asked = setting(client, "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)").await;
    match asked {
        Ok(text) => Ok(u64::from_str_radix(&text, 16).unwrap_or_default()),
        Err(StoreError::Statement(_)) => Ok(0),
        Err(error) => Err(error),
    }
}

async fn setting(client: &Client, sql: &str) -> Result<String, StoreError> {
    let answer = client.simple_query(sql).await.map_err(from_postgres)?;
    let value = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(value.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_who_find_a_leader_wanting_move_once() {
        let endpoint = Endpoint::open("postgres://me@one,two,three/plane?sslmode=disable").unwrap();
        let connector = Connector::new(endpoint);
        let first = Way::default();
        for _ in 0..3 {
            connector.distrust(first);
        }
        assert_eq!(connector.host.load(Ordering::Relaxed), 1);
        assert!(connector.has_left(first));
        let second = Way { host: 1, epoch: connector.epoch.load(Ordering::Relaxed) };
        assert!(!connector.has_left(second));
        // Whoever is late.
        connector.distrust(first);
        assert!(!connector.has_left(second));
        connector.distrust(second);
        assert_eq!(connector.host.load(Ordering::Relaxed), 2);
        connector.renew();
        connector.distrust(second);
        assert_eq!(connector.host.load(Ordering::Relaxed), 2);
    }
}
