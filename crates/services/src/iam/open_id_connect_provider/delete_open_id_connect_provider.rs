use super::{find, permission};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{
    DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderInput, DeleteOpenIDConnectProviderOutput,
};
use store::Transaction;

impl Operation for DeleteOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &DeleteOpenIDConnectProviderInput,
    ) -> Result<Access> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(permission(cx, tx, "iam:DeleteOpenIDConnectProvider", arn).await?.into())
    }

    /// A provider that is not there is deleted already: the operation is documented to be idempotent. Roles that trust
    /// the provider stay as they are.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteOpenIDConnectProviderInput,
    ) -> Result<DeleteOpenIDConnectProviderOutput> {
        if let Some(provider) = find(cx, tx, &input.open_id_connect_provider_arn).await? {
            store::open_id_connect_provider::delete(tx, provider.account_id, &provider.url).await?;
        }
        Ok(DeleteOpenIDConnectProviderOutput)
    }
}
