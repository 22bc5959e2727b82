use super::{get, permission, thumbprint};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{
    UpdateOpenIDConnectProviderThumbprint, UpdateOpenIDConnectProviderThumbprintInput,
    UpdateOpenIDConnectProviderThumbprintOutput,
};
use store::Transaction;

impl Operation for UpdateOpenIDConnectProviderThumbprint {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &UpdateOpenIDConnectProviderThumbprintInput,
    ) -> Result<Access> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(permission(cx, tx, "iam:UpdateOpenIDConnectProviderThumbprint", arn).await?.into())
    }

    /// The new list takes the place of the old one.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateOpenIDConnectProviderThumbprintInput,
    ) -> Result<UpdateOpenIDConnectProviderThumbprintOutput> {
        let mut provider = get(cx, tx, &input.open_id_connect_provider_arn).await?;
        provider.thumbprints = thumbprint::parse(input.thumbprint_list)?;
        store::open_id_connect_provider::update(tx, &provider).await?;
        Ok(UpdateOpenIDConnectProviderThumbprintOutput)
    }
}
