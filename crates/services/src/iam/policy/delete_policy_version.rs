use super::{own, permission_to_change};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::PolicyVersionId;
use shapes::iam::{DeletePolicyVersion, DeletePolicyVersionInput, DeletePolicyVersionOutput};
use store::Transaction;

impl Operation for DeletePolicyVersion {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeletePolicyVersionInput) -> Result<Access> {
        Ok(permission_to_change(cx, tx, "iam:DeletePolicyVersion", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeletePolicyVersionInput,
    ) -> Result<DeletePolicyVersionOutput> {
        let policy = own(cx, tx, &input.policy_arn).await?;
        let missing = || errors::no_such_policy_version(&input.policy_arn, &input.version_id);
        let version = PolicyVersionId::parse(&input.version_id).map_err(|_| missing())?;
        if version == policy.default_version {
            return Err(errors::policy_delete_conflict("Cannot delete the default version of a policy."));
        }
        if !store::policy_version::delete(tx, cx.account(), &policy.id, version).await? {
            return Err(missing());
        }
        Ok(DeletePolicyVersionOutput)
    }
}
