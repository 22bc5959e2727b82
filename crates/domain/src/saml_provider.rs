use crate::{AccountId, Arn, SamlProviderName, Tag, UniqueId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An identity provider that speaks SAML 2.0, as an account trusts it. Its metadata document is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlProvider {
    /// The owning account.
    pub account_id: AccountId,
    /// `SAMLSP...`, the `SAMLProviderUUID` of answers.
    pub id: UniqueId,
    /// The name, unique in the account without case.
    pub name: SamlProviderName,
    /// When the provider was made.
    pub created_at: Timestamp,
    /// Until when the provider is good.
    pub valid_until: Timestamp,
    /// Whether assertions must be encrypted; `None` where nobody said.
    pub assertion_encryption_mode: Option<AssertionEncryptionMode>,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

/// Whether a SAML provider's assertions must be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssertionEncryptionMode {
    /// They may be.
    Allowed,
    /// Others are refused.
    Required,
}

/// A private key that opens a SAML provider's encrypted assertions. The key itself is sealed in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlPrivateKey {
    /// The owning account.
    pub account_id: AccountId,
    /// `SAMLPK...`
    pub id: UniqueId,
    /// The provider whose assertions it opens.
    pub provider_id: UniqueId,
    /// When the key was added.
    pub created_at: Timestamp,
}

impl SamlProvider {
    /// `arn:aws:iam::ACCOUNT:saml-provider/NAME`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("saml-provider/{}", self.name))
    }
}
