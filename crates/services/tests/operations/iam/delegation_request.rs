//! Delegation requests, from the provider's first word to the release of the token.

use crate::{
    plane::{ACCOUNT, Refused, TestPlane},
    support::{
        allow, allow_if, assert_refused, document, in_store, put_inline_policy, refused, user,
        user_with_policy,
    },
};
use domain::{AccountId, PolicyOwner};
use shapes::iam::{
    AcceptDelegationRequest, AcceptDelegationRequestInput, AssociateDelegationRequest,
    AssociateDelegationRequestInput, CreateDelegationRequest, CreateDelegationRequestInput, CreatePolicy,
    CreatePolicyInput, CreateUser, CreateUserInput, DeleteUser, DeleteUserInput, GetDelegationRequest,
    GetDelegationRequestInput, GetHumanReadableSummary, GetHumanReadableSummaryInput, ListDelegationRequests,
    ListDelegationRequestsInput, RejectDelegationRequest, RejectDelegationRequestInput, SendDelegationToken,
    SendDelegationTokenInput, UpdateDelegationRequest, UpdateDelegationRequestInput,
    types::{
        DelegationPermission, PermissionCheckResultType, PermissionCheckStatusType, PolicyParameter,
        PolicyParameterTypeEnum, StateType, SummaryStateType,
    },
};
use shapes::sts::{AssumeRole, AssumeRoleInput};

const PROVIDER: &str = "999999999999";
const GHOST: &str = "00000000-0000-0000-0000-00000000ffff";
const DAY: i64 = 24 * 3600;

fn provider() -> AccountId {
    AccountId::parse(PROVIDER).unwrap()
}

/// A plane with a provider that has a template.
async fn plane() -> TestPlane {
    let plane = TestPlane::new().await;
    plane.other_account(provider()).await;
    let input = CreatePolicyInput {
        policy_name: "template".into(),
        policy_document: document(
            r#"{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::@{BucketName}/*"},
            {"Effect":"Allow","Action":"iam:CreateRole","Resource":"arn:aws:iam::123456789012:role/@{RoleNames}","Condition":
                {"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/PowerUserAccess"}}}"#,
        ),
        ..Default::default()
    };
    plane.root_of::<CreatePolicy>(provider(), input).await.unwrap();
    plane
}

