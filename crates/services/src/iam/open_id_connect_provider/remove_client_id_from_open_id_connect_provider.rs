use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{
    RemoveClientIDFromOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProviderInput,
    RemoveClientIDFromOpenIDConnectProviderOutput,
};
use store::Transaction;

impl Operation for RemoveClientIDFromOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &RemoveClientIDFromOpenIDConnectProviderInput,
    ) -> Result<Access> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(permission(cx, tx, "iam:RemoveClientIDFromOpenIDConnectProvider", arn).await?.into())
    }

    /// One that is not there does not matter.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: RemoveClientIDFromOpenIDConnectProviderInput,
    ) -> Result<RemoveClientIDFromOpenIDConnectProviderOutput> {
        let mut provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        provider.client_ids.retain(|id| *id != input.client_id);
        store::open_id_connect_provider::update(tx, &provider).await?;
        Ok(RemoveClientIDFromOpenIDConnectProviderOutput)
    }
}
