use super::{get, mode_shape, permission, private_key};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{GetSAMLProvider, GetSAMLProviderInput, GetSAMLProviderOutput, types};
use store::Transaction;

impl Operation for GetSAMLProvider {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetSAMLProviderInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetSAMLProvider", &input.saml_provider_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetSAMLProviderInput,
    ) -> Result<GetSAMLProviderOutput> {
        let provider = get(cx, tx, &input.saml_provider_arn).await?;
        let keys = private_key::list(tx, &provider).await?.into_iter().map(|key| types::SAMLPrivateKey {
            key_id: Some(key.id.to_string()),
            timestamp: Some(key.created_at),
        });
        let keys: Vec<_> = keys.collect();
        Ok(GetSAMLProviderOutput {
            saml_provider_uuid: Some(provider.id.to_string()),
            saml_metadata_document: Some(
                store::saml_provider::metadata(tx, provider.account_id, &provider.id).await?,
            ),
            create_date: Some(provider.created_at),
            valid_until: Some(provider.valid_until),
            tags: Some(tags::shapes(&provider.tags)),
            assertion_encryption_mode: provider.assertion_encryption_mode.map(mode_shape),
            private_key_list: (!keys.is_empty()).then_some(keys),
        })
    }
}
