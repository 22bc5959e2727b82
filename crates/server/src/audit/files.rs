//! From the store to this node's chain of files.

use super::Settings;
use crate::Failure;
use domain::{AccountId, Random};
use jiff::{SignedDuration, Timestamp};
use services::Plane;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{
    Retry, StoreError,
    audit_chain::{self, AuditChain, WaitingEvent},
};
use trail::{Directory, Head, Lock, SEGMENT_BYTES, SigningKey, genesis};

/// Events that are written together.
const BATCH: u32 = 512;
/// How often the chain is signed in the file beside its records, while records come.
const DIGEST_EVERY: Duration = Duration::from_secs(60);

/// The place of this node's chain, which no other process writes now.
pub(crate) struct Place {
    directory: Directory,
    pub(crate) node: String,
    lock: Lock,
}

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

impl Place {
    /// Finds out which node this is, and takes its chain.
    pub(crate) fn take(directory: PathBuf, random: &dyn Random) -> Result<Self, Failure> {
        let directory = Directory::new(directory);
        let mut candidate = [0; 8];
        random.fill(&mut candidate);
        let node = directory.node_id(&format!("{:016x}", u64::from_be_bytes(candidate)))?;
        let lock = directory.lock(&node)?;
        Ok(Self { directory, node, lock })
    }

    /// The chain, which is begun the first time. `management` is the account that its key is sealed for.
    pub(crate) async fn open(
        self,
        plane: &Plane,
        management: AccountId,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Files, Failure> {
        let found =
            audit_chain::find_signing_key(&mut plane.store.read(), &plane.sealer, management, &self.node)
                .await?;
        let key = match found {
            Some(bytes) => SigningKey::from_bytes(&bytes)?,
            None => self.begin(plane, management, now).await?,
        };
        Ok(Files {
            chain: self.directory.chain(&self.node),
            node: self.node,
            _lock: self.lock,
            key: Arc::new(key),
            retention_days: settings.retention_days,
            max_lag: settings.max_lag,
            head: None,
            digest: Digested { sequence: 0, at: Instant::now() },
            caught_up: Instant::now(),
        })
    }

    async fn begin(
        &self,
        plane: &Plane,
        management: AccountId,
        now: Timestamp,
    ) -> Result<SigningKey, Failure> {
        let bytes = SigningKey::generate()?;
        let key = SigningKey::from_bytes(&bytes)?;
        let head = trail::head(&self.node, &key, genesis(&self.node), None, 0, now);
        let chain = AuditChain { node_id: self.node.clone(), head };
        let mut tx = plane.store.write().await?;
        audit_chain::insert(&mut tx, &plane.sealer, management, &chain, &bytes).await?;
        tx.commit().await?;
        tracing::info!(node = self.node, "began a chain of audit files");
        Ok(key)
    }
}

impl Files {
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
        loop {
            let head = match self.head.take() {
                Some(head) => head,
                None => self.find_head(plane).await?,
            };
            let waiting = audit_chain::waiting(&mut plane.store.read(), &self.node, BATCH).await?;
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

    async fn find_head(&self, plane: &Plane) -> Result<Head, Failure> {
        let head = audit_chain::find(&mut plane.store.read(), &self.node).await?;
        head.ok_or_else(|| "the store does not know this node's chain of audit files any more".into())
    }

    async fn append(
        &self,
        head: Head,
        waiting: Vec<WaitingEvent>,
        now: Timestamp,
    ) -> Result<(Head, Vec<WaitingEvent>), Failure> {
        let (chain, node, key) = (self.chain.clone(), self.node.clone(), self.key.clone());
        let appended = tokio::task::spawn_blocking(move || {
            let records = waiting.iter().map(|event| event.document.as_str());
            trail::append(&chain, &node, &key, &head, records, SEGMENT_BYTES, now).map(|head| (head, waiting))
        });
        Ok(appended.await??)
    }

    async fn advance(&self, plane: &Plane, head: &Head, written: &[WaitingEvent]) -> Result<(), StoreError> {
        let mut retry = Retry::new();
        loop {
            let attempt = async {
                let mut tx = plane.store.write().await?;
                audit_chain::advance(&mut tx, &self.node, head, written).await?;
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
