use proptest::prelude::*;

use crate::evaluate::decision::Outcome;
use crate::sample::Sample;

/// Bytes without end from a seed (SplitMix64).
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    });
    words.flat_map(u64::to_le_bytes).take(length).collect()
}

/// How many samples to compare; more with `PORTCULLIS_SAMPLES`.
fn count() -> u64 {
    std::env::var("PORTCULLIS_SAMPLES").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

#[test]
fn both_evaluators_agree() {
    let mut outcomes = std::collections::BTreeMap::<Outcome, u64>::new();
    for seed in 0..count() {
        let sample = Sample::new(&bytes(seed, 400));
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
