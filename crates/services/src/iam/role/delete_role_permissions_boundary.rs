use super::{modifiable, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryInput, DeleteRolePermissionsBoundaryOutput,
};
use store::Transaction;

impl Operation for DeleteRolePermissionsBoundary {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &DeleteRolePermissionsBoundaryInput,
    ) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteRolePermissionsBoundary", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteRolePermissionsBoundaryInput,
    ) -> Result<DeleteRolePermissionsBoundaryOutput> {
        let mut role = modifiable(tx, cx.account(), &input.role_name).await?;
        if role.permissions_boundary.take().is_none() {
            return Err(errors::no_such_entity(format!(
                "Role {} does not have a permissions boundary.",
                role.name
            )));
        }
        store::role::update(tx, &role).await?;
        Ok(DeleteRolePermissionsBoundaryOutput)
    }
}
