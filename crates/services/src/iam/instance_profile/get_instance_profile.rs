use super::{named, permission, whole_shape};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{GetInstanceProfile, GetInstanceProfileInput, GetInstanceProfileOutput};
use store::Transaction;

impl Operation for GetInstanceProfile {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetInstanceProfileInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetInstanceProfile", &input.instance_profile_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetInstanceProfileInput,
    ) -> Result<GetInstanceProfileOutput> {
        let profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        Ok(GetInstanceProfileOutput { instance_profile: whole_shape(tx, &profile).await? })
    }
}
