//! Reports on what was last accessed.

use crate::{
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow, arn, assert_denied, assert_denied_on_all, assert_refused, document,
        refused, user_with_policy,
    },
};
use services::Operation;
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, AttachGroupPolicy, AttachGroupPolicyInput, AttachUserPolicy,
    AttachUserPolicyInput, CreateGroup, CreateGroupInput, CreateUser, CreateUserInput, DeleteUser,
    DeleteUserInput, DeleteUserPolicy, DeleteUserPolicyInput, GenerateOrganizationsAccessReport,
    GenerateOrganizationsAccessReportInput, GenerateServiceLastAccessedDetails,
    GenerateServiceLastAccessedDetailsInput, GetOrganizationsAccessReport, GetOrganizationsAccessReportInput,
    GetServiceLastAccessedDetails, GetServiceLastAccessedDetailsInput, GetServiceLastAccessedDetailsOutput,
    GetServiceLastAccessedDetailsWithEntities, GetServiceLastAccessedDetailsWithEntitiesInput, GetUser,
    GetUserInput, ListPoliciesGrantingServiceAccess, ListPoliciesGrantingServiceAccessInput, ListUsers,
    ListUsersInput,
    types::{AccessAdvisorUsageGranularityType as Granularity, JobStatusType, PolicyType, SortKeyType},
};

const DAY: i64 = 24 * 3600;

fn generate(arn: &str) -> GenerateServiceLastAccessedDetailsInput {
    GenerateServiceLastAccessedDetailsInput { arn: arn.into(), granularity: None }
}

fn get(job_id: &str) -> GetServiceLastAccessedDetailsInput {
    GetServiceLastAccessedDetailsInput { job_id: job_id.into(), max_items: Some(1000), marker: None }
}

async fn job(plane: &TestPlane, input: GenerateServiceLastAccessedDetailsInput) -> String {
    plane.root::<GenerateServiceLastAccessedDetails>(input).await.unwrap().job_id.unwrap()
}

async fn report(plane: &TestPlane, arn: &str) -> GetServiceLastAccessedDetailsOutput {
    let job = job(plane, generate(arn)).await;
    plane.root::<GetServiceLastAccessedDetails>(get(&job)).await.unwrap()
}

fn namespaces(report: &GetServiceLastAccessedDetailsOutput) -> Vec<&str> {
    report.services_last_accessed.iter().map(|service| service.service_namespace.as_str()).collect()
}

async fn call<O: Operation>(plane: &TestPlane, user: &str, input: O::Input) {
    plane.user::<O>(user, input).await.unwrap();
}

async fn written(plane: &TestPlane) {
    plane.plane.last_uses.flush(&plane.plane.store).await.unwrap();
}

fn entities(job_id: &str, service: &str) -> GetServiceLastAccessedDetailsWithEntitiesInput {
    GetServiceLastAccessedDetailsWithEntitiesInput {
        job_id: job_id.into(),
        service_namespace: service.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_user_has_the_services_of_its_policies_and_its_accesses() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("iam:*", "*")).await;
    let ann = arn("user/ann");
    let before = report(&plane, &ann).await;
    assert_eq!(before.job_status, JobStatusType::Completed);
    assert_eq!(before.job_type, Some(Granularity::ServiceLevel));
    assert_eq!(namespaces(&before), ["iam"]);
    let iam = &before.services_last_accessed[0];
    assert_eq!(iam.service_name, "AWS Identity and Access Management (IAM)");
    assert_eq!((iam.last_authenticated, iam.total_authenticated_entities), (None, Some(0)));

    plane.advance(120);
    let at = plane.now();
    call::<ListUsers>(&plane, "ann", ListUsersInput::default()).await;
    plane.advance(30);
    call::<ListUsers>(&plane, "ann", ListUsersInput::default()).await;
    written(&plane).await;
    let after = report(&plane, &ann).await;
    let iam = &after.services_last_accessed[0];
    assert_eq!(iam.last_authenticated, Some(at), "the first in its minute");
    assert_eq!(iam.last_authenticated_entity.as_ref(), Some(&ann));
    assert_eq!(iam.last_authenticated_region.as_deref(), Some("us-east-1"));
    assert_eq!(iam.total_authenticated_entities, Some(1));
    assert_eq!(iam.tracked_actions_last_accessed, None);

    let by_action = GenerateServiceLastAccessedDetailsInput {
        granularity: Some(Granularity::ActionLevel),
        ..generate(&ann)
    };
    let job = job(&plane, by_action).await;
    let report = plane.root::<GetServiceLastAccessedDetails>(get(&job)).await.unwrap();
    assert_eq!(report.job_type, Some(Granularity::ActionLevel));
    let tracked = report.services_last_accessed[0].tracked_actions_last_accessed.as_ref().unwrap();
    let of = |name: &str| tracked.iter().find(|action| action.action_name.as_deref() == Some(name)).unwrap();
    assert_eq!(of("ListUsers").last_accessed_time, Some(at));
    assert_eq!(of("ListUsers").last_accessed_entity.as_ref(), Some(&ann));
    assert_eq!(of("CreateUser").last_accessed_time, None);
}

