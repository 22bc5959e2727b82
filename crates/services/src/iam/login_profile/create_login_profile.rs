use super::shape;
use crate::{
    Access, Cx, Effect, Error, Operation, Prepared, Result,
    iam::{errors, owner::Owner, user},
    password::NewPassword,
};
use domain::{AccessKeyOwner, LoginProfile, User, WrongGuesses};
use shapes::iam::{CreateLoginProfile, CreateLoginProfileInput, CreateLoginProfileOutput};
use store::Transaction;

impl Operation for CreateLoginProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &CreateLoginProfileInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:CreateLoginProfile", input.user_name.as_deref())
            .await?
            .into())
    }

    /// Name and password may be absent in sessions of `sts:AssumeRoot` alone, which would make a root user's profile.
    async fn prepare(cx: &Cx, input: &CreateLoginProfileInput) -> Result<Prepared> {
        let password = input.password.as_ref().ok_or_else(|| errors::missing("password"))?;
        without_profile(cx, &mut cx.plane.store.read(), input).await?;
        NewPassword::checked(&cx.plane, cx.account(), password, None).await.map(Prepared::NewPassword)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateLoginProfileInput,
    ) -> Result<CreateLoginProfileOutput> {
        let Prepared::NewPassword(password) = &cx.prepared else {
            return Err(Error::internal("no password was prepared"));
        };
        let owner = Owner::of(&without_profile(cx, tx, &input).await?);
        let profile = LoginProfile {
            account_id: cx.account(),
            owner: owner.id.clone(),
            created_at: cx.now,
            password_changed_at: cx.now,
            password_reset_required: input.password_reset_required.unwrap_or(false),
            wrong_passwords: WrongGuesses::default(),
        };
        let passwords = password.put_on(cx, tx, None).await?;
        store::login_profile::insert(tx, &cx.plane.sealer, &profile, &passwords).await?;
        Ok(CreateLoginProfileOutput { login_profile: shape(&profile, &owner) })
    }
}

/// The user, who must have no profile yet.
async fn without_profile(cx: &Cx, tx: &mut Transaction, input: &CreateLoginProfileInput) -> Result<User> {
    let name = input.user_name.as_deref().ok_or_else(|| errors::missing("userName"))?;
    let user = user::named(tx, cx.account(), name).await?;
    let owner = AccessKeyOwner::User(user.id.clone());
    if store::login_profile::find(tx, cx.account(), &owner).await?.is_some() {
        let message = format!("Login Profile for user {} already exists.", user.name);
        return Err(errors::entity_already_exists(message));
    }
    Ok(user)
}
