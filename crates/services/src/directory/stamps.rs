//! When entities last changed, as this process knows it: what tells whether something built from them still holds.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::atomic::{AtomicU64, Ordering},
};
use store::Entity;

/// How many stamps there are; two MiB of them. Entities that share one only make each other be read again.
const STAMPS: usize = 1 << 18;

/// One stamp for each entity or few: the tick of its last known change.
///
/// Whoever reads takes the tick before it begins. A change that is committed later gets a later tick, after its commit and
/// before it is acknowledged: so what was read before that commit does not hold from the acknowledgement on, and what
/// was read after it has seen the change. Between the two it may be read once in vain.
#[derive(Debug)]
pub(super) struct Stamps {
    /// Keyed anew in every process: nobody outside can choose entities that share a stamp.
    hasher: RandomState,
    ticks: AtomicU64,
    /// What was read before this tick does not hold, whatever it was built from.
    floor: AtomicU64,
    stamps: Box<[AtomicU64]>,
    changes: AtomicU64,
}

/// A moment between changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick(u64);

/// What something was built from, and when reading it began.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    tick: u64,
    stamps: Box<[u32]>,
}

impl Default for Stamps {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            ticks: AtomicU64::new(0),
            floor: AtomicU64::new(0),
            stamps: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
            changes: AtomicU64::new(0),
        }
    }
}

impl Stamps {
    /// The moment before a reading begins.
    pub(super) fn now(&self) -> Tick {
        Tick(self.ticks.load(Ordering::SeqCst))
    }

    /// What was built from these entities by a reading that began at `tick`.
    pub(super) fn basis<'a>(&self, tick: Tick, entities: impl IntoIterator<Item = &'a Entity>) -> Basis {
        let mut stamps: Vec<u32> = entities.into_iter().map(|entity| self.place(entity)).collect();
        stamps.sort_unstable();
        stamps.dedup();
        Basis { tick: tick.0, stamps: stamps.into() }
    }

    /// Whether nothing that this was built from has changed since.
    pub(super) fn hold(&self, basis: &Basis) -> bool {
        self.floor.load(Ordering::SeqCst) <= basis.tick
            && basis.stamps.iter().all(|place| {
                let stamp = self.stamps.get(*place as usize);
                stamp.is_some_and(|stamp| stamp.load(Ordering::SeqCst) <= basis.tick)
            })
    }

    /// These entities have changed: to be called when that is committed.
    pub(super) fn advance<'a>(&self, entities: impl IntoIterator<Item = &'a Entity>) {
        for entity in entities {
            let tick = self.ticks.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(stamp) = self.stamps.get(self.place(entity) as usize) {
                stamp.fetch_max(tick, Ordering::SeqCst);
            }
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Anything may have changed.
    pub(super) fn advance_all(&self) {
        let tick = self.ticks.fetch_add(1, Ordering::SeqCst) + 1;
        self.floor.fetch_max(tick, Ordering::SeqCst);
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    #[expect(clippy::cast_possible_truncation, reason = "less than the number of stamps")]
    fn place(&self, entity: &Entity) -> u32 {
        (self.hasher.hash_one(entity) % STAMPS as u64) as u32
    }
}

impl Basis {
    /// Bytes on the heap.
    pub(super) fn heap_size(&self) -> usize {
        size_of_val(&*self.stamps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AccountId;

    fn entity(name: &str) -> Entity {
        Entity::role_name(AccountId::parse("123456789012").unwrap(), name)
    }

    #[test]
    fn a_change_ends_what_was_read_before_it_and_nothing_else() {
        let stamps = Stamps::default();
        let (a, b) = (entity("a"), entity("b"));
        let before = stamps.now();
        let (of_a, of_b, of_both) =
            (stamps.basis(before, [&a]), stamps.basis(before, [&b]), stamps.basis(before, [&a, &b]));
        assert!(stamps.hold(&of_a) && stamps.hold(&of_both));
        stamps.advance([&a]);
        assert!(!stamps.hold(&of_a) && !stamps.hold(&of_both));
        assert!(stamps.hold(&of_b), "unless they share a stamp, which one in a quarter of a million does");
        assert!(stamps.hold(&stamps.basis(stamps.now(), [&a])));
    }

    #[test]
    fn a_reading_that_a_change_overtakes_does_not_hold() {
        let stamps = Stamps::default();
        let a = entity("a");
        let began = stamps.now();
        stamps.advance([&a]);
        assert!(!stamps.hold(&stamps.basis(began, [&a])));
    }

    #[test]
    fn all_is_forgotten_at_once() {
        let stamps = Stamps::default();
        let (of_a, of_nothing) = (stamps.basis(stamps.now(), [&entity("a")]), stamps.basis(stamps.now(), []));
        stamps.advance_all();
        assert!(!stamps.hold(&of_a) && !stamps.hold(&of_nothing));
        assert!(stamps.hold(&stamps.basis(stamps.now(), [])));
    }
}
