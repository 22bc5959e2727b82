use super::{named, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagInstanceProfile, UntagInstanceProfileInput, UntagInstanceProfileOutput};
use store::Transaction;

impl Operation for UntagInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagInstanceProfileInput) -> Result<Access> {
        let profile = permission(cx, tx, "iam:UntagInstanceProfile", &input.instance_profile_name).await?;
        Ok(profile.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UntagInstanceProfileInput,
    ) -> Result<UntagInstanceProfileOutput> {
        let mut profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        tags::remove_exact(&mut profile.tags, &input.tag_keys)?;
        store::instance_profile::update(tx, &profile).await?;
        Ok(UntagInstanceProfileOutput)
    }
}
