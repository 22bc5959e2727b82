use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{quotas, role},
};
use shapes::iam::{AddRoleToInstanceProfile, AddRoleToInstanceProfileInput, AddRoleToInstanceProfileOutput};
use store::Transaction;

/// The service whose machines get the role.
const PASSED_TO: &str = "ec2.amazonaws.com";

impl Operation for AddRoleToInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    /// On the instance profile, and to pass the role to EC2: whoever may start machines gets what the role may do.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &AddRoleToInstanceProfileInput) -> Result<Access> {
        let profile =
            permission(cx, tx, "iam:AddRoleToInstanceProfile", &input.instance_profile_name).await?;
        let role = role::permission(cx, tx, "iam:PassRole", &input.role_name).await?;
        Ok(Access::Permissions(vec![profile, role.with("iam:PassedToService", PASSED_TO)]))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AddRoleToInstanceProfileInput,
    ) -> Result<AddRoleToInstanceProfileOutput> {
        let mut profile = named(tx, cx.account(), &input.instance_profile_name).await?;
        let role = role::modifiable(tx, cx.account(), &input.role_name).await?;
        quotas::check(
            "InstanceSessionsPerInstanceProfile",
            quotas::ROLES_OF_INSTANCE_PROFILE,
            u64::from(profile.role.is_some()),
        )?;
        profile.role = Some(role.id);
        store::instance_profile::update(tx, &profile).await?;
        Ok(AddRoleToInstanceProfileOutput)
    }
}
