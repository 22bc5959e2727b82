use super::parse;
use crate::{Access, Cx, Effect, Operation, Result};
use policy::{PolicyKind, simulation::context_keys};
use shapes::iam::{
    GetContextKeysForCustomPolicy, GetContextKeysForCustomPolicyInput, GetContextKeysForCustomPolicyOutput,
};
use store::Transaction;

impl Operation for GetContextKeysForCustomPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetContextKeysForCustomPolicyInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetContextKeysForCustomPolicy", "*"))
    }

    async fn handle(
        _cx: &Cx,
        _tx: &mut Transaction,
        input: GetContextKeysForCustomPolicyInput,
    ) -> Result<GetContextKeysForCustomPolicyOutput> {
        let sources = parse("PolicyInputList", PolicyKind::Identity, Some(&input.policy_input_list))?;
        let keys = context_keys(sources.iter().map(|source| &*source.policy));
        let keys = keys.into_iter().map(str::to_owned).collect();
        Ok(GetContextKeysForCustomPolicyOutput { context_key_names: Some(keys) })
    }
}
