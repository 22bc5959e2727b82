use super::name;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner::owner, user},
    password,
};
use shapes::iam::{DeleteLoginProfile, DeleteLoginProfileInput, DeleteLoginProfileOutput};
use store::{Transaction, last_used::UsedKind};

impl Operation for DeleteLoginProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteLoginProfileInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:DeleteLoginProfile", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteLoginProfileInput,
    ) -> Result<DeleteLoginProfileOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        if !store::login_profile::delete(tx, cx.account(), &owner.id).await? {
            return Err(errors::no_such_login_profile(name(cx, &owner)));
        }
        // Another password of the same owner will not have been used.
        let used = password::used_as(cx.account(), &owner.id);
        store::last_used::delete(tx, cx.account(), UsedKind::Password, &used).await?;
        Ok(DeleteLoginProfileOutput)
    }
}
