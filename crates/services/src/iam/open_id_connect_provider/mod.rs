//! OpenID Connect providers: identity providers that an account trusts by their URL.

mod add_client_id_to_open_id_connect_provider;
mod create_open_id_connect_provider;
mod delete_open_id_connect_provider;
mod get_open_id_connect_provider;
mod list_open_id_connect_provider_tags;
mod list_open_id_connect_providers;
mod remove_client_id_from_open_id_connect_provider;
mod tag_open_id_connect_provider;
mod thumbprint;
mod untag_open_id_connect_provider;
mod update_open_id_connect_provider_thumbprint;

use super::{errors, quotas};
use crate::{Cx, Error, Permission, Result};
use domain::{Arn, OpenIdConnectProvider, ProviderUrl};
use store::Transaction;

/// Reads the `Url` of a request. Messages as observed of AWS.
fn parse_url(text: &str) -> Result<ProviderUrl> {
    match text.split_once("://") {
        None | Some((_, "")) => Err(Error::validation("Invalid Open ID Connect Provider URL")),
        Some((scheme, _)) if !scheme.eq_ignore_ascii_case("https") => Err(errors::invalid_input(
            "Invalid Open ID Connect Provider URL. The URL must begin with https://.",
        )),
        Some((_, rest)) => ProviderUrl::parse(rest)
            .map_err(|_| errors::invalid_input("Invalid Open ID Connect Provider URL.")),
    }
}

/// The provider of that ARN, case included.
pub(crate) async fn find_by_arn(tx: &mut Transaction, arn: &Arn) -> Result<Option<OpenIdConnectProvider>> {
    let url = arn.resource.strip_prefix("oidc-provider/").and_then(|url| ProviderUrl::parse(url).ok());
    let (Some(account), Some(url)) = (arn.account_id(), url) else { return Ok(None) };
    let found = store::open_id_connect_provider::find(tx, account, &url).await?;
    Ok(found.filter(|provider| provider.arn() == *arn))
}

/// The account's provider of that ARN; fails when it is no ARN of one.
async fn find(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<Option<OpenIdConnectProvider>> {
    let parsed = Arn::parse(arn).ok();
    let parsed = parsed.filter(|arn| arn.service == "iam" && arn.resource.starts_with("oidc-provider/"));
    let parsed = parsed.ok_or_else(|| errors::invalid_arn(arn))?;
    Ok(find_by_arn(tx, &parsed).await?.filter(|provider| provider.account_id == cx.account()))
}

/// The account's provider of that ARN, or `NoSuchEntity`.
async fn get(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<OpenIdConnectProvider> {
    find(cx, tx, arn).await?.ok_or_else(|| errors::no_such_open_id_connect_provider(arn))
}

/// A permission on the provider of that ARN.
async fn permission(cx: &Cx, tx: &mut Transaction, action: &'static str, arn: &str) -> Result<Permission> {
    let provider = find(cx, tx, arn).await?;
    let tags = provider.map(|provider| provider.tags).unwrap_or_default();
    Ok(Permission::to(action, arn).with_aws_resource_tags(&tags))
}

/// Adds client ids that are not there yet.
fn add_client_ids(present: &mut Vec<String>, new: Vec<String>) -> Result<()> {
    for id in new {
        if !present.contains(&id) {
            let count = present.len() as u64;
            quotas::check("ClientIdsPerOpenIdConnectProvider", quotas::CLIENT_IDS_OF_PROVIDER, count)?;
            present.push(id);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_refused_in_the_words_of_aws() {
        let answers = [
            "example.com",
            "https://",
            "http://example.com",
            "ftp://example.com",
            "https://user:pass@example.com",
            "https://example.com?foo=1",
            "https://example.com#frag",
            "https://example.com:8443",
            "https://exa_mple.com",
            "HTTPS://Example.com/Path",
        ]
        .map(|url| match parse_url(url) {
            Ok(url) => url.to_string(),
            Err(error) => format!("{} {}", error.on(wire::Protocol::Query).0, error.message()),
        });
        insta::assert_snapshot!(answers.join("\n"), @"
        ValidationError Invalid Open ID Connect Provider URL
        ValidationError Invalid Open ID Connect Provider URL
        InvalidInput Invalid Open ID Connect Provider URL. The URL must begin with https://.
        InvalidInput Invalid Open ID Connect Provider URL. The URL must begin with https://.
        InvalidInput Invalid Open ID Connect Provider URL.
        InvalidInput Invalid Open ID Connect Provider URL.
        InvalidInput Invalid Open ID Connect Provider URL.
        InvalidInput Invalid Open ID Connect Provider URL.
        InvalidInput Invalid Open ID Connect Provider URL.
        example.com/Path
        ");
    }
}
