//! Decisions by layer, kind of principal and account.

use std::sync::Arc;

use super::*;
use crate::{Context, Policy, Principal};

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "999988887777";
const BUCKET: &str = "arn:aws:s3:::b/k";

fn source(kind: PolicyKind, statements: &str) -> Source {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
    let policy = Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{error}: {text}"));
    Source::new(format!("{kind:?}"), "test", Arc::new(policy))
}

/// `+` allows the test's action, `-` denies it, anything else speaks of something else.
fn layer(kind: PolicyKind, marks: &str) -> Vec<Source> {
    let principal = if kind.has_principal() { r#""Principal": "*","# } else { "" };
    let statement = |mark| {
        let (effect, action) = match mark {
            '+' => ("Allow", "s3:GetObject"),
            '-' => ("Deny", "s3:GetObject"),
            _ => (if kind == PolicyKind::ResourceControl { "Deny" } else { "Allow" }, "s3:PutObject"),
        };
        source(
            kind,
            &format!(r#"{{"Effect": "{effect}", {principal} "Action": "{action}", "Resource": "*"}}"#),
        )
    };
    marks.chars().map(statement).collect()
}

fn resource(principal: &str) -> Source {
    let statement =
        format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "s3:*", "Resource": "*"}}"#);
    source(PolicyKind::Resource, &statement)
}

fn user() -> Principal {
    Principal::user(ACCOUNT, "arn:aws:iam::111122223333:user/ann", "AIDAANNANNANNANNANNAN")
}

fn session() -> Principal {
    Principal::assumed_role(
        ACCOUNT,
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws:iam::111122223333:role/r",
        "AROARRRRRRRRRRRRRRRRR",
    )
}

fn federated_user() -> Principal {
    let arn = "arn:aws:sts::111122223333:federated-user/f";
    Principal::federated_user(ACCOUNT, arn, "arn:aws:iam::111122223333:user/ann")
}

fn root() -> Principal {
    Principal::root(ACCOUNT, "arn:aws:iam::111122223333:root")
}

/// The decision on reading an object in `owner`'s bucket: `allowed`, or the outcome and the layers to blame.
fn decide(principal: &Principal, owner: &str, policies: &Policies<'_>) -> String {
    let mut context = Context::new();
    context.insert_principal(principal);
    let request = Request {
        principal,
        action: "s3:GetObject",
        resource: BUCKET,
        resource_account: Some(owner),
        context: &context,
    };
    let decision = evaluate(&request, policies);
    assert_eq!(decision.is_allowed(), decision.blocked_by.is_empty());
    let mut names = vec![decision.outcome.name()];
    names.extend(decision.blocked_by.iter().map(|layer| layer.name()));
    names.join(" ")
}

