use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryInput, DeleteUserPermissionsBoundaryOutput,
};
use store::Transaction;

impl Operation for DeleteUserPermissionsBoundary {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &DeleteUserPermissionsBoundaryInput,
    ) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteUserPermissionsBoundary", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteUserPermissionsBoundaryInput,
    ) -> Result<DeleteUserPermissionsBoundaryOutput> {
        let mut user = named(tx, cx.account(), &input.user_name).await?;
        if user.permissions_boundary.take().is_none() {
            return Err(errors::no_such_entity(format!(
                "User {} does not have a permissions boundary.",
                user.name
            )));
        }
        store::user::update(tx, &user).await?;
        Ok(DeleteUserPermissionsBoundaryOutput {})
    }
}
