//! Roles: their trust, tags, boundaries and last use, and the roles that AWS keeps to itself.

use crate::{
    certificates::metadata,
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow, allow_if, arn, assert_denied, assert_denied_on, assert_refused, attach,
        delete_inline_policy, detach, document, in_store, put_inline_policy, refused, user_with_policy,
    },
};
use domain::{AccountId, IdKind, LastUsed, Path, PolicyOwner, Role, RoleName, UniqueId};
use shapes::iam::{
    CreateOpenIDConnectProvider, CreateOpenIDConnectProviderInput, CreateRole, CreateRoleInput,
    CreateSAMLProvider, CreateSAMLProviderInput, CreateUser, CreateUserInput, DeleteRole, DeleteRoleInput,
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryInput, DeleteSAMLProvider,
    DeleteSAMLProviderInput, DeleteUser, DeleteUserInput, GetRole, GetRoleInput, ListRoleTags,
    ListRoleTagsInput, ListRoles, ListRolesInput, PutRolePermissionsBoundary,
    PutRolePermissionsBoundaryInput, TagRole, TagRoleInput, UntagRole, UntagRoleInput,
    UpdateAssumeRolePolicy, UpdateAssumeRolePolicyInput, UpdateRole, UpdateRoleDescription,
    UpdateRoleDescriptionInput, UpdateRoleInput, types,
};
use store::last_used::UsedKind;

const NOT_FOUND: &str = "The role with name ghost cannot be found.";
const DAY: i64 = 24 * 3600;

/// A policy that lets the principal assume the role.
fn trust(principal: &str) -> String {
    document(&format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}"#
    ))
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn new(name: &str) -> CreateRoleInput {
    CreateRoleInput {
        role_name: name.into(),
        assume_role_policy_document: trust(&arn("root")),
        ..Default::default()
    }
}

fn shown(name: &str) -> GetRoleInput {
    GetRoleInput { role_name: name.into() }
}

fn deleted(name: &str) -> DeleteRoleInput {
    DeleteRoleInput { role_name: name.into() }
}

fn updated(name: &str) -> UpdateRoleInput {
    UpdateRoleInput { role_name: name.into(), ..Default::default() }
}

fn described(name: &str, description: &str) -> UpdateRoleDescriptionInput {
    UpdateRoleDescriptionInput { role_name: name.into(), description: description.into() }
}

fn trusted(name: &str, policy: &str) -> UpdateAssumeRolePolicyInput {
    UpdateAssumeRolePolicyInput { role_name: name.into(), policy_document: policy.into() }
}

fn tagged(name: &str, tags: Vec<types::Tag>) -> TagRoleInput {
    TagRoleInput { role_name: name.into(), tags }
}

fn untagged(name: &str, keys: &[&str]) -> UntagRoleInput {
    UntagRoleInput { role_name: name.into(), tag_keys: keys.iter().map(|key| (*key).into()).collect() }
}

fn tags_of(name: &str) -> ListRoleTagsInput {
    ListRoleTagsInput { role_name: name.into(), ..Default::default() }
}

fn bounded(name: &str, policy_arn: &str) -> PutRolePermissionsBoundaryInput {
    PutRolePermissionsBoundaryInput { role_name: name.into(), permissions_boundary: policy_arn.into() }
}

fn unbounded(name: &str) -> DeleteRolePermissionsBoundaryInput {
    DeleteRolePermissionsBoundaryInput { role_name: name.into() }
}

async fn create(plane: &TestPlane, name: &str) -> types::Role {
    plane.root::<CreateRole>(new(name)).await.unwrap().role
}

async fn get(plane: &TestPlane, name: &str) -> types::Role {
    plane.root::<GetRole>(shown(name)).await.unwrap().role
}

fn owner(role: &types::Role) -> PolicyOwner {
    PolicyOwner::Role(UniqueId::parse(&role.role_id).unwrap())
}

