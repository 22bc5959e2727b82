use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagInstanceProfile, TagInstanceProfileInput, TagInstanceProfileOutput};
use store::Transaction;

impl Operation for TagInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagInstanceProfileInput) -> Result<Access> {
        let profile = permission(cx, tx, "iam:TagInstanceProfile", &input.instance_profile_name).await?;
        Ok(profile.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: TagInstanceProfileInput,
    ) -> Result<TagInstanceProfileOutput> {
        let mut profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        tags::merge_exact(&mut profile.tags, tags::parse_exact(input.tags)?)?;
        store::instance_profile::update(tx, &profile).await?;
        Ok(TagInstanceProfileOutput)
    }
}
