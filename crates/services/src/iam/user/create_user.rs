use super::whole_shape;
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{boundary, errors, names, quotas, tags},
};
use domain::{Arn, IdKind, UniqueId, User};
use shapes::iam::{CreateUser, CreateUserInput, CreateUserOutput};
use store::Transaction;

impl Operation for CreateUser {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateUserInput) -> Result<Access> {
        let name = names::user(&input.user_name)?;
        let path = names::path(input.path.as_deref())?;
        let user = Permission::to("iam:CreateUser", Arn::iam(cx.account(), format!("user{path}{name}")))
            .with_requested_boundary(input.permissions_boundary.as_deref());
        Ok(user.with_tagging("iam:TagUser", &tags::pairs(input.tags.as_deref())))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: CreateUserInput) -> Result<CreateUserOutput> {
        let user = User {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::User, cx.random()),
            name: names::user(&input.user_name)?,
            path: names::path(input.path.as_deref())?,
            created_at: cx.now,
            permissions_boundary: boundary::parse(cx, tx, input.permissions_boundary).await?,
            tags: tags::parse(input.tags.unwrap_or_default())?,
        };
        if !store::user::insert_if_free(tx, &user).await? {
            return Err(errors::already_exists("User", &user.name));
        }
        quotas::one_more(cx, tx, "UsersPerAccount", quotas::USERS, async |tx| {
            // Without the one that was just made.
            Ok(store::user::count(tx, cx.account()).await?.saturating_sub(1))
        })
        .await?;
        Ok(CreateUserOutput { user: Some(whole_shape(&user)) })
    }
}