/// A role as only AWS itself makes it.
async fn insert(plane: &TestPlane, name: &str, path: &str) {
    let role = Role {
        account_id: plane.account,
        id: UniqueId::new(IdKind::Role, &*plane.plane.random),
        name: RoleName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        created_at: plane.now(),
        trust_policy: trust(&arn("root")),
        trusted_principals: vec![],
        description: None,
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: vec![],
        source_template: None,
    };
    in_store(plane, async |tx| store::role::insert(tx, &role).await.unwrap()).await;
}

#[tokio::test]
async fn a_new_role_is_answered_as_it_is_shown() {
    let plane = TestPlane::new().await;
    let input = CreateRoleInput {
        path: Some("/team/".into()),
        description: Some("Reads".into()),
        max_session_duration: Some(7200),
        permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()),
        tags: Some(vec![tag("a", "b")]),
        ..new("Reader")
    };
    let role = plane.root::<CreateRole>(input).await.unwrap().role;
    assert_eq!(role.arn, arn("role/team/Reader"));
    assert!(role.role_id.starts_with("AROA"));
    assert_eq!((role.create_date, role.max_session_duration), (plane.now(), Some(7200)));
    assert_eq!((role.description.as_deref(), &role.tags), (Some("Reads"), &Some(vec![tag("a", "b")])));
    let boundary = role.permissions_boundary.clone().unwrap();
    assert_eq!(boundary.permissions_boundary_arn.as_deref(), Some(ADMINISTRATOR_ACCESS));
    let document = role.assume_role_policy_document.clone().unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22"), "{document}");
    // Only GetRole shows the last use; of a role that was never used it is empty.
    assert_eq!(role.role_last_used, None);
    let role = types::Role { role_last_used: Some(types::RoleLastUsed::default()), ..role };
    assert_eq!(get(&plane, "reader").await, role);
}

#[tokio::test]
async fn a_plain_role_has_sessions_of_an_hour_at_the_root_path() {
    let plane = TestPlane::new().await;
    let role = create(&plane, "reader").await;
    assert_eq!((role.path.as_str(), role.max_session_duration), ("/", Some(3600)));
    assert_eq!((role.description, role.tags, role.permissions_boundary), (None, None, None));
}

#[tokio::test]
async fn names_are_unique_in_whatever_case() {
    let plane = TestPlane::new().await;
    create(&plane, "Reader").await;
    let refusal = refused::<CreateRole>(&plane, new("READER")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "Role with name READER already exists.");
}

#[tokio::test]
async fn an_account_has_a_thousand_roles_at_most() {
    let plane = TestPlane::new().await;
    for number in 0..999 {
        insert(&plane, &format!("r{number}"), "/").await;
    }
    create(&plane, "last").await;
    let refusal = refused::<CreateRole>(&plane, new("more")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000");
}

#[tokio::test]
async fn constraints_of_the_model_come_first() {
    let plane = TestPlane::new().await;
    let input = CreateRoleInput { max_session_duration: Some(900), ..new("reader") };
    refused::<CreateRole>(&plane, input).await.is(
        "ValidationError",
        "Value '900' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or \
         equal to 3600",
    );
}

#[tokio::test]
async fn trust_policies_that_are_none() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    let ghost = format!("Invalid principal in policy: \"AWS\":\"{}\"", arn("user/ghost"));
    for (policy, message) in [
        ("nonsense".into(), "This policy contains invalid Json"),
        (allow("sts:AssumeRole", "*"), "Has prohibited field Resource"),
        (trust(&arn("user/ghost")), ghost.as_str()),
    ] {
        let input = CreateRoleInput { assume_role_policy_document: policy.clone(), ..new("other") };
        let refusal = refused::<CreateRole>(&plane, input).await;
        assert_refused(refusal, "MalformedPolicyDocument", 400, message);
        let refusal = refused::<UpdateAssumeRolePolicy>(&plane, trusted("reader", &policy)).await;
        assert_refused(refusal, "MalformedPolicyDocument", 400, message);
    }
}

