use super::issuer;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    GetOutboundWebIdentityFederationInfo, GetOutboundWebIdentityFederationInfoInput,
    GetOutboundWebIdentityFederationInfoOutput,
};
use store::Transaction;

impl Operation for GetOutboundWebIdentityFederationInfo {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetOutboundWebIdentityFederationInfoInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetOutboundWebIdentityFederationInfo", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GetOutboundWebIdentityFederationInfoInput,
    ) -> Result<GetOutboundWebIdentityFederationInfoOutput> {
        let settings = store::account_settings::get(tx, cx.account()).await?;
        if !settings.outbound_federation {
            return Err(errors::outbound_federation_disabled(cx.account()));
        }
        Ok(GetOutboundWebIdentityFederationInfoOutput {
            issuer_identifier: settings.outbound_issuer.as_deref().map(issuer),
            jwt_vending_enabled: Some(true),
        })
    }
}