#[tokio::test]
async fn what_is_refused_is_no_access_and_what_is_old_is_forgotten() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("iam:List*", "*")).await;
    plane.user::<GetUser>("ann", GetUserInput { user_name: Some("ann".into()) }).await.unwrap_err();
    written(&plane).await;
    let ann = arn("user/ann");
    assert_eq!(report(&plane, &ann).await.services_last_accessed[0].last_authenticated, None);
    call::<ListUsers>(&plane, "ann", ListUsersInput::default()).await;
    written(&plane).await;
    plane.advance(400 * DAY);
    assert!(report(&plane, &ann).await.services_last_accessed[0].last_authenticated.is_some());
    plane.advance(1);
    assert_eq!(report(&plane, &ann).await.services_last_accessed[0].last_authenticated, None);
}

#[tokio::test]
async fn groups_and_policies_have_the_accesses_of_all_who_have_them() {
    let plane = TestPlane::new().await;
    let input = CreateGroupInput { group_name: "staff".into(), ..Default::default() };
    plane.root::<CreateGroup>(input).await.unwrap();
    let policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess".to_owned();
    let input = AttachGroupPolicyInput { group_name: "staff".into(), policy_arn: policy_arn.clone() };
    plane.root::<AttachGroupPolicy>(input).await.unwrap();
    for name in ["ann", "bob", "eve"] {
        let input = CreateUserInput { user_name: name.into(), ..Default::default() };
        plane.root::<CreateUser>(input).await.unwrap();
    }
    for name in ["ann", "bob"] {
        let input = AddUserToGroupInput { group_name: "staff".into(), user_name: name.into() };
        plane.root::<AddUserToGroup>(input).await.unwrap();
    }
    let input = AttachUserPolicyInput { user_name: "eve".into(), policy_arn: policy_arn.clone() };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
    call::<ListUsers>(&plane, "ann", ListUsersInput::default()).await;
    plane.advance(60);
    call::<ListUsers>(&plane, "eve", ListUsersInput::default()).await;
    written(&plane).await;

    let group = report(&plane, &arn("group/staff")).await;
    let iam = &group.services_last_accessed[0];
    assert_eq!(iam.last_authenticated_entity, Some(arn("user/ann")));
    assert_eq!(iam.total_authenticated_entities, Some(1));
    let policy = report(&plane, &policy_arn).await;
    let iam = &policy.services_last_accessed[0];
    assert_eq!(iam.last_authenticated_entity, Some(arn("user/eve")));
    assert_eq!(iam.total_authenticated_entities, Some(2));

    let job = job(&plane, generate(&policy_arn)).await;
    let with = |marker| GetServiceLastAccessedDetailsWithEntitiesInput {
        max_items: Some(1),
        marker,
        ..entities(&job, "iam")
    };
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let page = plane.root::<GetServiceLastAccessedDetailsWithEntities>(with(marker)).await.unwrap();
        names.extend(page.entity_details_list.into_iter().map(|details| {
            (
                details.entity_info.name,
                details.entity_info.r#type.as_str().to_owned(),
                details.last_authenticated,
            )
        }));
        assert_eq!(page.is_truncated, Some(page.marker.is_some()));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    let found: Vec<_> =
        names.iter().map(|(name, kind, at)| (name.as_str(), kind.as_str(), at.is_some())).collect();
    assert_eq!(found, [("eve", "USER", true), ("ann", "USER", true), ("bob", "USER", false)]);
    let other = plane.root::<GetServiceLastAccessedDetailsWithEntities>(entities(&job, "s3")).await.unwrap();
    assert!(other.entity_details_list.is_empty(), "the policy does not grant it");
    let refusal = refused::<GetServiceLastAccessedDetailsWithEntities>(&plane, entities(&job, "nope")).await;
    assert_refused(refusal, "InvalidInput", 400, "Service namespace nope is not valid.");
}

