use super::issuer;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, uuid},
};
use shapes::iam::{
    EnableOutboundWebIdentityFederation, EnableOutboundWebIdentityFederationInput,
    EnableOutboundWebIdentityFederationOutput,
};
use store::Transaction;

impl Operation for EnableOutboundWebIdentityFederation {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &EnableOutboundWebIdentityFederationInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:EnableOutboundWebIdentityFederation", "*"))
    }

    /// Who trusts the account's issuer goes on trusting it when the federation was off for a while: the issuer is kept.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: EnableOutboundWebIdentityFederationInput,
    ) -> Result<EnableOutboundWebIdentityFederationOutput> {
        let mut settings = store::account_settings::get(tx, cx.account()).await?;
        if settings.outbound_federation {
            return Err(errors::outbound_federation_enabled(cx.account()));
        }
        settings.outbound_federation = true;
        let host = settings.outbound_issuer.get_or_insert_with(|| uuid(cx.random()).to_string());
        let issuer_identifier = Some(issuer(host));
        store::account_settings::put(tx, cx.account(), &settings).await?;
        Ok(EnableOutboundWebIdentityFederationOutput { issuer_identifier })
    }
}
