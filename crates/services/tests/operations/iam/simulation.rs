//! IAM's policy simulator.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        allow, allow_if, arn, assert_denied_on_all, assert_refused, document, put_inline_policy, refused,
        user, user_with_policy,
    },
};
use domain::PolicyOwner;
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, AttachUserPolicy, AttachUserPolicyInput, CreateGroup,
    CreateGroupInput, CreateRole, CreateRoleInput, CreateUser, CreateUserInput,
    GetContextKeysForCustomPolicy, GetContextKeysForCustomPolicyInput, GetContextKeysForPrincipalPolicy,
    GetContextKeysForPrincipalPolicyInput, PutGroupPolicy, PutGroupPolicyInput, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryInput, SimulateCustomPolicy, SimulateCustomPolicyInput,
    SimulateCustomPolicyOutput, SimulatePrincipalPolicy, SimulatePrincipalPolicyInput,
    types::{
        self, InlinePolicyIdentifierType, PolicyEvaluationDecisionType as Decision, PolicyIdentifier,
        PolicyIdentifierPolicyType,
    },
};

const S3_READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn custom(policy: &str, actions: &[&str]) -> SimulateCustomPolicyInput {
    SimulateCustomPolicyInput {
        policy_input_list: vec![policy.to_owned()],
        action_names: texts(actions),
        ..Default::default()
    }
}

fn principal(arn: &str, actions: &[&str]) -> SimulatePrincipalPolicyInput {
    SimulatePrincipalPolicyInput {
        policy_source_arn: arn.to_owned(),
        action_names: texts(actions),
        ..Default::default()
    }
}

async fn simulated(plane: &TestPlane, input: SimulateCustomPolicyInput) -> Vec<types::EvaluationResult> {
    let output = plane.root::<SimulateCustomPolicy>(input).await.unwrap();
    assert_eq!((output.is_truncated, output.marker), (Some(false), None));
    output.evaluation_results.unwrap()
}

async fn decision(plane: &TestPlane, input: SimulatePrincipalPolicyInput) -> types::EvaluationResult {
    let output = plane.root::<SimulatePrincipalPolicy>(input).await.unwrap();
    output.evaluation_results.unwrap().remove(0)
}

fn sources(result: &types::EvaluationResult) -> Vec<(String, String)> {
    let statements = result.matched_statements.iter().flatten();
    let named = |statement: &types::Statement| {
        let source_type = statement.source_policy_type.clone().unwrap();
        (statement.source_policy_id.clone().unwrap(), source_type.as_str().to_owned())
    };
    statements.map(named).collect()
}

fn pair(id: &str, source_type: &str) -> (String, String) {
    (id.to_owned(), source_type.to_owned())
}

async fn invalid(plane: &TestPlane, input: SimulateCustomPolicyInput, message: &str) {
    assert_refused(refused::<SimulateCustomPolicy>(plane, input).await, "InvalidInput", 400, message);
}

#[tokio::test]
async fn a_policy_is_tried_before_it_is_attached() {
    let plane = TestPlane::new().await;
    let policy = document(
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},
{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}"#,
    );
    let results =
        simulated(&plane, custom(&policy, &["s3:GetObject", "s3:DeleteObject", "iam:GetUser"])).await;
    let decisions: Vec<_> = results.iter().map(|result| result.eval_decision.as_str()).collect();
    assert_eq!(decisions, ["allowed", "explicitDeny", "implicitDeny"]);
    assert_eq!(results[0].eval_resource_name.as_deref(), Some("*"));
    assert_eq!(sources(&results[0]), [pair("PolicyInputList.1", "none")]);
    let denied = &results[1].matched_statements.as_ref().unwrap()[0];
    let (start, end) = (denied.start_position.as_ref().unwrap(), denied.end_position.as_ref().unwrap());
    assert_eq!((start.line, end.line), (Some(1), Some(2)), "from where the first statement ends");
    assert!(results[2].matched_statements.as_ref().unwrap().is_empty());
}

