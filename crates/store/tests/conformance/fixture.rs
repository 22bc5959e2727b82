use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use domain::{Account, AccountId, IdKind, Path, Random, UniqueId, User, UserName};
use jiff::Timestamp;
use store::{
    Access, Location, RootKey, Sealer, Store, StoreError, account, audit_chain,
    audit_event::{self, AuditAttribute, AuditEvent, AuditLookup},
};
use tempfile::TempDir;

use crate::postgres::Cluster;

/// Makes empty stores on one engine.
pub(crate) struct Fixture<'a> {
    kind: Kind<'a>,
}

enum Kind<'a> {
    Memory,
    Postgres(&'a Cluster),
    Sqlite(TempDir),
}

impl<'a> Fixture<'a> {
    pub(crate) fn memory() -> Self {
        Self { kind: Kind::Memory }
    }

    pub(crate) fn postgres(cluster: &'a Cluster) -> Self {
        Self { kind: Kind::Postgres(cluster) }
    }

    pub(crate) fn sqlite() -> Self {
        Self { kind: Kind::Sqlite(tempfile::tempdir().unwrap()) }
    }

    /// Whether a store can be opened again.
    pub(crate) fn is_lasting(&self) -> bool {
        !matches!(self.kind, Kind::Memory)
    }

    /// A store of its own, with one account in it.
    pub(crate) async fn fresh(&self) -> Bench {
        Bench::open(self.empty().await).await
    }

    /// Where there is no store yet.
    pub(crate) async fn empty(&self) -> Location {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        match &self.kind {
            Kind::Memory => Location::Memory,
            Kind::Postgres(cluster) => cluster.database(number).await,
            Kind::Sqlite(directory) => Location::Sqlite(directory.path().join(format!("{number}.db"))),
        }
    }
}

/// A store, and what most cases need with it.
pub(crate) struct Bench {
    pub(crate) location: Location,
    pub(crate) store: Store,
    pub(crate) account: AccountId,
}

impl Bench {
    pub(crate) async fn open(location: Location) -> Self {
        let store = Store::open(&location, Access::Server).await.unwrap();
        let account = AccountId::parse("123456789012").unwrap();
        let bench = Self { location, store, account };
        let record = bench.account_record();
        bench
            .write(async |tx| match account::find(tx, record.id).await? {
                Some(_) => Ok(()),
                None => account::insert(tx, &record).await,
            })
            .await;
        bench
    }

    pub(crate) fn account_record(&self) -> Account {
        Account {
            id: self.account,
            name: "Test".into(),
            email: "Root@Example.com".into(),
            alias: None,
            created_at: time(0),
        }
    }

    /// Runs `work` in a transaction, again if it loses to another one, and commits.
    pub(crate) async fn write<T>(
        &self,
        work: impl AsyncFn(&mut store::Transaction) -> Result<T, StoreError>,
    ) -> T {
        self.try_write(work).await.unwrap()
    }

    /// The same, giving the error.
    pub(crate) async fn try_write<T>(
        &self,
        work: impl AsyncFn(&mut store::Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut retry = store::Retry::new();
        loop {
            let attempt = async {
                let mut tx = self.store.write().await?;
                let value = work(&mut tx).await?;
                tx.commit().await?;
                Ok(value)
            };
            match attempt.await {
                Err(StoreError::Conflict(_)) if retry.again().await => {}
                done => return done,
            }
        }
    }

    /// Runs `work` in a read transaction.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut store::Transaction) -> Result<T, StoreError>,
    ) -> T {
        work(&mut self.store.read()).await.unwrap()
    }

    pub(crate) fn user(&self, name: &str, path: &str) -> User {
        User {
            account_id: self.account,
            id: id(IdKind::User),
            name: UserName::parse(name).unwrap(),
            path: Path::parse(path).unwrap(),
            created_at: time(1),
            permissions_boundary: None,
            tags: vec![],
        }
    }

    pub(crate) async fn sealer(&self) -> Sealer {
        Sealer::open(&self.store, &RootKey::generate().unwrap(), time(0)).await.unwrap()
    }
}

/// What the trail is told of anything.
pub(crate) fn told<T>(account_id: AccountId, _: &T) -> AuditEvent {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    AuditEvent {
        account_id,
        at: time(7),
        id: format!("told-{}", NUMBER.fetch_add(1, Ordering::Relaxed)),
        event_name: std::any::type_name::<T>().into(),
        event_source: "portcullis".into(),
        read_only: false,
        user_name: None,
        access_key_id: None,
        resources: vec![],
        document: "{}".into(),
    }
}

/// What the trail was told, and what of it waits for the files of any node.
pub(crate) async fn heard(store: &Store, account_id: AccountId) -> (Vec<String>, usize) {
    let asked = AuditLookup {
        account_id,
        attribute: Some((AuditAttribute::EventSource, "portcullis")),
        from: time(0),
        until: time(100),
        before: None,
        limit: 100,
    };
    let mut tx = store.read();
    let mut names: Vec<String> = audit_event::lookup(&mut tx, &asked)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.event_name.rsplit("::").next().unwrap_or_default().to_owned())
        .collect();
    names.sort();
    let waiting = audit_chain::waiting(&mut tx, audit_chain::OPERATOR, 100).await.unwrap();
    (names, waiting.len())
}

/// Looks that none of the secrets, given as `sealed`, can be read.
pub(crate) async fn assert_sealed(
    tx: &mut store::Transaction,
    sql: &'static str,
    secret: &[u8],
) -> Result<(), StoreError> {
    let rows = tx.query(sql, &[]).await?;
    assert!(!rows.is_empty());
    for row in rows {
        let sealed = row.bytes("sealed")?;
        assert!(!sealed.windows(secret.len()).any(|window| window == secret), "the secret is sealed");
    }
    Ok(())
}

/// A time some seconds after the beginning of the tests' world.
pub(crate) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

pub(crate) fn id(kind: IdKind) -> UniqueId {
    UniqueId::new(kind, &Counting)
}

/// Different at every call; the tests need no more.
pub(crate) struct Counting;

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        static STATE: AtomicU64 = AtomicU64::new(1);
        for byte in bytes {
            // SplitMix64: thousands of ids must not repeat.
            let mut mixed = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = mixed.to_be_bytes()[0];
        }
    }
}

/// Fails a case that hangs.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("the case hangs")
}

/// Asks again and again until the answer is yes.
pub(crate) async fn eventually(mut question: impl AsyncFnMut() -> bool) {
    soon(async {
        while !question().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
