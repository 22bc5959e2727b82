//! Whatever several clients do to one account at the same time, what refers to something refers to something that is there.

mod races;
mod step;
mod whole;

use crate::plane::TestPlane;
use proptest::prelude::*;
use std::{collections::HashSet, sync::Arc};
use step::Step;
use store::Location;
use tokio::task::JoinSet;

/// How often the clients are let at one store.
const ROUNDS: usize = 12;

/// Lets every client take its steps, at the same time as the others, and looks at what comes of it. `seen` are
/// all ids that were ever given.
async fn run(plane: Arc<TestPlane>, clients: Vec<Vec<Step>>, seen: &mut HashSet<String>) {
    let mut running = JoinSet::new();
    for steps in clients {
        let plane = plane.clone();
        running.spawn(async move {
            let mut made = Vec::new();
            for step in steps {
                made.extend(step.take(&plane).await);
            }
            made
        });
    }
    while let Some(made) = running.join_next().await {
        for id in made.unwrap() {
            assert!(seen.insert(id.clone()), "the id {id} was given twice");
        }
    }
    whole::check(&plane).await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn stay_whole_in_memory(clients in prop::collection::vec(prop::collection::vec(Step::any(), 0..80), 4)) {
        runtime().block_on(async { run(Arc::new(TestPlane::new().await), clients, &mut HashSet::new()).await });
    }
}

#[test]
fn stay_whole_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("store.db"));
    let mut state = 7_u64;
    // SplitMix64.
    let mut number = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from(mixed >> 33).unwrap()
    };
    runtime().block_on(async {
        let plane = Arc::new(TestPlane::on(&location).await);
        let mut seen = HashSet::new();
        for _ in 0..ROUNDS {
            let mut steps = || (0..60).map(|_| Step::of(number(), number(), number())).collect();
            run(plane.clone(), (0..6).map(|_| steps()).collect(), &mut seen).await;
        }
    });
}
