//! Inline policies of users, groups and roles.

use crate::{
    plane::TestPlane,
    support::{allow, arn, assert_denied, assert_refused, refused, user_with_policy},
};
use domain::{IdKind, Path, Role, RoleName, UniqueId};
use shapes::iam::{
    CreateGroup, CreateGroupInput, CreateRole, CreateRoleInput, CreateUser, CreateUserInput,
    DeleteGroupPolicy, DeleteGroupPolicyInput, DeleteRolePolicy, DeleteRolePolicyInput, DeleteUserPolicy,
    DeleteUserPolicyInput, GetGroupPolicy, GetGroupPolicyInput, GetRolePolicy, GetRolePolicyInput, GetUser,
    GetUserInput, GetUserPolicy, GetUserPolicyInput, ListGroupPolicies, ListGroupPoliciesInput,
    ListRolePolicies, ListRolePoliciesInput, ListUserPolicies, ListUserPoliciesInput, PutGroupPolicy,
    PutGroupPolicyInput, PutRolePolicy, PutRolePolicyInput, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryInput, PutUserPolicy, PutUserPolicyInput,
};

const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

/// A policy of exactly that size.
fn sized(size: usize) -> String {
    let empty = allow("s3:*", "arn:aws:s3:::");
    allow("s3:*", &format!("arn:aws:s3:::{}", "b".repeat(size - empty.len())))
}

