//! AssumeRole: who may, for how long, and what the session carries.

use crate::plane::{ACCOUNT, Refused, TestPlane};
use shapes::{
    iam::{
        CreateRole, CreateRoleInput, CreateUser, CreateUserInput, DeleteUser, DeleteUserInput, GetRole,
        GetRoleInput, ListUsers, ListUsersInput, PutRolePolicy, PutRolePolicyInput, PutUserPolicy,
        PutUserPolicyInput,
    },
    sts::{AssumeRole, AssumeRoleInput, AssumeRoleOutput, GetCallerIdentity, GetCallerIdentityInput, types},
};

const ANYONE_IN_ACCOUNT: &str = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:*"}"#;

/// A plane with alice, who may assume anything, and the role `deploy` with that trust policy.
async fn plane(trust: &str) -> TestPlane {
    let plane = TestPlane::new().await;
    let alice = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    plane.root::<CreateUser>(alice).await.unwrap();
    let input = PutUserPolicyInput {
        user_name: "alice".into(),
        policy_name: "assume".into(),
        policy_document: document(r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#),
    };
    plane.root::<PutUserPolicy>(input).await.unwrap();
    create_role(&plane, "deploy", trust).await;
    plane
}

async fn create_role(plane: &TestPlane, name: &str, trust: &str) {
    let input = CreateRoleInput {
        role_name: name.into(),
        assume_role_policy_document: document(trust),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
}

fn document(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

fn input(role: &str) -> AssumeRoleInput {
    AssumeRoleInput {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        role_session_name: "me".into(),
        ..Default::default()
    }
}

async fn assume(plane: &TestPlane, input: AssumeRoleInput) -> Result<AssumeRoleOutput, Refused> {
    plane.user::<AssumeRole>("alice", input).await
}

/// Assumes a second role with the session that the first answer holds.
async fn chain(
    plane: &TestPlane,
    held: &AssumeRoleOutput,
    input: AssumeRoleInput,
) -> Result<AssumeRoleOutput, Refused> {
    let held = held.credentials.as_ref().unwrap();
    plane.session::<AssumeRole>(&held.access_key_id, &held.session_token, input).await
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

const REFUSED: &str = "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on \
                       resource: arn:aws:iam::123456789012:role/deploy";

#[tokio::test]
async fn gives_a_session_of_the_role() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let held = assume(&plane, input("deploy")).await.unwrap();
    let user = held.assumed_role_user.clone().unwrap();
    assert_eq!(user.arn, format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/me"));
    assert!(user.assumed_role_id.starts_with("AROA") && user.assumed_role_id.ends_with(":me"));
    let credentials = held.credentials.unwrap();
    assert_eq!(credentials.expiration.duration_since(plane.now()).as_secs(), 3600);
    assert_eq!(credentials.secret_access_key.len(), 40);
    let (id, token) = (&credentials.access_key_id, &credentials.session_token);
    let who = plane.session::<GetCallerIdentity>(id, token, GetCallerIdentityInput).await.unwrap();
    assert_eq!(who.arn.unwrap(), user.arn);
}

#[tokio::test]
async fn refuses_alike_whoever_is_not_trusted_and_whatever_does_not_exist() {
    let external = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole",
        "Condition":{"StringEquals":{"sts:ExternalId":"blue-42"}}}"#;
    let plane = plane(external).await;
    let with = |id: Option<&str>| AssumeRoleInput { external_id: id.map(str::to_owned), ..input("deploy") };
    assume(&plane, with(Some("blue-42"))).await.unwrap();
    assert_eq!(assume(&plane, with(Some("blue-43"))).await.unwrap_err().message, REFUSED);
    assert_eq!(assume(&plane, with(None)).await.unwrap_err().message, REFUSED);
    let absent = assume(&plane, input("absent")).await.unwrap_err();
    assert_eq!(absent.message, REFUSED.replace("deploy", "absent"));
    let elsewhere =
        AssumeRoleInput { role_arn: "arn:aws:iam::210987654321:role/deploy".into(), ..input("deploy") };
    assume(&plane, elsewhere).await.unwrap_err().is("AccessDenied", "210987654321:role/deploy");
    let other_case = assume(&plane, input("DEPLOY")).await.unwrap_err();
    other_case.is("AccessDenied", "role/DEPLOY");
}

#[tokio::test]
async fn trusting_the_account_asks_for_the_callers_own_policy_and_naming_the_user_does_not() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let bob = CreateUserInput { user_name: "bob".into(), ..Default::default() };
    plane.root::<CreateUser>(bob).await.unwrap();
    let refused = plane.user::<AssumeRole>("bob", input("deploy")).await.unwrap_err();
    refused.is("AccessDenied", "user/bob is not authorized to perform: sts:AssumeRole");
    let names_bob = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}"#;
    create_role(&plane, "for-bob", names_bob).await;
    plane.user::<AssumeRole>("bob", input("for-bob")).await.unwrap();
    assume(&plane, input("for-bob")).await.unwrap_err().is("AccessDenied", "role/for-bob");
}

#[tokio::test]
async fn a_namesake_of_a_deleted_user_is_not_trusted() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let bob = || CreateUserInput { user_name: "bob".into(), ..Default::default() };
    plane.root::<CreateUser>(bob()).await.unwrap();
    let names_bob = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}"#;
    create_role(&plane, "for-bob", names_bob).await;
    plane.root::<DeleteUser>(DeleteUserInput { user_name: "bob".into() }).await.unwrap();
    plane.root::<CreateUser>(bob()).await.unwrap();
    plane.user::<AssumeRole>("bob", input("for-bob")).await.unwrap_err().is("AccessDenied", "role/for-bob");
    let shown = plane.root::<GetRole>(GetRoleInput { role_name: "for-bob".into() }).await.unwrap();
    let shown = shown.role.assume_role_policy_document.unwrap();
    assert!(shown.contains("AIDA") && !shown.contains("user%2Fbob"), "{shown}");
}

