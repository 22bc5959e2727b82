//! A table of things that are looked up, bounded in bytes: what was used lately stays.
//!
//! One block of memory for each thing and some fifteen bytes of the table: what this is for is a million principals. Things
//! are given up as a clock goes round: the hand passes what was used since it came by last, and takes what was not.

use super::taken::Taken;
use super::weight::block;
use hashbrown::{HashTable, hash_table::Entry};
use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hash},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// Parts with a lock of their own. A part that grows moves what it has: a 64th of all.
const SHARDS: usize = 64;
/// Things in use that the hand passes before it takes one of them, so that nobody has to wait for long.
const PATIENCE: usize = 64;
/// The largest thing that is kept, as a part of the allowance.
const LARGEST: u64 = 8;

/// Something that is kept, and found again by its key.
pub(super) trait Kept {
    /// What it is looked up by.
    type Key<'a>: Hash;

    /// Whether it is what that key names.
    fn is(&self, key: &Self::Key<'_>) -> bool;

    /// Bytes that it holds beside itself.
    fn held(&self) -> usize;
}

/// Things by their keys.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// Keyed anew in every process: nobody outside can choose things that get in each other's way.
    hasher: RandomState,
    shards: Box<[RwLock<Shard<T>>]>,
    taken: Arc<Taken>,
    /// The shard that gives something up next.
    turn: AtomicUsize,
    /// The shard that is swept next.
    swept: AtomicUsize,
}

#[derive(Debug)]
struct Shard<T> {
    lines: HashTable<Box<Line<T>>>,
    /// The bucket that the clock's hand is at.
    hand: usize,
}

#[derive(Debug)]
struct Line<T> {
    hash: u64,
    /// Bytes, as they were counted when it came in.
    weight: u32,
    /// Whether it was used since the hand came by.
    used: AtomicBool,
    thing: T,
}

impl<T: Kept> Table<T> {
    /// An empty table that takes from this allowance, maybe beside others.
    pub(super) fn new(taken: Arc<Taken>) -> Self {
        let shards = (0..SHARDS).map(|_| RwLock::new(Shard { lines: HashTable::new(), hand: 0 }));
        Self {
            hasher: RandomState::new(),
            shards: shards.collect(),
            taken,
            turn: AtomicUsize::new(0),
            swept: AtomicUsize::new(0),
        }
    }

    /// What `take` takes of the thing of that key, which is then in use; `None` if it is not there, or nothing was taken.
    pub(super) fn find<R>(&self, key: &T::Key<'_>, take: impl FnOnce(&T) -> Option<R>) -> Option<R> {
        let hash = self.hasher.hash_one(key);
        let shard = read(self.shard(hash)?);
        let line = shard.lines.find(hash, |line| line.thing.is(key))?;
        let taken = take(&line.thing)?;
        // Most are in use already: what is only read does not move between processors.
        if !line.used.load(Ordering::Relaxed) {
            line.used.store(true, Ordering::Relaxed);
        }
        Some(taken)
    }

    /// Keeps a thing, in the place of what that key named, and gives others up for it.
    pub(super) fn keep(&self, key: &T::Key<'_>, thing: T) {
        let weight = block(size_of::<Line<T>>()) + thing.held();
        if weight as u64 > self.taken.allowance() / LARGEST {
            return;
        }
        let hash = self.hasher.hash_one(key);
        let Some(shard) = self.shard(hash) else { return };
        let line = Line {
            hash,
            weight: u32::try_from(weight).unwrap_or(u32::MAX),
            used: AtomicBool::new(false),
            thing,
        };
        self.taken.add(u64::from(line.weight));
        // What was there is dropped after the lock.
        let _old = self.put(&mut write(shard), key, line);
        while self.taken.is_too_much() && self.give_up() {}
    }

    fn put(&self, shard: &mut Shard<T>, key: &T::Key<'_>, line: Line<T>) -> Option<Box<Line<T>>> {
        let before = shard.lines.allocation_size();
        let old = match shard.lines.entry(line.hash, |line| line.thing.is(key), |line| line.hash) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(entry.get_mut(), Box::new(line))),
            Entry::Vacant(entry) => {
                entry.insert(Box::new(line));
                None
            }
        };
        self.taken.add((shard.lines.allocation_size().saturating_sub(before)) as u64);
        self.taken.subtract(old.as_ref().map_or(0, |old| u64::from(old.weight)));
        old
    }

    /// Gives up one thing, if there is any.
    fn give_up(&self) -> bool {
        self.shards.iter().any(|_| {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % SHARDS;
            let given_up = self.shards.get(turn).and_then(|shard| write(shard).give_up());
            self.taken.subtract(given_up.as_ref().map_or(0, |line| u64::from(line.weight)));
            given_up.is_some()
        })
    }

    /// Gives up what is over in one of the shards, each in its turn.
    pub(super) fn sweep(&self, is_over: impl Fn(&T) -> bool) {
        let turn = self.swept.fetch_add(1, Ordering::Relaxed) % SHARDS;
        let Some(shard) = self.shards.get(turn) else { return };
        write(shard).lines.retain(|line| {
            let is_over = is_over(&line.thing);
            if is_over {
                self.taken.subtract(u64::from(line.weight));
            }
            !is_over
        });
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.shards.iter().map(|shard| read(shard).lines.len() as u64).sum()
    }

    fn shard(&self, hash: u64) -> Option<&RwLock<Shard<T>>> {
        // Other bits than those that the shard's own table takes first.
        self.shards.get((hash >> 48) as usize % SHARDS)
    }
}

