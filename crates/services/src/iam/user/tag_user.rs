use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagUser, TagUserInput, TagUserOutput};
use store::Transaction;

impl Operation for TagUser {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagUserInput) -> Result<Access> {
        let user = permission(cx, tx, "iam:TagUser", &input.user_name).await?;
        Ok(user.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: TagUserInput) -> Result<TagUserOutput> {
        let mut user = named(tx, cx.account(), &input.user_name).await?;
        tags::merge(&mut user.tags, tags::parse(input.tags)?)?;
        store::user::update(tx, &user).await?;
        Ok(TagUserOutput {})
    }
}
