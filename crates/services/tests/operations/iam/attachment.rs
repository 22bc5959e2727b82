//! Managed policies on users, groups and roles.

use crate::{
    iam::inline_policy::insert_role,
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow, allow_if, arn, assert_denied, assert_refused, refused, user_with_policy,
    },
};
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, AttachGroupPolicy, AttachGroupPolicyInput, AttachRolePolicy,
    AttachRolePolicyInput, AttachUserPolicy, AttachUserPolicyInput, CreateGroup, CreateGroupInput,
    CreatePolicy, CreatePolicyInput, CreatePolicyVersion, CreatePolicyVersionInput, CreateRole,
    CreateRoleInput, CreateUser, CreateUserInput, DetachGroupPolicy, DetachGroupPolicyInput,
    DetachRolePolicy, DetachRolePolicyInput, DetachUserPolicy, DetachUserPolicyInput, GetUser, GetUserInput,
    ListAttachedGroupPolicies, ListAttachedGroupPoliciesInput, ListAttachedRolePolicies,
    ListAttachedRolePoliciesInput, ListAttachedUserPolicies, ListAttachedUserPoliciesInput, types,
};

const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

async fn create_policy(plane: &TestPlane, path: &str, name: &str) -> String {
    let input = CreatePolicyInput {
        policy_name: name.into(),
        path: Some(path.into()),
        policy_document: allow("iam:GetUser", "*"),
        ..Default::default()
    };
    plane.root::<CreatePolicy>(input).await.unwrap().policy.unwrap().arn.unwrap()
}

fn shape(name: &str, arn: &str) -> types::AttachedPolicy {
    types::AttachedPolicy { policy_name: Some(name.into()), policy_arn: Some(arn.into()) }
}

