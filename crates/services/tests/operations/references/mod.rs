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

/// Lets every client take its steps, at the same time as the others, and looks at what comes of it.
async fn run(plane: Arc<TestPlane>, clients: Vec<Vec<Step>>) {
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
    let mut seen = HashSet::new();
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
        runtime().block_on(async { run(Arc::new(TestPlane::new().await), clients).await });
    }
}

#[test]
fn stay_whole_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("store.db"));
    let mut state = 7_u64;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let clients =
        (0..6).map(|_| (0..250).map(|_| Step::of(number(), number(), number())).collect()).collect();
    runtime().block_on(async { run(Arc::new(TestPlane::on(&location).await), clients).await });
}
