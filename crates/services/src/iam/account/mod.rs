//! The account as a whole: its alias, its numbers, what it has set for itself, and all that is in it.

mod create_account_alias;
mod delete_account_alias;
mod disable_outbound_web_identity_federation;
mod enable_outbound_web_identity_federation;
mod get_account_authorization_details;
mod get_account_properties;
mod get_account_summary;
mod get_outbound_web_identity_federation_info;
mod list_account_aliases;
mod properties;
mod put_account_properties;
mod set_security_token_service_preferences;

/// The URL of an account's token issuer.
fn issuer(host: &str) -> String {
    format!("https://{host}.tokens.sts.global.api.aws")
}
