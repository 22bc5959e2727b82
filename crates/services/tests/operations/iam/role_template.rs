//! Roles made from templates.

use crate::{
    plane::{Refused, TestPlane},
    support::{allow, arn, assert_refused, document, refused, user_with_policy},
};
use shapes::iam::{
    AcquireRole, AcquireRoleInput, AttachRolePolicy, AttachRolePolicyInput, CreatePolicy, CreatePolicyInput,
    CreateRole, CreateRoleInput, DeleteRolePolicy, DeleteRolePolicyInput, DetachRolePolicy,
    DetachRolePolicyInput, GetRole, GetRoleInput, GetRolePolicy, GetRolePolicyInput, GetRoleTemplateVersion,
    GetRoleTemplateVersionInput, ListAttachedRolePolicies, ListAttachedRolePoliciesInput, ListRoles,
    ListRolesInput, TagRole, TagRoleInput, UntagRole, UntagRoleInput, UpdateRole, UpdateRoleInput,
    types::{self, ParameterTypeType, ReplacementValueEntry},
};

const POWER: &str = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1";
const SECRETS: &str = "arn:aws:iam::aws:role-template/portcullis/SecretReaderRoleTemplate:1";
const POWER_USER_ACCESS: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const OWN: &str = "arn:aws:iam::aws:role-template/own.example/Worker:2";

