use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::boundary};
use shapes::iam::{
    PutUserPermissionsBoundary, PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput,
};
use store::Transaction;

impl Operation for PutUserPermissionsBoundary {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &PutUserPermissionsBoundaryInput,
    ) -> Result<Access> {
        let user = permission(cx, tx, "iam:PutUserPermissionsBoundary", &input.user_name).await?;
        Ok(user.with_requested_boundary(Some(&input.permissions_boundary)).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: PutUserPermissionsBoundaryInput,
    ) -> Result<PutUserPermissionsBoundaryOutput> {
        let mut user = named(tx, cx.account(), &input.user_name).await?;
        let boundary = boundary::parse_for(cx, tx, "User", input.permissions_boundary).await?;
        user.permissions_boundary = Some(boundary);
        store::user::update(tx, &user).await?;
        Ok(PutUserPermissionsBoundaryOutput {})
    }
}
