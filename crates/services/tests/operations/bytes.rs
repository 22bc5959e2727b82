//! The exact bytes of answers, one after the other from an empty plane. Randomness is seeded, so ids repeat.

use crate::plane::TestPlane;
#[allow(clippy::wildcard_imports, reason = "nearly all of it")]
use shapes::iam::*;
use shapes::sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetCallerIdentity, GetCallerIdentityInput};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
const POLICY: &str = "arn:aws:iam::123456789012:policy/team/read";

/// Runs calls in order and puts their answers under their names.
macro_rules! answers {
    ($plane:expr; $($operation:ident $input:expr),* $(,)?) => {{
        let mut all = String::new();
        $(all.push_str(&format!("== {}\n{}\n", stringify!($operation), $plane.bytes::<$operation>($input).await));)*
        all
    }};
}

#[expect(clippy::unnecessary_wraps, reason = "members that may be absent")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn tags() -> Vec<Tag> {
    vec![Tag { key: name("team"), value: name("<blue> & \"green\"") }]
}

#[tokio::test]
async fn users_and_groups() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        CreateUser CreateUserInput { user_name: name("alice"), path: some("/team/"), tags: Some(tags()), ..Default::default() },
        CreateUser CreateUserInput { user_name: name("ALICE"), ..Default::default() },
        GetUser GetUserInput { user_name: some("alice") },
        GetUser GetUserInput { user_name: some("bob") },
        GetUser GetUserInput { user_name: None },
        ListUsers ListUsersInput::default(),
        TagUser TagUserInput { user_name: name("alice"), tags: tags() },
        ListUserTags ListUserTagsInput { user_name: name("alice"), ..Default::default() },
        UntagUser UntagUserInput { user_name: name("alice"), tag_keys: vec![name("team")] },
        UpdateUser UpdateUserInput { user_name: name("alice"), new_user_name: some("alicia"), ..Default::default() },
        CreateGroup CreateGroupInput { group_name: name("admins"), ..Default::default() },
        AddUserToGroup AddUserToGroupInput { group_name: name("admins"), user_name: name("alicia") },
        GetGroup GetGroupInput { group_name: name("admins"), ..Default::default() },
        ListGroups ListGroupsInput::default(),
        ListGroupsForUser ListGroupsForUserInput { user_name: name("alicia"), ..Default::default() },
        DeleteUser DeleteUserInput { user_name: name("alicia") },
        RemoveUserFromGroup RemoveUserFromGroupInput { group_name: name("admins"), user_name: name("alicia") },
        UpdateGroup UpdateGroupInput { group_name: name("admins"), new_group_name: some("owners"), ..Default::default() },
        DeleteGroup DeleteGroupInput { group_name: name("owners") },
        DeleteUser DeleteUserInput { user_name: name("alicia") },
        ListUsers ListUsersInput::default(),
    ));
}

#[tokio::test]
async fn roles_policies_and_account() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        CreateRole CreateRoleInput {
            role_name: name("deploy"),
            assume_role_policy_document: name(TRUST),
            description: some("Puts things\nin place"),
            tags: Some(tags()),
            ..Default::default()
        },
        GetRole GetRoleInput { role_name: name("deploy") },
        ListRoles ListRolesInput::default(),
        ListRoleTags ListRoleTagsInput { role_name: name("deploy"), ..Default::default() },
        UpdateRole UpdateRoleInput { role_name: name("deploy"), max_session_duration: Some(7200), ..Default::default() },
        UpdateRoleDescription UpdateRoleDescriptionInput { role_name: name("deploy"), description: name("New") },
        UpdateAssumeRolePolicy UpdateAssumeRolePolicyInput { role_name: name("deploy"), policy_document: name("{") },
        CreatePolicy CreatePolicyInput {
            policy_name: name("read"),
            path: some("/team/"),
            policy_document: name(ALLOW),
            ..Default::default()
        },
        GetPolicy GetPolicyInput { policy_arn: name(POLICY) },
        CreatePolicyVersion CreatePolicyVersionInput {
            policy_arn: name(POLICY),
            policy_document: name(ALLOW),
            set_as_default: Some(true),
        },
        GetPolicyVersion GetPolicyVersionInput { policy_arn: name(POLICY), version_id: name("v2") },
        ListPolicyVersions ListPolicyVersionsInput { policy_arn: name(POLICY), ..Default::default() },
        AttachRolePolicy AttachRolePolicyInput { role_name: name("deploy"), policy_arn: name(POLICY) },
        ListAttachedRolePolicies ListAttachedRolePoliciesInput { role_name: name("deploy"), ..Default::default() },
        ListEntitiesForPolicy ListEntitiesForPolicyInput { policy_arn: name(POLICY), ..Default::default() },
        PutRolePolicy PutRolePolicyInput {
            role_name: name("deploy"),
            policy_name: name("inline"),
            policy_document: name(ALLOW),
        },
        GetRolePolicy GetRolePolicyInput { role_name: name("deploy"), policy_name: name("inline") },
        ListRolePolicies ListRolePoliciesInput { role_name: name("deploy"), ..Default::default() },
        DeletePolicy DeletePolicyInput { policy_arn: name(POLICY) },
        DeleteRole DeleteRoleInput { role_name: name("deploy") },
        CreateAccountAlias CreateAccountAliasInput { account_alias: name("my-company") },
        ListAccountAliases ListAccountAliasesInput::default(),
        GetAccountSummary GetAccountSummaryInput,
        GetAccountAuthorizationDetails GetAccountAuthorizationDetailsInput::default(),
    ));
}