/// The same tests for each kind of owner.
macro_rules! owner {
    (
        $kind:ident, $owner:literal, $quota:literal, $name:ident, $create:ident,
        $attach:ident $attach_input:ident, $detach:ident $detach_input:ident, $list:ident $list_input:ident
    ) => {
        mod $kind {
            use super::*;

            fn attach(owner: &str, arn: &str) -> $attach_input {
                $attach_input { $name: owner.into(), policy_arn: arn.into() }
            }

            fn detach(owner: &str, arn: &str) -> $detach_input {
                $detach_input { $name: owner.into(), policy_arn: arn.into() }
            }

            fn list(owner: &str) -> $list_input {
                $list_input { $name: owner.into(), ..Default::default() }
            }

            async fn attached(plane: &TestPlane, input: $list_input) -> Vec<types::AttachedPolicy> {
                let output = plane.root::<$list>(input).await.unwrap();
                assert_eq!((output.is_truncated, output.marker), (Some(false), None));
                output.attached_policies.unwrap()
            }

            #[tokio::test]
            async fn attach_list_detach() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let arn = create_policy(&plane, "/team/", "Read").await;
                plane.root::<$attach>(attach("OWNER", &arn)).await.unwrap();
                plane.root::<$attach>(attach("owner", ADMINISTRATOR_ACCESS)).await.unwrap();
                plane.root::<$attach>(attach("owner", &arn)).await.unwrap();
                let administrator = shape("AdministratorAccess", ADMINISTRATOR_ACCESS);
                let read = shape("Read", &arn);
                assert_eq!(attached(&plane, list("owner")).await, [administrator.clone(), read.clone()]);
                let input = $list_input { path_prefix: Some("/team/".into()), ..list("owner") };
                assert_eq!(attached(&plane, input).await, [read]);

                plane.root::<$detach>(detach("owner", &arn)).await.unwrap();
                assert_eq!(attached(&plane, list("owner")).await, [administrator]);
                let refusal = refused::<$detach>(&plane, detach("owner", &arn)).await;
                assert_refused(refusal, "NoSuchEntity", 404, &format!("Policy {arn} was not found."));
            }

            #[tokio::test]
            async fn what_does_not_exist() {
                let plane = TestPlane::new().await;
                let message = concat!("The ", $owner, " with name ghost cannot be found.");
                for refusal in [
                    refused::<$attach>(&plane, attach("ghost", ADMINISTRATOR_ACCESS)).await,
                    refused::<$detach>(&plane, detach("ghost", ADMINISTRATOR_ACCESS)).await,
                    refused::<$list>(&plane, list("ghost")).await,
                ] {
                    assert_refused(refusal, "NoSuchEntity", 404, message);
                }
                $create(&plane, "owner").await;
                let elsewhere = create_policy(&plane, "/team/", "Read").await.replace("/team", "");
                for ghost in [
                    elsewhere.as_str(),
                    "arn:aws:iam::aws:policy/Ghost",
                    "arn:aws:iam::999999999999:policy/x",
                ] {
                    let refusal = refused::<$attach>(&plane, attach("owner", ghost)).await;
                    let message = format!("Policy {ghost} does not exist or is not attachable.");
                    assert_refused(refusal, "NoSuchEntity", 404, &message);
                }
                for refusal in [
                    refused::<$attach>(&plane, attach("owner", &arn("user/somebody"))).await,
                    refused::<$detach>(&plane, detach("owner", &arn("user/somebody"))).await,
                ] {
                    let message = format!("ARN {} is not valid.", arn("user/somebody"));
                    assert_refused(refusal, "InvalidInput", 400, &message);
                }
            }

            #[tokio::test]
            async fn ten_policies_at_most() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                for number in 0..9 {
                    let arn = create_policy(&plane, "/", &format!("p{number}")).await;
                    plane.root::<$attach>(attach("owner", &arn)).await.unwrap();
                }
                plane.root::<$attach>(attach("owner", ADMINISTRATOR_ACCESS)).await.unwrap();
                let more = create_policy(&plane, "/", "more").await;
                let refusal = refused::<$attach>(&plane, attach("owner", &more)).await;
                let message = concat!("Cannot exceed quota for ", $quota, ": 10");
                assert_refused(refusal, "LimitExceeded", 409, message);
                // One that is attached already is not one more, and the refused one left no trace.
                plane.root::<$attach>(attach("owner", ADMINISTRATOR_ACCESS)).await.unwrap();
                assert_eq!(attached(&plane, list("owner")).await.len(), 10);
            }

            #[tokio::test]
            async fn page_by_page() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let path = format!("/{}/", "p".repeat(510));
                let longest = "c".repeat(128);
                let mut expected = vec![ADMINISTRATOR_ACCESS.to_owned()];
                for (path, name) in [("/z/", "b"), (&path, &longest), ("/", "D")] {
                    expected.push(create_policy(&plane, path, name).await);
                }
                expected.insert(0, create_policy(&plane, "/", "administratorACCESS").await);
                for arn in &expected {
                    plane.root::<$attach>(attach("owner", arn)).await.unwrap();
                }
                let mut arns = Vec::new();
                let mut marker = None;
                loop {
                    let input = $list_input { marker, max_items: Some(1), ..list("owner") };
                    let page = plane.root::<$list>(input).await.unwrap();
                    assert_eq!(page.is_truncated, Some(page.marker.is_some()));
                    arns.extend(
                        page.attached_policies.unwrap().into_iter().map(|policy| policy.policy_arn.unwrap()),
                    );
                    marker = page.marker;
                    if marker.is_none() {
                        break;
                    }
                }
                assert_eq!(arns, expected);
            }

            #[tokio::test]
            async fn users_without_permission_are_refused() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let resource = concat!($owner, "/owner");
                assert_denied::<$attach>(&plane, attach("owner", ADMINISTRATOR_ACCESS), resource).await;
                assert_denied::<$detach>(&plane, detach("owner", ADMINISTRATOR_ACCESS), resource).await;
                assert_denied::<$list>(&plane, list("owner"), resource).await;
            }

            #[tokio::test]
            async fn permission_by_policy() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let (team, other) = (
                    create_policy(&plane, "/team/", "Read").await,
                    create_policy(&plane, "/", "Other").await,
                );
                let condition = format!(r#"{{"ArnLike":{{"iam:PolicyARN":"{}"}}}}"#, arn("policy/team/*"));
                user_with_policy(&plane, "admin", &allow_if("iam:*tach*", &condition)).await;
                plane.user::<$attach>("admin", attach("owner", &team)).await.unwrap();
                plane.user::<$detach>("admin", detach("owner", &team)).await.unwrap();
                for refusal in [
                    plane.user::<$attach>("admin", attach("owner", &other)).await.unwrap_err(),
                    plane.user::<$attach>("admin", attach("owner", ADMINISTRATOR_ACCESS)).await.unwrap_err(),
                    plane.user::<$detach>("admin", detach("owner", &other)).await.unwrap_err(),
                ] {
                    assert_eq!(refusal.code, "AccessDenied");
                }
            }
        }
    };
}

