use serde::{Deserialize, Serialize};

/// What an account has set for itself as a whole. A new account has the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "switches, each of its own")]
pub struct AccountSettings {
    /// Which session tokens the global endpoint gives.
    pub global_endpoint_token_version: TokenVersion,
    /// Whether the account may sign web identity tokens for others.
    pub outbound_federation: bool,
    /// The UUID in the name of the account's token issuer: made once, and kept when the federation is switched off.
    pub outbound_issuer: Option<String>,
    /// Whether role manager makes roles from templates.
    pub role_manager: bool,
    /// Of a management account: whether root credentials of the organization's accounts are managed from here.
    pub root_credentials_management: bool,
    /// Of a management account: whether sessions of the root users of the organization's accounts may be had from here.
    pub root_sessions: bool,
}

/// The versions of session tokens from the global endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenVersion {
    /// Valid in the Regions that are on by default.
    V1,
    /// Valid in every Region.
    #[default]
    V2,
}

impl TokenVersion {
    /// 1 or 2.
    pub fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}
