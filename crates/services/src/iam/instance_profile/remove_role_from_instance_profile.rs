use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, role},
};
use shapes::iam::{
    RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileInput, RemoveRoleFromInstanceProfileOutput,
};
use store::Transaction;

impl Operation for RemoveRoleFromInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &RemoveRoleFromInstanceProfileInput,
    ) -> Result<Access> {
        let name = &input.instance_profile_name;
        Ok(permission(cx, tx, "iam:RemoveRoleFromInstanceProfile", name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: RemoveRoleFromInstanceProfileInput,
    ) -> Result<RemoveRoleFromInstanceProfileOutput> {
        let mut profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        if profile.role.as_ref() != Some(&role.id) {
            return Err(errors::no_such("role", &input.role_name));
        }
        profile.role = None;
        store::instance_profile::update(tx, &profile).await?;
        Ok(RemoveRoleFromInstanceProfileOutput)
    }
}
