use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagSAMLProvider, TagSAMLProviderInput, TagSAMLProviderOutput};
use store::Transaction;

impl Operation for TagSAMLProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagSAMLProviderInput) -> Result<Access> {
        let permission = permission(cx, tx, "iam:TagSAMLProvider", &input.saml_provider_arn).await?;
        Ok(permission.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: TagSAMLProviderInput,
    ) -> Result<TagSAMLProviderOutput> {
        let mut provider = get(cx, tx, &input.saml_provider_arn).await?;
        tags::merge_exact(&mut provider.tags, tags::parse_exact(input.tags)?)?;
        store::saml_provider::update(tx, &provider).await?;
        Ok(TagSAMLProviderOutput)
    }
}
