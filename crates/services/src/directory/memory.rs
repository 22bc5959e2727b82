//! The entries, bounded in bytes, each with what tells whether it still holds.

use super::{
    KeyEntry, KnownUser, ManagedEntry, RoleEntry, UserEntry,
    stamps::{Basis, Stamps},
    table::{Kept, Table},
    taken::Taken,
    weight::Weigh,
};
use domain::{AccessKeyId, AccountId, RoleName, UniqueId, UserName};
use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, MutexGuard};

/// How long it is remembered that something does not exist.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
/// Loads of different things that may go on side by side, if they do not share a turn.
const TURNS: usize = 1024;

/// What can be looked up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Thing<'a> {
    AccessKey(&'a AccessKeyId),
    Managed(AccountId, &'a str),
    Role(AccountId, &'a RoleName),
    User(AccountId, &'a UniqueId),
    UserNamed(AccountId, &'a UserName),
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

#[derive(Debug)]
struct Entry {
    held: Held,
    basis: Basis,
}

/// The knowledge that there is no such thing.
#[derive(Debug)]
struct Unknown {
    mark: Mark,
    basis: Basis,
    since: Instant,
}

/// Stands for a thing that is not there: two hashes under keys of this process, which no two things have in common.
type Mark = [u64; 2];

/// Entries and, for a short while, the knowledge that there is none.
#[derive(Debug)]
pub(super) struct Memory {
    entries: Table<Entry>,
    unknown: Table<Unknown>,
    taken: [Arc<Taken>; 2],
    hashers: [RandomState; 2],
    turns: Box<[Mutex<()>]>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Memory {
    /// For entries out of one allowance, and what is unknown out of the other.
    pub(super) fn new(taken: Arc<Taken>, unknown: Arc<Taken>) -> Self {
        Self {
            entries: Table::new(taken.clone()),
            unknown: Table::new(unknown.clone()),
            taken: [taken, unknown],
            hashers: [RandomState::new(), RandomState::new()],
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// What is known and still holds: `Some(None)` is the knowledge that there is no such thing.
    #[expect(clippy::option_option, reason = "not knowing differs from knowing that there is none")]
    pub(super) fn find(&self, thing: Thing<'_>, stamps: &Stamps) -> Option<Option<Held>> {
        let found = self.entries.find(&thing, |entry| stamps.hold(&entry.basis).then(|| entry.held.clone()));
        let known = found.map(Some).or_else(|| self.is_unknown(thing, stamps).then_some(None));
        if known.is_some() {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        known
    }

    fn is_unknown(&self, thing: Thing<'_>, stamps: &Stamps) -> bool {
        let holds = |unknown: &Unknown| unknown.since.elapsed() < UNKNOWN_FOR && stamps.hold(&unknown.basis);
        self.unknown.find(&self.mark(thing), |unknown| holds(unknown).then_some(())).is_some()
    }

    /// Waits for others who load the same thing: what they find does for all of them.
    pub(super) async fn turn(&self, thing: Thing<'_>) -> Option<MutexGuard<'_, ()>> {
        let [hash, _] = self.mark(thing);
        match self.turns.get(usize::try_from(hash % TURNS as u64).unwrap_or(0)) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }

    /// Keeps what was found; `None` that there is nothing.
    pub(super) fn keep(&self, thing: Thing<'_>, held: Option<&Held>, basis: Basis) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        if let Some(held) = held {
            self.entries.keep(&thing, Entry { held: held.clone(), basis });
        } else {
            let mark = self.mark(thing);
            self.unknown.keep(&mark, Unknown { mark, basis, since: Instant::now() });
        }
    }

    /// How many entries there are, and how many bytes everything takes.
    pub(super) fn entries(&self) -> (u64, u64) {
        (self.entries.len(), self.taken.iter().map(|taken| taken.bytes()).sum())
    }

    pub(super) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    pub(super) fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }

    fn mark(&self, thing: Thing<'_>) -> Mark {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(thing))
    }
}

impl Hash for Thing<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::AccessKey(id) => id.hash(state),
            Self::Managed(account, arn) => (account, arn).hash(state),
            Self::User(account, id) => (account, id).hash(state),
            Self::Role(account, name) => named(*account, name.as_str(), state),
            Self::UserNamed(account, name) => named(*account, name.as_str(), state),
        }
    }
}

/// Names differ in more than the case of their letters.
fn named<H: Hasher>(account: AccountId, name: &str, state: &mut H) {
    account.hash(state);
    name.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
}

impl Kept for Entry {
    type Key<'a> = Thing<'a>;

    fn is(&self, thing: &Thing<'_>) -> bool {
        let same = |own: &str, name: &str| own.eq_ignore_ascii_case(name);
        match (&self.held, thing) {
            (Held::AccessKey(entry), Thing::AccessKey(id)) => entry.key.id == **id,
            (Held::Managed(entry), Thing::Managed(account, arn)) => {
                entry.account == *account && entry.piece.source.id == *arn
            }
            (Held::Role(entry), Thing::Role(account, name)) => {
                entry.role.account_id == *account && same(entry.role.name.as_str(), name.as_str())
            }
            (Held::User(entry), Thing::User(account, id)) => {
                entry.user.account_id == *account && entry.user.id == **id
            }
            (Held::UserNamed(known), Thing::UserNamed(account, name)) => {
                known.user.account_id == *account && same(known.user.name.as_str(), name.as_str())
            }
            _ => false,
        }
    }

    fn held(&self) -> usize {
        let held = match &self.held {
            Held::AccessKey(entry) => entry.weight(),
            Held::Managed(entry) => entry.weight(),
            Held::Role(entry) => entry.weight(),
            Held::User(entry) => entry.weight(),
            Held::UserNamed(known) => known.user.weight(),
        };
        held + self.basis.held()
    }
}

impl Kept for Unknown {
    type Key<'a> = Mark;

    fn is(&self, mark: &Mark) -> bool {
        self.mark == *mark
    }

    fn held(&self) -> usize {
        self.basis.held()
    }
}