#[tokio::test]
async fn resources_context_and_boundary_decide() {
    let plane = TestPlane::new().await;
    let policy = document(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}"#,
    );
    let mut input = custom(&policy, &["s3:GetObject"]);
    input.resource_arns = Some(texts(&["arn:aws:s3:::a/k", "arn:aws:s3:::b/k"]));
    let result = simulated(&plane, input.clone()).await.remove(0);
    assert_eq!(result.eval_decision, Decision::ImplicitDeny);
    let specific = result.resource_specific_results.unwrap();
    assert_eq!(specific[0].missing_context_values.as_ref().unwrap(), &["aws:PrincipalTag/team"]);
    assert_eq!(specific[1].eval_resource_name, "arn:aws:s3:::b/k");

    input.context_entries = Some(vec![types::ContextEntry {
        context_key_name: Some("aws:PrincipalTag/team".into()),
        context_key_values: Some(texts(&["blue"])),
        context_key_type: Some(types::ContextKeyTypeEnum::String),
    }]);
    let result = simulated(&plane, input.clone()).await.remove(0);
    let decisions = result.resource_specific_results.unwrap();
    let decisions: Vec<_> = decisions.iter().map(|one| one.eval_resource_decision.as_str()).collect();
    assert_eq!(decisions, ["allowed", "implicitDeny"]);

    input.resource_arns = Some(texts(&["arn:aws:s3:::a/k"]));
    input.permissions_boundary_policy_input_list = Some(vec![allow("iam:*", "*")]);
    let result = simulated(&plane, input.clone()).await.remove(0);
    assert_eq!(result.eval_decision, Decision::ImplicitDeny);
    let detail = result.permissions_boundary_decision_detail.unwrap();
    assert_eq!(detail.allowed_by_permissions_boundary, Some(false));

    input.permissions_boundary_policy_input_list = None;
    input.ordered_organization_policy_input_list = Some(vec![types::OrderedOrganizationPolicyType {
        service_control_policy_input_list: Some(vec![allow("iam:*", "*")]),
    }]);
    let result = simulated(&plane, input).await.remove(0);
    assert_eq!(result.eval_decision, Decision::ImplicitDeny);
    assert_eq!(result.organizations_decision_detail.unwrap().allowed_by_organizations, Some(false));
}

#[tokio::test]
async fn a_resource_policy_and_its_owner_count() {
    let plane = TestPlane::new().await;
    let resource_policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#;
    let mut input = custom(&allow("iam:*", "*"), &["s3:GetObject"]);
    input.resource_arns = Some(texts(&["arn:aws:s3:::b/k"]));
    input.resource_policy = Some(resource_policy.into());
    invalid(
        &plane,
        input.clone(),
        "CallerArn must be the ARN of an IAM user when ResourcePolicy is specified.",
    )
    .await;
    input.caller_arn = Some(arn("user/ann"));
    let result = simulated(&plane, input.clone()).await.remove(0);
    assert_eq!(result.eval_decision, Decision::Allowed);
    assert_eq!(sources(&result), [pair("ResourcePolicy", "resource")]);
    input.resource_owner = Some("arn:aws:iam::999999999999:root".into());
    let result = simulated(&plane, input.clone()).await.remove(0);
    assert_eq!(result.eval_decision, Decision::ImplicitDeny, "the caller's own account must allow as well");
    let details = result.eval_decision_details.unwrap();
    assert_eq!(details["Resource Policy"], Decision::Allowed);
    assert_eq!(details["IAM Policy"], Decision::ImplicitDeny);
    input.resource_owner = Some("999999999999".into());
    invalid(&plane, input.clone(), "'999999999999' is not a valid as a Resource Owner.").await;
    input.resource_owner = None;
    let session = "arn:aws:sts::123456789012:assumed-role/r/s";
    input.caller_arn = Some(session.into());
    invalid(&plane, input, &format!("CallerArn {session} is not the ARN of an IAM user.")).await;
}

