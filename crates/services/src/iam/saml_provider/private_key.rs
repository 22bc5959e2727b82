//! The private keys of a SAML provider, which open its encrypted assertions.

use crate::{
    Cx, Result,
    iam::{errors, quotas, x509::PrivateKey},
};
use domain::{AssertionEncryptionMode, IdKind, SamlPrivateKey, SamlProvider, UniqueId};
use store::Transaction;

/// Reads a key in PEM. Assertions are encrypted with RSA alone.
pub(super) fn check(pem: &str) -> Result<()> {
    if PrivateKey::parse(pem).is_ok_and(|key| key.is_rsa()) {
        Ok(())
    } else {
        Err(errors::invalid_input("Private key was in an unrecognized format."))
    }
}

/// Adds a key in PEM that was checked.
pub(super) async fn add(cx: &Cx, tx: &mut Transaction, provider: &SamlProvider, pem: &str) -> Result<()> {
    let present = list(tx, provider).await?.len();
    quotas::check("PrivateKeysPerSAMLProvider", quotas::PRIVATE_KEYS_OF_SAML_PROVIDER, present as u64)?;
    let key = SamlPrivateKey {
        account_id: provider.account_id,
        id: UniqueId::new(IdKind::SamlPrivateKey, cx.random()),
        provider_id: provider.id.clone(),
        created_at: cx.now,
    };
    Ok(store::saml_provider::insert_private_key(tx, &cx.plane.sealer, &key, pem).await?)
}

/// Removes the key of that id.
pub(super) async fn remove(tx: &mut Transaction, provider: &SamlProvider, id: &str) -> Result<()> {
    let keys = list(tx, provider).await?;
    let key = keys.into_iter().find(|key| key.id.as_str() == id);
    let key = key.ok_or_else(|| errors::no_such_saml_private_key(id))?;
    store::saml_provider::delete_private_key(tx, key.account_id, &key.id).await?;
    Ok(())
}

/// The provider's keys, oldest first.
pub(super) async fn list(tx: &mut Transaction, provider: &SamlProvider) -> Result<Vec<SamlPrivateKey>> {
    let mut keys = store::saml_provider::list_private_keys(tx, provider.account_id, &provider.id).await?;
    keys.sort_by_key(|key| key.created_at);
    Ok(keys)
}

/// Refuses a provider whose assertions must be encrypted and could not be opened.
pub(super) async fn check_mode(tx: &mut Transaction, provider: &SamlProvider) -> Result<()> {
    let required = provider.assertion_encryption_mode == Some(AssertionEncryptionMode::Required);
    if required && list(tx, provider).await?.is_empty() {
        return Err(errors::invalid_input(
            "A private key is needed when the assertion encryption mode is Required.",
        ));
    }
    Ok(())
}
