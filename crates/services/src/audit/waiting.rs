//! Records that wait to be written: bounded, in order, written in batches.

use super::record;
use crate::{Common, Effect, Error, Result};
use domain::AccountId;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};
use store::{
    Retry, Store, StoreError,
    audit_batch::{self, AuditBatch, Documents, Gathered},
    audit_event::AuditEvent,
};
use tokio::sync::Notify;

/// Most memory that waiting events take, in bytes.
const BYTES: usize = 64 * 1024 * 1024;
/// Batches of records that are written in one transaction. Others that write wait no longer than for these.
const BATCHES: usize = 16;
/// Events of one account that are worth writing at once: some full batches.
const WORTH_WRITING: usize = 8 * audit_batch::MOST;

/// How the trail is kept.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// Whether reading calls are refused when they cannot be recorded.
    pub refuse_reads: bool,
    /// Most records that wait.
    pub room: usize,
    /// Most calls that read or are refused which leave a record in all. Without end, but for planes whose store is memory.
    pub most: u64,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { refuse_reads: false, room: 65_536, most: u64::MAX }
    }
}

/// The audit trail of a plane.
#[derive(Debug, Default)]
pub struct Audit {
    settings: AuditSettings,
    /// The node whose chain of files takes the events; none when they stay in the store alone.
    node: OnceLock<Arc<str>>,
    waiting: Mutex<Waiting>,
    /// That an account has as many events waiting as are worth writing.
    worth_writing: Notify,
    /// Records on their way into the store: one flush at a time has them.
    leaving: tokio::sync::Mutex<VecDeque<Leaving>>,
    made: AtomicU32,
    pushed: AtomicU64,
    lost: AtomicU64,
    /// Whether the last attempt to write what waits failed.
    failing: AtomicBool,
    /// Whether the files are further behind the store than they may be.
    files_behind: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    events: HashMap<AccountId, Gathered>,
    /// How many events there are, and how much memory they take.
    count: usize,
    bytes: usize,
    /// Records that waited in vain for room, by account.
    lost: BTreeMap<AccountId, u64>,
    /// How many records are on their way into the store, and how much memory they take.
    leaving: usize,
    leaving_bytes: usize,
}

/// A batch on its way into the store.
#[derive(Debug)]
struct Leaving {
    batch: AuditBatch,
    /// For the files, which need not read them back then. None for those that may have to wait for long.
    documents: Option<Documents>,
}

/// Which events are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// All that wait.
    All,
    /// Those of accounts that have many.
    WorthWriting,
}

impl Waiting {
    fn is_full(&self, room: usize) -> bool {
        self.count + self.leaving >= room || self.bytes + self.leaving_bytes >= BYTES
    }
}

