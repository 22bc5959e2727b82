//! Central management of root users: what the management account switches on for all accounts of its organization.

mod disable_organizations_root_credentials_management;
mod disable_organizations_root_sessions;
mod enable_organizations_root_credentials_management;
mod enable_organizations_root_sessions;
mod list_organizations_features;

use super::errors;
use crate::{Cx, Error, Result};
use domain::{AccountId, AccountSettings};
use sha2::{Digest, Sha256};
use shapes::iam::types::FeatureType;
use store::{Transaction, setting};

/// The letters of organization ids.
const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// How many letters an organization id has behind its prefix.
const LENGTH: usize = 10;

/// The account that manages the organization: the plane is one organization, and its first account manages it.
async fn management_account(tx: &mut Transaction) -> Result<AccountId> {
    setting::management_account(tx).await?.ok_or_else(errors::organization_not_found)
}

/// Changes the features of the caller's organization, which only its management account may.
async fn change(
    cx: &Cx,
    tx: &mut Transaction,
    refused: fn() -> Error,
    change: fn(&mut AccountSettings),
) -> Result<(String, Vec<FeatureType>)> {
    let mut settings = settings(cx, tx, refused).await?;
    change(&mut settings);
    store::account_settings::put(tx, cx.account(), &settings).await?;
    Ok((id(cx.account()), features(&settings)))
}

/// The settings of the management account, if that is the caller's.
async fn settings(cx: &Cx, tx: &mut Transaction, refused: fn() -> Error) -> Result<AccountSettings> {
    if management_account(tx).await? != cx.account() {
        return Err(refused());
    }
    Ok(store::account_settings::get(tx, cx.account()).await?)
}

fn features(settings: &AccountSettings) -> Vec<FeatureType> {
    let mut features = Vec::new();
    if settings.root_credentials_management {
        features.push(FeatureType::RootCredentialsManagement);
    }
    if settings.root_sessions {
        features.push(FeatureType::RootSessions);
    }
    features
}

/// `o-...`: the id of the organization that the account manages. It follows from the account's, so that it is the same
/// before anything was stored about the organization and after.
fn id(management_account: AccountId) -> String {
    let digest = Sha256::digest(format!("organization of {management_account}"));
    let letters = digest.iter().take(LENGTH).map(|byte| {
        let index = usize::from(*byte) % LETTERS.len();
        char::from(LETTERS.get(index).copied().unwrap_or(b'a'))
    });
    "o-".chars().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_has_one_id() {
        let of = |text| id(AccountId::parse(text).unwrap());
        assert_eq!(of("123456789012"), of("123456789012"));
        assert_ne!(of("123456789012"), of("123456789013"));
        assert_eq!(of("123456789012").len(), 12);
    }
}
