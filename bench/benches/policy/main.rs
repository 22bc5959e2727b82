//! What a decision costs, beside the same in Cedar: `cargo bench -p bench`.

mod cedar;

use bench::workload::{Workload, document, managed};
use divan::{AllocProfiler, Bencher, black_box};
use mimalloc::MiMalloc;
use policy::{Bundle, Policies, Policy, PolicyKind, Query, Source, decide, evaluate};
use std::sync::Arc;

/// The allocator of the server, counted: deciding allocates nothing.
#[global_allocator]
static ALLOCATOR: AllocProfiler<MiMalloc> = AllocProfiler::new(MiMalloc);

const NAMES: [&str; 3] = ["W1", "W2", "W3"];

fn main() {
    divan::main();
}

#[expect(clippy::expect_used, reason = "a measurement of nothing helps nobody")]
fn workload(name: &str) -> Workload {
    let workload = match name {
        "W1" => Workload::w1(),
        "W2" => Workload::w2(),
        _ => Workload::w3(),
    };
    workload.expect("the workloads' policies are valid")
}

/// From a request that is ready.
#[divan::bench(args = NAMES)]
fn decide_prepared(bencher: Bencher, name: &str) {
    let workload = workload(name);
    let context = workload.context();
    let request = workload.request(&context);
    let query = Query::new(&request);
    let bundles = workload.bundles();
    let bundles: Vec<&Bundle> = bundles.iter().collect();
    assert!(decide(&query, &bundles).is_allowed());
    bencher.bench_local(|| decide(black_box(&query), black_box(&bundles)));
}

/// With the request's condition keys gathered anew, as for each request that comes in.
#[divan::bench(args = NAMES)]
fn decide_with_building(bencher: Bencher, name: &str) {
    let workload = workload(name);
    let bundles = workload.bundles();
    let bundles: Vec<&Bundle> = bundles.iter().collect();
    bencher.bench_local(|| {
        let context = black_box(&workload).context();
        let request = workload.request(&context);
        decide(&Query::new(&request), black_box(&bundles))
    });
}

/// The plain evaluator, which explains.
#[divan::bench(args = NAMES)]
fn evaluate_plainly(bencher: Bencher, name: &str) {
    let workload = workload(name);
    let context = workload.context();
    let request = workload.request(&context);
    let policies = workload.policies();
    assert!(evaluate(&request, &policies).is_allowed());
    bencher.bench_local(|| evaluate(black_box(&request), black_box(&policies)));
}

/// Cedar, from a request that is ready. Its layers are calls of their own, and a variable in a pattern is equality of
/// attributes.
#[divan::bench(args = NAMES)]
#[expect(clippy::expect_used, reason = "a measurement of nothing helps nobody")]
fn cedar_prepared(bencher: Bencher, name: &str) {
    let translation = cedar::Translation::new(&workload(name)).expect("the translation is valid");
    assert!(translation.is_allowed());
    bencher.bench_local(|| black_box(&translation).is_allowed());
}

/// A thousand statements from their text to a bundle.
#[divan::bench]
fn compile_1000_statements(bencher: Bencher) {
    let texts: Vec<String> = (0..10).flat_map(managed).map(|statements| document(&statements)).collect();
    bencher.bench_local(|| {
        let sources: Vec<Source> = black_box(&texts)
            .iter()
            .filter_map(|text| Policy::parse(text, PolicyKind::Identity).ok())
            .map(|policy| Source::new("p", "user-managed", Arc::new(policy)))
            .collect();
        let bundle = Bundle::new(&Policies { identity: &sources, ..Policies::default() });
        assert_eq!(bundle.len(), 1_000);
        bundle
    });
}
