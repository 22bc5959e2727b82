use super::{known_or_caller, permission_or_caller, whole_shape};
use crate::{Access, Cx, Effect, Operation, Result};
use domain::Principal;
use shapes::iam::{GetUser, GetUserInput, GetUserOutput, types};
use store::Transaction;

impl Operation for GetUser {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetUserInput) -> Result<Access> {
        Ok(permission_or_caller(cx, tx, "iam:GetUser", input.user_name.as_deref()).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetUserInput) -> Result<GetUserOutput> {
        if let (None, Principal::Root) = (&input.user_name, &cx.caller.principal) {
            return Ok(GetUserOutput { user: root(cx, tx).await? });
        }
        let user = known_or_caller(cx, input.user_name.as_deref()).await?;
        Ok(GetUserOutput { user: whole_shape(&user) })
    }
}

/// The root user as IAM shows it to itself: a user without path and name, whose id is the account's.
async fn root(cx: &Cx, tx: &mut Transaction) -> Result<types::User> {
    let account = store::account::get(tx, cx.account()).await?;
    Ok(types::User {
        path: String::new(),
        user_name: String::new(),
        user_id: account.id.to_string(),
        arn: account.root_arn().to_string(),
        create_date: account.created_at,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    })
}
