use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagOpenIDConnectProvider, TagOpenIDConnectProviderInput, TagOpenIDConnectProviderOutput};
use store::Transaction;

impl Operation for TagOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagOpenIDConnectProviderInput) -> Result<Access> {
        let permission =
            permission(cx, tx, "iam:TagOpenIDConnectProvider", &input.open_id_connect_provider_arn).await?;
        Ok(permission.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: TagOpenIDConnectProviderInput,
    ) -> Result<TagOpenIDConnectProviderOutput> {
        let mut provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        tags::merge_exact(&mut provider.tags, tags::parse_exact(input.tags)?)?;
        store::open_id_connect_provider::update(tx, &provider).await?;
        Ok(TagOpenIDConnectProviderOutput)
    }
}
