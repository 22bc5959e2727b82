use crate::ParseError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A 12-digit AWS account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

impl AccountId {
    const MAX: u64 = 999_999_999_999;

    /// Reads exactly twelve ASCII digits; `000000000000` is refused, as no account has it.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        const ERROR: ParseError = ParseError::new("account id");
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ERROR);
        }
        text.parse().ok().and_then(Self::from_number).ok_or(ERROR)
    }

    /// The account of that number, if an account may have it.
    pub fn from_number(number: u64) -> Option<Self> {
        (1..=Self::MAX).contains(&number).then_some(Self(number))
    }

    /// The id as a number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// A random account id without leading zeros.
    pub fn random(random: &dyn crate::Random) -> Self {
        let word = u64::from_le_bytes(crate::random::random_bytes(random));
        Self(100_000_000_000 + word % 900_000_000_000)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Twelve digits, without the machinery for all other numbers: it is written many times with every request.
        let mut digits = [b'0'; 12];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        f.write_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

impl FromStr for AccountId {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AccountId {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_leading_zeros() {
        assert_eq!(AccountId::parse("029608264753").unwrap().to_string(), "029608264753");
    }

    #[test]
    fn refuses_what_is_not_twelve_digits() {
        for text in
            ["", "1234567890123", "12345678901", "12345678901x", "000000000000", "+12345678901", "١٢٣٤٥٦"]
        {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
    }
}
