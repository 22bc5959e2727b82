use crate::{
    ParseError, Random,
    random::{base32_letter, base32_value, random_bytes},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// What a unique id names; each kind has its prefix, of four letters but for two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// `AGPA`
    Group,
    /// `AIPA`
    InstanceProfile,
    /// `ANPA`
    ManagedPolicy,
    /// `AMFA`: no prefix of AWS's, as these ids are never shown.
    MfaDevice,
    /// `AROA`
    Role,
    /// `ACCA`
    ServiceSpecificCredential,
    /// `APKA`
    SshPublicKey,
    /// `SAMLPK`, of 23 letters: AWS's `privateKeyIdType` has 22 at least.
    SamlPrivateKey,
    /// `SAMLSP`, of 23 letters for the same reason.
    SamlProvider,
    /// `ASCA`
    ServerCertificate,
    /// `AIDA`
    User,
}

impl IdKind {
    /// The prefix AWS documents for the kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Group => "AGPA",
            Self::InstanceProfile => "AIPA",
            Self::ManagedPolicy => "ANPA",
            Self::MfaDevice => "AMFA",
            Self::Role => "AROA",
            Self::ServiceSpecificCredential => "ACCA",
            Self::SshPublicKey => "APKA",
            Self::SamlPrivateKey => "SAMLPK",
            Self::SamlProvider => "SAMLSP",
            Self::ServerCertificate => "ASCA",
            Self::User => "AIDA",
        }
    }
}

/// The id of an IAM entity that is never used again: a prefix and seventeen base32 letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UniqueId(SmolStr);

impl UniqueId {
    /// A new id of that kind, with 85 random bits.
    pub fn new(kind: IdKind, random: &dyn Random) -> Self {
        let bytes: [u8; 17] = random_bytes(random);
        let letters = bytes.iter().map(|byte| base32_letter(u64::from(*byte)));
        Self(kind.prefix().chars().chain(letters).collect())
    }

    /// Reads 16 to 128 letters and digits, as AWS's `idType` allows.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let known = (16..=128).contains(&text.len())
            && text.bytes().all(|b| base32_value(b).is_some() || b.is_ascii_alphanumeric());
        if known { Ok(Self(text.into())) } else { Err(ParseError::new("unique id")) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UniqueId {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<UniqueId> for String {
    fn from(id: UniqueId) -> Self {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::tests::Seeded;

    #[test]
    fn has_prefix_and_twenty_one_letters() {
        let id = UniqueId::new(IdKind::User, &Seeded::new(7));
        assert!(id.as_str().starts_with("AIDA"));
        assert_eq!(id.as_str().len(), 21);
        assert_eq!(UniqueId::parse(id.as_str()).unwrap(), id);
    }
}
