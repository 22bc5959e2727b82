use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{quotas, user},
};
use shapes::iam::{AddUserToGroup, AddUserToGroupInput, AddUserToGroupOutput};
use store::Transaction;

impl Operation for AddUserToGroup {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &AddUserToGroupInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:AddUserToGroup", &input.group_name).await?.into())
    }

    /// Adding a member again changes nothing, at the quota too.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AddUserToGroupInput,
    ) -> Result<AddUserToGroupOutput> {
        let account = cx.account();
        let group = named(tx, account, &input.group_name).await?;
        let user = user::named(tx, account, &input.user_name).await?;
        let before = store::membership::count_groups(tx, account, &user.id).await?;
        if store::membership::insert(tx, account, &group.id, &user.id).await? {
            quotas::check("GroupsPerUser", quotas::GROUPS_OF_USER, before)?;
        }
        Ok(AddUserToGroupOutput)
    }
}
