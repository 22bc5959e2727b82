//! The services that have credentials of their own, and what these look like.

use data_encoding::{BASE64, HEXLOWER};
use domain::{AccountId, Random, UserName};
use sha2::{Digest, Sha256};
use wire::Sensitive;

/// A service that users have credentials for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// API keys for Amazon Bedrock.
    Bedrock,
    /// Names and passwords for Amazon Keyspaces.
    Cassandra,
    /// Names and passwords for Git over HTTPS.
    CodeCommit,
    /// API keys for CloudWatch Logs.
    Logs,
}

/// A secret on its way into the one answer that shows it.
#[derive(Debug)]
pub(super) struct NewSecret {
    /// What is shown: a password, or a key that holds name and password.
    pub(super) shown: Sensitive<String>,
    /// SHA-256 of what is shown, in hexadecimal: what is kept.
    pub(super) digest: String,
}

impl Service {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "bedrock.amazonaws.com" => Self::Bedrock,
            "cassandra.amazonaws.com" => Self::Cassandra,
            "codecommit.amazonaws.com" => Self::CodeCommit,
            "logs.amazonaws.com" => Self::Logs,
            _ => return None,
        })
    }

    /// Whether it takes a name and a password; the others take an API key, which can expire.
    pub(super) fn has_password(self) -> bool {
        self.api_key().is_none()
    }

    /// What the aliases of API keys begin with, and what the keys themselves do.
    ///
    /// Source: Bedrock's keys are as AWS's own look. Those of CloudWatch Logs are made in the same way, under names of our
    /// own.
    fn api_key(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Bedrock => Some(("BedrockAPIKey", "ABSK")),
            Self::Logs => Some(("CloudWatchLogsAPIKey", "ACWL")),
            Self::Cassandra | Self::CodeCommit => None,
        }
    }

    /// The name that the service knows a credential by. The first of a user has number 0; further ones carry theirs.
    pub(super) fn user_name(
        self,
        user: &UserName,
        account: AccountId,
        number: u32,
        random: &dyn Random,
    ) -> String {
        match (self.api_key(), number) {
            (Some((alias, _)), _) => {
                let mut bytes = [0; 2];
                random.fill(&mut bytes);
                let letters = data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase();
                format!("{alias}-{letters}-at-{account}")
            }
            (None, 0) => format!("{user}-at-{account}"),
            (None, number) => format!("{user}+{number}-at-{account}"),
        }
    }

    /// A new secret of 256 random bits for the credential of that name.
    pub(super) fn secret(self, service_user_name: &str, random: &dyn Random) -> NewSecret {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        random.fill(&mut *bytes);
        let password = BASE64.encode(&*bytes);
        let shown = match self.api_key() {
            Some((_, prefix)) => {
                format!("{prefix}{}", BASE64.encode(format!("{service_user_name}:{password}").as_bytes()))
            }
            None => password,
        };
        let digest = HEXLOWER.encode(&Sha256::digest(&shown));
        NewSecret { shown: shown.into(), digest }
    }
}
