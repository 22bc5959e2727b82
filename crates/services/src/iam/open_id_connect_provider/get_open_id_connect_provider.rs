use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{GetOpenIDConnectProvider, GetOpenIDConnectProviderInput, GetOpenIDConnectProviderOutput};
use store::Transaction;

impl Operation for GetOpenIDConnectProvider {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetOpenIDConnectProviderInput) -> Result<Access> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(permission(cx, tx, "iam:GetOpenIDConnectProvider", arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetOpenIDConnectProviderInput,
    ) -> Result<GetOpenIDConnectProviderOutput> {
        let provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        Ok(GetOpenIDConnectProviderOutput {
            // Without its scheme, as AWS shows it.
            url: Some(provider.url.to_string()),
            client_id_list: Some(provider.client_ids),
            thumbprint_list: Some(provider.thumbprints),
            create_date: Some(provider.created_at),
            tags: Some(tags::shapes(&provider.tags)),
        })
    }
}
