//! What a decision costs: repeated for a tool that counts instructions, among many principals, and in memory.
#![expect(
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement: counts are small, bounds are clear"
)]

use crate::Failure;
use bench::workload::{Workload, document, managed};
use policy::{Bundle, Policies, Policy, PolicyKind, Query, Source, decide};
use std::{collections::HashMap, fmt::Write as _, hint::black_box, sync::Arc, time::Instant};

/// Bundles that differ; as in a real organization, many principals have the same policies.
const DISTINCT_BUNDLES: usize = 10_000;

pub(crate) fn run(mut words: impl Iterator<Item = String>) -> Result<String, Failure> {
    match words.next().as_deref() {
        Some("flat") => flat(),
        Some("memory") => memory(),
        Some("repeat") => {
            let workload = match words.next().as_deref() {
                Some("W1") => Workload::w1()?,
                Some("W2") => Workload::w2()?,
                Some("W3") => Workload::w3()?,
                _ => return Err("which workload: W1, W2 or W3?".into()),
            };
            let count = words.next().and_then(|count| count.parse().ok()).ok_or("how often?")?;
            repeat(&workload, count)
        }
        _ => Err("what: flat, memory or repeat?".into()),
    }
}

/// The same decision so many times. The difference between two counts, divided, is what one costs.
fn repeat(workload: &Workload, count: usize) -> Result<String, Failure> {
    let context = workload.context();
    let request = workload.request(&context);
    let query = Query::new(&request);
    let bundles = workload.bundles();
    let bundles: Vec<&Bundle> = bundles.iter().collect();
    for _ in 0..count {
        if !decide(black_box(&query), black_box(&bundles)).is_allowed() {
            return Err("the workload's request is denied".into());
        }
    }
    Ok(String::new())
}

/// One principal's decision with few and with many principals loaded, and decisions of principals at random.
fn flat() -> Result<String, Failure> {
    let mut report = String::from("principals  same decision  principals at random   resident memory\n");
    for principals in [1_000_usize, 1_000_000] {
        let before = resident_megabytes()?;
        let bundles: Vec<Arc<Bundle>> = (0..principals.min(DISTINCT_BUNDLES))
            .map(|variant| {
                Ok::<_, Failure>(Arc::new(
                    Workload::w2_variant(variant)?.bundles().into_iter().next().ok_or("none")?,
                ))
            })
            .collect::<Result<_, _>>()?;
        let loaded: HashMap<String, Arc<Bundle>> = (0..principals)
            .map(|number| (principal_id(number), bundles[number % bundles.len()].clone()))
            .collect();
        let used = resident_megabytes()? - before;

        let workload = Workload::w2()?;
        let context = workload.context();
        let request = workload.request(&context);
        let query = Query::new(&request);
        let one = principal_id(principals / 2);
        let ask = |id: &str| loaded.get(id).is_some_and(|bundle| decide(&query, &[bundle]).is_allowed());
        let same = median_nanoseconds(|_| ask(&one))?;
        // A step that shares no factor with the number visits all principals in an order that no cache foresees.
        let ids: Vec<String> = (0..100_000).map(|turn| principal_id(turn * 7_919 % principals)).collect();
        let random = median_nanoseconds(|turn| ask(&ids[turn % ids.len()]))?;
        writeln!(report, "{principals:>10} {same:>11.0} ns {random:>18.0} ns {used:>14.1} MB")?;
    }
    Ok(report)
}

fn principal_id(number: usize) -> String {
    format!("AIDA{number:017}")
}

/// The median of 21 rounds of 100,000 decisions each.
fn median_nanoseconds(allowed: impl Fn(usize) -> bool) -> Result<f64, Failure> {
    const TURNS: usize = 100_000;
    let mut rounds = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        if !(0..TURNS).all(|turn| black_box(allowed(turn))) {
            return Err("the workload's request is denied".into());
        }
        rounds.push(begun.elapsed().as_secs_f64() * 1e9 / TURNS as f64);
    }
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[rounds.len() / 2])
}

/// What parsed policies, compiled statements and bundles take, each for W2's statements.
fn memory() -> Result<String, Failure> {
    const SETS: usize = 500;
    let texts: Vec<String> = (0..SETS).flat_map(managed).map(|statements| document(&statements)).collect();
    let statements = 10.0 * texts.len() as f64;
    let bytes_each = |before: f64, after: f64| (after - before) * 1e6 / statements;

    let start = resident_megabytes()?;
    let parsed = texts.iter().map(|text| Policy::parse(text, PolicyKind::Identity).map(Arc::new));
    let parsed: Vec<Arc<Policy>> = parsed.collect::<Result<_, _>>()?;
    let after_parsing = resident_megabytes()?;
    let sources: Vec<Source> =
        parsed.iter().map(|policy| Source::new("p", "user-managed", policy.clone())).collect();
    let after_sources = resident_megabytes()?;
    let begun = Instant::now();
    let bundles: Vec<Bundle> = sources
        .chunks(10)
        .map(|sources| Bundle::new(&Policies { identity: sources, ..Policies::default() }))
        .collect();
    let took = begun.elapsed().as_secs_f64() * 1e6;
    let after_bundles = resident_megabytes()?;
    let fused: usize = bundles.iter().map(|bundle| size_of::<Bundle>() + bundle.heap_size()).sum();
    let fused = fused as f64 / statements;
    let both = bytes_each(after_sources, after_bundles);
    Ok(format!(
        "bytes for each statement of {statements} (5 actions, 1 resource, 3 conditions):\n\
         text            {:>6.0}\n\
         parsed          {:>6.0}\n\
         compiled        {:>6.0}   once for each policy\n\
         fused           {fused:>6.0}   once for each set of policies\n\
         compiling and fusing took {:.2} us each\n",
        texts.iter().map(String::len).sum::<usize>() as f64 / statements,
        bytes_each(start, after_parsing),
        both - fused,
        took / statements,
    ))
}

fn resident_megabytes() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kilobytes / 1e3)
}