#[tokio::test]
async fn identity_providers_are_trusted_when_they_are_there() {
    let plane = TestPlane::new().await;
    let federated = |name: &str, action: &str| {
        document(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"{name}"}},"Action":"sts:{action}"}}"#
        ))
    };
    let role =
        |name: &str, trust: String| CreateRoleInput { assume_role_policy_document: trust, ..new(name) };
    let (saml, open_id) = (arn("saml-provider/idp"), arn("oidc-provider/idp.example.com/a"));
    let (with_saml, with_token) = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity");
    for (name, action) in [(&saml, with_saml), (&open_id, with_token)] {
        let refusal = refused::<CreateRole>(&plane, role("early", federated(name, action))).await;
        let message = format!("Invalid principal in policy: \"FEDERATED\":\"{name}\"");
        assert_refused(refusal, "MalformedPolicyDocument", 400, &message);
    }
    let provider = CreateSAMLProviderInput {
        name: "idp".into(),
        saml_metadata_document: metadata("https://idp.example.com"),
        ..Default::default()
    };
    plane.root::<CreateSAMLProvider>(provider).await.unwrap();
    let provider = CreateOpenIDConnectProviderInput {
        url: "https://idp.example.com/a".into(),
        thumbprint_list: Some(vec!["a".repeat(40)]),
        ..Default::default()
    };
    plane.root::<CreateOpenIDConnectProvider>(provider).await.unwrap();
    plane.root::<CreateRole>(role("saml", federated(&saml, with_saml))).await.unwrap();
    plane.root::<CreateRole>(role("token", federated(&open_id, with_token))).await.unwrap();
    plane.root::<CreateRole>(role("google", federated("accounts.google.com", with_token))).await.unwrap();
    for name in
        ["idp", "https://idp.example.com/a", "arn:aws:iam//123456789012:saml-provider/idp", &arn("role/a")]
    {
        let refusal = refused::<CreateRole>(&plane, role("odd", federated(name, with_saml))).await;
        let message = "Federated principals must be valid domain names or SAML metadata ARNs";
        assert_refused(refusal, "MalformedPolicyDocument", 400, message);
    }
    // Another account's are not this account's to trust, and it is not told whether they are there.
    let other = AccountId::parse("999999999999").unwrap();
    plane.other_account(other).await;
    let provider = CreateSAMLProviderInput {
        name: "theirs".into(),
        saml_metadata_document: metadata("https://idp.example.com"),
        ..Default::default()
    };
    plane.root_of::<CreateSAMLProvider>(other, provider).await.unwrap();
    for name in ["theirs", "nobodys"].map(|name| format!("arn:aws:iam::{other}:saml-provider/{name}")) {
        let refusal = refused::<CreateRole>(&plane, role("foreign", federated(&name, with_saml))).await;
        let message = format!("Invalid principal in policy: \"FEDERATED\":\"{name}\"");
        assert_refused(refusal, "MalformedPolicyDocument", 400, &message);
    }
    // Those whom a role trusts can go; their names stay.
    let gone = DeleteSAMLProviderInput { saml_provider_arn: saml.clone() };
    plane.root::<DeleteSAMLProvider>(gone).await.unwrap();
    let shown = get(&plane, "saml").await.assume_role_policy_document.unwrap();
    assert!(shown.contains("saml-provider%2Fidp"), "{shown}");
    let again = trusted("saml", &federated(&saml, with_saml));
    refused::<UpdateAssumeRolePolicy>(&plane, again).await.is("MalformedPolicyDocument", &saml);
}

