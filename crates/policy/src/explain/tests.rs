//! Explanations by example, and against the evaluator on samples.

use std::sync::Arc;

use super::*;
use crate::evaluate::boundary;
use crate::evaluate::decision::{Layer, Matched, Outcome};
use crate::evaluate::policies::Source;
use crate::language::policy::{Policy, PolicyKind};
use crate::language::statement::Statement;
use crate::language::variable::variables;
use crate::request::key::Key;
use crate::sample::Sample;
use crate::{Context, ContextValue, Principal};

const BUCKET: &str = "arn:aws:s3:::bucket/home/ann";

fn source(id: &str, kind: PolicyKind, statements: &str) -> Source {
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [\n{statements}\n]}}");
    let policy = Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{error}: {text}"));
    Source::new(id, "test", Arc::new(policy))
}

fn identity(statements: &str) -> Vec<Source> {
    vec![source("Home", PolicyKind::Identity, statements)]
}

fn ann() -> Principal {
    Principal::user("111122223333", "arn:aws:iam::111122223333:user/ann", "AIDAANNANNANNANNANNAN")
}

/// The explanation of Ann reading an object, as text.
fn explained(policies: &Policies<'_>, keys: &[(&str, ContextValue)]) -> String {
    let principal = ann();
    let mut context = Context::new();
    context.insert_principal(&principal);
    for (key, value) in keys {
        context.insert(*key, value.clone());
    }
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: BUCKET,
        resource_account: Some("111122223333"),
        context: &context,
    };
    let explanation = explain(&request, policies);
    format!("{explanation}{}", explanation.denial_message().unwrap_or_default())
}

fn with_identity(statements: &str, keys: &[(&str, ContextValue)]) -> String {
    let identity = identity(statements);
    explained(&Policies { identity: &identity, ..Policies::default() }, keys)
}

#[test]
fn allowed_and_denied_by_name() {
    let statements = r#"
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/home/${aws:username}"},
        {"Sid": "Fence", "Effect": "Deny", "Action": "*", "Resource": "*",
         "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"]}}}"#;
    insta::assert_snapshot!(with_identity(statements, &[("aws:RequestedRegion", "eu-west-1".into())]), @r#"
    allowed: s3:GetObject on arn:aws:s3:::bucket/home/ann by arn:aws:iam::111122223333:user/ann
    Allowed by the identity-based policy Home, statement 1 Read (line 3)
    Allowed by the identity-based policy Home, statement 2 (line 4)
    "#);
    insta::assert_snapshot!(with_identity(statements, &[]), @r#"
    explicitDeny: s3:GetObject on arn:aws:s3:::bucket/home/ann by arn:aws:iam::111122223333:user/ann
    Denied by the identity-based policy Home, statement 3 Fence (line 5)
    Missing from the request: aws:RequestedRegion, asked for by Home, statement 3 Fence (line 5)
    User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/home/ann with an explicit deny in an identity-based policy
    "#);
}

#[test]
fn every_way_a_condition_fails() {
    let statements = r#"
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {
         "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-2"], "k:list": "a",
                          "k:owner": ["${aws:PrincipalTag/Team}", "x"]},
         "Bool": {"aws:SecureTransport": "true"},
         "NumericLessThan": {"k:size": 10},
         "Null": {"k:present": "true", "k:empty": "false"},
         "ForAllValues:StringLike": {"aws:TagKeys": ["Cost*"]}}}"#;
    let keys = [
        ("aws:RequestedRegion", "us-east-1".into()),
        ("k:list", vec!["a".to_owned(), "b".to_owned()].into()),
        ("k:owner", "team".into()),
        ("k:size", "big".into()),
        ("k:present", "yes".into()),
        ("k:empty", "".into()),
        ("aws:TagKeys", ["Project", "CostCenter"].as_slice().into()),
    ];
    insta::assert_snapshot!(with_identity(statements, &keys), @r#"
    implicitDeny: s3:GetObject on arn:aws:s3:::bucket/home/ann by arn:aws:iam::111122223333:user/ann
    No identity-based policy allows it: closest is Home, statement 1 (line 3), but
      Condition StringEquals aws:RequestedRegion "eu-west-1", "eu-west-2": the request has "us-east-1"
      Condition StringEquals k:list "a": the request has the list "a", "b", which needs ForAllValues or ForAnyValue
      Condition StringEquals k:owner "${aws:PrincipalTag/Team}", "x": the request has "team"; no single value for aws:PrincipalTag/Team
      Condition Bool aws:SecureTransport "true": the request lacks it
      Condition NumericLessThan k:size "10": the request has "big"; one of the values is not of the operator's type
      Condition Null k:present "true": the request has "yes"
      Condition Null k:empty "false": the request has it empty
      Condition ForAllValues:StringLike aws:TagKeys "Cost*": the request has "Project", "CostCenter"
    User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/home/ann because no identity-based policy allows the s3:GetObject action
    "#);
}

