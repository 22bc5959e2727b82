use super::{add_client_ids, get, permission};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderInput,
    AddClientIDToOpenIDConnectProviderOutput,
};
use store::Transaction;

impl Operation for AddClientIDToOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &AddClientIDToOpenIDConnectProviderInput,
    ) -> Result<Access> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(permission(cx, tx, "iam:AddClientIDToOpenIDConnectProvider", arn).await?.into())
    }

    /// One that is there already does not matter.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AddClientIDToOpenIDConnectProviderInput,
    ) -> Result<AddClientIDToOpenIDConnectProviderOutput> {
        let mut provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        add_client_ids(&mut provider.client_ids, vec![input.client_id])?;
        store::open_id_connect_provider::update(tx, &provider).await?;
        Ok(AddClientIDToOpenIDConnectProviderOutput)
    }
}
