//! The account's alias, its numbers, and all that is in it.

use crate::{
    certificates::{LEAF, LEAF_KEY, metadata},
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow, arn, assert_denied_on_all, assert_refused, in_store, refused,
        user_with_policy,
    },
};
use domain::{Account, AccountAlias, AccountId};
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, AttachGroupPolicy, AttachGroupPolicyInput, AttachUserPolicy,
    AttachUserPolicyInput, CreateAccessKey, CreateAccessKeyInput, CreateAccountAlias,
    CreateAccountAliasInput, CreateGroup, CreateGroupInput, CreateOpenIDConnectProvider,
    CreateOpenIDConnectProviderInput, CreatePolicy, CreatePolicyInput, CreatePolicyVersion,
    CreatePolicyVersionInput, CreateRole, CreateRoleInput, CreateSAMLProvider, CreateSAMLProviderInput,
    CreateUser, CreateUserInput, DeleteAccountAlias, DeleteAccountAliasInput, GetAccountAuthorizationDetails,
    GetAccountAuthorizationDetailsInput, GetAccountAuthorizationDetailsOutput, GetAccountSummary,
    GetAccountSummaryInput, ListAccountAliases, ListAccountAliasesInput, PutGroupPolicy, PutGroupPolicyInput,
    PutRolePolicy, PutRolePolicyInput, PutUserPolicy, PutUserPolicyInput, UploadServerCertificate,
    UploadServerCertificateInput,
    types::{self, EntityType},
};
use std::collections::BTreeMap;

const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;
const TRUST_ENCODED: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C\
    %22Principal%22%3A%22%2A%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";

fn create_alias(alias: &str) -> CreateAccountAliasInput {
    CreateAccountAliasInput { account_alias: alias.into() }
}

fn delete_alias(alias: &str) -> DeleteAccountAliasInput {
    DeleteAccountAliasInput { account_alias: alias.into() }
}

async fn aliases(plane: &TestPlane) -> Vec<String> {
    let output = plane.root::<ListAccountAliases>(ListAccountAliasesInput::default()).await.unwrap();
    assert_eq!((output.is_truncated, output.marker), (Some(false), None));
    output.account_aliases
}

#[tokio::test]
async fn an_account_has_one_alias() {
    let plane = TestPlane::new().await;
    assert_eq!(aliases(&plane).await, [""; 0]);
    plane.root::<CreateAccountAlias>(create_alias("first")).await.unwrap();
    plane.root::<CreateAccountAlias>(create_alias("second-1")).await.unwrap();
    assert_eq!(aliases(&plane).await, ["second-1"]);

    let refusal = refused::<DeleteAccountAlias>(&plane, delete_alias("first")).await;
    assert_refused(refusal, "NoSuchEntity", 404, "The account alias first cannot be found.");
    assert_eq!(aliases(&plane).await, ["second-1"]);
    plane.root::<DeleteAccountAlias>(delete_alias("second-1")).await.unwrap();
    assert_eq!(aliases(&plane).await, [""; 0]);
    refused::<DeleteAccountAlias>(&plane, delete_alias("second-1")).await.is("NoSuchEntity", "second-1");
}

#[tokio::test]
async fn aliases_are_unique_among_all_accounts() {
    let plane = TestPlane::new().await;
    let mut other = Account {
        id: AccountId::parse("999999999999").unwrap(),
        name: "Other".into(),
        email: "other@example.com".into(),
        alias: AccountAlias::parse("taken").ok(),
        created_at: plane.now(),
    };
    in_store(&plane, async |tx| store::account::insert(tx, &other).await.unwrap()).await;
    let refusal = refused::<CreateAccountAlias>(&plane, create_alias("taken")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "The account alias taken already exists.");
    refused::<DeleteAccountAlias>(&plane, delete_alias("taken")).await.is("NoSuchEntity", "taken");

    other.alias = None;
    in_store(&plane, async |tx| store::account::update(tx, &other).await.unwrap()).await;
    plane.root::<CreateAccountAlias>(create_alias("taken")).await.unwrap();
    let refusal = refused::<CreateAccountAlias>(&plane, create_alias("taken")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "The account alias taken already exists.");
}

