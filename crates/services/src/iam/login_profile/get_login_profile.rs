use super::{name, shape};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner::owner, user},
};
use shapes::iam::{GetLoginProfile, GetLoginProfileInput, GetLoginProfileOutput};
use store::Transaction;

impl Operation for GetLoginProfile {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetLoginProfileInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:GetLoginProfile", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetLoginProfileInput,
    ) -> Result<GetLoginProfileOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let profile = store::login_profile::find(tx, cx.account(), &owner.id)
            .await?
            .ok_or_else(|| errors::no_such_login_profile(name(cx, &owner)))?;
        Ok(GetLoginProfileOutput { login_profile: shape(&profile, &owner) })
    }
}