#[tokio::test]
async fn trust_policies_have_a_size() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    let sid = "s".repeat(2048);
    let statement = r#""Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole""#;
    let large = document(&format!(r#"{{"Sid":"{sid}",{statement}}}"#));
    let message = "Cannot exceed quota for ACLSizePerRole: 2048";
    let input = CreateRoleInput { assume_role_policy_document: large.clone(), ..new("other") };
    assert_refused(refused::<CreateRole>(&plane, input).await, "LimitExceeded", 409, message);
    let refusal = refused::<UpdateAssumeRolePolicy>(&plane, trusted("reader", &large)).await;
    assert_refused(refusal, "LimitExceeded", 409, message);
}

#[tokio::test]
async fn a_namesake_of_a_deleted_user_is_not_trusted() {
    let plane = TestPlane::new().await;
    let user = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    let id = plane.root::<CreateUser>(user.clone()).await.unwrap().user.unwrap().user_id;
    create(&plane, "reader").await;
    plane.root::<UpdateAssumeRolePolicy>(trusted("reader", &trust(&arn("user/alice")))).await.unwrap();
    let shown = get(&plane, "reader").await.assume_role_policy_document.unwrap();
    assert!(shown.contains("user%2Falice"), "{shown}");
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "alice".into() }).await.unwrap();
    plane.root::<CreateUser>(user).await.unwrap();
    let shown = get(&plane, "reader").await.assume_role_policy_document.unwrap();
    assert!(shown.contains(&format!("%22{id}%22")) && !shown.contains("alice"), "{shown}");
}

#[tokio::test]
async fn paths_of_aws_are_not_for_accounts() {
    let plane = TestPlane::new().await;
    for (path, message) in [
        (
            "/aws-service-role/x.amazonaws.com/",
            "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
        ),
        ("/aws-reserved/", "Path prefix '/aws-reserved/' can only be used for AWS reserved Roles"),
    ] {
        let input = CreateRoleInput { path: Some(path.into()), ..new("reader") };
        assert_refused(refused::<CreateRole>(&plane, input).await, "InvalidInput", 400, message);
    }
    let input = CreateRoleInput { path: Some("/aws-service-roles/".into()), ..new("reader") };
    plane.root::<CreateRole>(input).await.unwrap();
}

#[tokio::test]
async fn roles_of_aws_are_changed_by_aws_only() {
    let plane = TestPlane::new().await;
    insert(&plane, "AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/").await;
    insert(&plane, "AWSReservedSSO_X", "/aws-reserved/sso.amazonaws.com/").await;
    let longer = |role: &str| UpdateRoleInput { max_session_duration: Some(7200), ..updated(role) };
    let described_anew = |role: &str| UpdateRoleInput { description: Some("x".into()), ..updated(role) };
    for role in ["AWSServiceRoleForX", "AWSReservedSSO_X"] {
        for refusal in [
            refused::<DeleteRole>(&plane, deleted(role)).await,
            refused::<DeleteRolePermissionsBoundary>(&plane, unbounded(role)).await,
            refused::<PutRolePermissionsBoundary>(&plane, bounded(role, ADMINISTRATOR_ACCESS)).await,
            refused::<UpdateAssumeRolePolicy>(&plane, trusted(role, &trust("*"))).await,
        ] {
            let message = format!(
                "Cannot perform the operation on the protected role '{role}' - this role is only modifiable by AWS"
            );
            assert_refused(refusal, "UnmodifiableEntity", 400, &message);
        }
        let refusal = refused::<UpdateRole>(&plane, longer(role)).await;
        let part = if role.contains("ServiceRole") {
            "is an AWS service linked role, max session duration cannot be changed."
        } else {
            "this role is only modifiable by AWS"
        };
        refusal.is("UnmodifiableEntity", part);
        assert_eq!(get(&plane, role).await.max_session_duration, Some(3600));
    }
    // Of service-linked roles, tags and description are the account's.
    let role = "AWSServiceRoleForX";
    plane.root::<TagRole>(tagged(role, vec![tag("a", "b")])).await.unwrap();
    plane.root::<UntagRole>(untagged(role, &["a"])).await.unwrap();
    plane.root::<UpdateRole>(described_anew(role)).await.unwrap();
    plane.root::<UpdateRoleDescription>(described(role, "y")).await.unwrap();
    let role = "AWSReservedSSO_X";
    for refusal in [
        refused::<TagRole>(&plane, tagged(role, vec![tag("a", "b")])).await,
        refused::<UntagRole>(&plane, untagged(role, &["a"])).await,
        refused::<UpdateRole>(&plane, described_anew(role)).await,
        refused::<UpdateRoleDescription>(&plane, described(role, "y")).await,
    ] {
        refusal.is("UnmodifiableEntity", role);
    }
}

