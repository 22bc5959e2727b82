use super::{get, mode, permission, prepare, prepared_until, private_key};
use crate::{Access, Cx, Effect, Operation, Prepared, Result, iam::errors};
use shapes::iam::{UpdateSAMLProvider, UpdateSAMLProviderInput, UpdateSAMLProviderOutput};
use store::Transaction;

impl Operation for UpdateSAMLProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateSAMLProviderInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateSAMLProvider", &input.saml_provider_arn).await?.into())
    }

    async fn prepare(cx: &Cx, input: &UpdateSAMLProviderInput) -> Result<Prepared> {
        let private_key = input.add_private_key.as_ref().map(|key| key.as_str());
        prepare(cx, input.saml_metadata_document.as_deref(), private_key)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateSAMLProviderInput,
    ) -> Result<UpdateSAMLProviderOutput> {
        let mut provider = get(cx, tx, &input.saml_provider_arn).await?;
        if input.add_private_key.is_some() && input.remove_private_key.is_some() {
            return Err(errors::invalid_input(
                "A private key cannot be added and another one removed in the same request.",
            ));
        }
        if let (Some(document), Some(until)) = (&input.saml_metadata_document, prepared_until(cx)?) {
            provider.valid_until = until;
            store::saml_provider::update_metadata(tx, provider.account_id, &provider.id, document).await?;
        }
        if let Some(new) = input.assertion_encryption_mode.as_ref().and_then(mode) {
            provider.assertion_encryption_mode = Some(new);
        }
        if let Some(pem) = &input.add_private_key {
            private_key::add(cx, tx, &provider, pem).await?;
        }
        if let Some(id) = &input.remove_private_key {
            private_key::remove(tx, &provider, id).await?;
        }
        private_key::check_mode(tx, &provider).await?;
        store::saml_provider::update(tx, &provider).await?;
        Ok(UpdateSAMLProviderOutput { saml_provider_arn: Some(provider.arn().to_string()) })
    }
}
