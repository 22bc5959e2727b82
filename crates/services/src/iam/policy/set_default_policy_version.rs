use super::{own, permission_to_change};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::PolicyVersionId;
use shapes::iam::{SetDefaultPolicyVersion, SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput};
use store::Transaction;

impl Operation for SetDefaultPolicyVersion {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &SetDefaultPolicyVersionInput) -> Result<Access> {
        Ok(permission_to_change(cx, tx, "iam:SetDefaultPolicyVersion", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: SetDefaultPolicyVersionInput,
    ) -> Result<SetDefaultPolicyVersionOutput> {
        let mut policy = own(cx, tx, &input.policy_arn).await?;
        let missing = || errors::no_such_policy_version(&input.policy_arn, &input.version_id);
        let version = PolicyVersionId::parse(&input.version_id).map_err(|_| missing())?;
        if store::policy_version::find(tx, cx.account(), &policy.id, version).await?.is_none() {
            return Err(missing());
        }
        policy.default_version = version;
        policy.updated_at = cx.now;
        store::managed_policy::update(tx, &policy).await?;
        Ok(SetDefaultPolicyVersionOutput)
    }
}