#[tokio::test]
async fn roles_that_do_not_exist() {
    let plane = TestPlane::new().await;
    for refusal in [
        refused::<DeleteRole>(&plane, deleted("ghost")).await,
        refused::<DeleteRolePermissionsBoundary>(&plane, unbounded("ghost")).await,
        refused::<GetRole>(&plane, shown("ghost")).await,
        refused::<ListRoleTags>(&plane, tags_of("ghost")).await,
        refused::<PutRolePermissionsBoundary>(&plane, bounded("ghost", ADMINISTRATOR_ACCESS)).await,
        refused::<TagRole>(&plane, tagged("ghost", vec![])).await,
        refused::<UntagRole>(&plane, untagged("ghost", &[])).await,
        refused::<UpdateAssumeRolePolicy>(&plane, trusted("ghost", &trust("*"))).await,
        refused::<UpdateRole>(&plane, updated("ghost")).await,
        refused::<UpdateRoleDescription>(&plane, described("ghost", "")).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, NOT_FOUND);
    }
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    plane.root::<CreateRole>(CreateRoleInput { path: Some("/team/".into()), ..new("r") }).await.unwrap();
    let resource = "role/team/r";
    let input = CreateRoleInput { path: Some("/a/".into()), ..new("new") };
    assert_denied::<CreateRole>(&plane, input, "role/a/new").await;
    assert_denied::<GetRole>(&plane, shown("r"), resource).await;
    assert_denied::<UpdateRole>(&plane, updated("r"), resource).await;
    assert_denied::<UpdateRoleDescription>(&plane, described("r", "x"), resource).await;
    assert_denied::<DeleteRole>(&plane, deleted("r"), resource).await;
    assert_denied::<UpdateAssumeRolePolicy>(&plane, trusted("r", &trust("*")), resource).await;
    assert_denied::<TagRole>(&plane, tagged("r", vec![tag("a", "b")]), resource).await;
    assert_denied::<UntagRole>(&plane, untagged("r", &["a"]), resource).await;
    assert_denied::<ListRoleTags>(&plane, tags_of("r"), resource).await;
    assert_denied::<PutRolePermissionsBoundary>(&plane, bounded("r", ADMINISTRATOR_ACCESS), resource).await;
    assert_denied::<DeleteRolePermissionsBoundary>(&plane, unbounded("r"), resource).await;
    let input = ListRolesInput { path_prefix: Some("/team/".into()), ..Default::default() };
    assert_denied::<ListRoles>(&plane, input, "role/team/").await;
    assert_denied::<GetRole>(&plane, shown("ghost"), "role/ghost").await;
}

#[tokio::test]
async fn tags_on_a_new_role_need_permission_to_tag() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "alice", &allow("iam:CreateRole", "*")).await;
    let input = CreateRoleInput { tags: Some(vec![tag("a", "b")]), ..new("reader") };
    assert_denied_on::<CreateRole>(&plane, "alice", input, "iam:TagRole", "role/reader").await;
    plane.user::<CreateRole>("alice", new("reader")).await.unwrap();
}

