//! Roles that services make for themselves.

use crate::{
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow_if, arn, assert_denied, assert_denied_on, assert_refused, in_store,
        refused, user_with_policy,
    },
};
use domain::{IdKind, PolicyName, PolicyOwner, UniqueId};
use shapes::iam::{
    AttachRolePolicy, AttachRolePolicyInput, CreateRole, CreateRoleInput, CreateServiceLinkedRole,
    CreateServiceLinkedRoleInput, DeleteRole, DeleteRoleInput, DeleteRolePolicy, DeleteRolePolicyInput,
    DeleteServiceLinkedRole, DeleteServiceLinkedRoleInput, DetachRolePolicy, DetachRolePolicyInput, GetRole,
    GetRoleInput, GetServiceLinkedRoleDeletionStatus, GetServiceLinkedRoleDeletionStatusInput,
    PutAccountProperties, PutAccountPropertiesInput, PutRolePolicy, PutRolePolicyInput,
    types::{self, DeletionTaskStatusType},
};
use store::service_access::ServiceAccess;

const SPOT: &str = "AWSServiceRoleForEC2Spot";
const SPOT_RESOURCE: &str = "role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot";

fn of(service: &str) -> CreateServiceLinkedRoleInput {
    CreateServiceLinkedRoleInput { aws_service_name: service.into(), ..Default::default() }
}

fn with_suffix(service: &str, suffix: &str) -> CreateServiceLinkedRoleInput {
    CreateServiceLinkedRoleInput { custom_suffix: Some(suffix.into()), ..of(service) }
}

fn deleted(name: &str) -> DeleteServiceLinkedRoleInput {
    DeleteServiceLinkedRoleInput { role_name: name.into() }
}

fn status_of(task: &str) -> GetServiceLinkedRoleDeletionStatusInput {
    GetServiceLinkedRoleDeletionStatusInput { deletion_task_id: task.into() }
}

async fn create(plane: &TestPlane, input: CreateServiceLinkedRoleInput) -> types::Role {
    plane.root::<CreateServiceLinkedRole>(input).await.unwrap().role.unwrap()
}

async fn delete(plane: &TestPlane, name: &str) -> String {
    plane.root::<DeleteServiceLinkedRole>(deleted(name)).await.unwrap().deletion_task_id
}

async fn exists(plane: &TestPlane, name: &str) -> bool {
    plane.root::<GetRole>(GetRoleInput { role_name: name.into() }).await.is_ok()
}

#[tokio::test]
async fn a_service_has_its_role() {
    let plane = TestPlane::new().await;
    let input = CreateServiceLinkedRoleInput { description: Some("Spot".into()), ..of("spot.amazonaws.com") };
    let role = create(&plane, input).await;
    assert_eq!(
        (role.role_name.as_str(), role.path.as_str()),
        (SPOT, "/aws-service-role/spot.amazonaws.com/")
    );
    assert_eq!((&role.arn, role.description.as_deref()), (&arn(SPOT_RESOURCE), Some("Spot")));
    assert_eq!(role.max_session_duration, Some(3600));
    let trust = role.assume_role_policy_document.unwrap();
    assert!(trust.contains("spot.amazonaws.com"), "{trust}");

    let message =
        format!("Service role name {SPOT} has been taken in this account, please try a different suffix.");
    let refusal = refused::<CreateServiceLinkedRole>(&plane, of("spot.amazonaws.com")).await;
    assert_refused(refusal, "InvalidInput", 400, &message);
}

