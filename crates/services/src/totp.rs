//! Time-based one-time passwords of MFA devices: RFC 6238 with SHA-1, six digits and steps of 30 seconds.

use domain::TotpClock;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Seconds of one time step.
const STEP: i64 = 30;
/// How many steps a code may be early or late: what the RFC recommends for the time that a person takes.
const TOLERANCE: i64 = 1;

/// The step of the right code, if this is one: near enough in time, and later than every code that was taken before.
pub(crate) fn verify(seed: &[u8], clock: &TotpClock, code: &str, now: Timestamp) -> Option<i64> {
    let code = parse(code)?;
    let expected = step(now).saturating_add(clock.drift);
    (-TOLERANCE..=TOLERANCE)
        .map(|offset| expected.saturating_add(offset))
        .find(|step| is_fresh(clock, *step) && is_code(seed, *step, code))
}

/// What two codes in a row say of the device's clock, if they are right: no more than `window` steps early or late, and
/// later than every code that was taken before.
pub(crate) fn synchronize(
    seed: &[u8],
    clock: &TotpClock,
    codes: [&str; 2],
    now: Timestamp,
    window: i64,
) -> Option<TotpClock> {
    let [first, second] = [parse(codes[0])?, parse(codes[1])?];
    let now = step(now);
    // The nearest first: a code can come up twice within a wide window.
    let nearest = (0..=window).flat_map(|distance| [-distance, distance]);
    let drift = nearest.into_iter().find(|drift| {
        let step = now.saturating_add(*drift);
        let before = step.saturating_sub(1);
        is_fresh(clock, before) && is_code(seed, before, first) && is_code(seed, step, second)
    })?;
    // One step is how long people take, not how their clocks stand.
    let kept = if drift.abs() <= TOLERANCE { 0 } else { drift };
    Some(TotpClock { drift: kept, last_step: Some(now.saturating_add(drift)) })
}

/// The code of a step.
fn code(seed: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    // RFC 4226, 5.3: the last four bits say which four bytes count.
    let at = usize::from(digest.last()? & 15);
    let bytes: [u8; 4] = digest.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
}

fn is_code(seed: &[u8], step: i64, code_shown: u32) -> bool {
    code(seed, step).is_some_and(|code| code.ct_eq(&code_shown).into())
}

fn is_fresh(clock: &TotpClock, step: i64) -> bool {
    clock.last_step.is_none_or(|last| step > last)
}

fn step(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP)
}

fn parse(code: &str) -> Option<u32> {
    let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    if digits { code.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn shown(step: i64) -> String {
        format!("{:06}", code(SEED, step).unwrap())
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of its eight digits.
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(shown(step(at(second))), expected, "{second}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_only_near_its_time() {
        let now = at(3000);
        let mut clock = TotpClock::default();
        for (step, good) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            assert_eq!(verify(SEED, &clock, &shown(step), now).is_some(), good, "{step}");
        }
        clock.last_step = verify(SEED, &clock, &shown(100), now);
        assert_eq!(clock.last_step, Some(100));
        assert_eq!(verify(SEED, &clock, &shown(100), now), None, "again");
        assert_eq!(verify(SEED, &clock, &shown(99), now), None, "an older one");
        assert_eq!(verify(SEED, &clock, &shown(101), now), Some(101));
    }

    #[test]
    fn two_codes_in_a_row_tell_the_clock() {
        let (now, clock) = (at(3000), TotpClock::default());
        let sync = |first: i64, second: i64, window| {
            synchronize(SEED, &clock, [&shown(first), &shown(second)], now, window)
        };
        assert_eq!(sync(99, 100, 10), Some(TotpClock { drift: 0, last_step: Some(100) }));
        assert_eq!(sync(100, 101, 10), Some(TotpClock { drift: 0, last_step: Some(101) }));
        assert_eq!(sync(109, 110, 10), Some(TotpClock { drift: 10, last_step: Some(110) }));
        assert_eq!(sync(110, 111, 10), None, "too far");
        assert_eq!(sync(100, 102, 10), None, "not in a row");
        assert_eq!(sync(100, 100, 10), None, "the same");
        assert_eq!(sync(100, 99, 10), None, "backwards");
        let drifted = sync(139, 140, 120).unwrap();
        assert_eq!(verify(SEED, &drifted, &shown(142), at(3030)), Some(142));
        let taken = TotpClock { drift: 0, last_step: Some(99) };
        let again = synchronize(SEED, &taken, [&shown(99), &shown(100)], now, 10);
        assert_eq!(again, None, "codes that were taken before");
    }

    proptest! {
        #[test]
        fn nothing_but_six_digits_is_a_code(text in "\\PC{0,8}", seed: Vec<u8>, second in any::<i32>()) {
            let _ = verify(&seed, &TotpClock::default(), &text, at(second.into()));
            prop_assert!(parse(&text).is_none() || (text.len() == 6 && text.is_ascii()));
        }

        #[test]
        fn a_code_of_now_is_always_right(seed: Vec<u8>, second in any::<i32>()) {
            let now = at(second.into());
            let code = format!("{:06}", code(&seed, step(now)).unwrap());
            prop_assert!(verify(&seed, &TotpClock::default(), &code, now).is_some());
        }
    }
}
