use crate::{
    AccountId, ParseError, Random,
    random::{base32_letter, base32_value, random_bytes},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// An access key id: `AKIA` (long-term) or `ASIA` (temporary) and sixteen base32 letters that name the account.
///
/// The sixteen letters are 80 bits, most significant first: one generation bit (1), the account id in 40 bits, 39 random
/// bits. This is what `sts:GetAccessKeyInfo` and key-scanning tools decode.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(SmolStr);

/// Prefix of long-term keys.
const LONG_TERM: &str = "AKIA";
/// Prefix of temporary keys.
const TEMPORARY: &str = "ASIA";

impl AccessKeyId {
    /// Reads a key id of ours: known prefix, right length, an account inside.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        const ERROR: ParseError = ParseError::new("access key id");
        if !(text.starts_with(LONG_TERM) || text.starts_with(TEMPORARY)) {
            return Err(ERROR);
        }
        Self::account_of(text).ok_or(ERROR)?;
        Ok(Self(text.into()))
    }

    /// The account that any 20-character key id names, whatever its prefix; `None` for ids of the old generation, which
    /// name none.
    pub fn account_of(text: &str) -> Option<AccountId> {
        let letters = text.as_bytes().get(4..)?;
        if letters.len() != 16 || !text.is_ascii() {
            return None;
        }
        let mut bits: u128 = 0;
        for letter in letters {
            bits = (bits << 5) | u128::from(base32_value(*letter)?);
        }
        if bits >> 79 != 1 {
            return None;
        }
        let account = (bits >> 39) & ((1 << 40) - 1);
        AccountId::from_number(u64::try_from(account).ok()?)
    }

    /// A new long-term key id of `account`.
    pub fn long_term(account: AccountId, random: &dyn Random) -> Self {
        Self::new(LONG_TERM, account, random)
    }

    /// A new temporary key id of `account`.
    pub fn temporary(account: AccountId, random: &dyn Random) -> Self {
        Self::new(TEMPORARY, account, random)
    }

    fn new(prefix: &str, account: AccountId, random: &dyn Random) -> Self {
        let low = u128::from(u64::from_le_bytes(random_bytes(random)) & ((1 << 39) - 1));
        let bits: u128 = (1 << 79) | (u128::from(account.number()) << 39) | low;
        let mut text = String::with_capacity(20);
        text.push_str(prefix);
        for letter in (0..16).rev() {
            text.push(base32_letter(u64::try_from((bits >> (letter * 5)) & 31).unwrap_or(0)));
        }
        Self(text.into())
    }

    /// The account the id names.
    pub fn account_id(&self) -> Option<AccountId> {
        Self::account_of(&self.0)
    }

    /// Whether this is a temporary key, which is only good together with its session token.
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with(TEMPORARY)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccessKeyId {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<AccessKeyId> for String {
    fn from(id: AccessKeyId) -> Self {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::Seeded;
    use proptest::prelude::*;

    #[test]
    fn published_keys_decode_to_their_accounts() {
        assert_eq!(AccessKeyId::account_of("ASIAY34FZKBOKMUTVV7A").unwrap().to_string(), "609629065308");
        assert_eq!(AccessKeyId::account_of("ASIAQNZGKIQY56JQ7WML").unwrap().to_string(), "029608264753");
    }

    proptest! {
        #[test]
        fn every_new_key_names_its_account(number in 1..=999_999_999_999u64, seed: u64) {
            let account = AccountId::from_number(number).unwrap();
            let id = AccessKeyId::long_term(account, &Seeded::new(seed));
            prop_assert_eq!(id.as_str().len(), 20);
            prop_assert_eq!(id.account_id(), Some(account));
            prop_assert_eq!(AccessKeyId::parse(id.as_str()).unwrap(), id);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,40}") {
            let _ = AccessKeyId::parse(&text);
        }
    }
}