#[tokio::test]
async fn inputs_that_cannot_be_simulated_are_refused() {
    let plane = TestPlane::new().await;
    let good = || custom(&allow("s3:*", "*"), &["s3:GetObject"]);
    for action in ["s3:Get*", "GetObject", "s3:", "s3:Get:Object"] {
        let input = SimulateCustomPolicyInput { action_names: texts(&[action]), ..good() };
        invalid(&plane, input, &format!("Action name {action} is not valid.")).await;
    }
    for (resources, wrong) in [
        (texts(&["bucket"]), "bucket"),
        (texts(&["*", "arn:aws:s3:::b"]), "*"),
        (texts(&["arn:aws:s3:::b", "*"]), "*"),
    ] {
        let input = SimulateCustomPolicyInput { resource_arns: Some(resources), ..good() };
        invalid(&plane, input, &format!("ResourceNames are not in a valid ARN format: {wrong}.")).await;
    }
    let input = SimulateCustomPolicyInput { resource_arns: Some(vec![arn("user/u"); 1001]), ..good() };
    invalid(&plane, input, "At most 1000 resources can be specified.").await;
    invalid(&plane, custom("{}", &["s3:GetObject"]), "PolicyInputList.1: Syntax errors in policy.").await;
    let boundaries = Some(vec![allow("s3:*", "*"), allow("s3:*", "*")]);
    let input = SimulateCustomPolicyInput { permissions_boundary_policy_input_list: boundaries, ..good() };
    invalid(&plane, input, "Only one permissions boundary can be specified.").await;
    let option = |option: &str| SimulateCustomPolicyInput {
        resource_handling_option: Some(option.into()),
        resource_arns: Some(texts(&["arn:aws:ec2:us-east-1:123456789012:instance/i-1"])),
        ..good()
    };
    invalid(&plane, option("EC2-Classic"), "ResourceHandlingOption EC2-Classic is not valid.").await;
    invalid(
        &plane,
        option("EC2-VPC-InstanceStore"),
        "ResourceHandlingOption EC2-VPC-InstanceStore requires resources of the following types: image, \
         security-group, network-interface.",
    )
    .await;
    let entries = Some(vec![types::ContextEntry {
        context_key_name: Some("aws:userid".into()),
        context_key_values: None,
        context_key_type: None,
    }]);
    let input = SimulateCustomPolicyInput { context_entries: entries, ..good() };
    invalid(&plane, input, "A context entry must have a name, a type and values.").await;
    let input = SimulateCustomPolicyInput { marker: Some("bad".into()), ..good() };
    assert_refused(
        refused::<SimulateCustomPolicy>(&plane, input).await,
        "ValidationError",
        400,
        "Invalid Marker.",
    );
}

#[tokio::test]
async fn results_come_in_pages() {
    let plane = TestPlane::new().await;
    let names: Vec<String> = (0..25).map(|number| format!("s3:Action{number}")).collect();
    let mut input = custom(&allow("s3:*", "*"), &[]);
    input.action_names.clone_from(&names);
    input.max_items = Some(10);
    let mut found = Vec::new();
    loop {
        let SimulateCustomPolicyOutput { evaluation_results, is_truncated, marker } =
            plane.root::<SimulateCustomPolicy>(input.clone()).await.unwrap();
        found.extend(evaluation_results.unwrap().into_iter().map(|result| result.eval_action_name));
        assert_eq!(is_truncated, Some(marker.is_some()));
        input.marker = marker;
        if input.marker.is_none() {
            break;
        }
        assert_eq!(found.len() % 10, 0);
    }
    assert_eq!(found, names);
}