#[tokio::test]
async fn aliases_follow_the_rule() {
    let plane = TestPlane::new().await;
    for alias in ["ab", "-abc", "a--b", "Abc", "123456789012"] {
        assert_eq!(refused::<CreateAccountAlias>(&plane, create_alias(alias)).await.code, "ValidationError");
    }
}

#[tokio::test]
async fn users_need_permission() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "nobody".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let details = GetAccountAuthorizationDetailsInput::default;
    assert_denied_on_all::<CreateAccountAlias>(&plane, create_alias("alias")).await;
    assert_denied_on_all::<DeleteAccountAlias>(&plane, delete_alias("alias")).await;
    assert_denied_on_all::<ListAccountAliases>(&plane, ListAccountAliasesInput::default()).await;
    assert_denied_on_all::<GetAccountSummary>(&plane, GetAccountSummaryInput).await;
    assert_denied_on_all::<GetAccountAuthorizationDetails>(&plane, details()).await;

    user_with_policy(&plane, "admin", &allow("iam:*Account*", "*")).await;
    plane.user::<CreateAccountAlias>("admin", create_alias("alias")).await.unwrap();
    plane.user::<ListAccountAliases>("admin", ListAccountAliasesInput::default()).await.unwrap();
    plane.user::<DeleteAccountAlias>("admin", delete_alias("alias")).await.unwrap();
    plane.user::<GetAccountSummary>("admin", GetAccountSummaryInput).await.unwrap();
    plane.user::<GetAccountAuthorizationDetails>("admin", details()).await.unwrap();
}

async fn summary(plane: &TestPlane) -> BTreeMap<String, i32> {
    plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap().summary_map.unwrap()
}

#[tokio::test]
async fn the_summary_counts_providers_and_server_certificates() {
    let plane = TestPlane::new().await;
    let saml = CreateSAMLProviderInput {
        name: "idp".into(),
        saml_metadata_document: metadata("https://idp.example.com"),
        ..Default::default()
    };
    plane.root::<CreateSAMLProvider>(saml).await.unwrap();
    let open_id = CreateOpenIDConnectProviderInput {
        url: "https://idp.example.com".into(),
        thumbprint_list: Some(vec!["a".repeat(40)]),
        ..Default::default()
    };
    plane.root::<CreateOpenIDConnectProvider>(open_id).await.unwrap();
    let certificate = UploadServerCertificateInput {
        server_certificate_name: "web".into(),
        certificate_body: LEAF.into(),
        private_key: LEAF_KEY.to_owned().into(),
        ..Default::default()
    };
    plane.root::<UploadServerCertificate>(certificate).await.unwrap();
    let after = summary(&plane).await;
    assert_eq!(
        (after["Providers"], after["ServerCertificates"], after["ServerCertificatesQuota"]),
        (2, 1, 20)
    );
}

#[tokio::test]
async fn the_summary_counts() {
    let plane = TestPlane::new().await;
    let before = summary(&plane).await;
    assert_eq!(before.len(), 34);
    for (key, value) in [
        ("UsersQuota", 5000),
        ("GroupsQuota", 300),
        ("RolesQuota", 1000),
        ("PoliciesQuota", 1500),
        ("UserPolicySizeQuota", 2048),
        ("GroupPolicySizeQuota", 5120),
        ("RolePolicySizeQuota", 10240),
        ("PolicySizeQuota", 6144),
        ("AssumeRolePolicySizeQuota", 2048),
        ("AttachedPoliciesPerUserQuota", 10),
        ("VersionsPerPolicyQuota", 5),
        ("AccessKeysPerUserQuota", 2),
        ("GroupsPerUserQuota", 10),
        ("GlobalEndpointTokenVersion", 2),
    ] {
        assert_eq!(before.get(key), Some(&value), "{key}");
    }
    fill(&plane).await;
    plane.root::<CreateAccessKey>(CreateAccessKeyInput::default()).await.unwrap();
    let after = summary(&plane).await;
    let changed: Vec<_> = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, value)| (key.as_str(), *value))
        .collect();
    let expected = [
        ("AccountAccessKeysPresent", 1),
        ("Groups", 1),
        ("Policies", 2),
        ("PolicyVersionsInUse", 3),
        ("Roles", 1),
        ("Users", 2),
    ];
    assert_eq!(changed, expected);
}

