use super::{modifiable, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::boundary};
use shapes::iam::{
    PutRolePermissionsBoundary, PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput,
};
use store::Transaction;

impl Operation for PutRolePermissionsBoundary {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &PutRolePermissionsBoundaryInput,
    ) -> Result<Access> {
        let role = permission(cx, tx, "iam:PutRolePermissionsBoundary", &input.role_name).await?;
        Ok(role.with_requested_boundary(Some(&input.permissions_boundary)).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: PutRolePermissionsBoundaryInput,
    ) -> Result<PutRolePermissionsBoundaryOutput> {
        let mut role = modifiable(tx, cx.account(), &input.role_name).await?;
        let boundary = boundary::parse_for(cx, tx, "Role", input.permissions_boundary).await?;
        role.permissions_boundary = Some(boundary);
        store::role::update(tx, &role).await?;
        Ok(PutRolePermissionsBoundaryOutput)
    }
}