#[test]
fn the_nearest_statement_is_named_for_every_layer_that_blocks() {
    let identity = identity(
        r#"
        {"Sid": "Users", "Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject", "s3:List*"], "Resource": "*"},
        {"Sid": "Other", "Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"},
        {"Sid": "Bob", "Effect": "Allow", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::bucket/home/bob", "arn:aws:iam::*:*"]},
        {"Sid": "Rest", "Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::bucket/home/${aws:username}"}"#,
    );
    let service_control = [
        vec![source(
            "p-full",
            PolicyKind::ServiceControl,
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
        )],
        vec![source(
            "p-iam",
            PolicyKind::ServiceControl,
            r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#,
        )],
        vec![],
    ];
    let session =
        [source("", PolicyKind::Session, r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#)];
    let policies = Policies {
        identity: &identity,
        service_control: &service_control,
        boundary: Some(&[]),
        session: Some(&session),
        ..Policies::default()
    };
    insta::assert_snapshot!(explained(&policies, &[]), @r#"
    implicitDeny: s3:GetObject on arn:aws:s3:::bucket/home/ann by arn:aws:iam::111122223333:user/ann
    No service control policy at level 1 allows it: closest is p-iam, statement 1 (line 2), but
      Action: s3:GetObject is none of iam:*
    No service control policy at level 2 allows it: there is none
    No identity-based policy allows it: closest is Home, statement 4 Bob (line 6), but
      Resource: arn:aws:s3:::bucket/home/ann is none of arn:aws:s3:::bucket/home/bob, arn:aws:iam::*:*
    No permissions boundary allows it: there is none
    No session policy allows it: no statement allows anything
    User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/home/ann because no service control policy allows the s3:GetObject action
    "#);
}

#[test]
fn principals_of_resource_policies() {
    let bucket = source(
        "",
        PolicyKind::Resource,
        r#"
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:*", "Resource": "*"},
        {"Sid": "Bob", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
         "Principal": {"AWS": ["arn:aws:iam::111122223333:user/bob", "444455556666"]}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "*"}"#,
    );
    let policies =
        Policies { resource: Some(&bucket), resource_policy_required: true, ..Policies::default() };
    insta::assert_snapshot!(explained(&policies, &[]), @r#"
        implicitDeny: s3:GetObject on arn:aws:s3:::bucket/home/ann by arn:aws:iam::111122223333:user/ann
        No resource-based policy allows it: closest is of the resource, statement 2 Bob (line 4), but
          Principal: the caller is none of arn:aws:iam::111122223333:user/bob, 444455556666
        No identity-based policy allows it: there is none
        User: arn:aws:iam::111122223333:user/ann is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/home/ann because no resource-based policy allows the s3:GetObject action
        "#);
}

#[test]
fn keys_are_missed_only_by_statements_that_nothing_else_rules_out() {
    let identity = identity(
        r#"
        {"Sid": "Tagged", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/${aws:PrincipalTag/Team}/*",
         "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "S3:Prefix": "${k:default, 'x'}"}}},
        {"Sid": "OtherAction", "Effect": "Allow", "Action": "s3:Put*", "Resource": "*", "Condition": {"Bool": {"k:a": "true"}}},
        {"Sid": "OtherValue", "Effect": "Allow", "Action": "*", "Resource": "*",
         "Condition": {"Bool": {"k:a": "true"}, "StringEquals": {"aws:username": "bob"}}},
        {"Sid": "Mfa", "Effect": "Deny", "Action": "*", "Resource": "*",
         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}, "StringEquals": {"s3:prefix": "x"}}}"#,
    );
    let policies = Policies { identity: &identity, ..Policies::default() };
    let principal = ann();
    let mut context = Context::new();
    context.insert_principal(&principal);
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: BUCKET,
        resource_account: None,
        context: &context,
    };
    let explanation = explain(&request, &policies);
    let missing: Vec<_> = explanation
        .missing_keys
        .iter()
        .map(|missing| {
            let statements: Vec<_> =
                missing.statements.iter().filter_map(|matched| matched.statement.sid()).collect();
            format!("{}: {}", missing.key, statements.join(" "))
        })
        .collect();
    assert_eq!(
        missing,
        [
            "aws:PrincipalTag/Team: Tagged",
            "aws:RequestedRegion: Tagged",
            "S3:Prefix: Tagged Mfa",
            "aws:MultiFactorAuthPresent: Mfa",
        ]
    );
}

#[test]
fn what_no_policy_controls_and_what_root_may() {
    let root = Principal::root("111122223333", "arn:aws:iam::111122223333:root");
    let context = Context::new();
    let request = Request {
        principal: &root,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/\u{1b}[2J\u{202e}",
        resource_account: None,
        context: &context,
    };
    let identity_call = Request { action: "sts:GetCallerIdentity", resource: "*", ..request };
    let texts = [&request, &identity_call].map(|request| explain(request, &Policies::default()).to_string());
    insta::assert_snapshot!(texts.concat(), @r#"
    allowed: s3:GetObject on arn:aws:s3:::b/\u{1b}[2J\u{202e} by arn:aws:iam::111122223333:root
    Allowed without a statement: root users need none in their account.
    allowed: sts:GetCallerIdentity on * by arn:aws:iam::111122223333:root
    No policy controls this action.
    "#);
}

#[test]
fn decoded_messages() {
    let identity = identity(
        r#"
        {"Sid": "VisualEditor0", "Effect": "Deny", "Action": ["ec2:RunInstances", "ec2:Stop*"], "Resource": "*",
         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::*"}"#,
    );
    let session = Principal::assumed_role(
        "111122223333",
        "arn:aws:sts::111122223333:assumed-role/Developer/Ana",
        "arn:aws:iam::111122223333:role/Developer",
        "AROA123456789EXAMPLE",
    );
    let context: Context = [
        ("aws:MultiFactorAuthPresent", ContextValue::from("false")),
        ("aws:TagKeys", ["a", "b"].as_slice().into()),
    ]
    .into_iter()
    .collect();
    let request = Request {
        principal: &session,
        action: "ec2:RunInstances",
        resource: "arn:aws:ec2:us-east-1:111122223333:instance/*",
        resource_account: None,
        context: &context,
    };
    let denied = evaluate(&request, &Policies { identity: &identity, ..Policies::default() });
    insta::assert_snapshot!(denied.decoded_message(&request), @r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"VisualEditor0","effect":"DENY","principals":{"items":[{"value":"AROA123456789EXAMPLE"}]},"principalGroups":{"items":[]},"actions":{"items":[{"value":"ec2:RunInstances"},{"value":"ec2:Stop*"}]},"resources":{"items":[{"value":"*"}]},"conditions":{"items":[{"key":"aws:MultiFactorAuthPresent","values":{"items":[{"value":"false"}]}}]}},{"statementId":"","effect":"DENY","principals":{"items":[{"value":"AROA123456789EXAMPLE"}]},"principalGroups":{"items":[]},"actions":{"items":[{"value":"s3:*"}]},"resources":{"items":[{"value":"arn:aws:s3:::*"}]},"conditions":{"items":[]}}]},"failures":{"items":[]},"context":{"principal":{"id":"AROA123456789EXAMPLE:Ana","arn":"arn:aws:sts::111122223333:assumed-role/Developer/Ana"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:111122223333:instance/*","conditions":{"items":[{"key":"aws:multifactorauthpresent","values":{"items":[{"value":"false"}]}},{"key":"aws:tagkeys","values":{"items":[{"value":"a"},{"value":"b"}]}}]}}}"#);

    let user = ann();
    let request = Request { principal: &user, context: &Context::new(), ..request };
    let silent = evaluate(&request, &Policies::default());
    insta::assert_snapshot!(silent.decoded_message(&request), @r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDAANNANNANNANNANNAN","name":"ann","arn":"arn:aws:iam::111122223333:user/ann"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:111122223333:instance/*","conditions":{"items":[]}}}"#);
}

/// Every Allow statement of the layers that apply.
fn allows<'a>(explanation: &Explanation<'_>, policies: &Policies<'a>) -> Vec<Matched<'a>> {
    let groups = layer::applying(explanation.request.principal, policies, &explanation.decision);
    let statements = groups.iter().flat_map(layer::Group::statements);
    statements.filter(|matched| matched.statement.effect() == crate::Effect::Allow).collect()
}

#[test]
fn explanations_agree_with_the_evaluator() {
    let (mut silent, mut flipped) = (0, 0);
    for seed in 0..8_000 {
        let sample = Sample::seeded(seed);
        let (request, policies) = (sample.request(), sample.policies());
        let explanation = explain(&request, &policies);
        let decision = evaluate(&request, &policies);
        assert_eq!(explanation.decision.outcome, decision.outcome);
        if explanation.layers.is_empty() {
            assert!(is_uncontrolled(&request));
            continue;
        }
        let mut blocking: Vec<Layer> = explanation.blocking().map(|report| report.layer).collect();
        blocking.dedup();
        assert_eq!(blocking, decision.blocked_by, "seed {seed}\n{explanation}");
        for report in explanation.blocking() {
            assert_eq!(report.outcome(), decision.outcome, "seed {seed}\n{explanation}");
        }
        for missing in &explanation.missing_keys {
            assert_eq!(request.context.get(missing.key), None, "seed {seed}");
            assert!(!missing.statements.is_empty());
        }

        let target = Target::new(&request);
        for matched in allows(&explanation, &policies) {
            let miss = nearest::nearest_miss(std::iter::once(matched), &target).unwrap();
            assert_eq!(
                miss.failures.is_empty(),
                matched.statement.applies(&target, false).is_some(),
                "seed {seed}: {miss:?}"
            );
        }
        for report in explanation.blocking() {
            let LayerFinding::NearestMiss(miss) = &report.finding else { continue };
            silent += 1;
            if let Some((key, value)) = remedy(miss) {
                let mut context = request.context.clone();
                context.insert(key, value);
                let request = Request { context: &context, ..request };
                let now = miss.statement.statement.applies(&Target::new(&request), false);
                assert!(now.is_some(), "seed {seed}: {key} = {value} makes {miss:?} match");
                flipped += 1;
            }
        }
    }
    assert!(silent > 1_000 && flipped > 50, "{silent} misses, {flipped} turned");
}

/// The value of a key that makes the statement match, if all that fails is one comparison with a value that equals
/// itself and the statement asks for the key but once.
fn remedy<'a>(miss: &NearestMiss<'a>) -> Option<(&'a str, &'a str)> {
    let [Failure::Condition(failed)] = &*miss.failures else { return None };
    let operator = failed.operator.rsplit(':').next().unwrap().trim_end_matches("IfExists");
    let reflexive = ["Bool", "BinaryEquals"].contains(&operator)
        || (operator.ends_with("Equals") && !operator.contains("Not") && !operator.starts_with("Arn"));
    // Empty text is a null value, which `ForAnyValue` never matches.
    let value =
        failed.expected.iter().find(|value| reflexive && !value.is_empty() && !value.contains("${"))?;
    let statement = miss.statement.statement;
    let conditions = statement.conditions().iter().map(|condition| &*condition.written().key);
    let keys = variable_texts(statement).flat_map(variables).map(|variable| variable.key).chain(conditions);
    let uses = keys.filter(|key| Key::from(*key) == Key::from(failed.key)).count();
    (uses == 1).then_some((failed.key, value))
}

/// The texts of a statement that may hold variables.
fn variable_texts(statement: &Statement) -> impl Iterator<Item = &str> {
    let patterns = statement.resources().map(|resources| &*resources.written).unwrap_or_default();
    let values = statement.conditions().iter().flat_map(|condition| &condition.written().values);
    patterns.iter().chain(values).map(|text| &**text)
}

#[test]
fn giving_a_missing_key_can_change_only_who_asked() {
    let mut changed = 0;
    for seed in 0..5_000 {
        let sample = Sample::seeded(seed);
        let (request, policies) = (sample.request(), sample.policies());
        let explanation = explain(&request, &policies);
        for key in ["k:text", "k:number", "k:flag", "aws:SourceIp"] {
            if request.context.get(key).is_some() || is_uncontrolled(&request) {
                continue;
            }
            let asks = |matched: &Matched<'_>| {
                let missing =
                    explanation.missing_keys.iter().find(|missing| Key::from(missing.key) == key.into());
                missing.is_some_and(|missing| {
                    missing.statements.iter().any(|asking| std::ptr::eq(asking.statement, matched.statement))
                })
            };
            for value in ["ann", "7", "true", "192.0.2.7"] {
                let mut context = request.context.clone();
                context.insert(key, value);
                let given = Request { context: &context, ..request };
                let groups = layer::applying(request.principal, &policies, &explanation.decision);
                let bounded = boundary(request.principal, &policies).is_some();
                for matched in groups.iter().flat_map(layer::Group::statements) {
                    let applies = |request| matched.statement.applies(&Target::new(request), bounded);
                    // A value also takes the place of a variable's default, without having been missed.
                    let has_default = variable_texts(matched.statement)
                        .flat_map(variables)
                        .any(|variable| variable.has_default && Key::from(variable.key) == key.into());
                    if applies(&given) != applies(&request) && !has_default {
                        assert!(asks(&matched), "seed {seed}: {key} = {value} changes {matched:?}");
                        changed += 1;
                    }
                }
            }
        }
    }
    assert!(changed > 100, "{changed}");
}

#[test]
fn an_explicit_deny_blames_only_layers_that_deny() {
    let identity = identity(r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#);
    let policies = Policies { identity: &identity, boundary: Some(&[]), ..Policies::default() };
    let principal = ann();
    let context = Context::new();
    let request = Request {
        principal: &principal,
        action: "s3:GetObject",
        resource: BUCKET,
        resource_account: None,
        context: &context,
    };
    let explanation = explain(&request, &policies);
    let reports: Vec<_> =
        explanation.layers.iter().map(|report| (report.layer, report.blocks, report.outcome())).collect();
    assert_eq!(
        reports,
        [(Layer::Identity, true, Outcome::ExplicitDeny), (Layer::Boundary, false, Outcome::ImplicitDeny),]
    );
}