owner!(
    user, "user", "PoliciesPerUser", user_name, create_user,
    AttachUserPolicy AttachUserPolicyInput, DetachUserPolicy DetachUserPolicyInput,
    ListAttachedUserPolicies ListAttachedUserPoliciesInput
);
owner!(
    group, "group", "PoliciesPerGroup", group_name, create_group,
    AttachGroupPolicy AttachGroupPolicyInput, DetachGroupPolicy DetachGroupPolicyInput,
    ListAttachedGroupPolicies ListAttachedGroupPoliciesInput
);
owner!(
    role, "role", "PoliciesPerRole", role_name, create_role,
    AttachRolePolicy AttachRolePolicyInput, DetachRolePolicy DetachRolePolicyInput,
    ListAttachedRolePolicies ListAttachedRolePoliciesInput
);

async fn create_user(plane: &TestPlane, name: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
}

async fn create_group(plane: &TestPlane, name: &str) {
    let input = CreateGroupInput { group_name: name.into(), ..Default::default() };
    plane.root::<CreateGroup>(input).await.unwrap();
}

async fn create_role(plane: &TestPlane, name: &str) {
    let assume_role_policy_document = TRUST.into();
    let input = CreateRoleInput { role_name: name.into(), assume_role_policy_document, ..Default::default() };
    plane.root::<CreateRole>(input).await.unwrap();
}

#[tokio::test]
async fn policies_take_effect_at_once() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    create_group(&plane, "staff").await;
    let input = AddUserToGroupInput { group_name: "staff".into(), user_name: "alice".into() };
    plane.root::<AddUserToGroup>(input).await.unwrap();
    let policy_arn = create_policy(&plane, "/", "Read").await;
    let get = || GetUserInput { user_name: Some("alice".into()) };

    assert_eq!(plane.user::<GetUser>("alice", get()).await.unwrap_err().code, "AccessDenied");
    let input = AttachGroupPolicyInput { group_name: "staff".into(), policy_arn: policy_arn.clone() };
    plane.root::<AttachGroupPolicy>(input).await.unwrap();
    plane.user::<GetUser>("alice", get()).await.unwrap();

    let input = CreatePolicyVersionInput {
        policy_arn: policy_arn.clone(),
        policy_document: allow("iam:ListUsers", "*"),
        set_as_default: Some(true),
    };
    plane.root::<CreatePolicyVersion>(input).await.unwrap();
    assert_eq!(plane.user::<GetUser>("alice", get()).await.unwrap_err().code, "AccessDenied");
    let input = AttachUserPolicyInput { user_name: "alice".into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
    plane.user::<GetUser>("alice", get()).await.unwrap();
    let input = DetachUserPolicyInput { user_name: "alice".into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
    plane.user::<DetachUserPolicy>("alice", input).await.unwrap();
    assert_eq!(plane.user::<GetUser>("alice", get()).await.unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn roles_of_aws_stay_as_they_are() {
    let plane = TestPlane::new().await;
    for (name, path) in
        [("Linked", "/aws-service-role/x.amazonaws.com/"), ("Sso", "/aws-reserved/sso.amazonaws.com/")]
    {
        insert_role(&plane, name, path).await;
        let attach =
            AttachRolePolicyInput { role_name: name.into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
        let detach =
            DetachRolePolicyInput { role_name: name.into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
        for refusal in [
            refused::<AttachRolePolicy>(&plane, attach).await,
            refused::<DetachRolePolicy>(&plane, detach).await,
        ] {
            assert_eq!((refusal.code, refusal.status), ("UnmodifiableEntity", 400));
        }
    }
}
