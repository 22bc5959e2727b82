//! The names of condition keys, ready to be looked up: in lower case, with a hash.

use std::borrow::Cow;

/// The name of a condition key. Case does not matter in it, that of a tag key after a `/` included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    hash: u32,
    lower: Cow<'static, str>,
}

impl Key {
    /// A key known beforehand, for a constant. The text must be in lower case.
    pub const fn known(lower: &'static str) -> Self {
        Self { hash: truncated_hash(lower), lower: Cow::Borrowed(lower) }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.lower
    }

    pub(crate) fn hash(&self) -> u32 {
        self.hash
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        let lower = name.to_lowercase();
        Self { hash: truncated_hash(&lower), lower: Cow::Owned(lower) }
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        name.as_str().into()
    }
}

impl From<&String> for Key {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

const fn truncated_hash(text: &str) -> u32 {
    (hash(text) >> 32) as u32
}

/// Spreads short names well and fast, and does so in constants. Whoever looks something up by hash compares the text
/// as well, so that names made to collide cost time in proportion to their number and decide nothing.
pub(crate) const fn hash(text: &str) -> u64 {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    const fn mix(hash: u64, word: u64) -> u64 {
        let mixed = (hash ^ word).wrapping_mul(MULTIPLIER);
        mixed ^ (mixed >> 32)
    }
    let mut rest = text.as_bytes();
    let mut hash = rest.len() as u64;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        hash = mix(hash, u64::from_le_bytes(*chunk));
        rest = after;
    }
    let mut last = 0;
    while let Some((&byte, after)) = rest.split_first() {
        last = (last << 8) | byte as u64;
        rest = after;
    }
    mix(hash, last).wrapping_mul(MULTIPLIER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter() {
        assert_eq!(Key::from("AWS:SourceIp"), Key::known("aws:sourceip"));
        assert_eq!(Key::from("aws:RequestTag/CostCenter"), Key::from("aws:requesttag/COSTCENTER"));
        assert_ne!(Key::from("aws:sourceip"), Key::from("aws:sourceip2"));
    }

    #[test]
    fn hashes_spread() {
        let hashes: std::collections::HashSet<u32> =
            (0..20_000).map(|number| Key::from(format!("aws:RequestTag/{number}").as_str()).hash()).collect();
        assert!(hashes.len() > 19_990, "{}", hashes.len());
    }
}
