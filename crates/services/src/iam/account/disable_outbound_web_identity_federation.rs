use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DisableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederationInput,
    DisableOutboundWebIdentityFederationOutput,
};
use store::Transaction;

impl Operation for DisableOutboundWebIdentityFederation {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &DisableOutboundWebIdentityFederationInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:DisableOutboundWebIdentityFederation", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: DisableOutboundWebIdentityFederationInput,
    ) -> Result<DisableOutboundWebIdentityFederationOutput> {
        let mut settings = store::account_settings::get(tx, cx.account()).await?;
        if !settings.outbound_federation {
            return Err(errors::outbound_federation_disabled(cx.account()));
        }
        settings.outbound_federation = false;
        store::account_settings::put(tx, cx.account(), &settings).await?;
        Ok(DisableOutboundWebIdentityFederationOutput)
    }
}
