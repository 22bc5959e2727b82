use super::get;
use crate::{
    Access, Cx, Effect, Operation, Prepared, Result,
    iam::{owner::Owner, user},
    password::NewPassword,
};
use domain::WrongGuesses;
use shapes::iam::{UpdateLoginProfile, UpdateLoginProfileInput, UpdateLoginProfileOutput};
use store::Transaction;

impl Operation for UpdateLoginProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateLoginProfileInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:UpdateLoginProfile", &input.user_name).await?.into())
    }

    async fn prepare(cx: &Cx, input: &UpdateLoginProfileInput) -> Result<Prepared> {
        let Some(password) = &input.password else { return Ok(Prepared::Nothing) };
        let mut tx = cx.plane.store.read();
        let owner = Owner::of(&user::named(&mut tx, cx.account(), &input.user_name).await?);
        let (_, present) = get(cx, &mut tx, &owner).await?;
        drop(tx);
        NewPassword::checked(&cx.plane, cx.account(), password, Some(&present))
            .await
            .map(Prepared::NewPassword)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateLoginProfileInput,
    ) -> Result<UpdateLoginProfileOutput> {
        let owner = Owner::of(&user::named(tx, cx.account(), &input.user_name).await?);
        let (mut profile, mut passwords) = get(cx, tx, &owner).await?;
        if let Prepared::NewPassword(password) = &cx.prepared {
            passwords = password.put_on(cx, tx, Some(passwords)).await?;
            profile.password_changed_at = cx.now;
            profile.wrong_passwords = WrongGuesses::default();
        }
        if let Some(required) = input.password_reset_required {
            profile.password_reset_required = required;
        }
        store::login_profile::update(tx, &cx.plane.sealer, &profile, &passwords).await?;
        Ok(UpdateLoginProfileOutput)
    }
}
