use super::{find, permission, shape};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use domain::DelegationRequest;
use policy::{
    PolicyKind, Source,
    reasoning::{Answer, Reasoning},
};
use shapes::iam::{
    GetDelegationRequest, GetDelegationRequestInput, GetDelegationRequestOutput,
    types::{PermissionCheckResultType, PermissionCheckStatusType},
};
use store::Transaction;

/// What a permission check may cost; beyond it the answer is not sure.
const STEPS: u64 = 2_000_000;

impl Operation for GetDelegationRequest {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetDelegationRequestInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetDelegationRequest", &input.delegation_request_id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetDelegationRequestInput,
    ) -> Result<GetDelegationRequestOutput> {
        let id = &input.delegation_request_id;
        let request = find(cx, tx, id).await?.ok_or_else(|| errors::no_such_delegation_request(id))?;
        let check = match input.delegation_permission_check {
            Some(true) => Some(check(cx, &request)?),
            Some(false) | None => None,
        };
        Ok(GetDelegationRequestOutput {
            delegation_request: Some(shape(cx, &request)),
            permission_check_status: check.is_some().then_some(PermissionCheckStatusType::Complete),
            permission_check_result: check,
        })
    }
}

/// Whether the caller may do all that is asked for: a provider gets no more than whoever accepts the request has.
fn check(cx: &Cx, request: &DelegationRequest) -> Result<PermissionCheckResultType> {
    let asked = cx.plane.directory.compile(&request.policy, PolicyKind::Identity)?;
    let asked = [Source::new(&request.id, "user-managed", asked)];
    let policies = cx.policies.with(None);
    let identity = (!cx.caller.is_root()).then_some(policies.identity);
    let layers = [identity, policies.boundary, policies.session];
    let reasoning = Reasoning::new().with_steps(STEPS);
    let mut result = PermissionCheckResultType::Allowed;
    for layer in layers.into_iter().flatten() {
        match reasoning.no_more_permissive(&asked, layer) {
            Answer::Yes => {}
            Answer::No(_) => return Ok(PermissionCheckResultType::Denied),
            Answer::Unknown { .. } => result = PermissionCheckResultType::Unsure,
        }
    }
    Ok(result)
}
