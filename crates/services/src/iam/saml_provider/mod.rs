//! SAML providers: identity providers that an account trusts by their metadata.

mod create_saml_provider;
mod delete_saml_provider;
mod get_saml_provider;
mod list_saml_provider_tags;
mod list_saml_providers;
mod private_key;
mod tag_saml_provider;
mod untag_saml_provider;
mod update_saml_provider;

use super::errors;
use crate::{Cx, Error, Permission, Prepared, Result};
use domain::{Arn, AssertionEncryptionMode, SamlProvider, SamlProviderName};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use saml::Metadata;
use shapes::iam::types::AssertionEncryptionModeType;
use store::Transaction;

/// Years that a provider is good whose metadata does not say: observed of AWS.
const YEARS: i64 = 100;

/// The provider of that ARN, case included.
pub(crate) async fn find_by_arn(tx: &mut Transaction, arn: &Arn) -> Result<Option<SamlProvider>> {
    let name =
        arn.resource.strip_prefix("saml-provider/").and_then(|name| SamlProviderName::parse(name).ok());
    let (Some(account), Some(name)) = (arn.account_id(), name) else { return Ok(None) };
    let found = store::saml_provider::find_by_name(tx, account, &name).await?;
    Ok(found.filter(|provider| provider.arn() == *arn))
}

/// The account's provider of that ARN; fails when it is no ARN of one.
async fn find(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<Option<SamlProvider>> {
    let parsed = Arn::parse(arn).ok();
    let parsed = parsed.filter(|arn| arn.service == "iam" && arn.resource.starts_with("saml-provider/"));
    let parsed = parsed.ok_or_else(|| errors::invalid_arn(arn))?;
    Ok(find_by_arn(tx, &parsed).await?.filter(|provider| provider.account_id == cx.account()))
}

/// The account's provider of that ARN, or `NoSuchEntity`.
async fn get(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<SamlProvider> {
    find(cx, tx, arn).await?.ok_or_else(|| errors::no_such_saml_provider(arn))
}

/// A permission on the provider of that ARN.
async fn permission(cx: &Cx, tx: &mut Transaction, action: &'static str, arn: &str) -> Result<Permission> {
    let provider = find(cx, tx, arn).await?;
    let tags = provider.map(|provider| provider.tags).unwrap_or_default();
    Ok(Permission::to(action, arn).with_aws_resource_tags(&tags))
}

/// Reads metadata and a private key, before the transaction: either can be long.
fn prepare(cx: &Cx, metadata: Option<&str>, private_key: Option<&str>) -> Result<Prepared> {
    let until = metadata.map(|document| valid_until(document, cx.now)).transpose()?;
    private_key.map(private_key::check).transpose()?;
    Ok(Prepared::SamlProvider(until))
}

/// What came of [`prepare`].
fn prepared_until(cx: &Cx) -> Result<Option<Timestamp>> {
    match cx.prepared {
        Prepared::SamlProvider(until) => Ok(until),
        _ => Err(Error::internal("no metadata was prepared")),
    }
}

/// Until when a provider with that metadata is good. What is wrong with the document is told to the log alone: AWS has one
/// answer for all of it.
fn valid_until(document: &str, now: Timestamp) -> Result<Timestamp> {
    let metadata = Metadata::parse(document).map_err(|error| {
        tracing::debug!(%error, "the metadata of a SAML provider was refused");
        errors::invalid_input("Could not parse metadata")
    })?;
    let own = metadata.valid_until.and_then(|until| Timestamp::from_second(until.as_second()).ok());
    let in_years = || now.to_zoned(TimeZone::UTC).checked_add(YEARS.years()).map(|until| until.timestamp());
    // The end of time is nearer than that only for a clock that is far off.
    Ok(own.unwrap_or_else(|| in_years().unwrap_or(Timestamp::MAX)))
}

fn mode(shape: &AssertionEncryptionModeType) -> Option<AssertionEncryptionMode> {
    match shape {
        AssertionEncryptionModeType::Allowed => Some(AssertionEncryptionMode::Allowed),
        AssertionEncryptionModeType::Required => Some(AssertionEncryptionMode::Required),
        AssertionEncryptionModeType::Unknown(_) => None,
    }
}

fn mode_shape(mode: AssertionEncryptionMode) -> AssertionEncryptionModeType {
    match mode {
        AssertionEncryptionMode::Allowed => AssertionEncryptionModeType::Allowed,
        AssertionEncryptionMode::Required => AssertionEncryptionModeType::Required,
    }
}
