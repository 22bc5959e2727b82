//! The entries, bounded in bytes, each with what tells whether it still holds.

use super::{
    KeyEntry, KnownUser, ManagedEntry, RoleEntry, UserEntry,
    stamps::{Basis, Stamps},
    weight::Weigh,
};
use domain::{AccessKeyId, AccountId, UniqueId};
use moka::sync::Cache;
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Mutex, MutexGuard};

/// How long it is remembered that something does not exist.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
/// Things of which that is remembered; about 200 bytes each.
const UNKNOWN: u64 = 20_000;
/// Loads of different things that may go on side by side, if they do not share a turn.
const TURNS: usize = 1024;

/// What can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    AccessKey(AccessKeyId),
    Managed(AccountId, String),
    /// By name in lower case.
    Role(AccountId, String),
    User(AccountId, UniqueId),
    /// By name in lower case.
    UserNamed(AccountId, String),
}

/// What is kept for it.
#[derive(Clone, Debug)]
pub(super) enum Held {
    AccessKey(Arc<KeyEntry>),
    Managed(Arc<ManagedEntry>),
    Role(Arc<RoleEntry>),
    User(Arc<UserEntry>),
    UserNamed(KnownUser),
}

#[derive(Clone, Debug)]
struct Entry {
    held: Held,
    basis: Basis,
    weight: u32,
}

/// Entries and, for a short while, the knowledge that there is none.
#[derive(Debug)]
pub(super) struct Memory {
    entries: Cache<Thing, Entry>,
    unknown: Cache<Thing, Basis>,
    hasher: RandomState,
    turns: Box<[Mutex<()>]>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Memory {
    pub(super) fn new(bytes: u64) -> Self {
        Self {
            entries: Cache::builder().max_capacity(bytes).weigher(|_, entry: &Entry| entry.weight).build(),
            unknown: Cache::builder().max_capacity(UNKNOWN).time_to_live(UNKNOWN_FOR).build(),
            hasher: RandomState::new(),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// What is known and still holds: `Some(None)` is the knowledge that there is no such thing.
    #[expect(clippy::option_option, reason = "not knowing differs from knowing that there is none")]
    pub(super) fn find(&self, key: &Thing, stamps: &Stamps) -> Option<Option<Held>> {
        let known = match self.entries.get(key) {
            Some(entry) if stamps.hold(&entry.basis) => Some(Some(entry.held)),
            _ => self.unknown.get(key).filter(|basis| stamps.hold(basis)).map(|_| None),
        };
        if known.is_some() {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        known
    }

    /// Waits for others who load the same thing: what they find does for all of them.
    pub(super) async fn turn(&self, key: &Thing) -> Option<MutexGuard<'_, ()>> {
        let turn = self.hasher.hash_one(key) % TURNS as u64;
        match self.turns.get(usize::try_from(turn).unwrap_or(0)) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }

    /// Keeps what was found; `None` that there is nothing.
    pub(super) fn keep(&self, key: Thing, held: Option<&Held>, basis: Basis) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        let Some(held) = held else {
            self.unknown.insert(key, basis);
            return;
        };
        let weight = held.weight() + basis.heap_size();
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        self.entries.insert(key, Entry { held: held.clone(), basis, weight });
    }

    pub(super) fn entries(&self) -> (u64, u64) {
        self.entries.run_pending_tasks();
        (self.entries.entry_count(), self.entries.weighted_size())
    }

    pub(super) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    pub(super) fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }
}

impl Held {
    fn weight(&self) -> usize {
        match self {
            Self::AccessKey(entry) => entry.weight(),
            Self::Managed(entry) => entry.weight(),
            Self::Role(entry) => entry.weight(),
            Self::User(entry) => entry.weight(),
            Self::UserNamed(known) => known.user.weight(),
        }
    }
}
