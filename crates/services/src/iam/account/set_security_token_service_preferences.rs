use crate::{Access, Cx, Effect, Operation, Result};
use domain::TokenVersion;
use shapes::iam::{
    SetSecurityTokenServicePreferences, SetSecurityTokenServicePreferencesInput,
    SetSecurityTokenServicePreferencesOutput, types::GlobalEndpointTokenVersion,
};
use store::Transaction;

impl Operation for SetSecurityTokenServicePreferences {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &SetSecurityTokenServicePreferencesInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:SetSecurityTokenServicePreferences", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: SetSecurityTokenServicePreferencesInput,
    ) -> Result<SetSecurityTokenServicePreferencesOutput> {
        let mut settings = store::account_settings::get(tx, cx.account()).await?;
        settings.global_endpoint_token_version = match input.global_endpoint_token_version {
            GlobalEndpointTokenVersion::V1Token => TokenVersion::V1,
            _ => TokenVersion::V2,
        };
        store::account_settings::put(tx, cx.account(), &settings).await?;
        Ok(SetSecurityTokenServicePreferencesOutput)
    }
}
