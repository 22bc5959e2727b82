use super::{check_document, own, permission_to_change};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, quotas},
};
use domain::{ManagedPolicyVersion, PolicyVersionId};
use shapes::iam::{CreatePolicyVersion, CreatePolicyVersionInput, CreatePolicyVersionOutput, types};
use store::Transaction;

impl Operation for CreatePolicyVersion {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &CreatePolicyVersionInput) -> Result<Access> {
        Ok(permission_to_change(cx, tx, "iam:CreatePolicyVersion", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreatePolicyVersionInput,
    ) -> Result<CreatePolicyVersionOutput> {
        let mut policy = own(cx, tx, &input.policy_arn).await?;
        check_document(&input.policy_document)?;
        if store::policy_version::list(tx, cx.account(), &policy.id).await?.len() >= quotas::POLICY_VERSIONS {
            return Err(errors::limit_exceeded(format!(
                "A managed policy can have up to {} versions. Before you create a new version, you must delete an \
                 existing version.",
                quotas::POLICY_VERSIONS
            )));
        }
        let id = PolicyVersionId::from_number(policy.next_version);
        let id = id.ok_or_else(|| Error::internal("a policy's next version is 0"))?;
        policy.next_version =
            policy.next_version.checked_add(1).ok_or_else(|| Error::internal("no more versions"))?;
        policy.updated_at = cx.now;
        if input.set_as_default == Some(true) {
            policy.default_version = id;
        }
        let version = ManagedPolicyVersion { id, document: input.policy_document, created_at: cx.now };
        store::policy_version::insert(tx, cx.account(), &policy.id, &version).await?;
        store::managed_policy::update(tx, &policy).await?;
        let policy_version = types::PolicyVersion {
            document: None,
            version_id: Some(id.to_string()),
            is_default_version: Some(id == policy.default_version),
            create_date: Some(cx.now),
        };
        Ok(CreatePolicyVersionOutput { policy_version: Some(policy_version) })
    }
}