#[tokio::test]
async fn root_may_not() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let refused = plane.root::<AssumeRole>(input("deploy")).await.unwrap_err();
    refused.is("AccessDenied", "Roles may not be assumed by root accounts.");
}

#[tokio::test]
async fn duration_is_bounded_by_role_and_chain() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let allow = r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#;
    let policy = PutRolePolicyInput {
        role_name: "deploy".into(),
        policy_name: "assume".into(),
        policy_document: document(allow),
    };
    plane.root::<PutRolePolicy>(policy).await.unwrap();
    let long = CreateRoleInput {
        role_name: "long".into(),
        assume_role_policy_document: document(ANYONE_IN_ACCOUNT),
        max_session_duration: Some(7200),
        ..Default::default()
    };
    plane.root::<CreateRole>(long).await.unwrap();
    let lasting = |role: &str, seconds| AssumeRoleInput { duration_seconds: Some(seconds), ..input(role) };
    assume(&plane, lasting("deploy", 3601))
        .await
        .unwrap_err()
        .is("ValidationError", "MaxSessionDuration set for this role");
    assume(&plane, lasting("deploy", 899))
        .await
        .unwrap_err()
        .is("ValidationError", "greater than or equal to 900");
    let first = assume(&plane, lasting("deploy", 900)).await.unwrap();
    assume(&plane, lasting("long", 7200)).await.unwrap();
    let refused = chain(&plane, &first, lasting("long", 7200)).await.unwrap_err();
    refused.is("ValidationError", "1 hour session limit for roles assumed by role chaining");
    chain(&plane, &first, lasting("long", 3600)).await.unwrap();
}

#[tokio::test]
async fn session_tags_need_permission_and_flow_on_when_transitive() {
    let only_assume = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}"#;
    let plane = plane(only_assume).await;
    let tagged = |role: &str| AssumeRoleInput {
        tags: Some(vec![tag("team", "blue"), tag("cost", "7")]),
        transitive_tag_keys: Some(vec!["team".into()]),
        ..input(role)
    };
    assume(&plane, tagged("deploy")).await.unwrap_err().is("AccessDenied", "sts:TagSession");
    create_role(&plane, "tags", ANYONE_IN_ACCOUNT).await;
    let demands = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","sts:TagSession"],
        "Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:RequestTag/team":"blue"},"Null":{"aws:PrincipalTag/cost":"false"}}}"#;
    create_role(&plane, "second", demands).await;
    let policy = PutRolePolicyInput {
        role_name: "tags".into(),
        policy_name: "assume".into(),
        policy_document: document(r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#),
    };
    plane.root::<PutRolePolicy>(policy).await.unwrap();
    let first = assume(&plane, tagged("tags")).await.unwrap();
    assert!(first.packed_policy_size.is_some());
    chain(&plane, &first, input("second")).await.unwrap();
    let again = AssumeRoleInput { tags: Some(vec![tag("Team", "red")]), ..input("second") };
    chain(&plane, &first, again).await.unwrap_err().is("AccessDenied", "sts:AssumeRole");
    let untransitive = AssumeRoleInput { transitive_tag_keys: Some(vec!["x".into()]), ..input("tags") };
    assume(&plane, untransitive)
        .await
        .unwrap_err()
        .is("InvalidParameterValue", "must be included in the requested tags");
    let twice = AssumeRoleInput { tags: Some(vec![tag("a", "1"), tag("A", "2")]), ..input("tags") };
    assume(&plane, twice).await.unwrap_err().is("InvalidParameterValue", "Duplicate tag keys");
}

