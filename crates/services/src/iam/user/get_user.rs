use super::{known_or_caller, permission_or_caller, root_shape, whole_shape};
use crate::{Access, Cx, Effect, Operation, Result, directory::KnownUser};
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
        let KnownUser { user, has_password } = known_or_caller(cx, input.user_name.as_deref()).await?;
        // Who has no password cannot have used it: the store need not be asked.
        let last_use =
            if has_password { cx.last_use(tx, UsedKind::Password, user.id.as_str()).await? } else { None };
        let shape = types::User { password_last_used: last_use.map(|used| used.at), ..whole_shape(&user) };
        Ok(GetUserOutput { user: shape })
    }
}
