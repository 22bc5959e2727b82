use super::{own, permission_to_change};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{DeletePolicy, DeletePolicyInput, DeletePolicyOutput};
use store::{Transaction, managed_policy::PolicyUsage};

impl Operation for DeletePolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeletePolicyInput) -> Result<Access> {
        Ok(permission_to_change(cx, tx, "iam:DeletePolicy", &input.policy_arn).await?.into())
    }

    /// The default version goes with the policy; others must be gone already.
    async fn handle(cx: &Cx, tx: &mut Transaction, input: DeletePolicyInput) -> Result<DeletePolicyOutput> {
        let account = cx.account();
        let policy = own(cx, tx, &input.policy_arn).await?;
        // A boundary counts: without its policy it would allow nothing.
        if store::managed_policy::usage(tx, account, &input.policy_arn).await? != PolicyUsage::default() {
            return Err(errors::policy_delete_conflict("Cannot delete a policy attached to entities."));
        }
        if store::policy_version::list(tx, account, &policy.id).await?.len() > 1 {
            return Err(errors::policy_delete_conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                 versions. The default version is deleted with the policy.",
            ));
        }
        store::policy_version::delete(tx, account, &policy.id, policy.default_version).await?;
        store::managed_policy::delete(tx, account, &policy.id).await?;
        Ok(DeletePolicyOutput)
    }
}
