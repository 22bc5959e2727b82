use crate::{AccountId, Arn, ProviderUrl, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An identity provider that speaks OpenID Connect, as an account trusts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenIdConnectProvider {
    /// The owning account.
    pub account_id: AccountId,
    /// The issuer, unique in the account.
    pub url: ProviderUrl,
    /// When the provider was made.
    pub created_at: Timestamp,
    /// The audiences that tokens may be for: up to 100.
    pub client_ids: Vec<String>,
    /// SHA-1 of certificates that the provider's own may come from, in lower-case hexadecimal: up to 5.
    pub thumbprints: Vec<String>,
    /// Up to 50 tags.
    pub tags: Vec<Tag>,
}

impl OpenIdConnectProvider {
    /// `arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH`
    pub fn arn(&self) -> Arn {
        Arn::iam(self.account_id, format!("oidc-provider/{}", self.url))
    }
}
