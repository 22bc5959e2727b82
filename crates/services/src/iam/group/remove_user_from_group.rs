use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use shapes::iam::{RemoveUserFromGroup, RemoveUserFromGroupInput, RemoveUserFromGroupOutput};
use store::Transaction;

impl Operation for RemoveUserFromGroup {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &RemoveUserFromGroupInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:RemoveUserFromGroup", &input.group_name).await?.into())
    }

    /// Removing one who is no member changes nothing and is no error, as on AWS.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: RemoveUserFromGroupInput,
    ) -> Result<RemoveUserFromGroupOutput> {
        let group = named(tx, cx.account(), &input.group_name).await?;
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        store::membership::delete(tx, cx.account(), &group.id, &user.id).await?;
        Ok(RemoveUserFromGroupOutput)
    }
}
