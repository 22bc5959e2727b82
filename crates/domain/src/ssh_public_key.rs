use crate::{AccessKeyStatus, AccountId, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An SSH public key of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshPublicKey {
    /// The owning account.
    pub account_id: AccountId,
    /// `APKA...`
    pub id: UniqueId,
    /// Whose key it is.
    pub user_id: UniqueId,
    /// The key as `ssh-rsa` and base64, with its comment if it has one.
    pub openssh: String,
    /// MD5 of the key as SSH writes it: sixteen numbers in hexadecimal, with colons.
    pub fingerprint: String,
    /// SHA-256 of the same, in hexadecimal: tells keys apart.
    pub digest: String,
    /// Whether it may be used.
    pub status: AccessKeyStatus,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
}