#[tokio::test]
async fn identity() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        GetCallerIdentity GetCallerIdentityInput,
        GetAccessKeyInfo GetAccessKeyInfoInput { access_key_id: name("ASIAY34FZKBOKMUTVV7A") },
        GetAccessKeyInfo GetAccessKeyInfoInput { access_key_id: name("AKIAAAAAAAAAAAAAAAAA") },
    ));
}

#[tokio::test]
async fn simulations_and_reports() {
    let plane = TestPlane::new().await;
    let user = "arn:aws:iam::123456789012:user/alice";
    let custom = SimulateCustomPolicyInput {
        policy_input_list: vec![name(ALLOW)],
        action_names: vec![name("s3:GetObject"), name("s3:PutObject")],
        resource_arns: Some(vec![name("arn:aws:s3:::b/k")]),
        ..Default::default()
    };
    let principal = SimulatePrincipalPolicyInput {
        policy_source_arn: name(user),
        action_names: vec![name("s3:GetObject")],
        ..Default::default()
    };
    insta::assert_snapshot!(answers!(plane;
        SimulateCustomPolicy custom.clone(),
        SimulateCustomPolicy SimulateCustomPolicyInput { action_names: vec![name("s3:*")], ..custom },
        SimulatePrincipalPolicy principal.clone(),
        CreateUser CreateUserInput { user_name: name("alice"), ..Default::default() },
        PutUserPolicy PutUserPolicyInput { user_name: name("alice"), policy_name: name("read"), policy_document: name(ALLOW) },
        SimulatePrincipalPolicy principal,
        GetContextKeysForCustomPolicy GetContextKeysForCustomPolicyInput { policy_input_list: vec![name(ALLOW)] },
        GetContextKeysForPrincipalPolicy GetContextKeysForPrincipalPolicyInput { policy_source_arn: name(user), ..Default::default() },
        GenerateServiceLastAccessedDetails GenerateServiceLastAccessedDetailsInput { arn: name(user), granularity: None },
        GetServiceLastAccessedDetails GetServiceLastAccessedDetailsInput { job_id: name(&"0".repeat(36)), ..Default::default() },
        ListPoliciesGrantingServiceAccess ListPoliciesGrantingServiceAccessInput { marker: None, arn: name(user), service_namespaces: vec![name("s3")] },
        GenerateOrganizationsAccessReport GenerateOrganizationsAccessReportInput { entity_path: name("o-abcdefghij/r-abcd"), ..Default::default() },
    ));
    let input = GenerateServiceLastAccessedDetailsInput { arn: name(user), granularity: None };
    let job = plane.root::<GenerateServiceLastAccessedDetails>(input).await.unwrap().job_id.unwrap();
    let input = GetServiceLastAccessedDetailsInput { job_id: job.clone(), ..Default::default() };
    let services = plane.bytes::<GetServiceLastAccessedDetails>(input).await;
    let input = GetServiceLastAccessedDetailsWithEntitiesInput {
        job_id: job,
        service_namespace: name("s3"),
        ..Default::default()
    };
    let entities = plane.bytes::<GetServiceLastAccessedDetailsWithEntities>(input).await;
    let input = GenerateOrganizationsAccessReportInput {
        entity_path: name("o-abcdefghij/r-abcd"),
        ..Default::default()
    };
    let job_id = plane.root::<GenerateOrganizationsAccessReport>(input).await.unwrap().job_id.unwrap();
    let input = GetOrganizationsAccessReportInput { job_id, ..Default::default() };
    let organization = plane.bytes::<GetOrganizationsAccessReport>(input).await;
    insta::assert_snapshot!("last_accesses", [services, entities, organization].join("\n\n"));
}