/// A page ends early when its decisions are much work, and nothing is left out.
#[tokio::test]
async fn work_is_bounded() {
    let plane = TestPlane::new().await;
    let names: Vec<String> = (0..30).map(|number| format!("s3:Action{number}")).collect();
    let mut input = custom(&allow("s3:*", "*"), &[]);
    input.action_names.clone_from(&names);
    input.resource_arns = Some((0..1000).map(|number| format!("arn:aws:s3:::b{number}")).collect());
    let first = plane.root::<SimulateCustomPolicy>(input.clone()).await.unwrap();
    let results = first.evaluation_results.unwrap();
    assert!(!results.is_empty() && results.len() < names.len(), "{}", results.len());
    input.marker = first.marker;
    let second = plane.root::<SimulateCustomPolicy>(input.clone()).await.unwrap();
    assert_eq!(second.evaluation_results.unwrap()[0].eval_action_name, names[results.len()]);

    let resource = "x".repeat(120_000);
    input.policy_input_list = vec![allow("s3:*", &format!("arn:aws:s3:::{resource}"))];
    input.marker = None;
    invalid(&plane, input, TOO_LARGE).await;
}

const TOO_LARGE: &str =
    "The simulation is too large. Specify fewer resources, fewer context values or smaller policies.";

/// Lists of the context are compared with lists of policies, and results name statements for each resource.
#[tokio::test]
async fn lists_and_results_are_bounded() {
    let plane = TestPlane::new().await;
    let values: Vec<String> = (0..1000).map(|number| format!("\"v{number}\"")).collect();
    let condition = format!(r#"{{"ForAnyValue:StringLike":{{"aws:TagKeys":[{}]}}}}"#, values.join(","));
    let mut input = custom(&allow_if("s3:*", &condition), &[]);
    input.action_names = (0..100).map(|number| format!("s3:Action{number}")).collect();
    let entry = |values: usize| types::ContextEntry {
        context_key_name: Some("aws:TagKeys".into()),
        context_key_type: Some(types::ContextKeyTypeEnum::StringList),
        context_key_values: Some((0..values).map(|number| format!("w{number}")).collect()),
    };
    let mut found = Vec::new();
    for values in [1, 100, 2000] {
        input.context_entries = Some(vec![entry(values)]);
        let page = plane.root::<SimulateCustomPolicy>(input.clone()).await.unwrap();
        found.push(page.evaluation_results.unwrap().len());
    }
    assert_eq!((found[0], found[2]), (100, 1), "{found:?}");
    assert!(found[1] < 100, "{found:?}");
    input.context_entries = Some(vec![entry(15_000)]);
    invalid(&plane, input, TOO_LARGE).await;

    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let mut input = custom(&document(&vec![statement; 250].join(",")), &["s3:GetObject"]);
    let resources = |most: usize| (0..most).map(|number| format!("arn:aws:s3:::b{number}")).collect();
    input.resource_arns = Some(resources(100));
    let page = plane.root::<SimulateCustomPolicy>(input.clone()).await.unwrap();
    let results = page.evaluation_results.unwrap();
    let named = results[0].resource_specific_results.iter().flatten();
    assert_eq!(named.flat_map(|result| result.matched_statements.iter().flatten()).count(), 25_000);
    input.resource_arns = Some(resources(1000));
    invalid(&plane, input, TOO_LARGE).await;
}

#[tokio::test]
async fn a_users_policies_are_simulated_with_those_of_its_groups() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("iam:GetUser", "*")).await;
    let input = AttachUserPolicyInput { user_name: "ann".into(), policy_arn: S3_READ_ONLY.into() };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
    let group = CreateGroupInput { group_name: "staff".into(), ..Default::default() };
    plane.root::<CreateGroup>(group).await.unwrap();
    let input = PutGroupPolicyInput {
        group_name: "staff".into(),
        policy_name: "queues".into(),
        policy_document: allow("sqs:*", "*"),
    };
    plane.root::<PutGroupPolicy>(input).await.unwrap();
    let input = AddUserToGroupInput { group_name: "staff".into(), user_name: "ann".into() };
    plane.root::<AddUserToGroup>(input).await.unwrap();

    let ann = arn("user/ann");
    let of = async |action: &str| decision(&plane, principal(&ann, &[action])).await;
    assert_eq!(sources(&of("iam:GetUser").await), [pair("user_ann_inline", "user")]);
    assert_eq!(sources(&of("s3:GetObject").await), [pair("AmazonS3ReadOnlyAccess", "aws-managed")]);
    assert_eq!(sources(&of("sqs:SendMessage").await), [pair("group_staff_queues", "group")]);
    assert_eq!(of("ec2:RunInstances").await.eval_decision, Decision::ImplicitDeny);
    let group = decision(&plane, principal(&arn("group/staff"), &["sqs:SendMessage"])).await;
    assert_eq!(sources(&group), [pair("group_staff_queues", "group")]);

    let mut input = principal(&ann, &["ec2:RunInstances"]);
    input.policy_input_list = Some(vec![allow("ec2:*", "*")]);
    assert_eq!(sources(&decision(&plane, input).await), [pair("PolicyInputList.1", "none")]);

    let without = async |action: &str, excluded: PolicyIdentifier| {
        let mut input = principal(&ann, &[action]);
        input.policy_exclusion_list = Some(vec![excluded]);
        decision(&plane, input).await.eval_decision
    };
    let inline = PolicyIdentifier::PolicyType(PolicyIdentifierPolicyType::Inline);
    assert_eq!(without("sqs:SendMessage", inline.clone()).await, Decision::ImplicitDeny);
    assert_eq!(without("s3:GetObject", inline).await, Decision::Allowed);
    let arn_ = PolicyIdentifier::PolicyArn(S3_READ_ONLY.into());
    assert_eq!(without("s3:GetObject", arn_).await, Decision::ImplicitDeny);
    let one = PolicyIdentifier::InlinePolicyIdentifier(InlinePolicyIdentifierType {
        policy_name: "queues".into(),
        attachment_type: types::AttachmentType::Group,
        attachment_name: "staff".into(),
    });
    assert_eq!(without("sqs:SendMessage", one.clone()).await, Decision::ImplicitDeny);
    assert_eq!(without("iam:GetUser", one).await, Decision::Allowed);
}

