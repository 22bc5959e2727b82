//! Requests and policies made from any bytes: the compiled policies must decide as the plain evaluator does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::Sample;

fuzz_target!(|bytes: &[u8]| {
    if let Some(difference) = Sample::new(bytes).disagreement() {
        panic!("{difference}");
    }
});