#[tokio::test]
async fn an_ordinary_role_can_be_in_the_way() {
    let plane = TestPlane::new().await;
    let input = CreateRoleInput {
        role_name: SPOT.to_lowercase(),
        assume_role_policy_document: r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#.into(),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
    refused::<CreateServiceLinkedRole>(&plane, of("spot.amazonaws.com"))
        .await
        .is("InvalidInput", "has been taken");
    // It is not the service's to delete.
    let refusal = refused::<DeleteServiceLinkedRole>(&plane, deleted(&SPOT.to_lowercase())).await;
    let message = format!("The role with name {} cannot be found.", SPOT.to_lowercase());
    assert_refused(refusal, "NoSuchEntity", 404, &message);
}

#[tokio::test]
async fn some_services_take_a_suffix() {
    let plane = TestPlane::new().await;
    create(&plane, of("autoscaling.amazonaws.com")).await;
    let role = create(&plane, with_suffix("autoscaling.amazonaws.com", "blue")).await;
    assert_eq!(role.role_name, "AWSServiceRoleForAutoScaling_blue");
    let refusal =
        refused::<CreateServiceLinkedRole>(&plane, with_suffix("autoscaling.amazonaws.com", "blue")).await;
    refusal.is("InvalidInput", "AWSServiceRoleForAutoScaling_blue has been taken");
    let refusal = refused::<CreateServiceLinkedRole>(&plane, with_suffix("spot.amazonaws.com", "x")).await;
    assert_refused(refusal, "InvalidInput", 400, "Custom suffix is not allowed for spot.amazonaws.com");
    let long = "x".repeat(64);
    let refusal =
        refused::<CreateServiceLinkedRole>(&plane, with_suffix("autoscaling.amazonaws.com", &long)).await;
    refusal.is("ValidationError", "roleName");
}

#[tokio::test]
async fn other_services_have_none() {
    let plane = TestPlane::new().await;
    for service in ["nonsense.amazonaws.com", "Spot.amazonaws.com", "spot", "account.amazonaws.com"] {
        let message = format!("Cannot find Service Linked Role template for {service}");
        let refusal = refused::<CreateServiceLinkedRole>(&plane, of(service)).await;
        assert_refused(refusal, "AccessDenied", 403, &message);
    }
}

#[tokio::test]
async fn its_policies_are_the_services() {
    let plane = TestPlane::new().await;
    create(&plane, of("spot.amazonaws.com")).await;
    let role_name = || SPOT.to_owned();
    let policy_arn = || ADMINISTRATOR_ACCESS.to_owned();
    for refusal in [
        refused::<AttachRolePolicy>(
            &plane,
            AttachRolePolicyInput { role_name: role_name(), policy_arn: policy_arn() },
        )
        .await,
        refused::<DetachRolePolicy>(
            &plane,
            DetachRolePolicyInput { role_name: role_name(), policy_arn: policy_arn() },
        )
        .await,
        refused::<PutRolePolicy>(
            &plane,
            PutRolePolicyInput {
                role_name: role_name(),
                policy_name: "x".into(),
                policy_document: crate::support::allow("s3:*", "*"),
            },
        )
        .await,
        refused::<DeleteRolePolicy>(
            &plane,
            DeleteRolePolicyInput { role_name: role_name(), policy_name: "x".into() },
        )
        .await,
        refused::<DeleteRole>(&plane, DeleteRoleInput { role_name: role_name() }).await,
    ] {
        refusal.is("UnmodifiableEntity", "this role is only modifiable by AWS");
    }
}

#[tokio::test]
async fn it_is_deleted_with_all_it_has() {
    let plane = TestPlane::new().await;
    let role = create(&plane, of("spot.amazonaws.com")).await;
    let owner = PolicyOwner::Role(UniqueId::parse(&role.role_id).unwrap());
    let inline = domain::InlinePolicy {
        name: PolicyName::parse("own").unwrap(),
        document: crate::support::allow("ec2:*", "*"),
    };
    in_store(&plane, async |tx| {
        store::attachment::insert(tx, plane.account, &owner, ADMINISTRATOR_ACCESS).await.unwrap();
        store::inline_policy::put(tx, plane.account, &owner, &inline).await.unwrap();
        let access = ServiceAccess {
            principal: UniqueId::parse(&role.role_id).unwrap(),
            service: "ec2".into(),
            action: "RunInstances".into(),
            at: plane.now(),
            region: "us-east-1".into(),
        };
        store::service_access::put(tx, plane.account, &access).await.unwrap();
    })
    .await;
    let task = delete(&plane, "awsserviceroleforec2spot").await;
    let uuid =
        task.strip_prefix("task/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot/").unwrap();
    assert_eq!(uuid.len(), 36);
    assert!(!exists(&plane, SPOT).await);
    let mut tx = plane.plane.store.read();
    assert_eq!(store::attachment::count(&mut tx, plane.account, &owner).await, Ok(0));
    assert_eq!(store::inline_policy::list(&mut tx, plane.account, &owner, None, 9).await, Ok(vec![]));
    drop(tx);
    let report = plane.plane.store.check(None).await.unwrap();
    assert!(report.rows.contains(&("service_access", 0)), "its accesses go with it: {report:?}");
    let status = plane.root::<GetServiceLinkedRoleDeletionStatus>(status_of(&task)).await.unwrap();
    assert_eq!((status.status, status.reason), (DeletionTaskStatusType::Succeeded, None));
    refused::<DeleteServiceLinkedRole>(&plane, deleted(SPOT)).await.is("NoSuchEntity", SPOT);
    create(&plane, of("spot.amazonaws.com")).await;
}

#[tokio::test]
async fn a_service_that_needs_its_role_keeps_it() {
    let plane = TestPlane::new().await;
    let role = "AWSServiceRoleForIAMRoleManager";
    let set = |value: &str| PutAccountPropertiesInput {
        properties: [("RoleManager/Enabled".to_owned(), value.to_owned())].into(),
    };
    plane.root::<PutAccountProperties>(set("true")).await.unwrap();
    let task = delete(&plane, role).await;
    let status = plane.root::<GetServiceLinkedRoleDeletionStatus>(status_of(&task)).await.unwrap();
    assert_eq!(status.status, DeletionTaskStatusType::Failed);
    assert!(status.reason.unwrap().reason.unwrap().contains("role manager is enabled"));
    assert!(exists(&plane, role).await);
    plane.root::<PutAccountProperties>(set("false")).await.unwrap();
    let second = delete(&plane, role).await;
    assert_ne!(second, task);
    let status = plane.root::<GetServiceLinkedRoleDeletionStatus>(status_of(&second)).await.unwrap();
    assert_eq!(status.status, DeletionTaskStatusType::Succeeded);
    assert!(!exists(&plane, role).await);
}

#[tokio::test]
async fn tasks_are_told_apart_and_forgotten_after_a_month() {
    let plane = TestPlane::new().await;
    create(&plane, of("spot.amazonaws.com")).await;
    let task = delete(&plane, SPOT).await;
    let other = format!("{task}0");
    for unknown in [other.as_str(), "task/aws-service-role/a/b/c"] {
        let refusal = refused::<GetServiceLinkedRoleDeletionStatus>(&plane, status_of(unknown)).await;
        refusal.is("NoSuchEntity", unknown);
    }
    for malformed in ["x", "task/aws-service-role/", "task/aws-service-role/a/b", "task/a/b/c/d"] {
        let refusal = refused::<GetServiceLinkedRoleDeletionStatus>(&plane, status_of(malformed)).await;
        refusal.is("InvalidInput", malformed);
    }
    plane.advance(31 * 24 * 3600);
    create(&plane, of("spot.amazonaws.com")).await;
    plane.root::<GetServiceLinkedRoleDeletionStatus>(status_of(&task)).await.unwrap();
    delete(&plane, SPOT).await;
    refused::<GetServiceLinkedRoleDeletionStatus>(&plane, status_of(&task)).await.is("NoSuchEntity", "task");
}

#[tokio::test]
async fn a_thousand_tasks_are_remembered() {
    let plane = TestPlane::new().await;
    let task = |number: i64| format!("task/aws-service-role/a/b/{number:04}");
    in_store(&plane, async |tx| {
        for number in 0..1000 {
            let deletion = domain::RoleDeletion {
                account_id: plane.account,
                task_id: task(number),
                requested_at: plane.now() - jiff::SignedDuration::from_secs(1000 - number),
                failure: Some("The role is in use.".into()),
            };
            store::role_deletion::insert(tx, &deletion).await.unwrap();
        }
    })
    .await;
    create(&plane, of("spot.amazonaws.com")).await;
    let latest = delete(&plane, SPOT).await;
    refused::<GetServiceLinkedRoleDeletionStatus>(&plane, status_of(&task(0))).await.is("NoSuchEntity", "");
    for kept in [&task(1), &task(999), &latest] {
        plane.root::<GetServiceLinkedRoleDeletionStatus>(status_of(kept)).await.unwrap();
    }
}

#[tokio::test]
async fn it_counts_as_a_role() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..1000 {
            let role = domain::Role {
                account_id: plane.account,
                id: UniqueId::new(IdKind::Role, &*plane.plane.random),
                name: domain::RoleName::parse(&format!("r{number}")).unwrap(),
                path: domain::Path::default(),
                created_at: plane.now(),
                trust_policy: String::new(),
                trusted_principals: vec![],
                description: None,
                max_session_duration: 3600,
                permissions_boundary: None,
                tags: vec![],
                source_template: None,
            };
            store::role::insert(tx, &role).await.unwrap();
        }
    })
    .await;
    let refusal = refused::<CreateServiceLinkedRole>(&plane, of("spot.amazonaws.com")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000");
}

#[tokio::test]
async fn users_need_permission() {
    let plane = TestPlane::new().await;
    assert_denied::<CreateServiceLinkedRole>(&plane, of("spot.amazonaws.com"), SPOT_RESOURCE).await;
    let nowhere = "role/aws-service-role/nonsense/*";
    assert_denied::<CreateServiceLinkedRole>(&plane, of("nonsense"), nowhere).await;
    let condition = r#"{"StringEquals":{"iam:AWSServiceName":"spot.amazonaws.com"}}"#;
    user_with_policy(&plane, "spot", &allow_if("iam:CreateServiceLinkedRole", condition)).await;
    plane.user::<CreateServiceLinkedRole>("spot", of("spot.amazonaws.com")).await.unwrap();
    assert_denied_on::<CreateServiceLinkedRole>(
        &plane,
        "spot",
        of("ecs.amazonaws.com"),
        "iam:CreateServiceLinkedRole",
        "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    )
    .await;
    assert_denied::<DeleteServiceLinkedRole>(&plane, deleted(SPOT), SPOT_RESOURCE).await;
    let task = delete(&plane, SPOT).await;
    assert_denied::<GetServiceLinkedRoleDeletionStatus>(&plane, status_of(&task), SPOT_RESOURCE).await;
}