#[tokio::test]
async fn pages_hold_every_service_once() {
    let plane = TestPlane::new().await;
    let job = job(&plane, generate(ADMINISTRATOR_ACCESS)).await;
    let whole = plane.root::<GetServiceLastAccessedDetails>(get(&job)).await.unwrap();
    let all = namespaces(&whole);
    assert!(all.len() > 400 && all.is_sorted());
    let (mut paged, mut marker) = (Vec::new(), None);
    loop {
        let input = GetServiceLastAccessedDetailsInput { max_items: Some(150), marker, ..get(&job) };
        let page = plane.root::<GetServiceLastAccessedDetails>(input).await.unwrap();
        paged.extend(page.services_last_accessed.into_iter().map(|service| service.service_namespace));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
    let input = GetServiceLastAccessedDetailsInput { marker: Some("bad".into()), ..get(&job) };
    let refusal = refused::<GetServiceLastAccessedDetails>(&plane, input).await;
    assert_refused(refusal, "ValidationError", 400, "Invalid Marker.");
}

#[tokio::test]
async fn a_report_is_for_who_asked_and_for_a_week() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("iam:*", "*")).await;
    user_with_policy(&plane, "bob", &allow("iam:*", "*")).await;
    let made = plane.user::<GenerateServiceLastAccessedDetails>("ann", generate(&arn("user/bob"))).await;
    let job = made.unwrap().job_id.unwrap();
    call::<GetServiceLastAccessedDetails>(&plane, "ann", get(&job)).await;
    let message = format!("Job with id {job} cannot be found.");
    let refusal = plane.user::<GetServiceLastAccessedDetails>("bob", get(&job)).await.unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    let refusal = plane
        .user::<GetServiceLastAccessedDetailsWithEntities>("bob", entities(&job, "iam"))
        .await
        .unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &message);
    plane.advance(7 * DAY + 1);
    let refusal = plane.user::<GetServiceLastAccessedDetails>("ann", get(&job)).await.unwrap_err();
    assert_refused(refusal, "NoSuchEntity", 404, &message);
}

#[tokio::test]
async fn what_a_report_is_about_must_be_there() {
    let plane = TestPlane::new().await;
    for (arn, code, message) in [
        (arn("user/bob"), "NoSuchEntity", "The user with name bob cannot be found."),
        (arn("policy/p"), "NoSuchEntity", "Policy arn:aws:iam::123456789012:policy/p was not found."),
        (
            arn("root"),
            "InvalidInput",
            "Invalid Entity Arn: arn:aws:iam::123456789012:root does not clearly define entity type and name.",
        ),
    ] {
        let status = if code == "NoSuchEntity" { 404 } else { 400 };
        let refusal = refused::<GenerateServiceLastAccessedDetails>(&plane, generate(&arn)).await;
        assert_refused(refusal, code, status, message);
    }
    user_with_policy(&plane, "ann", &allow("iam:*", "*")).await;
    let job = job(&plane, generate(&arn("user/ann"))).await;
    let input = DeleteUserPolicyInput { user_name: "ann".into(), policy_name: "inline".into() };
    plane.root::<DeleteUserPolicy>(input).await.unwrap();
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "ann".into() }).await.unwrap();
    let report = plane.root::<GetServiceLastAccessedDetails>(get(&job)).await.unwrap();
    assert_eq!(report.job_status, JobStatusType::Failed);
    assert_eq!(report.error.unwrap().code, "NoSuchEntity");
}