#[tokio::test]
async fn source_identity_is_set_once_and_carried() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    create_role(&plane, "second", ANYONE_IN_ACCOUNT).await;
    let policy = PutRolePolicyInput {
        role_name: "deploy".into(),
        policy_name: "assume".into(),
        policy_document: document(r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#),
    };
    plane.root::<PutRolePolicy>(policy).await.unwrap();
    let from = |who: &str, role: &str| AssumeRoleInput { source_identity: Some(who.into()), ..input(role) };
    let first = assume(&plane, from("alice", "deploy")).await.unwrap();
    assert_eq!(first.source_identity.as_deref(), Some("alice"));
    let second = chain(&plane, &first, input("second")).await.unwrap();
    assert_eq!(second.source_identity.as_deref(), Some("alice"));
    chain(&plane, &first, from("mallory", "second"))
        .await
        .unwrap_err()
        .is("ValidationError", "cannot be changed");
}

#[tokio::test]
async fn a_session_policy_limits_what_the_role_may() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let policy = PutRolePolicyInput {
        role_name: "deploy".into(),
        policy_name: "iam".into(),
        policy_document: document(r#"{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#),
    };
    plane.root::<PutRolePolicy>(policy).await.unwrap();
    let list = async |held: AssumeRoleOutput| {
        let held = held.credentials.unwrap();
        plane.session::<ListUsers>(&held.access_key_id, &held.session_token, ListUsersInput::default()).await
    };
    list(assume(&plane, input("deploy")).await.unwrap()).await.unwrap();
    let narrow = document(r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}"#);
    let limited = assume(&plane, AssumeRoleInput { policy: Some(narrow), ..input("deploy") }).await.unwrap();
    list(limited)
        .await
        .unwrap_err()
        .is("AccessDenied", "because no session policy allows the iam:ListUsers action");
    let arn = types::PolicyDescriptorType { arn: Some("arn:aws:iam::aws:policy/IAMReadOnlyAccess".into()) };
    let managed = AssumeRoleInput { policy_arns: Some(vec![arn]), ..input("deploy") };
    list(assume(&plane, managed).await.unwrap()).await.unwrap();
    let broken = AssumeRoleInput { policy: Some("{".into()), ..input("deploy") };
    assume(&plane, broken).await.unwrap_err().is("MalformedPolicyDocument", "");
    let absent = types::PolicyDescriptorType { arn: Some("arn:aws:iam::123456789012:policy/absent".into()) };
    let absent = AssumeRoleInput { policy_arns: Some(vec![absent]), ..input("deploy") };
    assume(&plane, absent).await.unwrap_err().is("ValidationError", "does not exist");
}

#[tokio::test]
async fn a_context_that_nobody_checks_is_not_accepted() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let context = types::ProvidedContext {
        provider_arn: Some("arn:aws:iam::aws:contextProvider/IdentityCenter".into()),
        context_assertion: Some("assertion".into()),
    };
    let input = AssumeRoleInput { provided_contexts: Some(vec![context]), ..input("deploy") };
    assume(&plane, input).await.unwrap_err().is("NotImplemented", "ProvidedContexts");
}

#[tokio::test]
async fn malformed_input_is_refused_in_aws_words() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    for (arn, message) in [
        ("arn:aws:iam::123456789012:user/alice", "is invalid"),
        ("not-an-arn-at-all-but-long", "is invalid"),
        (
            "short",
            "at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
        ),
    ] {
        let input = AssumeRoleInput { role_arn: arn.into(), ..input("deploy") };
        assume(&plane, input).await.unwrap_err().is("ValidationError", message);
    }
    let input =
        AssumeRoleInput { role_session_name: "a b".into(), role_arn: "x".into(), ..Default::default() };
    assume(&plane, input).await.unwrap_err().is("ValidationError", "2 validation errors detected");
}

#[tokio::test]
async fn once_warm_nothing_reads_the_store() {
    let plane = plane(ANYONE_IN_ACCOUNT).await;
    let put = PutRolePolicyInput {
        role_name: "deploy".into(),
        policy_name: "assume".into(),
        policy_document: document(r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#),
    };
    plane.root::<PutRolePolicy>(put).await.unwrap();
    let session_policy = document(r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#);
    let bounded = AssumeRoleInput { policy: Some(session_policy), ..input("deploy") };
    let held = assume(&plane, bounded.clone()).await.unwrap();
    let mut reads = Vec::new();
    for _ in 0..3 {
        let before = plane.plane.store.read_transactions();
        chain(&plane, &held, bounded.clone()).await.unwrap();
        let credentials = held.credentials.as_ref().unwrap();
        let (id, token) = (&credentials.access_key_id, &credentials.session_token);
        plane.session::<GetCallerIdentity>(id, token, GetCallerIdentityInput).await.unwrap();
        reads.push(plane.plane.store.read_transactions() - before);
    }
    assert_eq!(reads[1..], [0, 0], "{reads:?}");
}
