//! When entities last changed, as this process knows it: what tells whether something built from them still holds.

use super::weight::block;
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
    table: Box<[AtomicU64]>,
    changes: AtomicU64,
}

/// A moment between changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick(u64);

/// What something was built from, and when reading it began.
#[derive(Debug)]
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
            table: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
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
                let stamp = self.table.get(*place as usize);
                stamp.is_some_and(|stamp| stamp.load(Ordering::SeqCst) <= basis.tick)
            })
    }

    /// These entities have changed: to be called when that is committed.
    pub(super) fn advance<'a>(&self, entities: impl IntoIterator<Item = &'a Entity>) {
        for entity in entities {
            let tick = self.ticks.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(stamp) = self.table.get(self.place(entity) as usize) {
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
    /// Bytes that it holds beside itself.
    pub(super) fn held(&self) -> usize {
        block(size_of_val(&*self.stamps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AccountId;
    use proptest::prelude::*;

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

    /// One step of loads and commits that overlap in any way.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// A load takes its tick, and no more.
        Begin(usize),
        /// It takes its snapshot.
        Read(usize),
        /// It puts what it read into memory.
        Keep(usize),
        /// A commit becomes visible.
        Commit(usize),
        /// Its entity gets its tick and it is acknowledged.
        Acknowledge(usize),
    }

    #[derive(Default)]
    struct Load {
        tick: Option<Tick>,
        read: Option<(Vec<u64>, Basis)>,
    }

    const ENTITIES: usize = 3;
    const LOADS: usize = 4;

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..LOADS).prop_map(Step::Begin),
            (0..LOADS).prop_map(Step::Read),
            (0..LOADS).prop_map(Step::Keep),
            (0..ENTITIES).prop_map(Step::Commit),
            (0..ENTITIES).prop_map(Step::Acknowledge),
        ]
    }

    proptest! {
        /// Load number n reads entities n and n + 1; the last one to keep what it read is what memory holds. Whenever that
        /// holds, it is no older than what was acknowledged.
        #[test]
        fn what_holds_is_not_older_than_what_was_acknowledged(
            steps in proptest::collection::vec(step(), 0..60)
        ) {
            let stamps = Stamps::default();
            let entities = ["a", "b", "c"].map(entity);
            let (mut visible, mut acknowledged) = ([0_u64; ENTITIES], [0_u64; ENTITIES]);
            let mut loads: [Load; LOADS] = Default::default();
            let mut memory: [Option<(Vec<u64>, Basis)>; LOADS] = Default::default();
            let of = |load: usize| [load % ENTITIES, (load + 1) % ENTITIES];
            for step in steps {
                match step {
                    Step::Begin(load) => loads[load] = Load { tick: Some(stamps.now()), read: None },
                    Step::Read(load) => {
                        if let Some(tick) = loads[load].tick {
                            let read = of(load).map(|entity| visible[entity]).to_vec();
                            let basis = stamps.basis(tick, of(load).map(|entity| &entities[entity]));
                            loads[load].read = Some((read, basis));
                        }
                    }
                    Step::Keep(load) => {
                        if let Some(read) = std::mem::take(&mut loads[load]).read {
                            memory[load] = Some(read);
                        }
                    }
                    Step::Commit(entity) => visible[entity] += 1,
                    Step::Acknowledge(entity) => {
                        stamps.advance([&entities[entity]]);
                        acknowledged[entity] = visible[entity];
                    }
                }
                for (load, kept) in memory.iter().enumerate() {
                    let Some((read, basis)) = kept else { continue };
                    if stamps.hold(basis) {
                        for (value, entity) in read.iter().zip(of(load)) {
                            prop_assert!(*value >= acknowledged[entity], "entity {}", entity);
                        }
                    }
                }
            }
        }
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
