use super::whole_shape;
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, names, quotas, tags},
};
use domain::{Arn, IdKind, InstanceProfile, UniqueId};
use shapes::iam::{CreateInstanceProfile, CreateInstanceProfileInput, CreateInstanceProfileOutput};
use store::Transaction;

impl Operation for CreateInstanceProfile {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateInstanceProfileInput) -> Result<Access> {
        let name = names::instance_profile(&input.instance_profile_name)?;
        let path = names::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.account(), format!("instance-profile{path}{name}"));
        let profile = Permission::to("iam:CreateInstanceProfile", arn);
        Ok(profile.with_tagging("iam:TagInstanceProfile", &tags::pairs(input.tags.as_deref())))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateInstanceProfileInput,
    ) -> Result<CreateInstanceProfileOutput> {
        let profile = InstanceProfile {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::InstanceProfile, cx.random()),
            name: names::instance_profile(&input.instance_profile_name)?,
            path: names::path(input.path.as_deref())?,
            created_at: cx.now,
            role: None,
            tags: tags::parse_exact(input.tags.unwrap_or_default())?,
        };
        if store::instance_profile::find_by_name(tx, cx.account(), &profile.name).await?.is_some() {
            let message = format!("Instance Profile {} already exists.", profile.name);
            return Err(errors::entity_already_exists(message));
        }
        let present = store::instance_profile::count(tx, cx.account()).await?;
        quotas::check("InstanceProfilesPerAccount", quotas::INSTANCE_PROFILES, present)?;
        store::instance_profile::insert(tx, &profile).await?;
        Ok(CreateInstanceProfileOutput { instance_profile: whole_shape(tx, &profile).await? })
    }
}