/// Two users, a group, a role, two policies of three versions together, and one of AWS's in use.
async fn fill(plane: &TestPlane) {
    for (name, description) in [("Read", Some("reads")), ("Write", None)] {
        let input = CreatePolicyInput {
            policy_name: name.into(),
            policy_document: allow("s3:*", "*"),
            description: description.map(Into::into),
            ..Default::default()
        };
        plane.root::<CreatePolicy>(input).await.unwrap();
    }
    let input = CreatePolicyVersionInput {
        policy_arn: arn("policy/Read"),
        policy_document: allow("s3:Get*", "*"),
        set_as_default: Some(true),
    };
    plane.root::<CreatePolicyVersion>(input).await.unwrap();
    let input = CreateUserInput {
        user_name: "alice".into(),
        path: Some("/team/".into()),
        permissions_boundary: Some(arn("policy/Read")),
        tags: Some(vec![types::Tag { key: "a".into(), value: "b".into() }]),
    };
    plane.root::<CreateUser>(input).await.unwrap();
    let input = CreateUserInput { user_name: "bob".into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let input = CreateGroupInput { group_name: "staff".into(), ..Default::default() };
    plane.root::<CreateGroup>(input).await.unwrap();
    let input = CreateRoleInput {
        role_name: "role".into(),
        assume_role_policy_document: TRUST.into(),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
    let input = AddUserToGroupInput { group_name: "staff".into(), user_name: "alice".into() };
    plane.root::<AddUserToGroup>(input).await.unwrap();
    let input =
        AttachGroupPolicyInput { group_name: "staff".into(), policy_arn: ADMINISTRATOR_ACCESS.into() };
    plane.root::<AttachGroupPolicy>(input).await.unwrap();
    let input = AttachUserPolicyInput { user_name: "alice".into(), policy_arn: arn("policy/Read") };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
    let (policy_name, policy_document) = (String::from("Inline"), allow("sqs:*", "*"));
    let input = PutUserPolicyInput {
        user_name: "alice".into(),
        policy_name: policy_name.clone(),
        policy_document: policy_document.clone(),
    };
    plane.root::<PutUserPolicy>(input).await.unwrap();
    let input = PutGroupPolicyInput {
        group_name: "staff".into(),
        policy_name: policy_name.clone(),
        policy_document: policy_document.clone(),
    };
    plane.root::<PutGroupPolicy>(input).await.unwrap();
    let input = PutRolePolicyInput { role_name: "role".into(), policy_name, policy_document };
    plane.root::<PutRolePolicy>(input).await.unwrap();
}

async fn details(plane: &TestPlane, filter: &[EntityType]) -> GetAccountAuthorizationDetailsOutput {
    let filter = (!filter.is_empty()).then(|| filter.to_vec());
    let input = GetAccountAuthorizationDetailsInput { filter, ..Default::default() };
    plane.root::<GetAccountAuthorizationDetails>(input).await.unwrap()
}

#[tokio::test]
async fn details_hold_everything() {
    let plane = TestPlane::new().await;
    fill(&plane).await;
    let output = details(&plane, &[]).await;
    assert_eq!((output.is_truncated, output.marker), (Some(false), None));
    let inline = types::PolicyDetail {
        policy_name: Some("Inline".into()),
        policy_document: Some(
            "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A\
             %22sqs%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"
                .into(),
        ),
    };
    let attached = |name: &str, arn: &str| types::AttachedPolicy {
        policy_name: Some(name.into()),
        policy_arn: Some(arn.into()),
    };

    let users = output.user_detail_list.unwrap();
    let alice = types::UserDetail {
        path: Some("/team/".into()),
        user_name: Some("alice".into()),
        user_id: users[0].user_id.clone(),
        arn: Some(arn("user/team/alice")),
        create_date: Some(plane.now()),
        user_policy_list: Some(vec![inline.clone()]),
        group_list: Some(vec!["staff".into()]),
        attached_managed_policies: Some(vec![attached("Read", &arn("policy/Read"))]),
        permissions_boundary: Some(types::AttachedPermissionsBoundary {
            permissions_boundary_type: Some("Policy".into()),
            permissions_boundary_arn: Some(arn("policy/Read")),
        }),
        tags: Some(vec![types::Tag { key: "a".into(), value: "b".into() }]),
    };
    assert_eq!(users[0], alice);
    assert_eq!(users[1].user_name.as_deref(), Some("bob"));
    assert_eq!((&users[1].group_list, &users[1].user_policy_list), (&Some(vec![]), &Some(vec![])));
    assert_eq!(users.len(), 2);

    let [group] = &output.group_detail_list.unwrap()[..] else { panic!("one group") };
    assert_eq!((group.group_name.as_deref(), &group.arn), (Some("staff"), &Some(arn("group/staff"))));
    assert_eq!(group.group_policy_list, Some(vec![inline.clone()]));
    let administrator = attached("AdministratorAccess", ADMINISTRATOR_ACCESS);
    assert_eq!(group.attached_managed_policies, Some(vec![administrator]));

    let [role] = &output.role_detail_list.unwrap()[..] else { panic!("one role") };
    assert_eq!(role.assume_role_policy_document.as_deref(), Some(TRUST_ENCODED));
    assert_eq!(role.role_policy_list, Some(vec![inline]));
    assert_eq!(role.role_last_used, Some(types::RoleLastUsed::default()));
    assert_eq!(role.instance_profile_list, Some(vec![]));

    let policies = output.policies.unwrap();
    let names: Vec<_> = policies.iter().map(|policy| policy.policy_name.as_deref().unwrap()).collect();
    assert_eq!(names, ["AdministratorAccess", "Read", "Write"]);
    assert_eq!(policies[0].attachment_count, Some(1));
    assert_eq!(policies[0].policy_version_list.as_ref().unwrap().len(), 1);
    let read = &policies[1];
    assert_eq!((read.attachment_count, read.permissions_boundary_usage_count), (Some(1), Some(1)));
    assert_eq!(
        (read.description.as_deref(), read.default_version_id.as_deref()),
        (Some("reads"), Some("v2"))
    );
    let versions = read.policy_version_list.as_ref().unwrap();
    let ids: Vec<_> = versions.iter().map(|version| version.version_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["v2", "v1"]);
    assert!(versions[0].document.as_ref().unwrap().contains("s3%3AGet%2A"));
    assert_eq!((versions[0].is_default_version, versions[1].is_default_version), (Some(true), Some(false)));
}

/// The names in an answer: users, groups, roles, policies.
fn names(output: GetAccountAuthorizationDetailsOutput) -> Vec<String> {
    let users = output.user_detail_list.unwrap().into_iter().map(|user| user.user_name);
    let groups = output.group_detail_list.unwrap().into_iter().map(|group| group.group_name);
    let roles = output.role_detail_list.unwrap().into_iter().map(|role| role.role_name);
    let policies = output.policies.unwrap().into_iter().map(|policy| policy.policy_name);
    users.chain(groups).chain(roles).chain(policies).map(Option::unwrap).collect()
}

#[tokio::test]
async fn details_by_kind() {
    let plane = TestPlane::new().await;
    fill(&plane).await;
    for (filter, expected) in [
        (&[EntityType::User][..], &["alice", "bob"][..]),
        (&[EntityType::Group], &["staff"]),
        (&[EntityType::Role], &["role"]),
        (&[EntityType::LocalManagedPolicy], &["Read", "Write"]),
        (&[EntityType::AWSManagedPolicy], &["AdministratorAccess"]),
        (&[EntityType::Role, EntityType::Group], &["staff", "role"]),
    ] {
        assert_eq!(names(details(&plane, filter).await), expected);
    }
}

#[tokio::test]
async fn details_page_by_page() {
    let plane = TestPlane::new().await;
    fill(&plane).await;
    let all = names(details(&plane, &[]).await);
    assert_eq!(all.len(), 7);
    for max_items in 1..=7 {
        let mut paged = Vec::new();
        let mut marker = None;
        loop {
            let input =
                GetAccountAuthorizationDetailsInput { marker, max_items: Some(max_items), filter: None };
            let page = plane.root::<GetAccountAuthorizationDetails>(input).await.unwrap();
            assert_eq!(page.is_truncated, Some(page.marker.is_some()));
            marker = page.marker.clone();
            let page = names(page);
            assert!(!page.is_empty() && page.len() <= usize::try_from(max_items).unwrap());
            paged.extend(page);
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(paged, all);
    }
}
