//! Delegation requests: a product provider asks for temporary access to somebody's account, and somebody there takes the
//! request, has it approved and releases the token.

mod accept_delegation_request;
mod associate_delegation_request;
mod create_delegation_request;
mod get_delegation_request;
mod get_human_readable_summary;
mod list_delegation_requests;
mod reject_delegation_request;
mod send_delegation_token;
mod summary;
mod update_delegation_request;

use super::errors;
use crate::{Cx, Permission, Result};
use domain::{Arn, DelegationParameter, DelegationRequest, DelegationStage, DelegationState};
use serde_json::Value;
use shapes::iam::types;
use store::Transaction;

/// What whoever took a request may do with it, without a policy of their own.
const OWNERS_ACTIONS: [&str; 5] = [
    "iam:GetDelegationRequest",
    "iam:GetHumanReadableSummary",
    "iam:RejectDelegationRequest",
    "iam:SendDelegationToken",
    "iam:UpdateDelegationRequest",
];
/// What anybody of an account that it may be meant for may do with a request that nobody has taken: its id is known to
/// whoever got it from the provider, and to nobody else.
const FINDERS_ACTIONS: [&str; 3] =
    ["iam:AssociateDelegationRequest", "iam:GetDelegationRequest", "iam:GetHumanReadableSummary"];

/// The request of that id that the caller's account may see.
async fn find(cx: &Cx, tx: &mut Transaction, id: &str) -> Result<Option<DelegationRequest>> {
    let found = store::delegation_request::find(tx, id).await?;
    Ok(found.filter(|request| request.is_seen_by(cx.account())))
}

/// The request of that id that is made to the caller's account, or `NoSuchEntity`. Its provider only sees it.
async fn addressed(cx: &Cx, tx: &mut Transaction, id: &str) -> Result<DelegationRequest> {
    let found = find(cx, tx, id)
        .await?
        .filter(|request| request.owner_account.is_none_or(|owner| owner == cx.account()));
    found.ok_or_else(|| errors::no_such_delegation_request(id))
}

/// A permission on the request of that id: `iam:DelegationRequestOwner`. Whoever has taken it has some by default.
async fn permission(cx: &Cx, tx: &mut Transaction, action: &'static str, id: &str) -> Result<Permission> {
    let permission = Permission::to(action, arn(cx, id));
    let Some(request) = find(cx, tx, id).await? else { return Ok(permission) };
    let permission = match &request.owner {
        Some(owner) => permission.with("iam:DelegationRequestOwner", owner),
        None => permission,
    };
    let is_findable =
        request.owner.is_none() && request.owner_account.is_none_or(|owner| owner == cx.account());
    let is_granted = (is_owner(cx, &request) && OWNERS_ACTIONS.contains(&action))
        || (is_findable && FINDERS_ACTIONS.contains(&action));
    Ok(Permission { is_granted, ..permission })
}

/// Whether the caller has taken the request.
fn is_owner(cx: &Cx, request: &DelegationRequest) -> bool {
    request.owner.as_ref().is_some_and(|owner| *owner == cx.caller.arn().to_string())
        && request.owner_unique_id.as_ref().is_some_and(|id| *id == cx.caller.user_id())
}

/// `arn:aws:iam::ACCOUNT:delegation-request/ID`, as the caller's account sees it.
fn arn(cx: &Cx, id: &str) -> Arn {
    Arn::iam(cx.account(), format!("delegation-request/{id}"))
}

/// The request as IAM's answers show it. Its notes are between those who take and those who approve it: the provider's
/// account is not shown them.
fn shape(cx: &Cx, request: &DelegationRequest) -> types::DelegationRequest {
    let parameters: Vec<types::PolicyParameter> = request.parameters.iter().map(parameter).collect();
    let restrictions = boundaries(&request.policy);
    types::DelegationRequest {
        delegation_request_id: Some(request.id.clone()),
        owner_account_id: request.owner_account.map(|account| account.to_string()),
        description: Some(request.description.clone()),
        request_message: request.message.clone(),
        permissions: Some(types::DelegationPermission {
            policy_template_arn: Some(request.template_arn.clone()),
            parameters: (!parameters.is_empty()).then_some(parameters),
        }),
        permission_policy: Some(request.policy.clone()),
        role_permission_restriction_arns: (!restrictions.is_empty()).then_some(restrictions),
        owner_id: request.owner.clone(),
        approver_id: request.approver.clone(),
        state: Some(state(request.state(cx.now))),
        expiration_time: Some(request.expires_at()),
        requestor_id: Some(request.requestor.to_string()),
        requestor_name: Some(request.requestor_name.clone()),
        create_date: Some(request.created_at),
        session_duration: i32::try_from(request.session_duration).ok(),
        redirect_url: request.redirect_url.clone(),
        notes: request.notes.clone().filter(|_| request.owner_account == Some(cx.account())),
        rejection_reason: request.rejection_reason.clone(),
        only_send_by_owner: Some(request.only_send_by_owner),
        updated_time: Some(request.updated_at),
    }
}

fn parameter(parameter: &DelegationParameter) -> types::PolicyParameter {
    let kind = if parameter.is_list {
        types::PolicyParameterTypeEnum::StringList
    } else {
        types::PolicyParameterTypeEnum::String
    };
    types::PolicyParameter {
        name: Some(parameter.name.clone()),
        values: Some(parameter.values.clone()),
        r#type: Some(kind),
    }
}

fn state(state: DelegationState) -> types::StateType {
    match state {
        DelegationState::At(DelegationStage::Unassigned) => types::StateType::Unassigned,
        DelegationState::At(DelegationStage::Assigned) => types::StateType::Assigned,
        DelegationState::At(DelegationStage::PendingApproval) => types::StateType::PendingApproval,
        DelegationState::At(DelegationStage::Accepted) => types::StateType::Accepted,
        DelegationState::At(DelegationStage::Finalized) => types::StateType::Finalized,
        DelegationState::At(DelegationStage::Rejected) => types::StateType::Rejected,
        DelegationState::Expired => types::StateType::Expired,
    }
}

/// The permissions boundaries that the policy demands of roles: the values of `iam:PermissionsBoundary` in its
/// conditions, each once and in order.
fn boundaries(policy: &str) -> Vec<String> {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return Vec::new() };
    let mut found = Vec::new();
    for statement in each(policy.get("Statement")) {
        let operators = statement.get("Condition").and_then(Value::as_object);
        let keys =
            operators.into_iter().flat_map(|operators| operators.values()).filter_map(Value::as_object);
        for (key, values) in keys.flatten() {
            if key.eq_ignore_ascii_case("iam:PermissionsBoundary") {
                found.extend(each(Some(values)).filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The elements of a list, or the one thing that stands for a list of one.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.into_iter().flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_boundaries_it_demands() {
        let policy = r#"{"Statement":[
            {"Action":"iam:CreateRole","Condition":{"StringEquals":{"iam:permissionsBoundary":["b","a"]}}},
            {"Action":"iam:PutRolePolicy","Condition":{"ArnLike":{"iam:PermissionsBoundary":"a","aws:x":"y"}}},
            {"Action":"s3:*"}]}"#;
        assert_eq!(boundaries(policy), ["a", "b"]);
        let single = r#"{"Statement":{"Condition":{"StringEquals":{"iam:PermissionsBoundary":"c"}}}}"#;
        assert_eq!(boundaries(single), ["c"]);
        for hostile in ["", "[]", "{}", r#"{"Statement":1}"#, r#"{"Statement":{"Condition":[1]}}"#] {
            assert!(boundaries(hostile).is_empty(), "{hostile}");
        }
    }
}
