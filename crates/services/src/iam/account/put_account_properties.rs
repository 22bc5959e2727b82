use super::properties;
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{
        errors, names, role,
        service_linked_role::{self, ROLE_MANAGER, ServiceLinkedRole},
    },
};
use shapes::iam::{PutAccountProperties, PutAccountPropertiesInput, PutAccountPropertiesOutput};
use store::Transaction;

impl Operation for PutAccountProperties {
    const EFFECT: Effect = Effect::Write;

    /// Switching role manager on also asks for permission to make its role, be the role there already or not.
    async fn access(cx: &Cx, _tx: &mut Transaction, input: &PutAccountPropertiesInput) -> Result<Access> {
        let namespaces = properties::namespaces(&input.properties);
        let put = Permission::to("iam:PutAccountProperties", "*")
            .with_many("iam:AccountPropertyNamespaces", namespaces);
        let mut permissions = vec![put];
        if properties::role_manager(&input.properties).is_ok_and(|enabled| enabled)
            && let Some(of) = ServiceLinkedRole::of(ROLE_MANAGER)
        {
            permissions.push(service_linked_role::permission_to_create(cx, &of.service, &of.role));
        }
        Ok(Access::Permissions(permissions))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: PutAccountPropertiesInput,
    ) -> Result<PutAccountPropertiesOutput> {
        let enabled = properties::role_manager(&input.properties)?;
        if enabled {
            make_role(cx, tx).await?;
        }
        let mut settings = store::account_settings::get(tx, cx.account()).await?;
        settings.role_manager = enabled;
        store::account_settings::put(tx, cx.account(), &settings).await?;
        Ok(PutAccountPropertiesOutput {})
    }
}

/// Makes role manager's role, unless it is there.
async fn make_role(cx: &Cx, tx: &mut Transaction) -> Result<()> {
    let of = ServiceLinkedRole::of(ROLE_MANAGER);
    let of = of.ok_or_else(|| errors::no_service_linked_role(ROLE_MANAGER))?;
    let name = names::role(&of.role)?;
    let present = store::role::find_by_name(tx, cx.account(), &name).await?;
    if present.is_none_or(|role| !role.path.as_str().starts_with(role::SERVICE_LINKED)) {
        service_linked_role::create(cx, tx, of, name, None).await?;
    }
    Ok(())
}
