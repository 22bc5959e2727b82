use crate::{AccountId, Arn, Path, ServerCertificateName, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A TLS certificate that an account keeps for its servers. What it consists of is kept beside it, the private key sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerCertificate {
    /// The owning account.
    pub account_id: AccountId,
    /// `ASCA...`
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: ServerCertificateName,
    /// The path, part of the ARN.
    pub path: Path,
    /// When the certificate was uploaded.
    pub uploaded_at: Timestamp,
    /// When the certificate ends to be valid.
    pub expires_at: Timestamp,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

impl ServerCertificate {
    /// `arn:aws:iam::ACCOUNT:server-certificate/PATH/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("server-certificate{}{}", self.path, self.name))
    }
}
