//! How cases are read, completed and answered.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::request::context::ContextValue;

const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";

fn allow(members: &Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "*"});
    statement.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({"Version": "2012-10-17", "Statement": statement})
}

fn user() -> Value {
    json!({"type": "User", "arn": "arn:aws:iam::111122223333:user/p/ann"})
}

fn case(principal: &Value, context: &Value, policies: &Value) -> Value {
    json!({"id": "c", "request": {"principal": principal, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
        "resource_account": "111122223333", "context": context}, "policies": policies})
}

fn parse(case: &Value) -> Case {
    Case::parse(&case.to_string()).unwrap_or_else(|error| panic!("{error}: {case}"))
}

fn error(case: &Value) -> String {
    Case::parse(&case.to_string()).expect_err("the case is wrong").message
}

fn decide(principal: &Value, context: &Value, policies: &Value) -> String {
    let case = parse(&case(principal, context, policies));
    let answer = case.answer();
    std::iter::once(answer.decision).chain(answer.blocked_by).collect::<Vec<_>>().join(" ")
}

#[test]
fn answers_with_the_statements_and_their_places() {
    let text = r#"{"id": "read", "request": {"principal": {"type": "User", "arn": "arn:aws:iam::111122223333:user/ann"},
        "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"},
        "policies": {"identity": [
            {"Version": "2012-10-17",
             "Statement": {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}},
            "{\"Version\": \"2012-10-17\",\n\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}"]}}"#;
    let answer = serde_json::to_string_pretty(&Case::parse(text).unwrap().answer()).unwrap();
    insta::assert_snapshot!(answer, @r#"
    {
      "id": "read",
      "decision": "allowed",
      "blocked_by": [],
      "matched": [
        {
          "layer": "identity",
          "policy": "identity[0]",
          "statement": 0,
          "sid": "Read",
          "effect": "Allow",
          "start": {
            "line": 2,
            "column": 27
          },
          "end": {
            "line": 2,
            "column": 99
          }
        },
        {
          "layer": "identity",
          "policy": "identity[1]",
          "statement": 0,
          "effect": "Allow",
          "start": {
            "line": 2,
            "column": 15
          },
          "end": {
            "line": 2,
            "column": 66
          }
        }
      ]
    }
    "#);
}