/// A template with everything, in three minor versions, of which the last is switched off; and one that is off.
const TEMPLATES: &str = r#"[
    {"service":"own.example","name":"Worker","major_version":2,"minor_version":0,"default_minor_version":1,
     "created_at":"2026-01-01T00:00:00Z","role_name":"worker-@{Team}","trust_policy":{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
     "parameters":[{"name":"Team","type":"String"}]},
    {"service":"own.example","name":"Worker","major_version":2,"minor_version":1,"default_minor_version":1,
     "description":"Works","created_at":"2026-01-01T00:00:00Z","role_name":"worker-@{Team}","role_path":"/@{Team}/",
     "role_description":"Of @{Team}","max_session_duration":7200,
     "trust_policy":{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Principal":{"AWS":"@{Trusted}"},"Action":"sts:AssumeRole"}},
     "inline_policies":[{"name":"own","document":{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Action":"@{Actions}","Resource":"arn:aws:s3:::@{Team}-@{Number}/*"}}}],
     "managed_policies":["arn:aws:iam::aws:policy/IAMReadOnlyAccess"],
     "permissions_boundary":"arn:aws:iam::aws:policy/PowerUserAccess",
     "tags":[{"key":"team-@{Team}","value":"@{Number}"}],
     "parameters":[{"name":"Team","type":"String"},{"name":"Trusted","type":"Arn"},
        {"name":"Actions","type":"StringList","default":"s3:Get*"},{"name":"Number","type":"Number","default":"1"}]},
    {"service":"own.example","name":"Worker","major_version":2,"minor_version":2,"default_minor_version":1,
     "version_enabled":false,"created_at":"2026-01-01T00:00:00Z","role_name":"off","trust_policy":{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}},
    {"service":"own.example","name":"Off","major_version":1,"minor_version":0,"default_minor_version":0,"enabled":false,
     "created_at":"2026-01-01T00:00:00Z","role_name":"off","trust_policy":{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}}
]"#;

fn acquire(arn: &str, values: &[(&str, &[&str])]) -> AcquireRoleInput {
    let entry = |values: &[&str]| ReplacementValueEntry {
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let values = values.iter().map(|(name, values)| ((*name).to_owned(), entry(values))).collect();
    AcquireRoleInput {
        template_arn: arn.into(),
        template_minor_version: None,
        replacement_values: Some(values),
    }
}

fn power(name: &str) -> AcquireRoleInput {
    acquire(POWER, &[("RoleName", &[name]), ("AWSServiceName", &["lambda.amazonaws.com"])])
}

fn worker() -> AcquireRoleInput {
    acquire(OWN, &[("Team", &["blue"]), ("Trusted", &[&arn("root")])])
}

fn version(arn: &str, minor_version: Option<i32>) -> GetRoleTemplateVersionInput {
    GetRoleTemplateVersionInput { template_arn: arn.into(), minor_version }
}

async fn role(plane: &TestPlane, name: &str) -> types::Role {
    plane.root::<GetRole>(GetRoleInput { role_name: name.into() }).await.unwrap().role
}

async fn acquired(plane: &TestPlane, input: AcquireRoleInput) -> types::Role {
    plane.root::<AcquireRole>(input).await.unwrap().role
}

#[tokio::test]
async fn a_template_is_shown() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let shown = plane.root::<GetRoleTemplateVersion>(version(OWN, None)).await.unwrap().role_template_version;
    assert_eq!((shown.template_arn.as_deref(), shown.template_name.as_deref()), (Some(OWN), Some("Worker")));
    assert_eq!(
        (shown.major_version, shown.minor_version, shown.default_minor_version),
        (Some(2), Some(1), Some(1))
    );
    assert_eq!(shown.role_path_pattern.as_deref(), Some("/@{Team}/"));
    assert_eq!(shown.managed_by_value.as_deref(), Some("own.example"));
    assert_eq!((shown.enabled, shown.version_enabled), (Some(true), Some(true)));
    assert!(shown.assume_role_policy_document_template.unwrap().contains("%40%7BTrusted%7D"));
    assert_eq!(shown.inline_policy_templates.unwrap()[0].policy_name, "own");
    assert_eq!(shown.managed_policy_arns.unwrap(), ["arn:aws:iam::aws:policy/IAMReadOnlyAccess"]);
    assert_eq!(shown.permission_boundary_arn.as_deref(), Some(POWER_USER_ACCESS));
    let parameters = shown.parameters_definition.unwrap();
    assert_eq!((&parameters[0].r#type, parameters[0].is_required), (&ParameterTypeType::String, Some(true)));
    assert_eq!((parameters[3].default_value.as_deref(), parameters[3].is_required), (Some("1"), Some(false)));
    let first = plane.root::<GetRoleTemplateVersion>(version(OWN, Some(0))).await.unwrap();
    assert_eq!(first.role_template_version.minor_version, Some(0));

    for input in [
        version("arn:aws:iam::aws:role-template/own.example/Ghost:1", None),
        version("arn:aws:iam::aws:role-template/own.example/Worker:1", None),
        version(OWN, Some(-1)),
        version(OWN, Some(999)),
    ] {
        let refusal = refused::<GetRoleTemplateVersion>(&plane, input).await;
        assert_eq!((refusal.code, refusal.status), ("NoSuchEntity", 404));
    }
}

#[tokio::test]
async fn a_role_is_made_and_given_again() {
    let plane = TestPlane::new().await;
    let input = acquire(POWER, &[("AWSServiceName", &["lambda.amazonaws.com"])]);
    let made = acquired(&plane, input.clone()).await;
    assert_eq!((made.role_name.as_str(), made.path.as_str()), ("PowerUserRole", "/"));
    assert_eq!(made.source_role_template, None, "only GetRole shows it");
    plane.advance(60);
    let again = acquired(&plane, input).await;
    assert_eq!(again, made);
    let shown = role(&plane, "PowerUserRole").await.source_role_template.unwrap();
    assert_eq!((shown.template_arn.as_str(), shown.template_minor_version), (POWER, 0));
    assert_eq!(plane.root::<ListRoles>(ListRolesInput::default()).await.unwrap().roles.len(), 1);
    let input = ListAttachedRolePoliciesInput { role_name: "PowerUserRole".into(), ..Default::default() };
    let attached = plane.root::<ListAttachedRolePolicies>(input).await.unwrap().attached_policies.unwrap();
    assert_eq!(attached[0].policy_arn.as_deref(), Some(POWER_USER_ACCESS));
}

#[tokio::test]
async fn a_role_has_all_that_its_template_says() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let values: &[(&str, &[&str])] = &[
        ("Team", &["blue"]),
        ("Trusted", &[&arn("root")]),
        ("Actions", &["s3:GetObject", "s3:PutObject"]),
        ("Number", &["7"]),
    ];
    let made = acquired(&plane, acquire(OWN, values)).await;
    assert_eq!(made.arn, arn("role/blue/worker-blue"));
    let role = role(&plane, "worker-blue").await;
    assert_eq!((role.description.as_deref(), role.max_session_duration), (Some("Of blue"), Some(7200)));
    assert_eq!(
        role.permissions_boundary.unwrap().permissions_boundary_arn.as_deref(),
        Some(POWER_USER_ACCESS)
    );
    assert_eq!(role.tags, Some(vec![types::Tag { key: "team-blue".into(), value: "7".into() }]));
    assert_eq!(role.source_role_template.unwrap().template_minor_version, 1);
    let input = GetRolePolicyInput { role_name: "worker-blue".into(), policy_name: "own".into() };
    let policy = plane.root::<GetRolePolicy>(input).await.unwrap().policy_document;
    assert!(policy.contains("%5B%22s3%3AGetObject%22%2C%22s3%3APutObject%22%5D"), "{policy}");
    assert!(policy.contains("blue-7"), "{policy}");
}

#[tokio::test]
async fn values_are_checked() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let root = arn("root");
    let trusted: (&str, &[&str]) = ("Trusted", &[&root]);
    for (values, code, part) in [
        (vec![("Team", ["a"].as_slice())], "InvalidInput", "Trusted must have a value"),
        (vec![("Team", &["a"]), ("Trusted", &["nobody"])], "InvalidInput", "Trusted is not valid"),
        (vec![("Team", &["a"]), trusted, ("Number", &["one"])], "InvalidInput", "Number is not valid"),
        (vec![("Team", &["a"]), trusted, ("Nothing", &["x"])], "InvalidInput", "no parameter Nothing"),
        (vec![("Team", &["a", "b"]), trusted], "ValidationError", "Team takes one value"),
        (vec![("Team", &["a b"]), trusted], "ValidationError", "roleName"),
        (vec![("Team", &["a"]), trusted, ("Actions", &["nonsense"])], "MalformedPolicyDocument", ""),
        (
            vec![("Team", &["a"]), ("Trusted", &[&arn("user/ghost")])],
            "MalformedPolicyDocument",
            "Invalid principal",
        ),
    ] {
        refused::<AcquireRole>(&plane, acquire(OWN, &values)).await.is(code, part);
    }
    let long: Vec<String> = (0..200).map(|number| format!("s3:{}{number}", "x".repeat(60))).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).take(20).collect();
    let values: Vec<(&str, &[&str])> = vec![("Team", &["a"]), trusted, ("Actions", &long)];
    acquired(&plane, acquire(OWN, &values)).await;
    assert_eq!(
        plane.root::<ListRoles>(ListRolesInput::default()).await.unwrap().roles.len(),
        1,
        "none half-made"
    );
    for input in [
        acquire("arn:aws:iam::aws:role-template/own.example/Ghost:1", &[]),
        AcquireRoleInput { template_minor_version: Some(999), ..worker() },
    ] {
        assert_eq!(refused::<AcquireRole>(&plane, input).await.code, "NoSuchEntity");
    }
}

#[tokio::test]
async fn a_template_that_is_off_makes_nothing() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let off = "arn:aws:iam::aws:role-template/own.example/Off:1";
    let message = format!("Role template {off} is disabled.");
    assert_refused(
        refused::<AcquireRole>(&plane, acquire(off, &[])).await,
        "RoleTemplateDisabled",
        400,
        &message,
    );
    let input = AcquireRoleInput { template_minor_version: Some(2), ..acquire(OWN, &[]) };
    refused::<AcquireRole>(&plane, input).await.is("RoleTemplateDisabled", OWN);
    let shown = plane.root::<GetRoleTemplateVersion>(version(off, None)).await.unwrap();
    assert_eq!(shown.role_template_version.enabled, Some(false));
}

#[tokio::test]
async fn another_role_of_the_name_is_a_conflict() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let input = CreateRoleInput {
        role_name: "ordinary".into(),
        assume_role_policy_document: trust.into(),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
    acquired(&plane, power("made")).await;
    acquired(&plane, worker()).await;
    let earlier = acquire(OWN, &[("Team", &["blue"])]);
    for input in [
        power("ordinary"),
        power("MADE"),
        acquire(POWER, &[("RoleName", &["made"]), ("AWSServiceName", &["ec2.amazonaws.com"])]),
        AcquireRoleInput { template_minor_version: Some(0), ..earlier },
    ] {
        let refusal = refused::<AcquireRole>(&plane, input).await;
        assert_eq!((refusal.code, refusal.status), ("NameConflict", 409), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_role_that_was_changed_is_not_given() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    acquired(&plane, worker()).await;
    let name = || "worker-blue".to_owned();
    // Its description and its sessions may change.
    let input = UpdateRoleInput {
        role_name: name(),
        description: Some("Ours".into()),
        max_session_duration: Some(3600),
    };
    plane.root::<UpdateRole>(input).await.unwrap();
    let given = acquired(&plane, worker()).await;
    assert_eq!(given.description.as_deref(), Some("Ours"));

    let modified = async |plane: &TestPlane| {
        let refusal = refused::<AcquireRole>(plane, worker()).await;
        let message = "Role with name worker-blue was modified after it was made from the role template.";
        assert_refused(refusal, "RoleModified", 409, message);
    };
    let policy_arn = || POWER_USER_ACCESS.to_owned();
    let attach = AttachRolePolicyInput { role_name: name(), policy_arn: policy_arn() };
    plane.root::<AttachRolePolicy>(attach).await.unwrap();
    modified(&plane).await;
    let detach = DetachRolePolicyInput { role_name: name(), policy_arn: policy_arn() };
    plane.root::<DetachRolePolicy>(detach).await.unwrap();
    acquired(&plane, worker()).await;
    let tag = types::Tag { key: "x".into(), value: String::new() };
    plane.root::<TagRole>(TagRoleInput { role_name: name(), tags: vec![tag] }).await.unwrap();
    modified(&plane).await;
    let untag = UntagRoleInput { role_name: name(), tag_keys: vec!["x".into()] };
    plane.root::<UntagRole>(untag).await.unwrap();
    acquired(&plane, worker()).await;
    let input = DeleteRolePolicyInput { role_name: name(), policy_name: "own".into() };
    plane.root::<DeleteRolePolicy>(input).await.unwrap();
    modified(&plane).await;
}

#[tokio::test]
async fn the_parts_of_a_role_need_their_permissions() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    let denied = |refused: Result<(), Refused>, action: &str, resource: &str| {
        let refused = refused.unwrap_err();
        refused
            .is("AccessDenied", &format!("is not authorized to perform: {action} on resource: {resource} "));
    };
    user_with_policy(&plane, "nobody", &allow("s3:*", "*")).await;
    let shown = plane.user::<GetRoleTemplateVersion>("nobody", version(OWN, None)).await;
    denied(shown.map(drop), "iam:GetRoleTemplateVersion", OWN);
    // Whoever may not see a template does not learn whether there is one.
    let ghost = "arn:aws:iam::aws:role-template/own.example/Ghost:1";
    let unseen = plane.user::<AcquireRole>("nobody", acquire(ghost, &[])).await;
    denied(unseen.map(drop), "iam:GetRoleTemplateVersion", ghost);

    let role = arn("role/blue/worker-blue");
    let mut may = vec!["iam:GetRoleTemplateVersion"];
    for (number, next) in [
        "iam:CreateRole",
        "iam:TagRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("maker{number}");
        user_with_policy(
            &plane,
            &name,
            &document(&format!(r#"{{"Effect":"Allow","Action":{may:?},"Resource":"*"}}"#)),
        )
        .await;
        denied(plane.user::<AcquireRole>(&name, worker()).await.map(drop), next, &role);
        may.push(next);
    }
    let template = format!(r#""Condition":{{"ArnEquals":{{"iam:RoleTemplateARN":"{OWN}"}}}}"#);
    let statements = format!(
        r#"{{"Effect":"Allow","Action":"iam:GetRoleTemplateVersion","Resource":"{OWN}"}},
        {{"Effect":"Allow","Action":["iam:CreateRole","iam:TagRole","iam:Put*","iam:AttachRolePolicy"],"Resource":"*",{template}}}"#
    );
    user_with_policy(&plane, "templater", &document(&statements)).await;
    plane.user::<AcquireRole>("templater", worker()).await.unwrap();
    // To get it again is to get a role.
    denied(plane.user::<AcquireRole>("templater", worker()).await.map(drop), "iam:GetRole", &role);
    let input = CreateRoleInput {
        role_name: "plain".into(),
        assume_role_policy_document: "{}".into(),
        ..Default::default()
    };
    assert!(plane.user::<CreateRole>("templater", input).await.is_err());
}

#[tokio::test]
async fn what_is_put_on_a_role_is_put_on_one_with_its_tags() {
    let plane = TestPlane::with_role_templates(TEMPLATES).await;
    for (name, value) in [("tagged", "1"), ("other", "2")] {
        let condition = format!(
            r#"{{"StringEquals":{{"aws:ResourceTag/team-blue":"{value}","iam:ResourceTag/team-blue":"{value}"}}}}"#
        );
        let statements = format!(
            r#"{{"Effect":"Allow","Action":["iam:GetRoleTemplateVersion","iam:CreateRole","iam:TagRole"],"Resource":"*"}},
            {{"Effect":"Allow","Action":["iam:PutRole*","iam:AttachRolePolicy"],"Resource":"*","Condition":{condition}}}"#
        );
        user_with_policy(&plane, name, &document(&statements)).await;
    }
    let refusal = plane.user::<AcquireRole>("other", worker()).await.map(drop).unwrap_err();
    refusal.is("AccessDenied", "iam:PutRolePermissionsBoundary");
    plane.user::<AcquireRole>("tagged", worker()).await.unwrap();
}

#[tokio::test]
async fn an_operators_template_may_name_what_an_account_does_not_have() {
    let missing = TEMPLATES
        .replace("arn:aws:iam::aws:policy/IAMReadOnlyAccess", "arn:aws:iam::123456789012:policy/own");
    let plane = TestPlane::with_role_templates(&missing).await;
    refused::<AcquireRole>(&plane, worker()).await.is("NoSuchEntity", "policy/own");
    assert!(plane.root::<ListRoles>(ListRolesInput::default()).await.unwrap().roles.is_empty());
    let input = CreatePolicyInput {
        policy_name: "own".into(),
        policy_document: allow("s3:*", "*"),
        ..Default::default()
    };
    plane.root::<CreatePolicy>(input).await.unwrap();
    acquired(&plane, worker()).await;
}

#[tokio::test]
async fn the_programs_own_work() {
    let plane = TestPlane::new().await;
    acquired(&plane, power("power")).await;
    let values: &[(&str, &[&str])] = &[
        ("Principal", &[&arn("root")]),
        ("SecretArns", &["arn:aws:secretsmanager:*:123456789012:secret:app/*"]),
    ];
    let role = acquired(&plane, acquire(SECRETS, values)).await;
    assert_eq!(role.role_name, "SecretReader");
}
