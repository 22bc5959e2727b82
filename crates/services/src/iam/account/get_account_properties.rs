use super::properties::{ENABLED, NAMESPACE};
use crate::{Access, Cx, Effect, Operation, Permission, Result};
use shapes::iam::{GetAccountProperties, GetAccountPropertiesInput, GetAccountPropertiesOutput};
use store::Transaction;

impl Operation for GetAccountProperties {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetAccountPropertiesInput) -> Result<Access> {
        let properties = Permission::to("iam:GetAccountProperties", "*");
        Ok(properties.with_many("iam:AccountPropertyNamespaces", vec![NAMESPACE.into()]).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GetAccountPropertiesInput,
    ) -> Result<GetAccountPropertiesOutput> {
        let settings = store::account_settings::get(tx, cx.account()).await?;
        let properties = [(format!("{NAMESPACE}/{ENABLED}"), settings.role_manager.to_string())];
        Ok(GetAccountPropertiesOutput { properties: Some(properties.into()) })
    }
}