#[tokio::test]
async fn policies_see_the_tags_of_the_request() {
    let plane = TestPlane::new().await;
    let policy = allow_if(
        "iam:*",
        r#"{"StringEquals":{"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["team","stage"]}}"#,
    );
    user_with_policy(&plane, "alice", &policy).await;
    let create = |tags: &[(&str, &str)]| CreateRoleInput {
        tags: Some(tags.iter().map(|(key, value)| tag(key, value)).collect()),
        ..new("reader")
    };
    let action = "iam:CreateRole";
    let blue = create(&[("team", "blue")]);
    assert_denied_on::<CreateRole>(&plane, "alice", blue, action, "role/reader").await;
    let more = create(&[("team", "red"), ("cost", "1")]);
    assert_denied_on::<CreateRole>(&plane, "alice", more, action, "role/reader").await;
    plane.user::<CreateRole>("alice", create(&[("team", "red"), ("stage", "test")])).await.unwrap();
    let blue = tagged("reader", vec![tag("team", "blue")]);
    assert_denied_on::<TagRole>(&plane, "alice", blue, "iam:TagRole", "role/reader").await;
    plane.user::<TagRole>("alice", tagged("reader", vec![tag("team", "red")])).await.unwrap();
}

#[tokio::test]
async fn policies_see_the_tags_of_the_role() {
    let plane = TestPlane::new().await;
    for (user, key) in [("alice", "aws:ResourceTag/team"), ("bob", "iam:ResourceTag/team")] {
        let policy = allow_if("iam:GetRole", &format!(r#"{{"StringEquals":{{"{key}":"red"}}}}"#));
        user_with_policy(&plane, user, &policy).await;
    }
    create(&plane, "reader").await;
    for user in ["alice", "bob"] {
        assert_denied_on::<GetRole>(&plane, user, shown("reader"), "iam:GetRole", "role/reader").await;
    }
    plane.root::<TagRole>(tagged("reader", vec![tag("team", "red")])).await.unwrap();
    for user in ["alice", "bob"] {
        plane.user::<GetRole>(user, shown("reader")).await.unwrap();
    }
}

#[tokio::test]
async fn policies_see_the_keys_of_tags_taken_away() {
    let plane = TestPlane::new().await;
    let policy = allow_if("iam:UntagRole", r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a"]}}"#);
    user_with_policy(&plane, "alice", &policy).await;
    create(&plane, "reader").await;
    let both = untagged("reader", &["a", "b"]);
    assert_denied_on::<UntagRole>(&plane, "alice", both, "iam:UntagRole", "role/reader").await;
    plane.user::<UntagRole>("alice", untagged("reader", &["a"])).await.unwrap();
}

#[tokio::test]
async fn policies_see_the_boundary() {
    let plane = TestPlane::new().await;
    let condition = format!(r#"{{"StringEquals":{{"iam:PermissionsBoundary":"{ADMINISTRATOR_ACCESS}"}}}}"#);
    user_with_policy(&plane, "alice", &allow_if("iam:*", &condition)).await;
    assert_denied_on::<CreateRole>(&plane, "alice", new("reader"), "iam:CreateRole", "role/reader").await;
    let input = CreateRoleInput { permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()), ..new("reader") };
    plane.user::<CreateRole>("alice", input).await.unwrap();
    create(&plane, "free").await;
    let action = "iam:DeleteRolePermissionsBoundary";
    let input = unbounded("free");
    assert_denied_on::<DeleteRolePermissionsBoundary>(&plane, "alice", input, action, "role/free").await;
    plane.user::<DeleteRolePermissionsBoundary>("alice", unbounded("reader")).await.unwrap();
    let input = bounded("free", ADMINISTRATOR_ACCESS);
    plane.user::<PutRolePermissionsBoundary>("alice", input).await.unwrap();
}

#[tokio::test]
async fn boundaries_come_and_go() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    let ghost = arn("policy/ghost");
    let refusal = refused::<PutRolePermissionsBoundary>(&plane, bounded("reader", &ghost)).await;
    refusal.is("NoSuchEntity", &ghost);
    let refusal = refused::<PutRolePermissionsBoundary>(&plane, bounded("reader", &arn("user/a"))).await;
    refusal.is("InvalidInput", &arn("user/a"));
    plane.root::<PutRolePermissionsBoundary>(bounded("reader", ADMINISTRATOR_ACCESS)).await.unwrap();
    let boundary = get(&plane, "reader").await.permissions_boundary.unwrap();
    assert_eq!(boundary.permissions_boundary_type, Some("Policy".into()));
    assert_eq!(boundary.permissions_boundary_arn.as_deref(), Some(ADMINISTRATOR_ACCESS));
    plane.root::<DeleteRolePermissionsBoundary>(unbounded("reader")).await.unwrap();
    assert_eq!(get(&plane, "reader").await.permissions_boundary, None);
    refused::<DeleteRolePermissionsBoundary>(&plane, unbounded("reader")).await.is("NoSuchEntity", "reader");
    let input = CreateRoleInput { permissions_boundary: Some(ghost.clone()), ..new("other") };
    refused::<CreateRole>(&plane, input).await.is("NoSuchEntity", &ghost);
}

#[tokio::test]
async fn roles_are_listed_by_path_and_in_pages_without_what_lists_leave_out() {
    let plane = TestPlane::new().await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")] {
        let input = CreateRoleInput {
            path: Some(path.into()),
            tags: Some(vec![tag("a", "b")]),
            permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()),
            ..new(name)
        };
        plane.root::<CreateRole>(input).await.unwrap();
    }
    let input = ListRolesInput { path_prefix: Some("/x/".into()), max_items: Some(1), ..Default::default() };
    let first = plane.root::<ListRoles>(input.clone()).await.unwrap();
    assert_eq!((first.roles.len(), first.is_truncated), (1, Some(true)));
    let role = &first.roles[0];
    assert_eq!((role.role_name.as_str(), role.max_session_duration), ("A", Some(3600)));
    assert!(role.assume_role_policy_document.is_some());
    assert_eq!((&role.tags, &role.permissions_boundary, &role.role_last_used), (&None, &None, &None));
    let input = ListRolesInput { marker: first.marker, ..input };
    let second = plane.root::<ListRoles>(input).await.unwrap();
    assert_eq!((second.roles[0].role_name.as_str(), second.is_truncated), ("b", Some(false)));
    assert_eq!(plane.root::<ListRoles>(ListRolesInput::default()).await.unwrap().roles.len(), 3);
}

