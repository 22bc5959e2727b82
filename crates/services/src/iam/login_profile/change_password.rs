use super::get;
use crate::{
    Access, Common, Cx, Effect, Error, Operation, Permission, Prepared, Result,
    iam::{errors, owner::Owner, user},
    password::{self, NewPassword},
};
use domain::{Passwords, WrongGuesses};
use shapes::iam::{ChangePassword, ChangePasswordInput, ChangePasswordOutput};
use store::{Retry, Transaction};

impl Operation for ChangePassword {
    const EFFECT: Effect = Effect::Write;

    /// On the caller. Where the account lets its users change their passwords, that takes no policy.
    async fn access(cx: &Cx, tx: &mut Transaction, _input: &ChangePasswordInput) -> Result<Access> {
        let permission = user::permission_or_caller(cx, tx, "iam:ChangePassword", None).await?;
        let policy = store::password_policy::find(tx, cx.account()).await?;
        let is_granted =
            policy.is_some_and(|policy| policy.allow_users_to_change_password) && cx.caller.user().is_some();
        Ok(Permission { is_granted, ..permission }.into())
    }

    async fn prepare(cx: &Cx, input: &ChangePasswordInput) -> Result<Prepared> {
        // Before the attempt counts: this costs nothing and tells of the policy alone.
        password::policy_for(&cx.plane, cx.account(), &input.new_password).await?;
        let mut retry = Retry::new();
        let present = loop {
            match attempt(cx).await {
                Err(error) if error.is_conflict() && retry.again().await => {}
                done => break done?,
            }
        };
        let old = vec![present.current.clone()];
        if !cx.plane.passwords.is_one_of(cx.account(), &input.old_password, old).await? {
            return Err(Error::access_denied("The old password was incorrect."));
        }
        NewPassword::checked(&cx.plane, cx.account(), &input.new_password, Some(&present))
            .await
            .map(Prepared::NewPassword)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: ChangePasswordInput,
    ) -> Result<ChangePasswordOutput> {
        let Prepared::NewPassword(password) = &cx.prepared else {
            return Err(Error::internal("no password was prepared"));
        };
        let (mut profile, present) = get(cx, tx, &caller(cx)?).await?;
        profile.password_changed_at = cx.now;
        profile.password_reset_required = false;
        profile.wrong_passwords = WrongGuesses::default();
        let passwords = password.put_on(cx, tx, Some(present)).await?;
        store::login_profile::update(tx, &cx.plane.sealer, &profile, &passwords).await?;
        Ok(ChangePasswordOutput)
    }
}

fn caller(cx: &Cx) -> Result<Owner> {
    let user = cx.caller.user().ok_or_else(errors::only_users_change_passwords)?;
    Ok(Owner::of(user))
}

/// The passwords, for one attempt at them. It counts as a wrong one until the change is made: of many at once no more are
/// looked at than of one after the other, and who knows the password cannot have others hashed without end.
async fn attempt(cx: &Cx) -> Result<Passwords> {
    let mut tx = cx.plane.store.write().await?;
    let (mut profile, passwords) = get(cx, &mut tx, &caller(cx)?).await?;
    if !profile.wrong_passwords.may_try(cx.now) {
        return Err(Error::common(Common::Throttling, "Rate exceeded"));
    }
    profile.wrong_passwords = profile.wrong_passwords.with_another(cx.now);
    store::login_profile::update(&mut tx, &cx.plane.sealer, &profile, &passwords).await?;
    tx.commit().await?;
    Ok(passwords)
}
