//! Answers about generated policies, held against the evaluator.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::reasoning::sample::{Language, ReasoningSample};

/// Bytes without end from a seed.
fn bytes(seed: u64) -> Vec<u8> {
    (0..400_u64).map(|at| crate::request::key::hash(&format!("{seed} {at}")).to_le_bytes()[3]).collect()
}

/// How many samples to look at; more with `PORTCULLIS_SAMPLES`.
fn count() -> u64 {
    std::env::var("PORTCULLIS_SAMPLES").ok().and_then(|count| count.parse().ok()).unwrap_or(150)
}

fn check(language: Language, count: u64) -> BTreeMap<&'static str, u64> {
    let mut answers = BTreeMap::new();
    for seed in 0..count {
        let sample = ReasoningSample::new(&bytes(seed), language);
        let answer = sample.answer();
        if let Some(fault) = sample.fault(&answer).or_else(|| sample.fault_of_grants()) {
            panic!("seed {seed}: {fault}");
        }
        let name = match answer {
            Answer::Yes => "yes",
            Answer::No(_) => "no",
            Answer::Unknown { reasons } => {
                let unconfirmed = reasons.iter().any(|reason| reason.obstacle == Obstacle::Unconfirmed);
                assert!(!unconfirmed, "seed {seed}: {}", sample.describe());
                "unknown"
            }
        };
        *answers.entry(name).or_default() += 1;
    }
    answers
}

#[test]
fn what_can_be_decided_is_decided() {
    let answers = check(Language::Decided, count());
    // Answers of one sort would prove little.
    assert!(answers.values().all(|found| *found > count() / 5) && answers.len() == 2, "{answers:?}");
}

#[test]
fn the_whole_language_is_answered_truthfully() {
    let count = count() / 2;
    let answers = check(Language::Whole, count);
    let found = |name| answers.get(name).copied().unwrap_or_default();
    assert!(
        found("yes") > count / 8 && found("no") > count / 8 && found("unknown") < count / 4,
        "{answers:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn shrinkable_samples_are_answered_truthfully(bytes in prop::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
        let language = if whole { Language::Whole } else { Language::Decided };
        let sample = ReasoningSample::new(&bytes, language);
        prop_assert_eq!(sample.fault(&sample.answer()), None);
    }
}
