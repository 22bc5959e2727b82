//! Any bytes as two sets of policies that share statements: what is answered about them, the evaluator confirms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::reasoning::{Language, ReasoningSample};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let language = if first % 2 == 0 { Language::Whole } else { Language::Decided };
    let sample = ReasoningSample::new(bytes, language);
    assert_eq!(sample.fault(&sample.answer()), None);
    assert_eq!(sample.fault_of_grants(), None);
});
