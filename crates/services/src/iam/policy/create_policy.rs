use super::{Managed, check_document, shape};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, names, quotas, tags},
};
use domain::{Arn, IdKind, ManagedPolicy, ManagedPolicyVersion, PolicyVersionId, UniqueId};
use shapes::iam::{CreatePolicy, CreatePolicyInput, CreatePolicyOutput, types};
use store::{Transaction, managed_policy::PolicyUsage};

impl Operation for CreatePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreatePolicyInput) -> Result<Access> {
        let name = names::policy(&input.policy_name)?;
        let path = names::path(input.path.as_deref())?;
        let policy =
            Permission::to("iam:CreatePolicy", Arn::iam(cx.account(), format!("policy{path}{name}")));
        Ok(policy.with_tagging("iam:TagPolicy", &tags::pairs(input.tags.as_deref())))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: CreatePolicyInput) -> Result<CreatePolicyOutput> {
        check_document(&input.policy_document)?;
        let policy = ManagedPolicy {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::ManagedPolicy, cx.random()),
            name: names::policy(&input.policy_name)?,
            path: names::path(input.path.as_deref())?,
            created_at: cx.now,
            updated_at: cx.now,
            description: input.description.filter(|description| !description.is_empty()),
            default_version: PolicyVersionId::FIRST,
            next_version: PolicyVersionId::FIRST.number() + 1,
            tags: tags::parse_exact(input.tags.unwrap_or_default())?,
        };
        if store::managed_policy::find_by_name(tx, cx.account(), &policy.name).await?.is_some() {
            let message =
                format!("A policy called {} already exists. Duplicate names are not allowed.", policy.name);
            return Err(errors::entity_already_exists(message));
        }
        quotas::one_more(cx, tx, "PoliciesPerAccount", quotas::POLICIES, async |tx| {
            store::managed_policy::count(tx, cx.account()).await
        })
        .await?;
        store::managed_policy::insert(tx, &policy).await?;
        let version = ManagedPolicyVersion {
            id: policy.default_version,
            document: input.policy_document,
            created_at: cx.now,
        };
        store::policy_version::insert(tx, cx.account(), &policy.id, &version).await?;
        let tags = tags::shape(&policy.tags);
        let shape = shape(&Managed::Own(Box::new(policy)), PolicyUsage::default());
        Ok(CreatePolicyOutput { policy: Some(types::Policy { tags, ..shape }) })
    }
}