#[tokio::test]
async fn an_own_boundary_counts_until_another_is_given() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("*", "*")).await;
    let input = PutUserPermissionsBoundaryInput {
        user_name: "ann".into(),
        permissions_boundary: S3_READ_ONLY.into(),
    };
    plane.root::<PutUserPermissionsBoundary>(input).await.unwrap();
    let ann = arn("user/ann");
    let bounded = decision(&plane, principal(&ann, &["iam:GetUser"])).await;
    assert_eq!(bounded.eval_decision, Decision::ImplicitDeny);
    let detail = bounded.permissions_boundary_decision_detail.unwrap();
    assert_eq!(detail.allowed_by_permissions_boundary, Some(false));
    let mut input = principal(&ann, &["iam:GetUser"]);
    input.permissions_boundary_policy_input_list = Some(vec![allow("iam:*", "*")]);
    assert_eq!(decision(&plane, input).await.eval_decision, Decision::Allowed);
    let mut input = principal(&ann, &["iam:GetUser"]);
    let boundary = PolicyIdentifier::PolicyType(PolicyIdentifierPolicyType::PermissionBoundary);
    input.policy_exclusion_list = Some(vec![boundary]);
    assert_eq!(decision(&plane, input).await.eval_decision, Decision::Allowed);
}

#[tokio::test]
async fn roles_are_simulated_without_a_session() {
    let plane = TestPlane::new().await;
    let input = CreateRoleInput {
        role_name: "deploy".into(),
        assume_role_policy_document: TRUST.into(),
        ..Default::default()
    };
    let role = plane.root::<CreateRole>(input).await.unwrap().role;
    let id = domain::UniqueId::parse(&role.role_id).unwrap();
    put_inline_policy(&plane, &PolicyOwner::Role(id), &allow("s3:*", "*")).await;
    let result = decision(&plane, principal(&role.arn, &["s3:GetObject"])).await;
    assert_eq!(sources(&result), [pair("role_deploy_inline", "role")]);
}

