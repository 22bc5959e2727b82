use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagUser, UntagUserInput, UntagUserOutput};
use store::Transaction;

impl Operation for UntagUser {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagUserInput) -> Result<Access> {
        let user = permission(cx, tx, "iam:UntagUser", &input.user_name).await?;
        Ok(user.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: UntagUserInput) -> Result<UntagUserOutput> {
        let mut user = named(tx, cx.account(), &input.user_name).await?;
        tags::remove(&mut user.tags, &input.tag_keys)?;
        store::user::update(tx, &user).await?;
        Ok(UntagUserOutput {})
    }
}
