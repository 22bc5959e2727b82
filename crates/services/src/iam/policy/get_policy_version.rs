use super::{get, permission, versions};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{GetPolicyVersion, GetPolicyVersionInput, GetPolicyVersionOutput};
use store::Transaction;

impl Operation for GetPolicyVersion {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetPolicyVersionInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetPolicyVersion", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetPolicyVersionInput,
    ) -> Result<GetPolicyVersionOutput> {
        let managed = get(cx, tx, &input.policy_arn).await?;
        let mut versions = versions(cx, tx, &managed).await?.into_iter();
        let version = versions.find(|version| version.version_id.as_ref() == Some(&input.version_id));
        let version =
            version.ok_or_else(|| errors::no_such_policy_version(&input.policy_arn, &input.version_id))?;
        Ok(GetPolicyVersionOutput { policy_version: Some(version) })
    }
}