#[tokio::test]
async fn an_update_leaves_alone_what_it_does_not_name() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    let shown = async || {
        let role = get(&plane, "reader").await;
        (role.description, role.max_session_duration)
    };
    let input = UpdateRoleInput { max_session_duration: Some(7200), ..updated("reader") };
    plane.root::<UpdateRole>(input).await.unwrap();
    assert_eq!(shown().await, (None, Some(7200)));
    let input = UpdateRoleInput { description: Some("Reads".into()), ..updated("reader") };
    plane.root::<UpdateRole>(input).await.unwrap();
    assert_eq!(shown().await, (Some("Reads".into()), Some(7200)));
    let role =
        plane.root::<UpdateRoleDescription>(described("reader", "Writes")).await.unwrap().role.unwrap();
    assert_eq!((role.role_name.as_str(), role.description.as_deref()), ("reader", Some("Writes")));
    assert_eq!(shown().await, (Some("Writes".into()), Some(7200)));
}

#[tokio::test]
async fn tags_come_go_and_are_counted() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    let tags = async || plane.root::<ListRoleTags>(tags_of("reader")).await.unwrap().tags;
    plane.root::<TagRole>(tagged("reader", vec![tag("Team", "red"), tag("empty", "")])).await.unwrap();
    plane.root::<TagRole>(tagged("reader", vec![tag("TEAM", "blue")])).await.unwrap();
    assert_eq!(tags().await, [tag("TEAM", "blue"), tag("empty", "")]);
    plane.root::<UntagRole>(untagged("reader", &["team", "not there"])).await.unwrap();
    assert_eq!(tags().await, [tag("empty", "")]);
    plane
        .root::<TagRole>(tagged("reader", (0..49).map(|n| tag(&format!("k{n}"), "")).collect()))
        .await
        .unwrap();
    let refusal = refused::<TagRole>(&plane, tagged("reader", vec![tag("one more", "")])).await;
    assert_refused(refusal, "LimitExceeded", 409, "The number of tags has reached the maximum limit.");
    let input = ListRoleTagsInput { max_items: Some(49), ..tags_of("reader") };
    let first = plane.root::<ListRoleTags>(input.clone()).await.unwrap();
    assert_eq!((first.tags.len(), first.is_truncated), (49, Some(true)));
    let input = ListRoleTagsInput { marker: first.marker, ..input };
    let second = plane.root::<ListRoleTags>(input).await.unwrap();
    assert_eq!((second.tags.len(), second.is_truncated), (1, Some(false)));
}

