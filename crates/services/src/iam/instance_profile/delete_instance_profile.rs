use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{DeleteInstanceProfile, DeleteInstanceProfileInput, DeleteInstanceProfileOutput};
use store::Transaction;

impl Operation for DeleteInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteInstanceProfileInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteInstanceProfile", &input.instance_profile_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteInstanceProfileInput,
    ) -> Result<DeleteInstanceProfileOutput> {
        let profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        if profile.role.is_some() {
            return Err(errors::delete_conflict("remove roles from instance profile"));
        }
        store::instance_profile::delete(tx, cx.account(), &profile.id).await?;
        Ok(DeleteInstanceProfileOutput)
    }
}
