use crate::{
    AccessKeyOwner, AccessKeyStatus, AccountId, Random,
    random::{base32_letter, random_bytes},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An X.509 certificate that a user, or the root user, signs requests of old APIs with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningCertificate {
    /// The owning account.
    pub account_id: AccountId,
    /// 32 letters and digits.
    pub id: String,
    /// Whose certificate it is.
    pub owner: AccessKeyOwner,
    /// The certificate in PEM, as uploaded.
    pub body: String,
    /// SHA-256 of the certificate in DER, in hexadecimal.
    pub digest: String,
    /// Whether it may be used.
    pub status: AccessKeyStatus,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
}

impl SigningCertificate {
    /// A new id: the API wants at least 24 letters, which AWS's other ids do not have.
    pub fn new_id(random: &dyn Random) -> String {
        random_bytes::<32>(random).iter().map(|byte| base32_letter(u64::from(*byte))).collect()
    }
}
