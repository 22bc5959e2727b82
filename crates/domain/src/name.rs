use crate::ParseError;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// `[\w+=,.@-]`, the letters of IAM names; `\w` is ASCII here, as in AWS's patterns.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $min:literal..=$max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(SmolStr);

        impl $type {
            /// Reads a name of the allowed length and letters `[\w+=,.@-]`.
            pub fn parse(text: &str) -> Result<Self, ParseError> {
                if ($min..=$max).contains(&text.len()) && text.bytes().all(is_name_byte) {
                    Ok(Self(text.into()))
                } else {
                    Err(ParseError::new($kind))
                }
            }

            /// The name as its owner wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The form under which the name is unique in its account: IAM compares names without case.
            pub fn key(&self) -> String {
                self.0.to_ascii_lowercase()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = ParseError;
            fn try_from(text: String) -> Result<Self, ParseError> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0.into()
            }
        }
    };
}

name!(
    /// The name of an IAM group, up to 128 letters.
    GroupName, "group name", 1..=128
);
name!(
    /// The name of an instance profile, up to 128 letters.
    InstanceProfileName, "instance profile name", 1..=128
);
name!(
    /// The name of a virtual MFA device, up to 226 letters.
    MfaDeviceName, "MFA device name", 1..=226
);
name!(
    /// The name of a managed or inline policy, up to 128 letters.
    PolicyName, "policy name", 1..=128
);
name!(
    /// The name of a role, up to 64 letters.
    RoleName, "role name", 1..=64
);
name!(
    /// The name of a role session, 2 to 64 letters.
    RoleSessionName, "role session name", 2..=64
);
name!(
    /// The name of a SAML provider, up to 128 letters.
    SamlProviderName, "SAML provider name", 1..=128
);
name!(
    /// The name of a server certificate, up to 128 letters.
    ServerCertificateName, "server certificate name", 1..=128
);
name!(
    /// The name of an IAM user, up to 64 letters.
    UserName, "user name", 1..=64
);

/// The alias of an account: 3 to 63 lower-case letters, digits and single hyphens inside; not twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountAlias(String);

impl AccountAlias {
    /// Reads an alias by IAM's rule `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        let account_id = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if (3..=63).contains(&text.len()) && letters && !hyphens && !account_id {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError::new("account alias"))
        }
    }

    /// The alias as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountAlias {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<AccountAlias> for String {
    fn from(alias: AccountAlias) -> Self {
        alias.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_by_key() {
        assert_eq!(UserName::parse("Alice").unwrap().key(), UserName::parse("aLICE").unwrap().key());
    }

    #[test]
    fn names_refuse_other_letters_and_lengths() {
        for text in ["", "a b", "a/b", "é", "a\n", &"x".repeat(65)] {
            assert!(UserName::parse(text).is_err(), "{text:?}");
        }
        assert!(RoleSessionName::parse("x").is_err());
        assert!(GroupName::parse(&"x".repeat(128)).is_ok());
    }

    #[test]
    fn aliases_follow_the_rule() {
        for text in ["abc", "a-b", "my-account-1"] {
            assert!(AccountAlias::parse(text).is_ok(), "{text}");
        }
        for text in ["ab", "-ab", "ab-", "a--b", "Abc", "123456789012", &"a".repeat(64)] {
            assert!(AccountAlias::parse(text).is_err(), "{text}");
        }
    }
}
