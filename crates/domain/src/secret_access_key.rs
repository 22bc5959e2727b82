use crate::{Random, random::random_bytes};
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret access key: 40 characters of `A-Za-z0-9+/`. Redacted in `Debug`, wiped on drop, compared in constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct SecretAccessKey(String);

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl SecretAccessKey {
    /// A new secret of 240 random bits.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes: [u8; 40] = random_bytes(random);
        let text = bytes
            .iter()
            .map(|byte| char::from(ALPHABET.get(usize::from(*byte & 63)).copied().unwrap_or(b'A')))
            .collect();
        bytes.zeroize();
        Self(text)
    }

    /// Takes a secret read back from a sealed record.
    pub fn from_sealed(text: String) -> Self {
        Self(text)
    }

    /// The secret itself. Only for signing, sealing and the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SecretAccessKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretAccessKey {}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::Seeded;

    #[test]
    fn is_forty_characters_and_never_printed() {
        let secret = SecretAccessKey::new(&Seeded::new(1));
        assert_eq!(secret.expose().len(), 40);
        assert_ne!(secret, SecretAccessKey::new(&Seeded::new(2)));
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
