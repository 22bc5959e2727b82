use crate::{AccountId, RoleName, RoleSessionName, SecretAccessKey, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Temporary credentials as a session token carries them, sealed. Nothing of a session is stored: whoever holds the
/// session-sealing key can verify it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The secret of the temporary access key.
    #[serde(rename = "k")]
    pub secret_access_key: SecretAccessKey,
    /// The account the session acts in.
    #[serde(rename = "a")]
    pub account_id: AccountId,
    /// Who the session is.
    #[serde(rename = "p")]
    pub principal: SessionPrincipal,
    /// When the session was issued: `aws:TokenIssueTime`.
    #[serde(rename = "i", with = "jiff::fmt::serde::timestamp::second::required")]
    pub issued_at: Timestamp,
    /// When the session ends.
    #[serde(rename = "e", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
    /// When the holder proved possession of an MFA device.
    #[serde(
        rename = "m",
        default,
        skip_serializing_if = "Option::is_none",
        with = "jiff::fmt::serde::timestamp::second::optional"
    )]
    pub mfa_authenticated_at: Option<Timestamp>,
    /// Set once, carried through every chained role.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// Session tags.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Keys of the tags that flow on through chained roles.
    #[serde(rename = "tt", default, skip_serializing_if = "Vec::is_empty")]
    pub transitive_tag_keys: Vec<String>,
    /// The inline session policy as submitted.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Managed policies passed as session policies.
    #[serde(rename = "da", default, skip_serializing_if = "Vec::is_empty")]
    pub policy_arns: Vec<String>,
}

/// Who a temporary session is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPrincipal {
    /// A role session, from AssumeRole and its kin.
    #[serde(rename = "r")]
    Role {
        /// The role's unique id at the time; the session dies with it.
        #[serde(rename = "i")]
        id: UniqueId,
        /// The role's name, for the session's ARN.
        #[serde(rename = "n")]
        name: RoleName,
        /// The session's name.
        #[serde(rename = "s")]
        session_name: RoleSessionName,
    },
    /// The root user, from GetSessionToken.
    #[serde(rename = "o")]
    Root,
    /// An IAM user, from GetSessionToken.
    #[serde(rename = "u")]
    User {
        /// The user's unique id.
        #[serde(rename = "i")]
        id: UniqueId,
    },
}
