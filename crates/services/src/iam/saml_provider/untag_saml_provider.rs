use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagSAMLProvider, UntagSAMLProviderInput, UntagSAMLProviderOutput};
use store::Transaction;

impl Operation for UntagSAMLProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagSAMLProviderInput) -> Result<Access> {
        let permission = permission(cx, tx, "iam:UntagSAMLProvider", &input.saml_provider_arn).await?;
        Ok(permission.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UntagSAMLProviderInput,
    ) -> Result<UntagSAMLProviderOutput> {
        let mut provider = get(cx, tx, &input.saml_provider_arn).await?;
        tags::remove_exact(&mut provider.tags, &input.tag_keys)?;
        store::saml_provider::update(tx, &provider).await?;
        Ok(UntagSAMLProviderOutput)
    }
}