#[tokio::test]
async fn policies_that_grant_a_service_are_listed() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("s3:Get*", "*")).await;
    let input = AttachUserPolicyInput { user_name: "ann".into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
    let list = |arn: String| ListPoliciesGrantingServiceAccessInput {
        marker: None,
        arn,
        service_namespaces: vec!["s3".into(), "ec2".into(), "nope".into()],
    };
    let output = plane.root::<ListPoliciesGrantingServiceAccess>(list(arn("user/ann"))).await.unwrap();
    assert_eq!((output.is_truncated, output.marker), (Some(false), None));
    let [s3, ec2, unknown] = &*output.policies_granting_service_access else { panic!("not three") };
    let inline = &s3.policies.as_ref().unwrap()[0];
    assert_eq!((inline.policy_name.as_str(), &inline.policy_type), ("inline", &PolicyType::Inline));
    assert_eq!(inline.entity_name.as_deref(), Some("ann"));
    let managed = &ec2.policies.as_ref().unwrap()[..];
    assert_eq!(managed.len(), 1);
    assert_eq!(managed[0].policy_arn.as_deref(), Some(ADMINISTRATOR_ACCESS));
    assert_eq!((&managed[0].entity_type, &managed[0].entity_name), (&None, &None));
    assert_eq!(s3.policies.as_ref().unwrap().len(), 2);
    assert!(unknown.policies.as_ref().unwrap().is_empty());
    let refusal = refused::<ListPoliciesGrantingServiceAccess>(&plane, list(arn("role/r"))).await;
    assert_refused(refusal, "NoSuchEntity", 404, "The role with name r cannot be found.");
    let refusal = refused::<ListPoliciesGrantingServiceAccess>(&plane, list(arn("root"))).await;
    refusal.is("InvalidInput", "Invalid Entity Arn");
}

/// Patterns that nothing matches: each is compared with every action of its service.
#[tokio::test]
async fn policies_that_take_too_long_have_no_report() {
    let plane = TestPlane::new().await;
    let patterns = |count: usize, prefix: &str| {
        let actions: Vec<String> = (0..count).map(|number| format!("\"{prefix}zz{number}\"")).collect();
        let actions = actions.join(",");
        document(&format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}"#))
    };
    for (name, prefix, works) in [("wide", "ec2:", false), ("narrow", "sqs:", true)] {
        user_with_policy(&plane, name, &patterns(16_000, prefix)).await;
        let user = arn(&format!("user/{name}"));
        let job = job(&plane, generate(&user)).await;
        let listed = plane.root::<GetServiceLastAccessedDetails>(get(&job)).await.unwrap();
        let with = entities(&job, "sqs");
        let entities = plane.root::<GetServiceLastAccessedDetailsWithEntities>(with).await.unwrap();
        let input = ListPoliciesGrantingServiceAccessInput {
            arn: user,
            service_namespaces: vec!["sqs".into(), "sqs".into()],
            marker: None,
        };
        let granting = plane.root::<ListPoliciesGrantingServiceAccess>(input).await;
        if works {
            assert_eq!(
                (listed.job_status, entities.job_status),
                (JobStatusType::Completed, JobStatusType::Completed)
            );
            assert_eq!(granting.unwrap().policies_granting_service_access.len(), 2);
        } else {
            assert_eq!(
                (listed.job_status, entities.job_status),
                (JobStatusType::Failed, JobStatusType::Failed)
            );
            for error in [listed.error, entities.error] {
                assert_eq!(error.unwrap().code, "LimitExceeded");
            }
            granting.unwrap_err().is("InvalidInput", "too many actions.");
        }
    }
}

