use super::{named_or_caller, permission_or_caller, root_shape, whole_shape};
use crate::{Access, Cx, Effect, Operation, Result};
use domain::Principal;
use shapes::iam::{GetUser, GetUserInput, GetUserOutput, types};
use store::{Transaction, last_used::UsedKind};

impl Operation for GetUser {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetUserInput) -> Result<Access> {
        Ok(permission_or_caller(cx, tx, "iam:GetUser", input.user_name.as_deref()).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetUserInput) -> Result<GetUserOutput> {
        if let (None, Principal::Root) = (&input.user_name, &cx.caller.principal) {
            return Ok(GetUserOutput { user: root_shape(cx, tx).await? });
        }
        let user = named_or_caller(cx, tx, input.user_name.as_deref()).await?;
        let last_use = cx.last_use(tx, UsedKind::Password, user.id.as_str()).await?;
        let shape = types::User { password_last_used: last_use.map(|used| used.at), ..whole_shape(&user) };
        Ok(GetUserOutput { user: shape })
    }
}