/// The same tests for each kind of owner.
macro_rules! owner {
    (
        $kind:ident, $owner:literal, $limit:literal, $name:ident, $create:ident,
        $put:ident $put_input:ident, $get:ident $get_input:ident,
        $delete:ident $delete_input:ident, $list:ident $list_input:ident
    ) => {
        mod $kind {
            use super::*;

            fn put(owner: &str, name: &str, document: &str) -> $put_input {
                $put_input { $name: owner.into(), policy_name: name.into(), policy_document: document.into() }
            }

            fn get(owner: &str, name: &str) -> $get_input {
                $get_input { $name: owner.into(), policy_name: name.into() }
            }

            fn delete(owner: &str, name: &str) -> $delete_input {
                $delete_input { $name: owner.into(), policy_name: name.into() }
            }

            fn list(owner: &str) -> $list_input {
                $list_input { $name: owner.into(), ..Default::default() }
            }

            #[tokio::test]
            async fn put_replace_get_delete() {
                let plane = TestPlane::new().await;
                $create(&plane, "Owner").await;
                plane.root::<$put>(put("Owner", "Read", &allow("s3:Get*", "*"))).await.unwrap();
                let shown = plane.root::<$get>(get("oWNER", "rEAD")).await.unwrap();
                assert_eq!((shown.$name.as_str(), shown.policy_name.as_str()), ("Owner", "Read"));
                let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C\
                               %22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
                assert_eq!(shown.policy_document, encoded);

                // Names are not told apart by case.
                plane.root::<$put>(put("Owner", "READ", &allow("sqs:*", "*"))).await.unwrap();
                let names = plane.root::<$list>(list("Owner")).await.unwrap().policy_names;
                assert_eq!(names, ["READ"]);
                let shown = plane.root::<$get>(get("Owner", "Read")).await.unwrap();
                assert!(shown.policy_document.contains("sqs%3A%2A"));

                plane.root::<$delete>(delete("Owner", "Read")).await.unwrap();
                assert_eq!(plane.root::<$list>(list("Owner")).await.unwrap().policy_names, [""; 0]);
            }

            #[tokio::test]
            async fn what_does_not_exist() {
                let plane = TestPlane::new().await;
                let message = concat!("The ", $owner, " with name ghost cannot be found.");
                for refusal in [
                    refused::<$put>(&plane, put("ghost", "Read", &allow("s3:*", "*"))).await,
                    refused::<$get>(&plane, get("ghost", "Read")).await,
                    refused::<$delete>(&plane, delete("ghost", "Read")).await,
                    refused::<$list>(&plane, list("ghost")).await,
                ] {
                    assert_refused(refusal, "NoSuchEntity", 404, message);
                }
                $create(&plane, "owner").await;
                let message = concat!("The ", $owner, " policy with name Read cannot be found.");
                for refusal in [
                    refused::<$get>(&plane, get("owner", "Read")).await,
                    refused::<$delete>(&plane, delete("owner", "Read")).await,
                ] {
                    assert_refused(refusal, "NoSuchEntity", 404, message);
                }
            }

            #[tokio::test]
            async fn all_policies_together_have_a_size() {
                let plane = TestPlane::new().await;
                $create(&plane, "Owner").await;
                let largest = sized($limit - 500).replace(',', ",\n      ");
                plane.root::<$put>(put("Owner", "First", &largest)).await.unwrap();
                let refusal = refused::<$put>(&plane, put("owner", "Second", &sized(501))).await;
                let message =
                    concat!("Maximum policy size of ", $limit, " bytes exceeded for ", $owner, " Owner");
                assert_refused(refusal, "LimitExceeded", 409, message);
                plane.root::<$put>(put("Owner", "Second", &sized(500))).await.unwrap();
                // What is replaced does not count.
                plane.root::<$put>(put("Owner", "first", &sized($limit - 500))).await.unwrap();
                let refusal = refused::<$put>(&plane, put("Owner", "first", &sized($limit - 499))).await;
                assert_eq!(refusal.code, "LimitExceeded");
            }

            #[tokio::test]
            async fn documents_are_checked() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let refusal = refused::<$put>(&plane, put("owner", "Read", "{}")).await;
                assert_refused(refusal, "MalformedPolicyDocument", 400, "Syntax errors in policy.");
                let refusal = refused::<$put>(&plane, put("owner", "Read", TRUST)).await;
                let message = "Policy document should not specify a principal.";
                assert_refused(refusal, "MalformedPolicyDocument", 400, message);
                assert_eq!(plane.root::<$list>(list("owner")).await.unwrap().policy_names, [""; 0]);
            }

            #[tokio::test]
            async fn page_by_page() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let longest = "x".repeat(128);
                for name in ["b", "A", "c", &longest, "y"] {
                    plane.root::<$put>(put("owner", name, &allow("s3:*", "*"))).await.unwrap();
                }
                let mut names = Vec::new();
                let mut marker = None;
                loop {
                    let input = $list_input { marker, max_items: Some(1), ..list("owner") };
                    let page = plane.root::<$list>(input).await.unwrap();
                    assert_eq!(page.policy_names.len(), 1);
                    assert_eq!(page.is_truncated, Some(page.marker.is_some()));
                    names.extend(page.policy_names);
                    marker = page.marker;
                    if marker.is_none() {
                        break;
                    }
                }
                assert_eq!(names, ["A", "b", "c", &longest, "y"]);
            }

            #[tokio::test]
            async fn users_without_permission_are_refused() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                let resource = concat!($owner, "/owner");
                assert_denied::<$put>(&plane, put("owner", "Read", &allow("s3:*", "*")), resource).await;
                assert_denied::<$get>(&plane, get("owner", "Read"), resource).await;
                assert_denied::<$delete>(&plane, delete("owner", "Read"), resource).await;
                assert_denied::<$list>(&plane, list("owner"), resource).await;
            }

            #[tokio::test]
            async fn permission_by_resource() {
                let plane = TestPlane::new().await;
                $create(&plane, "owner").await;
                $create(&plane, "other").await;
                user_with_policy(&plane, "admin", &allow("iam:*", &arn(concat!($owner, "/owner")))).await;
                let document = allow("s3:*", "*");
                plane.user::<$put>("admin", put("owner", "Read", &document)).await.unwrap();
                plane.user::<$get>("admin", get("owner", "Read")).await.unwrap();
                plane.user::<$list>("admin", list("owner")).await.unwrap();
                plane.user::<$delete>("admin", delete("owner", "Read")).await.unwrap();
                let refusal = plane.user::<$put>("admin", put("other", "Read", &document)).await.unwrap_err();
                assert_eq!(refusal.code, "AccessDenied");
            }
        }
    };
}