/// What identity policies, boundary, session policies and the levels of service control policies say, and the decision.
type LayersRow =
    (&'static str, Option<&'static str>, Option<&'static str>, &'static [&'static str], &'static str);

#[test]
fn layers_of_one_account() {
    let rows: &[LayersRow] = &[
        ("", None, None, &[], "implicitDeny identity"),
        (".", None, None, &[], "implicitDeny identity"),
        ("+", None, None, &[], "allowed"),
        ("+-", None, None, &[], "explicitDeny identity"),
        ("+", Some("+"), Some("+"), &["+", "+."], "allowed"),
        ("+", Some("."), None, &[], "implicitDeny boundary"),
        ("+", Some(""), None, &[], "implicitDeny boundary"),
        (".", Some("+"), None, &[], "implicitDeny identity"),
        ("+", None, Some("."), &[], "implicitDeny session"),
        ("+", None, Some(".+"), &[], "allowed"),
        ("+", None, None, &["+", "."], "implicitDeny scp"),
        ("+", None, None, &["+", ""], "implicitDeny scp"),
        (".", Some("."), Some("."), &["."], "implicitDeny scp identity boundary session"),
        ("+-", Some("-"), Some("+"), &["+-"], "explicitDeny scp identity boundary"),
    ];
    for (identity, boundary, session_policies, levels, expected) in rows {
        let identity = layer(PolicyKind::Identity, identity);
        let boundary = boundary.map(|marks| layer(PolicyKind::Boundary, marks));
        let session_policies = session_policies.map(|marks| layer(PolicyKind::Session, marks));
        let levels: Vec<_> = levels.iter().map(|marks| layer(PolicyKind::ServiceControl, marks)).collect();
        let policies = Policies {
            identity: &identity,
            boundary: boundary.as_deref(),
            session: session_policies.as_deref(),
            service_control: &levels,
            ..Policies::default()
        };
        assert_eq!(decide(&session(), ACCOUNT, &policies), *expected);
    }
}

/// The table of what a resource policy bypasses in its own account, by whom it names.
#[test]
fn what_a_resource_policy_bypasses() {
    let nothing = layer(PolicyKind::Identity, ".");
    let boundary = layer(PolicyKind::Boundary, ".");
    let session_policies = layer(PolicyKind::Session, ".");
    let role_limits = "implicitDeny boundary session";
    let all = "implicitDeny identity boundary session";
    let rows = [
        (user(), r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#, "allowed", "allowed"),
        (user(), r#"{"AWS": "AIDAANNANNANNANNANNAN"}"#, "allowed", "allowed"),
        (user(), r#"{"AWS": "111122223333"}"#, "implicitDeny identity", all),
        (user(), r#"{"AWS": "arn:aws:iam::111122223333:user/bob"}"#, "implicitDeny identity", all),
        (user(), r#""*""#, "allowed", "allowed"),
        (session(), r#"{"AWS": "arn:aws:iam::111122223333:role/r"}"#, "allowed", role_limits),
        (session(), r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/r/s"}"#, "allowed", "allowed"),
        (session(), r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, "implicitDeny identity", all),
        (federated_user(), r#"{"AWS": "arn:aws:sts::111122223333:federated-user/f"}"#, "allowed", "allowed"),
        (
            federated_user(),
            r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#,
            "implicitDeny session",
            role_limits,
        ),
    ];
    for (principal, named, unlimited, limited) in rows {
        let resource = resource(named);
        let policies = Policies { identity: &nothing, resource: Some(&resource), ..Policies::default() };
        assert_eq!(decide(&principal, ACCOUNT, &policies), unlimited, "{named}");
        let policies = Policies { boundary: Some(&boundary), session: Some(&session_policies), ..policies };
        assert_eq!(decide(&principal, ACCOUNT, &policies), limited, "{named}, limited");
        let denied = layer(PolicyKind::Boundary, "-");
        let policies = Policies { boundary: Some(&denied), ..policies };
        assert_eq!(decide(&principal, ACCOUNT, &policies), "explicitDeny boundary", "{named}, denied");
    }
}

/// A NotPrincipal that lists the user and its account spares it, unless the user has a permissions boundary.
#[test]
fn not_principal_spares_nobody_with_a_boundary() {
    let statement = format!(
        r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": ["{}", "{ACCOUNT}"]}}, "Action": "s3:*", "Resource": "*"}}"#,
        "arn:aws:iam::111122223333:user/ann"
    );
    let denying = source(PolicyKind::Resource, &statement);
    let allow = layer(PolicyKind::Identity, "+");
    let boundary = layer(PolicyKind::Boundary, "+");
    let unbounded = Policies { identity: &allow, resource: Some(&denying), ..Policies::default() };
    let bounded = Policies { boundary: Some(&boundary), ..unbounded };
    assert_eq!(decide(&user(), ACCOUNT, &unbounded), "allowed");
    assert_eq!(decide(&user(), ACCOUNT, &bounded), "explicitDeny resource");
    assert_eq!(decide(&root(), ACCOUNT, &bounded), "allowed", "root users have no boundary");
}

#[test]
fn across_accounts_both_sides_must_agree() {
    let named = resource(r#"{"AWS": "111122223333"}"#);
    let allow = layer(PolicyKind::Identity, "+");
    let boundary = layer(PolicyKind::Boundary, ".");
    let both = Policies { identity: &allow, resource: Some(&named), ..Policies::default() };
    assert_eq!(decide(&user(), OTHER, &both), "allowed");
    assert_eq!(decide(&user(), OTHER, &Policies { resource: None, ..both }), "implicitDeny resource");
    assert_eq!(decide(&user(), OTHER, &Policies { identity: &[], ..both }), "implicitDeny identity");
    let direct = resource(r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#);
    let limited = Policies { boundary: Some(&boundary), resource: Some(&direct), ..both };
    assert_eq!(decide(&user(), OTHER, &limited), "implicitDeny boundary");
    assert_eq!(decide(&root(), OTHER, &Policies { identity: &[], ..both }), "allowed");
}

#[test]
fn root_users() {
    let everything = Policies::default();
    assert_eq!(decide(&root(), ACCOUNT, &everything), "allowed");
    let boundary = layer(PolicyKind::Boundary, "-");
    assert_eq!(decide(&root(), ACCOUNT, &Policies { boundary: Some(&boundary), ..everything }), "allowed");
    let levels = [layer(PolicyKind::ServiceControl, ".")];
    let member = Policies { service_control: &levels, ..everything };
    assert_eq!(decide(&root(), ACCOUNT, &member), "implicitDeny scp");
    let denied = layer(PolicyKind::Resource, "-").remove(0);
    let policies = Policies { resource: Some(&denied), ..everything };
    assert_eq!(decide(&root(), ACCOUNT, &policies), "explicitDeny resource");
}

#[test]
fn organizations_endpoints_and_their_exemptions() {
    let allow = layer(PolicyKind::Identity, "+");
    let denying = [layer(PolicyKind::ResourceControl, "-")];
    let silent = [layer(PolicyKind::ResourceControl, ".")];
    let base = Policies { identity: &allow, ..Policies::default() };
    assert_eq!(decide(&user(), ACCOUNT, &Policies { resource_control: &silent, ..base }), "allowed");
    let controlled = Policies { resource_control: &denying, ..base };
    assert_eq!(decide(&user(), ACCOUNT, &controlled), "explicitDeny rcp");
    let levels = [layer(PolicyKind::ServiceControl, "-")];
    let controlled = Policies { service_control: &levels, ..controlled };
    assert_eq!(decide(&session(), ACCOUNT, &controlled), "explicitDeny rcp scp");
    assert_eq!(decide(&session().service_linked(), ACCOUNT, &controlled), "allowed");
    let endpoint = layer(PolicyKind::Resource, ".");
    let through = Policies { endpoint: Some(&endpoint), ..base };
    assert_eq!(decide(&user(), ACCOUNT, &through), "implicitDeny endpoint");
    let endpoint = layer(PolicyKind::Resource, "+");
    let through = Policies { endpoint: Some(&endpoint), identity: &[], ..base };
    assert_eq!(decide(&user(), ACCOUNT, &through), "implicitDeny identity", "an endpoint grants nothing");
}

#[test]
fn more_levels_than_are_read_allow_nothing() {
    let allow = layer(PolicyKind::Identity, "+");
    let levels = vec![layer(PolicyKind::ServiceControl, "+"); MAX_LEVELS + 1];
    let policies = |levels| Policies { identity: &allow, service_control: levels, ..Policies::default() };
    assert_eq!(decide(&user(), ACCOUNT, &policies(&levels[..MAX_LEVELS])), "allowed");
    assert_eq!(decide(&user(), ACCOUNT, &policies(&levels)), "implicitDeny scp");
    assert_eq!(decide(&user().service_linked(), ACCOUNT, &policies(&levels)), "allowed");
}

#[test]
fn principals_without_an_account() {
    let scp = [layer(PolicyKind::ServiceControl, ".")];
    let everyone = resource(r#""*""#);
    let service = resource(r#"{"Service": "sns.amazonaws.com"}"#);
    let account = resource(r#"{"AWS": "111122223333"}"#);
    let sns = Principal::service("sns.amazonaws.com");
    let base = Policies { service_control: &scp, ..Policies::default() };
    for (principal, resource, expected) in [
        (Principal::anonymous(), Some(&everyone), "allowed"),
        (Principal::anonymous(), Some(&account), "implicitDeny resource"),
        (Principal::anonymous(), None, "implicitDeny resource"),
        (sns.clone(), Some(&service), "allowed"),
        (sns.clone(), Some(&everyone), "allowed"),
        (sns.clone(), Some(&account), "implicitDeny resource"),
        (Principal::service("sqs.amazonaws.com"), Some(&service), "implicitDeny resource"),
    ] {
        assert_eq!(decide(&principal, ACCOUNT, &Policies { resource, ..base }), expected, "{principal:?}");
    }
    let rcp = [layer(PolicyKind::ResourceControl, "-")];
    let policies = Policies { resource: Some(&everyone), resource_control: &rcp, ..base };
    assert_eq!(decide(&Principal::anonymous(), ACCOUNT, &policies), "explicitDeny rcp");
}

#[test]
fn resources_that_demand_their_own_policy() {
    let allow = layer(PolicyKind::Identity, "+");
    let key = Policies { identity: &allow, resource_policy_required: true, ..Policies::default() };
    let delegating = resource(r#"{"AWS": "111122223333"}"#);
    let direct = resource(r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#);
    assert_eq!(decide(&user(), ACCOUNT, &key), "implicitDeny resource");
    assert_eq!(decide(&root(), ACCOUNT, &key), "implicitDeny resource");
    let delegated = Policies { resource: Some(&delegating), ..key };
    assert_eq!(decide(&user(), ACCOUNT, &delegated), "allowed");
    assert_eq!(decide(&user(), ACCOUNT, &Policies { identity: &[], ..delegated }), "implicitDeny identity");
    assert_eq!(
        decide(&user(), ACCOUNT, &Policies { identity: &[], resource: Some(&direct), ..key }),
        "allowed"
    );
}

/// The decision on assuming a role of `ACCOUNT` that trusts `trusted` under `condition`.
fn assume(
    principal: &Principal,
    action: &str,
    trusted: &str,
    condition: &str,
    identity: &[Source],
) -> String {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {trusted}, "Action": ["sts:Assume*", "sts:TagSession"],
            "Condition": {condition}}}"#
    );
    let trust = source(PolicyKind::Trust, &statement);
    let mut context = Context::new();
    context.insert_principal(principal);
    context.insert("sts:ExternalId", "right");
    let request = Request {
        principal,
        action,
        resource: "arn:aws:iam::111122223333:role/target",
        resource_account: None,
        context: &context,
    };
    let policies = Policies { identity, resource: Some(&trust), ..Policies::default() };
    let decision = evaluate(&request, &policies);
    let mut names = vec![decision.outcome.name()];
    names.extend(decision.blocked_by.iter().map(|layer| layer.name()));
    names.join(" ")
}

#[test]
fn trust_policies() {
    let allow = [source(PolicyKind::Identity, r#"{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}"#)];
    let stranger = Principal::user(OTHER, "arn:aws:iam::999988887777:user/eve", "AIDAEVEEVEEVEEVEEVEEV");
    let provider = Principal::federated("arn:aws:iam::111122223333:oidc-provider/id.example.com");
    let service = Principal::service("ec2.amazonaws.com");
    let ann = r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#;
    let account = r#"{"AWS": "111122223333"}"#;
    let other = r#"{"AWS": "999988887777"}"#;
    let eve = r#"{"AWS": "arn:aws:iam::999988887777:user/eve"}"#;
    let id = r#"{"StringEquals": {"sts:ExternalId": "right"}}"#;
    let wrong_id = r#"{"StringEquals": {"sts:ExternalId": "wrong"}}"#;
    let assume_role = "sts:AssumeRole";
    let web = "sts:AssumeRoleWithWebIdentity";
    let none: &[Source] = &[];
    let rows = [
        (&user(), assume_role, ann, "{}", none, "allowed"),
        (&user(), assume_role, account, "{}", none, "implicitDeny identity"),
        (&user(), assume_role, account, "{}", &allow, "allowed"),
        (&user(), assume_role, other, "{}", &allow, "implicitDeny trust"),
        (&stranger, assume_role, other, "{}", none, "implicitDeny identity"),
        (&stranger, assume_role, eve, "{}", none, "implicitDeny identity"),
        (&stranger, assume_role, other, "{}", &allow, "allowed"),
        (&stranger, assume_role, other, id, &allow, "allowed"),
        (&stranger, assume_role, other, wrong_id, &allow, "implicitDeny trust"),
        (&stranger, "sts:TagSession", other, "{}", &allow, "allowed"),
        (&stranger, "sts:SetSourceIdentity", other, "{}", &allow, "implicitDeny trust"),
        (&service, assume_role, r#"{"Service": "ec2.amazonaws.com"}"#, "{}", none, "allowed"),
        (&service, assume_role, r#"{"Service": "ecs.amazonaws.com"}"#, "{}", none, "implicitDeny trust"),
        (
            &provider,
            web,
            r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}"#,
            "{}",
            none,
            "allowed",
        ),
        (&provider, web, r#""*""#, "{}", none, "implicitDeny trust"),
    ];
    for (principal, action, trusted, condition, identity, expected) in rows {
        assert_eq!(
            assume(principal, action, trusted, condition, identity),
            expected,
            "{trusted} {condition}"
        );
    }
}

/// Evaluates `s3:GetObject` for a user against one identity statement.
fn statement_decides(statement: &str, resource: &str, context: &Context) -> Outcome {
    let identity = [source(PolicyKind::Identity, statement)];
    let principal = user();
    let request =
        Request { principal: &principal, action: "s3:getobject", resource, resource_account: None, context };
    evaluate(&request, &Policies { identity: &identity, ..Policies::default() }).outcome
}

#[test]
fn actions_and_resources_with_their_negations() {
    use Outcome::{Allowed, ExplicitDeny, ImplicitDeny};
    let context: Context = [("aws:username", "ann")].into_iter().collect();
    for (statement, expected) in [
        (r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": "S3:get*", "Resource": "*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": "s3:Get?bject", "Resource": "*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": ["s3:Put*", "s3:GetObject"], "Resource": "*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": "s3:Get", "Resource": "*"}"#, ImplicitDeny),
        (r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#, Allowed),
        (r#"{"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}"#, ImplicitDeny),
        (r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::B/*"}"#, ImplicitDeny),
        (r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"}"#, Allowed),
        (
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}"}"#,
            ImplicitDeny,
        ),
        (r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::c/*"}"#, Allowed),
        (r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}"#, ImplicitDeny),
        // Nobody knows what an unresolved exception excepts: neither may an Allow be read wide, nor a Deny narrow.
        (
            r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/${aws:userid}"}"#,
            ImplicitDeny,
        ),
        (
            r#"{"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/${aws:userid}"}"#,
            ExplicitDeny,
        ),
    ] {
        assert_eq!(statement_decides(statement, "arn:aws:s3:::b/ann", &context), expected, "{statement}");
    }
    let only_arns = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}"#;
    assert_eq!(statement_decides(only_arns, "*", &context), ImplicitDeny);
}

/// Resource policies may have lists without values: neither an Allow nor an exception is read out of them.
#[test]
fn lists_without_values_grant_nothing() {
    for (effect, element, expected) in [
        ("Allow", "Resource", "implicitDeny identity"),
        ("Allow", "NotResource", "implicitDeny identity"),
        ("Deny", "Resource", "implicitDeny identity"),
        ("Deny", "NotResource", "explicitDeny resource"),
    ] {
        let statement =
            format!(r#"{{"Effect": "{effect}", "Principal": "*", "Action": "s3:*", "{element}": []}}"#);
        let bucket = source(PolicyKind::Resource, &statement);
        let policies = Policies { resource: Some(&bucket), ..Policies::default() };
        assert_eq!(decide(&user(), ACCOUNT, &policies), expected, "{effect} {element}");
    }
}

#[test]
fn what_cannot_be_evaluated_counts_against_the_request() {
    let context: Context =
        [("aws:SourceIp", "somewhere"), ("aws:MultiFactorAuthAge", "x")].into_iter().collect();
    for condition in [
        r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#,
        r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": "5"}}"#,
    ] {
        let allow =
            format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}"#);
        let deny = allow.replace("Allow", "Deny");
        assert_eq!(statement_decides(&allow, BUCKET, &context), Outcome::ImplicitDeny, "{condition}");
        assert_eq!(statement_decides(&deny, BUCKET, &context), Outcome::ExplicitDeny, "{condition}");
    }
}

#[test]
fn variables_are_plain_text_in_the_old_version() {
    let text = r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*",
        "Resource": "arn:aws:s3:::b/${aws:username}"}}"#;
    let policy = Policy::parse(text, PolicyKind::Resource).unwrap();
    let bucket = Source::new("bucket", "resource", Arc::new(policy));
    let context: Context = [("aws:username", "ann")].into_iter().collect();
    let principal = user();
    let outcome = |resource| {
        let request = Request {
            principal: &principal,
            action: "s3:GetObject",
            resource,
            resource_account: None,
            context: &context,
        };
        evaluate(&request, &Policies { resource: Some(&bucket), ..Policies::default() }).outcome
    };
    assert_eq!(outcome("arn:aws:s3:::b/ann"), Outcome::ImplicitDeny);
    assert_eq!(outcome("arn:aws:s3:::b/${aws:username}"), Outcome::Allowed);
}

#[test]
fn who_am_i_is_answered_to_whoever_has_credentials() {
    let deny = [source(PolicyKind::Identity, r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#)];
    let policies = Policies { identity: &deny, ..Policies::default() };
    let context = Context::new();
    let is_allowed = |principal: &Principal, action| {
        let request = Request { principal, action, resource: "*", resource_account: None, context: &context };
        evaluate(&request, &policies).is_allowed()
    };
    for action in ["sts:GetCallerIdentity", "STS:getsessiontoken"] {
        assert!(is_allowed(&user(), action), "{action}");
        assert!(!is_allowed(&Principal::anonymous(), action), "{action}");
        assert!(!is_allowed(&Principal::service("sns.amazonaws.com"), action), "{action}");
    }
    assert!(!is_allowed(&user(), "sts:GetFederationToken"));
}

#[test]
fn says_which_statements_mattered() {
    let identity = [
        source(
            PolicyKind::Identity,
            r#"[{"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
            {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]"#,
        ),
        source(PolicyKind::Identity, r#"{"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#),
    ];
    let principal = user();
    let context = Context::new();
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: BUCKET,
        resource_account: None,
        context: &context,
    };
    let sids = |identity| {
        let decision = evaluate(&request, &Policies { identity, ..Policies::default() });
        let matched = decision.matched.iter().map(|matched| {
            let start = matched.statement.span().start;
            let sid = matched.statement.sid().unwrap_or_default();
            format!("{sid} #{} {}:{}", matched.statement.index(), start.line, start.column)
        });
        matched.collect::<Vec<_>>()
    };
    assert_eq!(sids(&identity[..1]), ["Read #1 2:13"]);
    assert_eq!(sids(&identity), ["No #0 1:40"]);
}
