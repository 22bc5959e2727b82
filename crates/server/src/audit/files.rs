//! From the store to this node's chain of files.

use super::Settings;
use crate::Failure;
use domain::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use services::Plane;
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{
    Engine, Retry, StoreError, Transaction,
    audit_batch::{self, WaitingBatch},
    audit_chain::{self, AuditChain, WaitingEvent},
};
use trail::{Directory, Head, Lock, SEGMENT_BYTES, SigningKey, TrailError, genesis};

/// Events with rows of their own that are written together.
const EVENTS: u32 = 512;
/// As many events of batches are written together with them, and those of the batches that were read at a time then.
const BATCHES: u32 = 16;
/// How often the chain is signed in the file beside its records, while records come.
const DIGEST_EVERY: Duration = Duration::from_mins(1);

/// This node's chain.
pub(crate) struct Files {
    chain: PathBuf,
    node: String,
    _lock: Lock,
    key: Arc<SigningKey>,
    retention_days: u32,
    max_lag: Duration,
    /// Where the chain ends; `None` when the store is to be asked.
    head: Option<Head>,
    digest: Digested,
    /// When the files last had everything that the store had.
    caught_up: Instant,
}

/// The last signed place.
struct Digested {
    sequence: u64,
    at: Instant,
}

impl Files {
    /// Takes a chain of the directory that no other process writes, or begins one. `management` is the account that keys of
    /// chains are sealed for.
    pub(crate) async fn open(
        directory: PathBuf,
        plane: &Plane,
        management: AccountId,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let directory = Directory::new(directory);
        let known: Vec<AuditChain<Head>> = audit_chain::list(&mut plane.store.read()).await?;
        let mut nodes = directory.nodes()?;
        if plane.store.engine() == Engine::Sqlite {
            // Its one node goes on with its chain also when somebody has removed the files.
            nodes.extend(known.iter().map(|chain| chain.node_id.clone()));
            nodes.sort();
            nodes.dedup();
        }
        for node in nodes {
            let Some(chain) = known.iter().find(|chain| chain.node_id == node) else { continue };
            let lock = match directory.lock(&node) {
                Ok(lock) => lock,
                Err(TrailError::Locked(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let found =
                audit_chain::find_signing_key(&mut plane.store.read(), &plane.sealer, management, &node)
                    .await?;
            let Some(key) = found else { continue };
            if goes_on(plane, &directory, chain, false).await? {
                return Ok(Self::new(&directory, node, lock, SigningKey::from_bytes(&key)?, settings));
            }
            tracing::error!(
                node,
                "the store is older than this chain of audit files, which stays as it is; a new one is begun"
            );
        }
        let mut name = [0; 8];
        plane.random.fill(&mut name);
        let node = format!("{:016x}", u64::from_be_bytes(name));
        let lock = directory.lock(&node)?;
        let key = begin(plane, &node, management, now).await?;
        Ok(Self::new(&directory, node, lock, key, settings))
    }

    fn new(directory: &Directory, node: String, lock: Lock, key: SigningKey, settings: &Settings) -> Self {
        Self {
            chain: directory.chain(&node),
            node,
            _lock: lock,
            key: Arc::new(key),
            retention_days: settings.retention_days,
            max_lag: settings.max_lag,
            head: None,
            digest: Digested { sequence: 0, at: Instant::now() },
            caught_up: Instant::now(),
        }
    }

    /// Which node this is.
    pub(crate) fn node(&self) -> &str {
        &self.node
    }

    /// Writes what waits, and signs the chain when that is due or it is the `last` time. Says whether the files are further
    /// behind than they may be.
    pub(crate) async fn ship(&mut self, plane: &Plane, now: Timestamp, last: bool) -> bool {
        match self.write(plane, now, last).await {
            Ok(()) => {
                self.caught_up = Instant::now();
                false
            }
            Err(error) => {
                // How far the failed attempt got, the store knows.
                self.head = None;
                tracing::error!(error, "audit events are not written to files; they wait in the store");
                self.caught_up.elapsed() > self.max_lag
            }
        }
    }

    async fn write(&mut self, plane: &Plane, now: Timestamp, last: bool) -> Result<(), Failure> {
        self.take_over(plane).await?;
        loop {
            let head = match self.head.take() {
                Some(head) => head,
                None => self.find_head(plane).await?,
            };
            let waiting = Waiting::read(plane, &self.node).await?;
            if waiting.is_empty() {
                self.sign(&head, now, last).await?;
                self.head = Some(head);
                return Ok(());
            }
            let (next, waiting) = self.append(head.clone(), waiting, now).await?;
            self.advance(plane, &next, &waiting).await?;
            if next.file != head.file {
                // What is behind is signed as it is finished.
                self.sign(&head, now, true).await?;
            }
            self.sign(&next, now, false).await?;
            self.head = Some(next);
            if self.caught_up.elapsed() > self.max_lag {
                plane.audit.set_files_behind(true);
            }
        }
    }

    /// Takes what an operator's commands have recorded. Asked first, as asking does not keep others from writing.
    async fn take_over(&self, plane: &Plane) -> Result<(), StoreError> {
        let mut retry = Retry::new();
        loop {
            if audit_chain::waiting(&mut plane.store.read(), audit_chain::OPERATOR, 1).await?.is_empty() {
                return Ok(());
            }
            let attempt = async {
                let mut tx = plane.store.write().await?;
                audit_chain::take_over(&mut tx, &self.node).await?;
                tx.commit().await
            };
            match attempt.await {
                Err(error) if error.is_conflict() && retry.again().await => {}
                done => return done,
            }
        }
    }

    async fn find_head(&self, plane: &Plane) -> Result<Head, Failure> {
        let head = audit_chain::find(&mut plane.store.read(), &self.node).await?;
        head.ok_or_else(|| "the store does not know this node's chain of audit files any more".into())
    }

    async fn append(&self, head: Head, waiting: Waiting, now: Timestamp) -> Result<(Head, Waiting), Failure> {
        let (chain, node, key) = (self.chain.clone(), self.node.clone(), self.key.clone());
        let appended = tokio::task::spawn_blocking(move || {
            let records = waiting.documents();
            let head = trail::append(&chain, &node, &key, &head, records, SEGMENT_BYTES, now)?;
            Ok::<_, TrailError>((head, waiting))
        });
        Ok(appended.await??)
    }

    async fn advance(&self, plane: &Plane, head: &Head, written: &Waiting) -> Result<(), StoreError> {
        let mut retry = Retry::new();
        loop {
            let attempt = async {
                let mut tx = plane.store.write().await?;
                audit_chain::advance(&mut tx, &self.node, head, &written.events, &written.batches).await?;
                tx.commit().await
            };
            match attempt.await {
                Err(error) if error.is_conflict() && retry.again().await => {}
                done => return done,
            }
        }
    }

    /// Signs a place of the chain that is not signed yet, when that is due.
    async fn sign(&mut self, head: &Head, now: Timestamp, must: bool) -> Result<(), Failure> {
        let due = must || self.digest.at.elapsed() >= DIGEST_EVERY;
        if !due || head.sequence <= self.digest.sequence {
            return Ok(());
        }
        let (chain, node, key, link) = (self.chain.clone(), self.node.clone(), self.key.clone(), head.link());
        tokio::task::spawn_blocking(move || trail::digest(&chain, &node, &key, link, now)).await??;
        self.digest = Digested { sequence: head.sequence, at: Instant::now() };
        Ok(())
    }

    /// Deletes files that are older than they are to be kept.
    pub(crate) async fn prune(&self, plane: &Plane, now: Timestamp) -> Result<(), Failure> {
        let keep = SignedDuration::from_hours(i64::from(self.retention_days).saturating_mul(24));
        let Ok(before) = now.checked_sub(keep) else { return Ok(()) };
        let head = self.find_head(plane).await?;
        let (chain, node, key) = (self.chain.clone(), self.node.clone(), self.key.clone());
        let pruned =
            tokio::task::spawn_blocking(move || trail::prune(&chain, &node, &key, &head, before, now));
        let records = pruned.await??;
        if records > 0 {
            tracing::info!(records, "deleted audit files that are older than they are to be kept");
        }
        Ok(())
    }
}

/// What is written to the files at once.
struct Waiting {
    events: Vec<WaitingEvent>,
    batches: Vec<WaitingBatch>,
}

impl Waiting {
    async fn read(plane: &Plane, node: &str) -> Result<Self, StoreError> {
        let mut tx = plane.store.read();
        let events = audit_chain::waiting(&mut tx, node, EVENTS).await?;
        let (mut batches, mut count) = (Vec::<WaitingBatch>::new(), 0);
        // A batch has one event or hundreds.
        while count < EVENTS as usize {
            let after = batches.last().map(|batch| batch.id.as_str());
            let places = audit_batch::waiting_places(&mut tx, node, after, BATCHES).await?;
            if places.is_empty() {
                break;
            }
            for place in places {
                let batch = audit_batch::find_waiting(&mut tx, place).await?;
                count += batch.documents.len();
                batches.push(batch);
            }
        }
        Ok(Self { events, batches })
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.batches.is_empty()
    }

    /// The records in the order in which they are written.
    fn documents(&self) -> impl Iterator<Item = &str> {
        let batched = self.batches.iter().flat_map(|batch| batch.documents.iter());
        self.events.iter().map(|event| event.document.as_str()).chain(batched)
    }
}

/// Whether the records behind the end of a chain are what was appended when the process stopped: events that still wait in the
/// store. Others are from after the store was last written, or somebody put them there, and must not be written over. Torn
/// lines, which a machine that loses its power leaves, may be; a verifier wants `nothing_torn`.
pub(super) async fn goes_on(
    plane: &Plane,
    directory: &Directory,
    chain: &AuditChain<Head>,
    nothing_torn: bool,
) -> Result<bool, Failure> {
    // What is appended at once.
    let limit = 2 * usize::try_from(EVENTS)? + usize::try_from(BATCHES)? * audit_batch::MOST + 1;
    let left = trail::unacknowledged(&directory.chain(&chain.node_id), &chain.head, limit)?;
    if left.records.len() == limit || (left.torn && nothing_torn) {
        return Ok(false);
    }
    let mut tx = plane.store.read();
    for record in not_in_batches(&mut tx, &chain.node_id, &left.records).await? {
        let parsed: Result<Identified, _> = serde_json::from_str(record);
        let Ok(Identified { id }) = parsed else { return Ok(false) };
        let waits = audit_chain::find_waiting(&mut tx, &chain.node_id, &id).await?;
        if waits.is_none_or(|event| event.document != *record) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Those of the records that are in no batch which waits. Batches are looked through until all are found: one that came later
/// may have taken a place before those that were being written.
async fn not_in_batches<'a>(
    tx: &mut Transaction,
    node: &str,
    records: &'a [String],
) -> Result<HashSet<&'a str>, StoreError> {
    let mut missing: HashSet<&str> = records.iter().map(String::as_str).collect();
    let mut after = None;
    while !missing.is_empty() {
        let batches = audit_batch::waiting(tx, node, after.as_deref(), BATCHES).await?;
        for document in batches.iter().flat_map(|batch| batch.documents.iter()) {
            missing.remove(document);
        }
        match batches.into_iter().last() {
            Some(last) => after = Some(last.id),
            None => break,
        }
    }
    Ok(missing)
}

/// What tells events apart.
#[derive(Deserialize)]
struct Identified {
    #[serde(rename = "eventID")]
    id: String,
}

async fn begin(
    plane: &Plane,
    node: &str,
    management: AccountId,
    now: Timestamp,
) -> Result<SigningKey, Failure> {
    let bytes = SigningKey::generate()?;
    let key = SigningKey::from_bytes(&bytes)?;
    let head = trail::head(node, &key, genesis(node), None, 0, now);
    let chain = AuditChain { node_id: node.to_owned(), head };
    let mut tx = plane.store.write().await?;
    audit_chain::insert(&mut tx, &plane.sealer, management, &chain, &bytes).await?;
    tx.commit().await?;
    tracing::info!(node, "began a chain of audit files");
    Ok(key)
}