#[tokio::test]
async fn tags_that_break_the_rules() {
    let plane = TestPlane::new().await;
    create(&plane, "reader").await;
    for tags in [vec![tag("aws:x", "")], vec![tag("a", "1"), tag("A", "2")]] {
        refused::<TagRole>(&plane, tagged("reader", tags.clone())).await.is("InvalidInput", "");
        let input = CreateRoleInput { tags: Some(tags), ..new("other") };
        refused::<CreateRole>(&plane, input).await.is("InvalidInput", "");
    }
    let refusal = refused::<TagRole>(&plane, tagged("reader", vec![tag(&"k".repeat(129), "")])).await;
    refusal.is("ValidationError", "tags.1.member.key");
}

#[tokio::test]
async fn a_role_is_deleted_only_when_nothing_hangs_on_it() {
    let plane = TestPlane::new().await;
    let role = create(&plane, "reader").await;
    attach(&plane, &owner(&role)).await;
    put_inline_policy(&plane, &owner(&role), &allow("iam:GetRole", "*")).await;
    let refusal = refused::<DeleteRole>(&plane, deleted("reader")).await;
    let message = "Cannot delete entity, must detach all policies first.";
    assert_refused(refusal, "DeleteConflict", 409, message);
    detach(&plane, &owner(&role)).await;
    let refusal = refused::<DeleteRole>(&plane, deleted("reader")).await;
    assert_refused(refusal, "DeleteConflict", 409, "Cannot delete entity, must delete policies first.");
    delete_inline_policy(&plane, &owner(&role)).await;
    plane.root::<DeleteRole>(deleted("Reader")).await.unwrap();
    refused::<GetRole>(&plane, shown("reader")).await.is("NoSuchEntity", "reader");
    assert_ne!(create(&plane, "reader").await.role_id, role.role_id);
}

#[tokio::test]
async fn the_last_use_of_a_role() {
    let plane = TestPlane::new().await;
    let role = create(&plane, "reader").await;
    let note = |region: &str| {
        let at = LastUsed { at: plane.now(), service: "iam".into(), region: region.into() };
        plane.plane.last_uses.note(plane.account, UsedKind::Role, &role.role_id, || at);
    };
    let shown = async || {
        let used = get(&plane, "reader").await.role_last_used.unwrap();
        (used.last_used_date, used.region)
    };
    let first = plane.now();
    note("eu-west-1");
    assert_eq!(shown().await, (Some(first), Some("eu-west-1".into())));
    plane.plane.last_uses.flush(&plane.plane.store).await.unwrap();
    assert_eq!(shown().await, (Some(first), Some("eu-west-1".into())));
    plane.advance(DAY);
    note("us-east-1");
    assert_eq!(shown().await, (Some(plane.now()), Some("us-east-1".into())));
    plane.advance(400 * DAY);
    assert!(shown().await.0.is_some());
    plane.advance(1);
    assert_eq!(shown().await, (None, None));
    plane.root::<DeleteRole>(deleted("reader")).await.unwrap();
    let mut tx = plane.plane.store.read();
    let kept = store::last_used::find(&mut tx, plane.account, UsedKind::Role, &role.role_id).await;
    assert_eq!(kept.unwrap(), None);
}
