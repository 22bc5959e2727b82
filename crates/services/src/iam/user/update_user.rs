use super::{arn, find, named, permission};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, names},
};
use domain::Arn;
use shapes::iam::{UpdateUser, UpdateUserInput, UpdateUserOutput};
use store::Transaction;

impl Operation for UpdateUser {
    const EFFECT: Effect = Effect::Write;

    /// Both names: IAM asks for permission on the user as it is and as it will be.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateUserInput) -> Result<Access> {
        let present = permission(cx, tx, "iam:UpdateUser", &input.user_name).await?;
        let name = names::user(input.new_user_name.as_deref().unwrap_or(&input.user_name))?;
        let future = match &input.new_path {
            Some(path) => Arn::iam(cx.account(), format!("user{}{name}", names::path(Some(path))?)),
            None => match find(tx, cx.account(), &input.user_name).await? {
                Some(user) => Arn::iam(cx.account(), format!("user{}{name}", user.path)),
                None => arn(cx.account(), name.as_str()),
            },
        };
        Ok(Access::Permissions(vec![present, Permission::to("iam:UpdateUser", future)]))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: UpdateUserInput) -> Result<UpdateUserOutput> {
        let mut user = named(tx, cx.account(), &input.user_name).await?;
        if let Some(path) = &input.new_path {
            user.path = names::path(Some(path))?;
        }
        if let Some(name) = &input.new_user_name {
            user.name = names::user(name)?;
            let taken = store::user::find_by_name(tx, cx.account(), &user.name).await?;
            if taken.is_some_and(|other| other.id != user.id) {
                return Err(errors::already_exists("User", &user.name));
            }
        }
        store::user::update(tx, &user).await?;
        Ok(UpdateUserOutput {})
    }
}
