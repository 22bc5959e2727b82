use super::parse;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::entity::{self, EntityName},
};
use policy::{PolicyKind, Source, simulation::context_keys};
use shapes::iam::{
    GetContextKeysForPrincipalPolicy, GetContextKeysForPrincipalPolicyInput,
    GetContextKeysForPrincipalPolicyOutput,
};
use store::Transaction;

impl Operation for GetContextKeysForPrincipalPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &GetContextKeysForPrincipalPolicyInput,
    ) -> Result<Access> {
        Ok(entity::permission(cx, tx, "iam:GetContextKeysForPrincipalPolicy", &input.policy_source_arn)
            .await?
            .into())
    }

    /// The keys of the policies in the request come behind those of the entity's own.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetContextKeysForPrincipalPolicyInput,
    ) -> Result<GetContextKeysForPrincipalPolicyOutput> {
        let entity = EntityName::parse(&input.policy_source_arn)?.get(cx, tx).await?;
        let held = entity.policies(cx, tx).await?;
        let mut sources: Vec<Source> = held.into_iter().map(|held| held.source).collect();
        sources.extend(parse("PolicyInputList", PolicyKind::Identity, input.policy_input_list.as_deref())?);
        let keys = context_keys(sources.iter().map(|source| &*source.policy));
        let keys = keys.into_iter().map(str::to_owned).collect();
        Ok(GetContextKeysForPrincipalPolicyOutput { context_key_names: Some(keys) })
    }
}
