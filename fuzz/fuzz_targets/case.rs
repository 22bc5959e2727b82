//! Any bytes as a case: refused briefly, or decided alike by both evaluators.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Bundle, Query, case::Case, decide};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Case::parse(text) {
        Ok(case) => {
            let (request, answer) = (case.request(), case.answer());
            let verdict = decide(&Query::new(&request), &[&Bundle::new(&case.policies())]);
            assert_eq!(verdict.outcome().name(), answer.decision);
            assert_eq!(verdict.is_allowed(), answer.blocked_by.is_empty());
        }
        Err(error) => assert!(!error.message.is_empty() && error.message.chars().count() < 500),
    }
});