impl<T> Shard<T> {
    /// The next thing that was not used since the hand came by or, when many were, one that was.
    fn give_up(&mut self) -> Option<Box<Line<T>>> {
        let buckets = self.lines.num_buckets();
        let mut in_use = 0;
        // In the second round none is in use any more.
        for _ in 0..2 * buckets {
            self.hand = (self.hand + 1) % buckets;
            let Some(line) = self.lines.get_bucket_mut(self.hand) else { continue };
            if std::mem::take(line.used.get_mut()) && in_use < PATIENCE {
                in_use += 1;
                continue;
            }
            let Ok(entry) = self.lines.get_bucket_entry(self.hand) else { continue };
            return Some(entry.remove().0);
        }
        None
    }
}

/// A shard is sound after every statement, so a panic elsewhere while it was locked does no harm.
fn read<T>(shard: &RwLock<Shard<T>>) -> RwLockReadGuard<'_, Shard<T>> {
    shard.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shard: &RwLock<Shard<T>>) -> RwLockWriteGuard<'_, Shard<T>> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// A number under a number.
    #[derive(Clone, Debug, PartialEq)]
    struct Pair(u32, u32);

    impl Kept for Pair {
        type Key<'a> = u32;

        fn is(&self, key: &u32) -> bool {
            self.0 == *key
        }

        fn held(&self) -> usize {
            0
        }
    }

    fn table(bytes: u64) -> (Table<Pair>, Arc<Taken>) {
        let taken = Arc::new(Taken::new(bytes));
        (Table::new(taken.clone()), taken)
    }

    fn find(table: &Table<Pair>, key: u32) -> Option<u32> {
        table.find(&key, |pair| Some(pair.1))
    }

    /// Bytes by a look at all there is.
    fn counted(table: &Table<Pair>) -> u64 {
        let of = |shard: &RwLock<Shard<Pair>>| {
            let shard = read(shard);
            let lines = shard.lines.iter().map(|line| u64::from(line.weight)).sum::<u64>();
            lines + shard.lines.allocation_size() as u64
        };
        table.shards.iter().map(of).sum()
    }

    proptest! {
        /// Against a plain map: what is found is what was kept last, and what is counted is there.
        #[test]
        fn finds_what_was_kept_last(steps in proptest::collection::vec((0..40_u32, 0..1000_u32, 0..4_u8), 0..300)) {
            let (table, taken) = table(1 << 20);
            let mut model = HashMap::new();
            for (key, value, what) in steps {
                match what {
                    0 | 1 => {
                        table.keep(&key, Pair(key, value));
                        model.insert(key, value);
                    }
                    2 => prop_assert_eq!(find(&table, key), model.get(&key).copied()),
                    _ => {
                        (0..SHARDS).for_each(|_| table.sweep(|pair| pair.1 % 7 == 0));
                        model.retain(|_, value| *value % 7 != 0);
                    }
                }
                prop_assert_eq!(table.len(), model.len() as u64);
                prop_assert_eq!(taken.bytes(), counted(&table));
            }
        }

        /// However small the room is: it is never left behind, and never holds what was not put there.
        #[test]
        fn stays_in_its_room(room in 0..20_000_u64, keys in proptest::collection::vec(0..1000_u32, 0..500)) {
            let (table, taken) = table(room);
            for key in keys {
                table.keep(&key, Pair(key, key));
                prop_assert!(taken.bytes() <= room || table.len() == 0, "{} of {room}", taken.bytes());
                prop_assert!(find(&table, key).is_none_or(|value| value == key));
            }
            prop_assert_eq!(taken.bytes(), counted(&table));
        }
    }

    #[test]
    fn what_is_used_outlives_what_is_not() {
        let (table, _) = table(1 << 20);
        let in_use = 0..1000;
        for key in in_use.clone() {
            table.keep(&key, Pair(key, key));
        }
        for key in 1000..100_000 {
            table.keep(&key, Pair(key, key));
            find(&table, key % 1000);
        }
        assert!(table.len() < 20_000, "{}", table.len());
        let left = in_use.filter(|key| find(&table, *key).is_some()).count();
        assert!(left > 990, "{left}");
    }

    #[test]
    fn something_gives_way_even_when_all_is_in_use() {
        let (table, taken) = table(64 << 10);
        for key in 0..10_000 {
            table.keep(&key, Pair(key, key));
            find(&table, key);
        }
        assert!(table.len() > 300 && taken.bytes() <= 64 << 10, "{} {}", table.len(), taken.bytes());
    }

    #[test]
    fn serves_many_threads() {
        let (table, taken) = table(256 << 10);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let table = &table;
                scope.spawn(move || {
                    for round in 0..20_000 {
                        let key = (round * 7 + thread) % 5000;
                        assert!(find(table, key).is_none_or(|value| value == key));
                        table.keep(&key, Pair(key, key));
                        if round % 100 == 0 {
                            table.sweep(|pair| pair.0 % 2 == 0);
                        }
                    }
                });
            }
        });
        assert_eq!(taken.bytes(), counted(&table));
    }
}
