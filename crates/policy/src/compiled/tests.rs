use proptest::prelude::*;

use crate::evaluate::decision::Outcome;
use crate::sample::Sample;

/// How many samples to compare; more with `PORTCULLIS_SAMPLES`.
fn count() -> u64 {
    std::env::var("PORTCULLIS_SAMPLES").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

#[test]
fn both_evaluators_agree() {
    let mut outcomes = std::collections::BTreeMap::<Outcome, u64>::new();
    for seed in 0..count() {
        let sample = Sample::seeded(seed);
        if let Some(difference) = sample.disagreement() {
            panic!("seed {seed}: {difference}");
        }
        *outcomes.entry(sample.outcome()).or_default() += 1;
    }
    // A comparison of nothing but denials would prove little.
    for outcome in [Outcome::Allowed, Outcome::ExplicitDeny, Outcome::ImplicitDeny] {
        assert!(outcomes.get(&outcome).is_some_and(|found| *found > count() / 20), "{outcomes:?}");
    }
}

proptest! {
    #[test]
    fn both_evaluators_agree_on_shrinkable_samples(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(Sample::new(&bytes).disagreement(), None);
    }
}