fn parameter(name: &str, kind: PolicyParameterTypeEnum, values: &[&str]) -> PolicyParameter {
    let values = values.iter().map(|value| (*value).into()).collect();
    PolicyParameter { name: Some(name.into()), values: Some(values), r#type: Some(kind) }
}

fn parameters() -> Vec<PolicyParameter> {
    vec![
        parameter("BucketName", PolicyParameterTypeEnum::String, &["logs"]),
        parameter("RoleNames", PolicyParameterTypeEnum::StringList, &["a", "b"]),
    ]
}

fn new(workflow: &str) -> CreateDelegationRequestInput {
    CreateDelegationRequestInput {
        owner_account_id: Some(ACCOUNT.into()),
        description: "Reads logs".into(),
        permissions: DelegationPermission {
            policy_template_arn: Some(format!("arn:aws:iam::{PROVIDER}:policy/template")),
            parameters: Some(parameters()),
        },
        requestor_workflow_id: workflow.into(),
        notification_channel: "arn:aws:sns:us-east-1:999999999999:topic".into(),
        session_duration: 3600,
        ..Default::default()
    }
}

async fn create(plane: &TestPlane, input: CreateDelegationRequestInput) -> String {
    let output = plane.root_of::<CreateDelegationRequest>(provider(), input).await.unwrap();
    let id = output.delegation_request_id.unwrap();
    assert!(output.console_deep_link.unwrap().ends_with(&id));
    id
}

async fn refused_by_provider(plane: &TestPlane, input: CreateDelegationRequestInput) -> Refused {
    plane.root_of::<CreateDelegationRequest>(provider(), input).await.map(drop).unwrap_err()
}

fn get(id: &str) -> GetDelegationRequestInput {
    GetDelegationRequestInput { delegation_request_id: id.into(), ..Default::default() }
}

fn associate(id: &str) -> AssociateDelegationRequestInput {
    AssociateDelegationRequestInput { delegation_request_id: id.into() }
}

fn update(id: &str) -> UpdateDelegationRequestInput {
    UpdateDelegationRequestInput { delegation_request_id: id.into(), notes: Some("Please".into()) }
}

fn accept(id: &str) -> AcceptDelegationRequestInput {
    AcceptDelegationRequestInput { delegation_request_id: id.into() }
}

fn reject(id: &str) -> RejectDelegationRequestInput {
    RejectDelegationRequestInput { delegation_request_id: id.into(), notes: Some("No".into()) }
}

fn send(id: &str) -> SendDelegationTokenInput {
    SendDelegationTokenInput { delegation_request_id: id.into() }
}

fn summary(id: &str) -> GetHumanReadableSummaryInput {
    let entity_arn = format!("arn:aws:iam::{ACCOUNT}:delegation-request/{id}");
    GetHumanReadableSummaryInput { entity_arn, locale: None }
}

async fn state(plane: &TestPlane, id: &str) -> StateType {
    plane.root::<GetDelegationRequest>(get(id)).await.unwrap().delegation_request.unwrap().state.unwrap()
}

#[tokio::test]
async fn a_request_goes_its_way() {
    let plane = plane().await;
    user_with_policy(&plane, "alice", &document(r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#)).await;
    user_with_policy(&plane, "admin", &allow("iam:*Delegation*", "*")).await;
    let id = create(&plane, new("one-1")).await;
    // Whoever has the id may look at it and take it.
    let request = plane.user::<GetDelegationRequest>("alice", get(&id)).await.unwrap();
    let request = request.delegation_request.unwrap();
    assert_eq!(request.state, Some(StateType::Unassigned));
    assert_eq!(
        (request.requestor_id.as_deref(), request.requestor_name.as_deref()),
        (Some(PROVIDER), Some("Other"))
    );
    assert_eq!((request.owner_account_id.as_deref(), request.owner_id), (Some(ACCOUNT), None));
    let policy = request.permission_policy.unwrap();
    assert!(policy.contains(r#""arn:aws:s3:::logs/*""#), "{policy}");
    assert!(
        policy.contains(r#"["arn:aws:iam::123456789012:role/a","arn:aws:iam::123456789012:role/b"]"#),
        "{policy}"
    );
    assert_eq!(
        request.role_permission_restriction_arns.unwrap(),
        ["arn:aws:iam::aws:policy/PowerUserAccess"]
    );
    assert_eq!(request.expiration_time.unwrap().as_second(), plane.now().as_second() + DAY);

    plane.user::<AssociateDelegationRequest>("alice", associate(&id)).await.unwrap();
    assert_eq!(state(&plane, &id).await, StateType::Assigned);
    plane.advance(60);
    plane.user::<UpdateDelegationRequest>("alice", update(&id)).await.unwrap();
    let request = plane.user::<GetDelegationRequest>("alice", get(&id)).await.unwrap();
    let request = request.delegation_request.unwrap();
    assert_eq!(request.state, Some(StateType::PendingApproval));
    assert_eq!(request.notes.as_deref(), Some("Please"));
    assert_eq!(request.owner_id.unwrap(), format!("arn:aws:iam::{ACCOUNT}:user/alice"));
    assert_eq!(request.updated_time, Some(plane.now()));
    // Approving is not among what owners may by default.
    let Err(refusal) = plane.user::<AcceptDelegationRequest>("alice", accept(&id)).await else { panic!() };
    refusal.is("AccessDenied", "iam:AcceptDelegationRequest");
    plane.user::<AcceptDelegationRequest>("admin", accept(&id)).await.unwrap();
    let record = store::delegation_request::find(&mut plane.plane.store.read(), &id).await.unwrap().unwrap();
    assert_eq!(record.approver_unique_id.unwrap(), user(&plane, "admin").await.id.to_string());
    plane.user::<SendDelegationToken>("alice", send(&id)).await.unwrap();
    let request = plane.root_of::<GetDelegationRequest>(provider(), get(&id)).await.unwrap();
    let request = request.delegation_request.unwrap();
    assert_eq!(request.state, Some(StateType::Finalized), "the provider sees it");
    assert_eq!(request.notes, None, "which are not for the provider");
    assert_eq!(request.approver_id.unwrap(), format!("arn:aws:iam::{ACCOUNT}:user/admin"));
    refused::<RejectDelegationRequest>(&plane, reject(&id)).await.is("InvalidInput", "not in a state");
}

#[tokio::test]
async fn steps_out_of_turn_are_refused() {
    let plane = plane().await;
    let id = create(&plane, new("one-1")).await;
    let message =
        format!("The delegation request with id {id} is not in a state that allows this operation.");
    for refusal in [
        refused::<UpdateDelegationRequest>(&plane, update(&id)).await,
        refused::<RejectDelegationRequest>(&plane, reject(&id)).await,
        refused::<SendDelegationToken>(&plane, send(&id)).await,
    ] {
        assert_refused(refusal, "InvalidInput", 400, &message);
    }
    assert_refused(
        refused::<AcceptDelegationRequest>(&plane, accept(&id)).await,
        "ValidationError",
        400,
        &message,
    );
    plane.root::<AssociateDelegationRequest>(associate(&id)).await.unwrap();
    refused::<AssociateDelegationRequest>(&plane, associate(&id)).await.is("InvalidInput", "not in a state");
    plane.root::<AcceptDelegationRequest>(accept(&id)).await.unwrap();
    // An approval can be taken back.
    plane.root::<RejectDelegationRequest>(reject(&id)).await.unwrap();
    let request = plane.root::<GetDelegationRequest>(get(&id)).await.unwrap().delegation_request.unwrap();
    assert_eq!((request.state, request.rejection_reason.as_deref()), (Some(StateType::Rejected), Some("No")));
    refused::<SendDelegationToken>(&plane, send(&id)).await.is("InvalidInput", "not in a state");
}

#[tokio::test]
async fn requests_expire() {
    let plane = plane().await;
    let id = create(&plane, new("one-1")).await;
    plane.advance(DAY - 1);
    assert_eq!(state(&plane, &id).await, StateType::Unassigned);
    plane.root::<AssociateDelegationRequest>(associate(&id)).await.unwrap();
    plane.advance(7 * DAY - 1);
    assert_eq!(state(&plane, &id).await, StateType::Assigned);
    plane.advance(1);
    assert_eq!(state(&plane, &id).await, StateType::Expired);
    refused::<RejectDelegationRequest>(&plane, reject(&id)).await.is("InvalidInput", "not in a state");
    let late = create(&plane, new("two-2")).await;
    plane.advance(DAY);
    refused::<AssociateDelegationRequest>(&plane, associate(&late))
        .await
        .is("InvalidInput", "not in a state");
    // A month after that, the provider's next request takes them away.
    plane.advance(31 * DAY);
    create(&plane, new("one-1")).await;
    refused::<GetDelegationRequest>(&plane, get(&id)).await.is("NoSuchEntity", &id);
}

#[tokio::test]
async fn a_request_is_for_its_account() {
    let plane = plane().await;
    let third = AccountId::parse("888888888888").unwrap();
    plane.other_account(third).await;
    let ours = create(&plane, new("one-1")).await;
    let anybodys =
        create(&plane, CreateDelegationRequestInput { owner_account_id: None, ..new("two-2") }).await;
    let missing = |id: &str| format!("The delegation request with id {id} cannot be found.");
    let refusal = plane.root_of::<GetDelegationRequest>(third, get(&ours)).await.map(drop).unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &missing(&ours));
    let refusal =
        plane.root_of::<AssociateDelegationRequest>(third, associate(&ours)).await.map(drop).unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &missing(&ours));
    // The provider looks, and no more.
    plane.root_of::<GetDelegationRequest>(provider(), get(&ours)).await.unwrap();
    let refusal = plane
        .root_of::<AssociateDelegationRequest>(provider(), associate(&ours))
        .await
        .map(drop)
        .unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &missing(&ours));

    plane.root_of::<AssociateDelegationRequest>(third, associate(&anybodys)).await.unwrap();
    let taken = plane.root_of::<GetDelegationRequest>(third, get(&anybodys)).await.unwrap();
    assert_eq!(taken.delegation_request.unwrap().owner_account_id.unwrap(), third.to_string());
    for refusal in [
        refused::<GetDelegationRequest>(&plane, get(&anybodys)).await,
        refused::<RejectDelegationRequest>(&plane, reject(&anybodys)).await,
        refused::<GetDelegationRequest>(&plane, get(GHOST)).await,
        refused::<AcceptDelegationRequest>(&plane, accept(GHOST)).await,
        refused::<UpdateDelegationRequest>(&plane, update(GHOST)).await,
        refused::<SendDelegationToken>(&plane, send(GHOST)).await,
        refused::<GetHumanReadableSummary>(&plane, summary(GHOST)).await,
    ] {
        refusal.is("NoSuchEntity", "cannot be found.");
    }
}

#[tokio::test]
async fn the_template_is_filled_in_with_care() {
    let plane = plane().await;
    let with = |parameters: Vec<PolicyParameter>| CreateDelegationRequestInput {
        permissions: DelegationPermission { parameters: Some(parameters), ..new("x").permissions },
        ..new("one-1")
    };
    let list = || parameter("RoleNames", PolicyParameterTypeEnum::StringList, &["a"]);
    let bucket = |values: &[&str]| parameter("BucketName", PolicyParameterTypeEnum::String, values);
    for (input, part) in [
        (with(vec![bucket(&["logs"])]), "no value for the parameter RoleNames"),
        (with(vec![bucket(&["a", "b"]), list()]), "BucketName takes one value"),
        (with(vec![bucket(&[]), list()]), "BucketName takes one value"),
        (with(vec![bucket(&["a"]), bucket(&["b"]), list()]), "given more than once"),
        (
            with(vec![bucket(&["a"]), list(), parameter("Nothing", PolicyParameterTypeEnum::String, &["x"])]),
            "no parameter Nothing",
        ),
    ] {
        refused_by_provider(&plane, input).await.is("InvalidInput", part);
    }
    // A value stays within its string.
    let id = create(&plane, with(vec![bucket(&[r#"x","Action":"*"#]), list()])).await;
    let request = plane.root::<GetDelegationRequest>(get(&id)).await.unwrap().delegation_request.unwrap();
    assert!(request.permission_policy.unwrap().contains(r#"x\",\"Action\":\"*"#));

    let template = |arn: Option<&str>| CreateDelegationRequestInput {
        permissions: DelegationPermission { policy_template_arn: arn.map(Into::into), parameters: None },
        ..new("two-2")
    };
    refused_by_provider(&plane, template(None)).await.is("InvalidInput", "must name a PolicyTemplateArn");
    let ghost = format!("arn:aws:iam::{PROVIDER}:policy/ghost");
    refused_by_provider(&plane, template(Some(&ghost))).await.is("InvalidInput", "does not exist");
    refused_by_provider(&plane, template(Some("arn:aws:s3:::not-a-policy")))
        .await
        .is("InvalidInput", "not valid");
    create(&plane, template(Some("arn:aws:iam::aws:policy/IAMReadOnlyAccess"))).await;
    for channel in ["channel", "arn:aws:sqs:us-east-1:999999999999:queue"] {
        let input = CreateDelegationRequestInput { notification_channel: channel.into(), ..new("three") };
        refused_by_provider(&plane, input).await.is("InvalidInput", "ARN of an SNS topic");
    }
    let input =
        CreateDelegationRequestInput { owner_account_id: Some("000000000000".into()), ..new("three") };
    refused_by_provider(&plane, input).await.is("InvalidInput", "Account 000000000000 is not valid");
}

#[tokio::test]
async fn a_workflow_has_one_request_and_a_provider_a_thousand() {
    let plane = plane().await;
    create(&plane, new("one-1")).await;
    let message = "A delegation request with the workflow id one-1 already exists.";
    assert_refused(refused_by_provider(&plane, new("one-1")).await, "EntityAlreadyExists", 409, message);
    let id = create(&plane, new("two-2")).await;
    let pattern = store::delegation_request::find(&mut plane.plane.store.read(), &id).await.unwrap().unwrap();
    in_store(&plane, async |tx| {
        for number in 0..998 {
            let id = format!("00000000-0000-0000-0000-{number:012}");
            let workflow_id = format!("many-{number}");
            let request = domain::DelegationRequest { id, workflow_id, ..pattern.clone() };
            store::delegation_request::insert(tx, &request).await.unwrap();
        }
    })
    .await;
    let message = "Cannot exceed quota for DelegationRequestsPerAccount: 1000";
    assert_refused(refused_by_provider(&plane, new("three")).await, "LimitExceeded", 409, message);
}

#[tokio::test]
async fn only_the_owner_sends_where_the_provider_says_so() {
    let plane = plane().await;
    user_with_policy(&plane, "alice", &allow("s3:*", "*")).await;
    let input = CreateDelegationRequestInput { only_send_by_owner: Some(true), ..new("one-1") };
    let id = create(&plane, input).await;
    plane.user::<AssociateDelegationRequest>("alice", associate(&id)).await.unwrap();
    plane.root::<AcceptDelegationRequest>(accept(&id)).await.unwrap();
    refused::<SendDelegationToken>(&plane, send(&id)).await.is("AccessDenied", "iam:SendDelegationToken");
    plane.user::<SendDelegationToken>("alice", send(&id)).await.unwrap();
}

#[tokio::test]
async fn a_namesake_of_the_owner_is_not_the_owner() {
    let plane = plane().await;
    let user = || CreateUserInput { user_name: "alice".into(), ..Default::default() };
    plane.root::<CreateUser>(user()).await.unwrap();
    let id = create(&plane, new("one-1")).await;
    plane.user::<AssociateDelegationRequest>("alice", associate(&id)).await.unwrap();
    plane.user::<GetDelegationRequest>("alice", get(&id)).await.unwrap();
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "alice".into() }).await.unwrap();
    plane.root::<CreateUser>(user()).await.unwrap();
    let Err(refusal) = plane.user::<GetDelegationRequest>("alice", get(&id)).await else { panic!() };
    refusal.is("AccessDenied", "iam:GetDelegationRequest");
    let Err(refusal) = plane.user::<RejectDelegationRequest>("alice", reject(&id)).await else { panic!() };
    refusal.is("AccessDenied", "iam:RejectDelegationRequest");
    let own = || ListDelegationRequestsInput {
        owner_id: Some(format!("arn:aws:iam::{ACCOUNT}:user/alice")),
        ..Default::default()
    };
    let listed = plane.user::<ListDelegationRequests>("alice", own()).await.unwrap();
    assert_eq!(listed.delegation_requests.unwrap(), vec![]);
    let listed = plane.root::<ListDelegationRequests>(own()).await.unwrap();
    assert_eq!(listed.delegation_requests.unwrap().len(), 1, "others see what is under the name");
}

#[tokio::test]
async fn what_bounds_an_owner_bounds_what_owners_may() {
    let plane = plane().await;
    let boundary = CreatePolicyInput {
        policy_name: "boundary".into(),
        policy_document: allow("iam:GetDelegationRequest", "*"),
        ..Default::default()
    };
    plane.root::<CreatePolicy>(boundary).await.unwrap();
    let input = CreateUserInput {
        user_name: "bounded".into(),
        permissions_boundary: Some(format!("arn:aws:iam::{ACCOUNT}:policy/boundary")),
        ..Default::default()
    };
    plane.root::<CreateUser>(input).await.unwrap();
    let id = create(&plane, new("one-1")).await;
    plane.user::<GetDelegationRequest>("bounded", get(&id)).await.unwrap();
    let bounded = |refused: Result<(), Refused>, action: &str| {
        let reason = format!("because no permissions boundary allows the iam:{action} action");
        refused.unwrap_err().is("AccessDenied", &reason);
    };
    bounded(
        plane.user::<AssociateDelegationRequest>("bounded", associate(&id)).await.map(drop),
        "AssociateDelegationRequest",
    );
    let own = ListDelegationRequestsInput {
        owner_id: Some(format!("arn:aws:iam::{ACCOUNT}:user/bounded")),
        ..Default::default()
    };
    bounded(plane.user::<ListDelegationRequests>("bounded", own).await.map(drop), "ListDelegationRequests");
}

#[tokio::test]
async fn a_session_policy_bounds_what_owners_may() {
    let plane = plane().await;
    let trust = document(&format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"sts:AssumeRole"}}"#
    ));
    plane.role_in(plane.account, "deputy", &trust).await;
    user_with_policy(&plane, "alice", &allow("sts:AssumeRole", "*")).await;
    let id = create(&plane, new("one-1")).await;
    let mut answers = Vec::new();
    for policy in [None, Some(allow("s3:*", "*")), Some(allow("iam:GetDelegationRequest", "*"))] {
        let input = AssumeRoleInput {
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/deputy"),
            role_session_name: "session".into(),
            policy,
            ..Default::default()
        };
        let credentials = plane.user::<AssumeRole>("alice", input).await.unwrap().credentials.unwrap();
        let (key, token) = (&credentials.access_key_id, &credentials.session_token);
        answers.push(plane.session::<GetDelegationRequest>(key, token, get(&id)).await.is_ok());
    }
    assert_eq!(answers, [true, false, true]);
}

#[tokio::test]
async fn an_owner_with_a_wildcard_in_its_path_is_the_owner() {
    let plane = plane().await;
    let input =
        CreateUserInput { user_name: "star".into(), path: Some("/a*b/".into()), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let id = create(&plane, new("one-1")).await;
    plane.user::<AssociateDelegationRequest>("star", associate(&id)).await.unwrap();
    plane.user::<GetDelegationRequest>("star", get(&id)).await.unwrap();
}

#[tokio::test]
async fn a_denial_is_stronger_than_what_owners_may() {
    let plane = plane().await;
    let deny = r#"{"Effect":"Deny","Action":"iam:GetDelegationRequest","Resource":"*"}"#;
    user_with_policy(&plane, "alice", &document(deny)).await;
    let id = create(&plane, new("one-1")).await;
    plane.user::<AssociateDelegationRequest>("alice", associate(&id)).await.unwrap();
    assert!(plane.user::<GetDelegationRequest>("alice", get(&id)).await.is_err());
    plane.user::<RejectDelegationRequest>("alice", reject(&id)).await.unwrap();
}

#[tokio::test]
async fn root_users_approve_four_hours() {
    let plane = plane().await;
    user_with_policy(&plane, "admin", &allow("iam:*", "*")).await;
    let id = create(&plane, CreateDelegationRequestInput { session_duration: 14_401, ..new("one-1") }).await;
    plane.root::<AssociateDelegationRequest>(associate(&id)).await.unwrap();
    refused::<AcceptDelegationRequest>(&plane, accept(&id)).await.is("ValidationError", "4 hours or less");
    plane.user::<AcceptDelegationRequest>("admin", accept(&id)).await.unwrap();
}

#[tokio::test]
async fn a_permission_check_compares_with_what_the_caller_may() {
    let plane = plane().await;
    let id = create(&plane, new("one-1")).await;
    let checked = || GetDelegationRequestInput { delegation_permission_check: Some(true), ..get(&id) };
    let output = plane.root::<GetDelegationRequest>(checked()).await.unwrap();
    assert_eq!(output.permission_check_status, Some(PermissionCheckStatusType::Complete));
    assert_eq!(output.permission_check_result, Some(PermissionCheckResultType::Allowed));
    let output = plane.root::<GetDelegationRequest>(get(&id)).await.unwrap();
    assert_eq!((output.permission_check_status, output.permission_check_result), (None, None));

    user_with_policy(&plane, "reader", &allow("s3:*", "*")).await;
    let output = plane.user::<GetDelegationRequest>("reader", checked()).await.unwrap();
    assert_eq!(output.permission_check_result, Some(PermissionCheckResultType::Denied));
    user_with_policy(&plane, "admin", &allow("*", "*")).await;
    let output = plane.user::<GetDelegationRequest>("admin", checked()).await.unwrap();
    assert_eq!(output.permission_check_result, Some(PermissionCheckResultType::Allowed));
    let id = user(&plane, "admin").await.id;
    let both = document(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#,
    );
    put_inline_policy(&plane, &PolicyOwner::User(id), &both).await;
    let output = plane.user::<GetDelegationRequest>("admin", checked()).await.unwrap();
    assert_eq!(output.permission_check_result, Some(PermissionCheckResultType::Denied));
}

#[tokio::test]
async fn lists_hold_what_was_taken() {
    let plane = plane().await;
    user_with_policy(&plane, "alice", &allow("s3:*", "*")).await;
    user_with_policy(&plane, "lister", &allow("iam:ListDelegationRequests", "*")).await;
    let mut taken = Vec::new();
    for number in 0..5 {
        let id = create(&plane, new(&format!("number-{number}"))).await;
        plane.user::<AssociateDelegationRequest>("alice", associate(&id)).await.unwrap();
        taken.push(id);
    }
    taken.sort();
    create(&plane, new("untaken")).await;
    let roots = create(&plane, new("roots")).await;
    plane.root::<AssociateDelegationRequest>(associate(&roots)).await.unwrap();
    let all =
        plane.user::<ListDelegationRequests>("lister", ListDelegationRequestsInput::default()).await.unwrap();
    assert_eq!(all.delegation_requests.unwrap().len(), 6);

    let alice = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let mut marker = None;
    let mut found = Vec::new();
    loop {
        let input = ListDelegationRequestsInput {
            owner_id: Some(alice.clone()),
            max_items: Some(2),
            marker: marker.take(),
        };
        // Their own they may list without a policy.
        let output = plane.user::<ListDelegationRequests>("alice", input).await.unwrap();
        assert_eq!(output.is_truncated, Some(output.marker.is_some()));
        found.extend(
            output
                .delegation_requests
                .unwrap()
                .into_iter()
                .map(|request| request.delegation_request_id.unwrap()),
        );
        // What comes in between does not disturb.
        let id = create(&plane, new(&format!("later-{}", found.len()))).await;
        plane.root::<AssociateDelegationRequest>(associate(&id)).await.unwrap();
        match output.marker {
            Some(next) => marker = Some(next),
            None => break,
        }
    }
    assert_eq!(found, taken);
    let Err(refusal) =
        plane.user::<ListDelegationRequests>("alice", ListDelegationRequestsInput::default()).await
    else {
        panic!()
    };
    refusal.is("AccessDenied", "iam:ListDelegationRequests");
    let theirs = ListDelegationRequestsInput {
        owner_id: Some(format!("arn:aws:iam::{ACCOUNT}:root")),
        ..Default::default()
    };
    assert!(plane.user::<ListDelegationRequests>("alice", theirs).await.is_err());
}

#[tokio::test]
async fn a_summary_says_what_the_policy_says() {
    let plane = plane().await;
    let id = create(&plane, new("one-1")).await;
    let output = plane.root::<GetHumanReadableSummary>(summary(&id)).await.unwrap();
    assert_eq!(
        (output.summary_state, output.locale.as_deref()),
        (Some(SummaryStateType::Available), Some("en"))
    );
    insta::assert_snapshot!(output.summary_content.unwrap(), @r#"
    Other (account 999999999999) asks for access for 1 hour.
    It may do s3:GetObject on arn:aws:s3:::logs/*.
    It may do iam:CreateRole on arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b, under the condition {"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/PowerUserAccess"}}.
    "#);
    let input = GetHumanReadableSummaryInput { locale: Some("ja".into()), ..summary(&id) };
    let output = plane.root::<GetHumanReadableSummary>(input).await.unwrap();
    assert_eq!((output.summary_state, output.summary_content), (Some(SummaryStateType::NotSupported), None));
    // As another account sees it.
    let entity_arn = format!("arn:aws:iam::{PROVIDER}:delegation-request/{id}");
    let input = GetHumanReadableSummaryInput { entity_arn, locale: None };
    assert_eq!(refused::<GetHumanReadableSummary>(&plane, input).await.code, "AccessDenied");
    for arn in [
        "arn:aws:iam::123456789012:role/some".to_owned(),
        format!("arn:aws:sts::{ACCOUNT}:delegation-request/{id}"),
        "twenty characters at least".to_owned(),
    ] {
        let input = GetHumanReadableSummaryInput { entity_arn: arn, locale: None };
        refused::<GetHumanReadableSummary>(&plane, input).await.is("InvalidInput", "not valid");
    }
}

#[tokio::test]
async fn users_need_permission_where_nothing_is_given_by_default() {
    let plane = plane().await;
    user_with_policy(&plane, "nobody", &allow("s3:*", "*")).await;
    let id = create(&plane, new("one-1")).await;
    plane.root::<AssociateDelegationRequest>(associate(&id)).await.unwrap();
    let denied = |refused: Result<(), Refused>, action: &str| {
        let refused = refused.unwrap_err();
        refused.is("AccessDenied", &format!("is not authorized to perform: iam:{action} on resource: "));
    };
    for id in [id.as_str(), GHOST] {
        denied(plane.user::<GetDelegationRequest>("nobody", get(id)).await.map(drop), "GetDelegationRequest");
        let taken = plane.user::<AssociateDelegationRequest>("nobody", associate(id)).await;
        denied(taken.map(drop), "AssociateDelegationRequest");
        denied(
            plane.user::<UpdateDelegationRequest>("nobody", update(id)).await.map(drop),
            "UpdateDelegationRequest",
        );
        denied(
            plane.user::<AcceptDelegationRequest>("nobody", accept(id)).await.map(drop),
            "AcceptDelegationRequest",
        );
        denied(
            plane.user::<RejectDelegationRequest>("nobody", reject(id)).await.map(drop),
            "RejectDelegationRequest",
        );
        denied(plane.user::<SendDelegationToken>("nobody", send(id)).await.map(drop), "SendDelegationToken");
        denied(
            plane.user::<GetHumanReadableSummary>("nobody", summary(id)).await.map(drop),
            "GetHumanReadableSummary",
        );
    }
    denied(
        plane.user::<CreateDelegationRequest>("nobody", new("two-2")).await.map(drop),
        "CreateDelegationRequest",
    );
    let condition =
        format!(r#"{{"ArnEquals":{{"iam:DelegationRequestOwner":"arn:aws:iam::{ACCOUNT}:root"}}}}"#);
    user_with_policy(&plane, "deputy", &allow_if("iam:AcceptDelegationRequest", &condition)).await;
    plane.user::<AcceptDelegationRequest>("deputy", accept(&id)).await.unwrap();

    let condition = r#"{"StringEquals":{"iam:TemplateArn":"arn:aws:iam::aws:policy/IAMReadOnlyAccess","iam:DelegationDuration":"3600"}}"#;
    user_with_policy(&plane, "seller", &allow_if("iam:CreateDelegationRequest", condition)).await;
    let input = |arn: &str| CreateDelegationRequestInput {
        permissions: DelegationPermission { policy_template_arn: Some(arn.into()), parameters: None },
        ..new("three")
    };
    let other = input("arn:aws:iam::aws:policy/AdministratorAccess");
    denied(plane.user::<CreateDelegationRequest>("seller", other).await.map(drop), "CreateDelegationRequest");
    let fits = input("arn:aws:iam::aws:policy/IAMReadOnlyAccess");
    plane.user::<CreateDelegationRequest>("seller", fits).await.unwrap();
}