#[tokio::test]
async fn entities_are_named_by_whole_arns() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("s3:*", "*")).await;
    for wrong in [
        "arn:aws:iam::123456789012:root",
        "arn:aws:sts::123456789012:assumed-role/r/s",
        "arn:aws:iam::123456789012:policy/p",
        "arn:aws:iam::123456789012:user",
        "nonsense that is long enough",
    ] {
        let message = format!("Invalid Entity Arn: {wrong} does not clearly define entity type and name.");
        let refusal = refused::<SimulatePrincipalPolicy>(&plane, principal(wrong, &["s3:GetObject"])).await;
        assert_refused(refusal, "InvalidInput", 400, &message);
        let input =
            GetContextKeysForPrincipalPolicyInput { policy_source_arn: wrong.into(), ..Default::default() };
        let refusal = refused::<GetContextKeysForPrincipalPolicy>(&plane, input).await;
        assert_refused(refusal, "InvalidInput", 400, &message);
    }
    for (missing, message) in [
        (arn("user/bob"), "The user with name bob cannot be found."),
        (arn("user/path/ann"), "The user with name ann cannot be found."),
        (arn("role/r"), "The role with name r cannot be found."),
        (arn("group/g"), "The group with name g cannot be found."),
    ] {
        let refusal =
            refused::<SimulatePrincipalPolicy>(&plane, principal(&missing, &["s3:GetObject"])).await;
        assert_refused(refusal, "NoSuchEntity", 404, message);
    }
}

#[tokio::test]
async fn context_keys_are_listed_in_their_order() {
    let plane = TestPlane::new().await;
    let policy = document(
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    );
    let input = GetContextKeysForCustomPolicyInput { policy_input_list: vec![policy.clone()] };
    let keys = plane.root::<GetContextKeysForCustomPolicy>(input).await.unwrap().context_key_names;
    assert_eq!(keys.unwrap(), ["aws:username", "aws:SecureTransport"]);
    let input = GetContextKeysForCustomPolicyInput { policy_input_list: texts(&["{"]) };
    refused::<GetContextKeysForCustomPolicy>(&plane, input).await.is("InvalidInput", "PolicyInputList.1");

    user_with_policy(&plane, "ann", &policy).await;
    let more = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}"#;
    let input = GetContextKeysForPrincipalPolicyInput {
        policy_source_arn: arn("user/ann"),
        policy_input_list: Some(texts(&[more])),
    };
    let keys = plane.root::<GetContextKeysForPrincipalPolicy>(input).await.unwrap().context_key_names;
    assert_eq!(keys.unwrap(), ["aws:username", "aws:SecureTransport", "aws:SourceIp"]);
}

#[tokio::test]
async fn simulating_asks_for_permission() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "nobody".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let input = custom(&allow("s3:*", "*"), &["s3:GetObject"]);
    assert_denied_on_all::<SimulateCustomPolicy>(&plane, input.clone()).await;
    let keys = GetContextKeysForCustomPolicyInput { policy_input_list: vec![allow("s3:*", "*")] };
    assert_denied_on_all::<GetContextKeysForCustomPolicy>(&plane, keys).await;
    let nobody = arn("user/nobody");
    let refusal = plane
        .user::<SimulatePrincipalPolicy>("nobody", principal(&nobody, &["s3:GetObject"]))
        .await
        .unwrap_err();
    assert_eq!(refusal.code, "AccessDenied");

    let id = user(&plane, "nobody").await.id;
    put_inline_policy(&plane, &PolicyOwner::User(id), &allow("iam:Simulate*", &nobody)).await;
    plane.user::<SimulatePrincipalPolicy>("nobody", principal(&nobody, &["s3:GetObject"])).await.unwrap();
    let refusal = plane.user::<SimulateCustomPolicy>("nobody", input).await.unwrap_err();
    assert_eq!(refusal.code, "AccessDenied");
    let other = format!("arn:aws:iam::999999999999:user/{ACCOUNT}");
    let refusal = plane
        .user::<SimulatePrincipalPolicy>("nobody", principal(&other, &["s3:GetObject"]))
        .await
        .unwrap_err();
    assert_eq!(refusal.code, "AccessDenied");
}