#[test]
fn says_what_cannot_be_read() {
    let good = case(&user(), &json!({}), &json!({}));
    let with = |place: &str, value: Value| {
        let mut case = good.clone();
        let (parent, member) = place.rsplit_once('/').unwrap();
        case.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(member.to_owned(), value);
        error(&case)
    };
    let answers = [
        with("/extra", json!(1)),
        with("/request/extra", json!(1)),
        with("/request/principal/extra", json!(1)),
        with("/policies/extra", json!([])),
        with("/request/resource_account", json!("12")),
        with("/request/context/a:b", json!(1)),
        with("/request/context/a:b", json!({"x": "y"})),
        with("/policies/identity", json!({})),
        with("/policies/identity", json!([1])),
        with("/policies/identity", json!([allow(&json!({"Resource": "*"})), {}])),
        with("/policies/identity", json!([allow(&json!({"Resource": "*", "Principal": "*"}))])),
        with("/policies/resource", json!("{\n\"Statement\": x}")),
        with("/policies/resource", allow(&json!({}))),
        with("/policies/scp", json!([[], [{"Statement": []}]])),
        with("/policies/rcp", json!([[allow(&json!({"Principal": "*", "Resource": "arn:aws:s3:::b"}))]])),
        with("/policies/endpoint", json!([allow(&json!({}))])),
        with("/request/principal/type", json!("Group")),
        with("/request/principal/arn", json!("arn:aws:iam::111122223333:user/")),
        with("/request/principal/arn", json!("arn:aws:iam::111122223333:role/r")),
        with("/request/principal/account", json!("444455556666")),
        with("/request/principal/service", json!("ec2.amazonaws.com")),
        with("/request/principal/issuer", json!("arn:aws:iam::111122223333:role/r")),
        with("/expect", json!({"decision": "maybe"})),
        with("/expect", json!({"decision": "allowed", "blocked_by": ["law"]})),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r#"
    unknown field `extra`, expected one of `id`, `request`, `policies`, `expect`, `why` at line 1 column 217
    unknown field `extra`, expected one of `principal`, `action`, `resource`, `resource_account`, `context` at line 1 column 202
    unknown field `extra`, expected one of `type`, `arn`, `account`, `service`, `issuer` at line 1 column 100
    unknown field `extra`, expected one of `identity`, `boundary`, `session`, `resource`, `scp`, `rcp`, `endpoint` at line 1 column 215
    request.resource_account: must be the 12 digits of an account
    the value of a condition key must be a string or a list of strings at line 1 column 201
    the value of a condition key must be a string or a list of strings at line 1 column 209
    invalid type: map, expected a sequence at line 1 column 219
    a policy must be an object or a string that holds one at line 1 column 222
    policies.identity[1]: Syntax errors in policy. (line 1, column 1)
    policies.identity[0]: Policy document should not specify a principal. (line 1, column 95)
    policies.resource: Syntax errors in policy. (line 2, column 14)
    policies.resource: Missing required field Principal (line 1, column 37)
    policies.scp[1][0]: The provided policy document does not meet the requirements of the specified policy type. (line 1, column 14)
    policies.rcp[0][0]: The provided policy document does not meet the requirements of the specified policy type. (line 1, column 37)
    policies.endpoint[0]: Missing required field Principal (line 1, column 37)
    unknown variant `Group`, expected one of `Anonymous`, `AssumedRole`, `Federated`, `FederatedUser`, `Role`, `Root`, `Service`, `User` at line 1 column 48
    request.principal: arn: must be of the form arn:aws:iam::ACCOUNT:user/NAME
    request.principal: arn: must be of the form arn:aws:iam::ACCOUNT:user/NAME
    request.principal: account: is another than the ARN's
    request.principal: service: this type of principal has none
    request.principal: issuer: this type of principal has none
    expect.decision: maybe is no decision
    expect.blocked_by: law is no layer
    "#);
}

#[test]
fn an_error_carries_the_id_where_it_can() {
    let written = |text: &str| serde_json::to_string(&Case::parse(text).unwrap_err()).unwrap();
    insta::assert_snapshot!(written(r#"{"id": "x", "policies": {}}"#), @r#"{"id":"x","error":"missing field `request` at line 1 column 27"}"#);
    insta::assert_snapshot!(written(r#"{"id": 7, "policies": {}}"#), @r#"{"id":7,"error":"missing field `request` at line 1 column 25"}"#);
    insta::assert_snapshot!(written(r#"{"request": {}}"#), @r#"{"error":"missing field `principal` at line 1 column 14"}"#);
    insta::assert_snapshot!(written(r#"{"id": "x", "id": "y"}"#), @r#"{"error":"duplicate field `id` at line 1 column 16"}"#);
    insta::assert_snapshot!(written(&"[".repeat(10_000)), @r#"{"error":"recursion limit exceeded at line 1 column 128"}"#);
    insta::assert_snapshot!(written(&" ".repeat(MAX_CASE_BYTES + 1)), @r#"{"error":"a case may have at most 4194304 bytes"}"#);
}

#[test]
fn condition_keys_come_once_whatever_their_case() {
    let text = case(&user(), &json!({}), &json!({})).to_string();
    let twice =
        text.replace(r#""context":{}"#, r#""context":{"aws:SourceIp":"1.2.3.4","AWS:sourceip":"1.2.3.4"}"#);
    assert_ne!(text, twice);
    let error = Case::parse(&twice).unwrap_err().message;
    assert!(error.starts_with("the condition key aws:sourceip comes twice"), "{error}");
}

#[test]
fn fills_in_what_follows_from_the_principal() {
    let keys = |principal: Value, context: Value| {
        let case = parse(&case(&principal, &context, &json!({})));
        let keys = case.context.iter().map(|(key, value)| format!("{key}={}", value.values().join(",")));
        keys.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(keys(user(), json!({})), @r#"
    aws:principalaccount=111122223333
    aws:principalarn=arn:aws:iam::111122223333:user/p/ann
    aws:principalisawsservice=false
    aws:principaltype=User
    aws:resourceaccount=111122223333
    aws:username=ann
    "#);
    insta::assert_snapshot!(keys(user(), json!({"aws:userid": "AIDAX", "AWS:username": "bob", "aws:TagKeys": ["a"],
        "aws:ResourceAccount": "444455556666"})), @r#"
    aws:principalaccount=111122223333
    aws:principalarn=arn:aws:iam::111122223333:user/p/ann
    aws:principalisawsservice=false
    aws:principaltype=User
    aws:resourceaccount=444455556666
    aws:tagkeys=a
    aws:userid=AIDAX
    aws:username=bob
    "#);
    insta::assert_snapshot!(keys(json!({"type": "AssumedRole", "arn": SESSION}), json!({"aws:userid": "AROAX:s"})), @r#"
    aws:principalaccount=111122223333
    aws:principalarn=arn:aws:iam::111122223333:role/r
    aws:principalisawsservice=false
    aws:principaltype=AssumedRole
    aws:resourceaccount=111122223333
    aws:userid=AROAX:s
    "#);
    insta::assert_snapshot!(keys(json!({"type": "Root", "account": "111122223333"}), json!({})), @r#"
    aws:principalaccount=111122223333
    aws:principalarn=arn:aws:iam::111122223333:root
    aws:principalisawsservice=false
    aws:principaltype=Account
    aws:resourceaccount=111122223333
    aws:userid=111122223333
    "#);
    insta::assert_snapshot!(keys(json!({"type": "Service", "service": "sns.amazonaws.com"}), json!({})), @r#"
    aws:principalisawsservice=true
    aws:principalservicename=sns.amazonaws.com
    aws:principalservicenameslist=sns.amazonaws.com
    aws:resourceaccount=111122223333
    "#);
    insta::assert_snapshot!(keys(json!({"type": "Anonymous"}), json!({})), @r#"
    aws:principalaccount=anonymous
    aws:principaltype=Anonymous
    aws:resourceaccount=111122223333
    aws:userid=anonymous
    "#);
    insta::assert_snapshot!(
        keys(json!({"type": "FederatedUser", "arn": "arn:aws:sts::111122223333:federated-user/f"}), json!({})), @r#"
    aws:principalaccount=111122223333
    aws:principalarn=arn:aws:sts::111122223333:federated-user/f
    aws:principalisawsservice=false
    aws:principaltype=FederatedUser
    aws:resourceaccount=111122223333
    aws:userid=111122223333:f
    "#);
}

/// A trust or bucket policy that allows whom it names.
fn naming(principal: &str) -> Value {
    json!({"resource": allow(&json!({"Principal": {"AWS": principal}, "Resource": "*"}))})
}

#[test]
fn the_role_of_a_session() {
    let session = json!({"type": "AssumedRole", "arn": SESSION});
    let none = json!({});
    for (principal, context, named, expected) in [
        (&session, &none, "arn:aws:iam::111122223333:role/r", "allowed"),
        (&session, &none, "arn:aws:iam::111122223333:role/p/q/r", "allowed"),
        (&session, &none, "arn:aws:iam::111122223333:role/p/R", "implicitDeny identity"),
        (&session, &none, "arn:aws:iam::444455556666:role/r", "implicitDeny identity"),
        (&session, &none, "arn:aws-cn:iam::111122223333:role/r", "implicitDeny identity"),
        (&session, &none, "arn:aws:iam::111122223333:user/r", "implicitDeny identity"),
        (
            &session,
            &json!({"aws:PrincipalArn": "arn:aws:iam::111122223333:role/r"}),
            "arn:aws:iam::111122223333:role/p/r",
            "implicitDeny identity",
        ),
        (
            &session,
            &json!({"aws:PrincipalArn": "arn:aws:iam::111122223333:role/p/r"}),
            "arn:aws:iam::111122223333:role/p/r",
            "allowed",
        ),
        (
            &json!({"type": "AssumedRole", "arn": SESSION, "issuer": "arn:aws:iam::111122223333:role/p/r"}),
            &none,
            "arn:aws:iam::111122223333:role/r",
            "implicitDeny identity",
        ),
    ] {
        assert_eq!(decide(principal, context, &naming(named)), expected, "{principal} {context} {named}");
    }
    let both = json!({"resource": allow(&json!({"Resource": "*", "Principal": {"AWS":
        ["arn:aws:iam::111122223333:role/r", "arn:aws:iam::111122223333:role/p/r"]}}))});
    assert_eq!(
        error(&case(&session, &none, &both)),
        "request.principal: issuer: must tell the ARN of the session's role, since it could be \
         arn:aws:iam::111122223333:role/p/r or arn:aws:iam::111122223333:role/r"
    );
    for arn in ["arn:aws:iam::111122223333:role/other", "arn:aws:iam::444455556666:role/r", "x"] {
        let wrong = "must be the ARN of the session's role";
        let context = json!({"aws:PrincipalArn": arn});
        let expected = format!("request.principal: aws:PrincipalArn: {wrong}");
        assert_eq!(error(&case(&session, &context, &json!({}))), expected);
        let session = json!({"type": "AssumedRole", "arn": SESSION, "issuer": arn});
        let expected = format!("request.principal: issuer: {wrong}");
        assert_eq!(error(&case(&session, &none, &json!({}))), expected);
    }
}

#[test]
fn the_inferred_role_is_the_one_that_conditions_see() {
    let session = json!({"type": "AssumedRole", "arn": SESSION});
    let policies = naming("arn:aws:iam::111122223333:role/p/r");
    let case = parse(&case(&session, &json!({}), &policies));
    let expected = ContextValue::from("arn:aws:iam::111122223333:role/p/r");
    assert_eq!(case.context.get("aws:PrincipalArn"), Some(&expected));
}

#[test]
fn what_is_not_known_of_a_principal_allows_nothing() {
    let deny = |principal: Value| {
        json!({"identity": [allow(&json!({"Resource": "*"}))], "resource": {"Version": "2012-10-17",
            "Statement": {"Effect": "Deny", "Principal": principal, "Action": "*", "Resource": "*"}}})
    };
    let by_id = deny(json!({"AWS": "AIDAAAAAAAAAAAAAAAAAA"}));
    let hint =
        "request.principal: aws:userid: must tell the principal's AIDA... id, since a policy denies by id";
    assert_eq!(error(&case(&user(), &json!({}), &by_id)), hint);
    assert_eq!(
        decide(&user(), &json!({"aws:userid": "AIDAAAAAAAAAAAAAAAAAA"}), &by_id),
        "explicitDeny resource"
    );
    assert_eq!(decide(&user(), &json!({"aws:userid": "AIDABBBBBBBBBBBBBBBBB"}), &by_id), "allowed");

    let arn = "arn:aws:sts::111122223333:federated-user/f";
    let federated = json!({"type": "FederatedUser", "arn": arn});
    let ann = "arn:aws:iam::111122223333:user/ann";
    let by_user = deny(json!({"AWS": ann}));
    let hint =
        "request.principal: issuer: must tell the user behind the session, since a policy denies users";
    assert_eq!(error(&case(&federated, &json!({}), &by_user)), hint);
    let known = json!({"type": "FederatedUser", "arn": arn, "issuer": ann});
    assert_eq!(decide(&known, &json!({}), &by_user), "explicitDeny resource");
    assert_eq!(decide(&federated, &json!({}), &naming(ann)), "implicitDeny identity session");
}

#[test]
fn roles_and_keys_demand_their_own_policy() {
    let ask = |action: &str, resource: &str, resource_policy: Value| {
        let identity = allow(&json!({"Resource": "*"}));
        let case = json!({"id": "c", "request": {"principal": user(), "action": action, "resource": resource},
            "policies": {"identity": [identity], "resource": resource_policy}});
        match Case::parse(&case.to_string()) {
            Ok(case) => {
                let answer = case.answer();
                std::iter::once(answer.decision).chain(answer.blocked_by).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.message,
        }
    };
    let role = "arn:aws:iam::111122223333:role/p/r";
    let key = "arn:aws:kms:us-east-1:111122223333:key/1234";
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "111122223333"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}});
    let key_policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}});
    for (action, resource, policy, expected) in [
        ("sts:AssumeRole", role, Value::Null, "implicitDeny trust"),
        ("STS:assumerole", role, trust.clone(), "allowed"),
        ("sts:TagSession", role, trust.clone(), "allowed"),
        ("sts:SetSourceIdentity", role, trust.clone(), "implicitDeny trust"),
        ("sts:SetContext", role, trust.clone(), "implicitDeny trust"),
        ("sts:AssumeRole", "*", Value::Null, "implicitDeny trust"),
        ("sts:TagSession", "arn:aws:sts::111122223333:federated-user/f", Value::Null, "allowed"),
        (
            "sts:AssumeRole",
            role,
            key_policy.clone(),
            "policies.resource: Has prohibited field Resource (line 1, column 118)",
        ),
        ("iam:GetRole", role, Value::Null, "allowed"),
        ("kms:Decrypt", key, Value::Null, "implicitDeny resource"),
        ("kms:Decrypt", key, key_policy.clone(), "allowed"),
        ("kms:CreateKey", "*", Value::Null, "allowed"),
        ("kms:CreateAlias", "arn:aws:kms:us-east-1:111122223333:alias/a", Value::Null, "allowed"),
    ] {
        assert_eq!(ask(action, resource, policy), expected, "{action} {resource}");
    }
}

#[test]
fn identity_policies_of_the_old_version_are_evaluated() {
    let old = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${aws:username}"}});
    assert_eq!(decide(&user(), &json!({}), &json!({"identity": [old]})), "implicitDeny identity");
    let plain =
        json!({"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    assert_eq!(decide(&user(), &json!({}), &json!({"identity": [plain]})), "allowed");
}

proptest! {
    /// A case with a piece cut out or put in is read, refused, or still the same case; never believed half.
    #[test]
    fn damaged_cases_are_read_or_refused(at in 0usize..600, length in 0usize..6, piece in "[\\[\\]{}\",:a*\\\\0]{0,3}") {
        let policies = json!({"identity": [allow(&json!({"Resource": "*"}))], "scp": [[]], "boundary": null});
        let text = case(&user(), &json!({"aws:TagKeys": ["a"]}), &policies).to_string();
        let damaged: String =
            text.chars().take(at).chain(piece.chars()).chain(text.chars().skip(at + length)).collect();
        match Case::parse(&damaged) {
            Ok(case) => prop_assert_eq!(&case.answer().id, case.id()),
            Err(error) => prop_assert!(!error.message.is_empty()),
        }
    }
}

#[test]
fn service_linked_roles_are_known_by_their_path() {
    let scp =
        json!([[{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}]]);
    let policies = json!({"identity": [allow(&json!({"Resource": "*"}))], "scp": scp.clone()});
    let role = |path: &str| json!({"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{path}r")});
    assert_eq!(decide(&role("aws-service-role/x.amazonaws.com/"), &json!({}), &policies), "allowed");
    assert_eq!(decide(&role(""), &json!({}), &policies), "explicitDeny scp");
    assert_eq!(decide(&role("a/aws-service-role/"), &json!({}), &policies), "explicitDeny scp");

    let arn = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/r";
    let session = json!({"type": "AssumedRole", "arn": SESSION});
    let named = json!({"scp": scp, "resource": naming(arn)["resource"]});
    assert_eq!(decide(&session, &json!({}), &named), "explicitDeny scp", "a policy's word is not enough");
    assert_eq!(decide(&session, &json!({"aws:PrincipalArn": arn}), &named), "allowed");
}