impl Audit {
    /// A trail kept so.
    pub fn new(settings: AuditSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// From now on events wait for the files of `node` as well.
    pub fn keep_files(&self, node: String) {
        // Which node this is does not change while it runs.
        let _ = self.node.set(node.into());
    }

    /// The node whose chain of files takes the events.
    pub(crate) fn node(&self) -> Option<&Arc<str>> {
        self.node.get()
    }

    /// Records that were given up since the start.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Says whether the files are further behind the store than they may be. Changes are refused while they are.
    pub fn set_files_behind(&self, behind: bool) {
        self.files_behind.store(behind, Ordering::Relaxed);
    }

    /// Whether changes are refused because the files are too far behind.
    pub fn files_behind(&self) -> bool {
        self.files_behind.load(Ordering::Relaxed)
    }

    /// Refuses what could not be recorded: changes when the files are too far behind, and, where the operator wants that
    /// rather than a gap, every call when records are not written or have no room.
    pub(crate) fn admit(&self, effect: Effect) -> Result<()> {
        let behind = self.files_behind();
        let refused = (behind && effect == Effect::Write)
            || (self.settings.refuse_reads
                && (behind
                    || self.failing.load(Ordering::Relaxed)
                    || self.waiting().is_full(self.settings.room)));
        if refused {
            return Err(Error::common(
                Common::ServiceUnavailable,
                "The service is unavailable. Please try again shortly.",
            ));
        }
        Ok(())
    }

    /// The place of the next record among those of this process.
    pub(super) fn count(&self) -> u32 {
        self.made.fetch_add(1, Ordering::Relaxed) % (1 << 24)
    }

    /// Whether another call leaves a record, or there are as many as there may be.
    pub(super) fn takes(&self) -> bool {
        self.pushed.fetch_add(1, Ordering::Relaxed) < self.settings.most
    }

    /// Lets a record wait to be written, unless there is no room.
    pub(super) fn push(&self, event: AuditEvent<()>, document: &str) {
        let account = event.account_id;
        let mut waiting = self.waiting();
        if waiting.is_full(self.settings.room) {
            drop(waiting);
            return self.lose(account, 1);
        }
        let events = waiting.events.entry(account).or_default();
        let grew = events.push(event, document);
        let is_worth_writing = events.len() == WORTH_WRITING;
        waiting.count += 1;
        waiting.bytes += grew;
        drop(waiting);
        if is_worth_writing {
            self.worth_writing.notify_one();
        }
    }

    /// Returns when some account has as many events waiting as are worth writing before it is time to write all.
    pub async fn worth_writing(&self) {
        self.worth_writing.notified().await;
    }

    /// Gives up records, and lets a record say so.
    fn lose(&self, account: AccountId, records: u64) {
        *self.waiting().lost.entry(account).or_default() += records;
        self.lost.fetch_add(records, Ordering::Relaxed);
    }

    /// Writes what waits. What cannot be written waits on.
    pub async fn flush(
        &self,
        store: &Store,
        now: Timestamp,
        which: Flush,
    ) -> std::result::Result<(), StoreError> {
        let mut leaving = self.leaving.lock().await;
        let Waiting { mut events, lost, .. } = self.take(which);
        for (account, count) in lost {
            let (event, document) = record::lost(account, count, now, self.count()).replace(());
            events.entry(account).or_default().push(event, &document);
        }
        for (account, events) in events {
            let packed = events.pack(account)?.into_iter();
            leaving.extend(packed.map(|(batch, documents)| Leaving { batch, documents: Some(documents) }));
            // Packing a full buffer takes a while: others run in between.
            tokio::task::consume_budget().await;
        }
        let mut written = Ok(());
        let mut most = BATCHES;
        while written.is_ok() && !leaving.is_empty() {
            let batches = leaving.len().min(most);
            written = match write(store, self.node().map(|node| &**node), leaving.iter().take(batches)).await
            {
                Ok(()) => {
                    let of_files = self.node().is_some();
                    for Leaving { batch, documents } in leaving.drain(..batches) {
                        if let Some(documents) = documents.filter(|_| of_files) {
                            store.keep_for_files(&batch, documents);
                        }
                    }
                    Ok(())
                }
                // The store is there and does not take them: one by one, and without the one that it does not take, which
                // would else keep all others from being written.
                Err(error @ (StoreError::Nul | StoreError::Statement(_))) => {
                    if most == 1
                        && let Some(refused) = leaving.pop_front()
                    {
                        let refused = refused.batch;
                        tracing::error!(%error, records = refused.len(), "the store takes no record of these");
                        self.lose(refused.account_id(), refused.len() as u64);
                    }
                    most = 1;
                    Ok(())
                }
                Err(error) => Err(error),
            };
        }
        for left in leaving.iter_mut() {
            left.documents = None;
        }
        let mut waiting = self.waiting();
        waiting.leaving = leaving.iter().map(|left| left.batch.len()).sum();
        waiting.leaving_bytes = leaving.iter().map(|left| left.batch.size()).sum();
        drop(waiting);
        self.failing.store(written.is_err(), Ordering::Relaxed);
        written
    }

    /// Events that wait, which then are on their way.
    fn take(&self, which: Flush) -> Waiting {
        let mut waiting = self.waiting();
        let taken = match which {
            Flush::All => mem::take(&mut *waiting),
            Flush::WorthWriting => {
                let worth = |_: &AccountId, events: &mut Gathered| events.len() >= WORTH_WRITING;
                let events: HashMap<_, _> = waiting.events.extract_if(worth).collect();
                let count = events.values().map(Gathered::len).sum();
                let bytes = events.values().map(Gathered::size).sum();
                waiting.count -= count;
                waiting.bytes -= bytes;
                let leaving = (mem::take(&mut waiting.leaving), mem::take(&mut waiting.leaving_bytes));
                Waiting {
                    events,
                    count,
                    bytes,
                    leaving: leaving.0,
                    leaving_bytes: leaving.1,
                    ..Waiting::default()
                }
            }
        };
        waiting.leaving = taken.leaving + taken.count;
        waiting.leaving_bytes = taken.leaving_bytes + taken.bytes;
        taken
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(
    store: &Store,
    node: Option<&str>,
    batches: impl Iterator<Item = &Leaving> + Clone,
) -> std::result::Result<(), StoreError> {
    let mut retry = Retry::new();
    loop {
        match attempt(store, node, batches.clone()).await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => return done,
        }
    }
}

async fn attempt(
    store: &Store,
    node: Option<&str>,
    batches: impl Iterator<Item = &Leaving>,
) -> std::result::Result<(), StoreError> {
    let mut tx = store.write().await?;
    for leaving in batches {
        audit_batch::insert(&mut tx, &leaving.batch, node).await?;
    }
    tx.commit().await
}
