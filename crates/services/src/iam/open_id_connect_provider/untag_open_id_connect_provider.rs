use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{
    UntagOpenIDConnectProvider, UntagOpenIDConnectProviderInput, UntagOpenIDConnectProviderOutput,
};
use store::Transaction;

impl Operation for UntagOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &UntagOpenIDConnectProviderInput,
    ) -> Result<Access> {
        let permission =
            permission(cx, tx, "iam:UntagOpenIDConnectProvider", &input.open_id_connect_provider_arn).await?;
        Ok(permission.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UntagOpenIDConnectProviderInput,
    ) -> Result<UntagOpenIDConnectProviderOutput> {
        let mut provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        tags::remove_exact(&mut provider.tags, &input.tag_keys)?;
        store::open_id_connect_provider::update(tx, &provider).await?;
        Ok(UntagOpenIDConnectProviderOutput)
    }
}
