//! Exact decimal numbers of any length, for the Numeric operators: no rounding decides a request.

use std::cmp::Ordering;

/// A decimal number: sign, digits before and digits after the point, without superfluous zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) whole: Box<str>,
    pub(crate) fraction: Box<str>,
}

/// Beyond this an exponent is no quantity anyone compares, only a way to ask for a lot of zeros.
const MAX_EXPONENT: usize = 400;

impl Decimal {
    /// Reads `-12`, `+3.50`, `.5` and, since JSON has it, `1e3`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, Some(exponent)),
            None => (text, None),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !only_digits(whole) || !only_digits(fraction) {
            return None;
        }
        let (whole, fraction) = match exponent {
            None => (whole.to_owned(), fraction.to_owned()),
            Some(exponent) => shift(whole, fraction, exponent)?,
        };
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole: whole.into(), fraction: fraction.into() })
    }

    /// The number if it is whole and of at most 18 digits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        if !self.fraction.is_empty() || self.whole.len() > 18 {
            return None;
        }
        let magnitude: i64 = if self.whole.is_empty() { 0 } else { self.whole.parse().ok()? };
        Some(if self.negative { -magnitude } else { magnitude })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        (self.whole.len(), &self.whole, &self.fraction).cmp(&(
            other.whole.len(),
            &other.whole,
            &other.fraction,
        ))
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        let digits = number.unsigned_abs().to_string();
        Self { negative: number < 0, whole: digits.trim_start_matches('0').into(), fraction: Box::default() }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => other.magnitude(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Moves the point by the exponent.
fn shift(whole: &str, fraction: &str, exponent: &str) -> Option<(String, String)> {
    let (left, places) = match exponent.strip_prefix('-') {
        Some(places) => (true, places),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    if places.is_empty() || !places.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places: usize = places.parse().ok().filter(|places| *places <= MAX_EXPONENT)?;
    let zeros = "0".repeat(places);
    if left {
        let padded = format!("{zeros}{whole}");
        let (whole, moved) = padded.split_at_checked(padded.len().checked_sub(places)?)?;
        Some((whole.to_owned(), format!("{moved}{fraction}")))
    } else {
        let padded = format!("{fraction}{zeros}");
        let (moved, fraction) = padded.split_at_checked(places)?;
        Some((format!("{whole}{moved}"), fraction.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn compares_exactly() {
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("-0", "0", Ordering::Equal),
            ("007", "7", Ordering::Equal),
            (".5", "0.50", Ordering::Equal),
            ("1e3", "1000", Ordering::Equal),
            ("1250e-2", "12.5", Ordering::Equal),
            ("-1.5", "-1.4", Ordering::Less),
            ("10", "9", Ordering::Greater),
            ("0.1", "0.09", Ordering::Greater),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("0.30000000000000004", "0.3", Ordering::Greater),
            ("-2", "1", Ordering::Less),
        ] {
            assert_eq!(decimal(left).cmp(&decimal(right)), expected, "{left} and {right}");
            assert_eq!(decimal(right).cmp(&decimal(left)), expected.reverse(), "{right} and {left}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in
            ["", "-", ".", "1.2.3", "0x10", "1e", "e5", "1e999999", "NaN", "1,000", "١", "--1", "1e+-1"]
        {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn orders_like_integers(left in any::<i64>(), right in any::<i64>(), places in 0usize..6) {
            let zeros = "0".repeat(places);
            let (a, b) = (decimal(&left.to_string()), decimal(&format!("{right}.{zeros}")));
            prop_assert_eq!(a.cmp(&b), left.cmp(&right));
        }

        #[test]
        fn never_fails_badly(text in "[-+.0-9eE]{0,12}") {
            let _ = Decimal::parse(&text);
        }
    }
}