#[tokio::test]
async fn of_an_organization_the_own_account_is_known() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "ann", &allow("iam:*", "*")).await;
    call::<ListUsers>(&plane, "ann", ListUsersInput::default()).await;
    written(&plane).await;
    let generate = async |path: &str| {
        let input = GenerateOrganizationsAccessReportInput { entity_path: path.into(), ..Default::default() };
        plane.root::<GenerateOrganizationsAccessReport>(input).await.unwrap().job_id.unwrap()
    };
    let get = |job_id: &str, sort_key| GetOrganizationsAccessReportInput {
        job_id: job_id.into(),
        max_items: Some(1),
        marker: None,
        sort_key,
    };
    let job = generate("o-abcdefghij/r-abcd/123456789012").await;
    let last = Some(SortKeyType::LastAuthenticatedTimeDescending);
    let report = plane.root::<GetOrganizationsAccessReport>(get(&job, last)).await.unwrap();
    assert_eq!(report.job_status, JobStatusType::Completed);
    let all = report.number_of_services_accessible.unwrap();
    assert_eq!(report.number_of_services_not_accessed, Some(all - 1));
    let details = report.access_details.unwrap();
    assert_eq!(
        (details[0].service_namespace.as_str(), details[0].total_authenticated_entities),
        ("iam", Some(1))
    );
    assert_eq!(report.is_truncated, Some(true));
    let by_name = get(&job, Some(SortKeyType::ServiceNamespaceDescending));
    let report = plane.root::<GetOrganizationsAccessReport>(by_name).await.unwrap();
    assert_eq!(report.access_details.unwrap()[0].service_namespace, "xray");

    let job = generate("o-abcdefghij/r-abcd/ou-abcd-abcdefgh").await;
    let report = plane.root::<GetOrganizationsAccessReport>(get(&job, None)).await.unwrap();
    assert_eq!(report.job_status, JobStatusType::Failed);
    assert_eq!(report.error_details.unwrap().code, "NoSuchEntity");
    let unknown = "00000000-0000-4000-8000-000000000000";
    let refusal = refused::<GetOrganizationsAccessReport>(&plane, get(unknown, None)).await;
    assert_refused(refusal, "NoSuchEntity", 404, &format!("Job with id {unknown} cannot be found."));
}

#[tokio::test]
async fn reports_ask_for_permission() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "nobody".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let nobody = generate(&arn("user/nobody"));
    assert_denied::<GenerateServiceLastAccessedDetails>(&plane, nobody, "user/nobody").await;
    let job = "00000000-0000-4000-8000-000000000000";
    assert_denied_on_all::<GetServiceLastAccessedDetails>(&plane, get(job)).await;
    assert_denied_on_all::<GetServiceLastAccessedDetailsWithEntities>(&plane, entities(job, "iam")).await;
    let input = ListPoliciesGrantingServiceAccessInput {
        marker: None,
        arn: arn("user/nobody"),
        service_namespaces: vec!["iam".into()],
    };
    assert_denied::<ListPoliciesGrantingServiceAccess>(&plane, input, "user/nobody").await;
    let path = "o-abcdefghij/r-abcd/123456789012";
    let input = GenerateOrganizationsAccessReportInput { entity_path: path.into(), ..Default::default() };
    let resource = format!("access-report/{path}");
    assert_denied::<GenerateOrganizationsAccessReport>(&plane, input, &resource).await;
    let input = GetOrganizationsAccessReportInput { job_id: job.into(), ..Default::default() };
    assert_denied_on_all::<GetOrganizationsAccessReport>(&plane, input).await;
}
