use crate::{AccessKeyStatus, AccountId, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A name and a password, or a key, that a user has for one service alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSpecificCredential {
    /// The owning account.
    pub account_id: AccountId,
    /// `ACCA...`
    pub id: UniqueId,
    /// Whose credential it is.
    pub user_id: UniqueId,
    /// The service, such as `codecommit.amazonaws.com`.
    pub service_name: String,
    /// The name that the service knows the credential by, unique in the account; stays when the user is renamed.
    pub service_user_name: String,
    /// SHA-256 of the secret, in hexadecimal: it is random enough that nobody finds it by trying.
    pub secret_digest: String,
    /// Whether it may be used, as long as it has not expired.
    pub status: AccessKeyStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
}

impl ServiceSpecificCredential {
    /// Whether it is over at that time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}