owner!(
    user, "user", 2048, user_name, create_user,
    PutUserPolicy PutUserPolicyInput, GetUserPolicy GetUserPolicyInput,
    DeleteUserPolicy DeleteUserPolicyInput, ListUserPolicies ListUserPoliciesInput
);
owner!(
    group, "group", 5120, group_name, create_group,
    PutGroupPolicy PutGroupPolicyInput, GetGroupPolicy GetGroupPolicyInput,
    DeleteGroupPolicy DeleteGroupPolicyInput, ListGroupPolicies ListGroupPoliciesInput
);
owner!(
    role, "role", 10240, role_name, create_role,
    PutRolePolicy PutRolePolicyInput, GetRolePolicy GetRolePolicyInput,
    DeleteRolePolicy DeleteRolePolicyInput, ListRolePolicies ListRolePoliciesInput
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
    let get = || GetUserInput { user_name: Some("alice".into()) };
    assert_eq!(plane.user::<GetUser>("alice", get()).await.unwrap_err().code, "AccessDenied");
    let input = |document: String| PutUserPolicyInput {
        user_name: "alice".into(),
        policy_name: "Self".into(),
        policy_document: document,
    };
    plane.root::<PutUserPolicy>(input(allow("iam:GetUser", "*"))).await.unwrap();
    plane.user::<GetUser>("alice", get()).await.unwrap();
    plane.root::<PutUserPolicy>(input(allow("iam:ListUsers", "*"))).await.unwrap();
    assert_eq!(plane.user::<GetUser>("alice", get()).await.unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn permission_by_the_boundary_of_the_owner() {
    let plane = TestPlane::new().await;
    let bound = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let condition = format!(r#"{{"StringEquals":{{"iam:PermissionsBoundary":"{bound}"}}}}"#);
    user_with_policy(&plane, "admin", &crate::support::allow_if("iam:PutUserPolicy", &condition)).await;
    create_user(&plane, "alice").await;
    let put = || PutUserPolicyInput {
        user_name: "alice".into(),
        policy_name: "Read".into(),
        policy_document: allow("s3:*", "*"),
    };
    assert_eq!(plane.user::<PutUserPolicy>("admin", put()).await.unwrap_err().code, "AccessDenied");
    let input =
        PutUserPermissionsBoundaryInput { user_name: "alice".into(), permissions_boundary: bound.into() };
    plane.root::<PutUserPermissionsBoundary>(input).await.unwrap();
    plane.user::<PutUserPolicy>("admin", put()).await.unwrap();
}

#[tokio::test]
async fn roles_of_aws_stay_as_they_are() {
    let plane = TestPlane::new().await;
    for (name, path) in
        [("Linked", "/aws-service-role/x.amazonaws.com/"), ("Sso", "/aws-reserved/sso.amazonaws.com/")]
    {
        insert_role(&plane, name, path).await;
        let put = PutRolePolicyInput {
            role_name: name.into(),
            policy_name: "Read".into(),
            policy_document: allow("s3:*", "*"),
        };
        let delete = DeleteRolePolicyInput { role_name: name.into(), policy_name: "Read".into() };
        for refusal in
            [refused::<PutRolePolicy>(&plane, put).await, refused::<DeleteRolePolicy>(&plane, delete).await]
        {
            assert_eq!((refusal.code, refusal.status), ("UnmodifiableEntity", 400));
        }
        let list = ListRolePoliciesInput { role_name: name.into(), ..Default::default() };
        assert_eq!(plane.root::<ListRolePolicies>(list).await.unwrap().policy_names, [""; 0]);
    }
}

/// Makes a role that no operation makes.
pub(crate) async fn insert_role(plane: &TestPlane, name: &str, path: &str) {
    let role = Role {
        account_id: plane.account,
        id: UniqueId::new(IdKind::Role, &*plane.plane.random),
        name: RoleName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        created_at: plane.now(),
        trust_policy: TRUST.into(),
        trusted_principals: vec![],
        description: None,
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: vec![],
        source_template: None,
    };
    crate::support::in_store(plane, async |tx| store::role::insert(tx, &role).await.unwrap()).await;
}
