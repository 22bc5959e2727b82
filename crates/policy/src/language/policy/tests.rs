//! What is accepted, and what each refusal says.

use proptest::prelude::*;

use super::*;

const KINDS: [PolicyKind; 7] = [
    PolicyKind::Boundary,
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::ResourceControl,
    PolicyKind::ServiceControl,
    PolicyKind::Session,
    PolicyKind::Trust,
];

fn message(kind: PolicyKind, text: &str) -> String {
    match Policy::parse(text, kind) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The answer to an identity policy with one statement.
fn statement(members: &str) -> String {
    message(PolicyKind::Identity, &format!(r#"{{"Version": "2012-10-17", "Statement": {{{members}}}}}"#))
}

fn resource(arn: &str) -> String {
    statement(&format!(r#""Effect": "Allow", "Action": "s3:*", "Resource": "{arn}""#))
}

fn action(action: &str) -> String {
    statement(&format!(r#""Effect": "Allow", "Action": "{action}", "Resource": "*""#))
}

fn trust(members: &str) -> String {
    message(
        PolicyKind::Trust,
        &format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {members}}}]}}"#),
    )
}

#[test]
fn shapes_that_are_no_policy() {
    let good = r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#;
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"Version": "2012-10-17"}"#,
        r#"{"Version": "2012-10-17", "Statement": []}"#,
        r#"{"Version": "2012-10-17", "Statement": "x"}"#,
        r#"{"Version": "2013-01-01", "Statement": []}"#,
        r#"{"Version": "2012-10-17", "Statement": [], "Extra": 1}"#,
        r#"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}"#,
    ] {
        assert_eq!(message(PolicyKind::Identity, text), "Syntax errors in policy.", "{text}");
    }
    for members in [
        r#""Action": "s3:*", "Resource": "*""#.to_owned(),
        format!(r#"{good}, "NotAction": "s3:*""#),
        format!(r#"{good}, "NotResource": "*""#),
        format!(r#"{good}, "Extra": "x""#),
        format!(r#"{good}, "Sid": 1"#),
        format!(r#"{good}, "Condition": []"#),
        format!(r#"{good}, "Condition": {{"Equal": {{"a:b": "c"}}}}"#),
        format!(r#"{good}, "Condition": {{"Bool": {{"a:b": null}}}}"#),
        format!(r#"{good}, "Condition": {{"Bool": {{"a:b": "maybe"}}}}"#),
        format!(r#"{good}, "Condition": {{"IpAddress": {{"a:b": "10.0.0.0/99"}}}}"#),
        format!(r#"{good}, "Condition": {{"NumericEquals": {{"a:b": "ten"}}}}"#),
        format!(r#"{good}, "Condition": {{"Bool": {{"aws:x": "true", "AWS:X": "false"}}}}"#),
        format!(r#"{good}, "Condition": {{"Bool": {{"a:b": "true"}}, "Bool": {{"a:c": "true"}}}}"#),
        r#""Effect": "Permit", "Action": "s3:*", "Resource": "*""#.to_owned(),
        r#""Effect": "Allow", "Action": {"a": 1}, "Resource": "*""#.to_owned(),
        r#""Effect": "Allow", "Action": ["s3:*", 1], "Resource": "*""#.to_owned(),
    ] {
        assert_eq!(statement(&members), "Syntax errors in policy.", "{members}");
    }
}

#[test]
fn shapes_that_iam_takes() {
    let good = r#""Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]"#;
    for members in [
        good.to_owned(),
        format!(r#"{good}, "Condition": {{}}"#),
        format!(r#"{good}, "Condition": {{"Equal": {{}}}}"#),
        format!(
            r#"{good}, "Condition": {{"Bool": {{"a:b": true}}, "NumericEquals": {{"a:b": [1, 2.5, "3"]}}}}"#
        ),
        format!(
            r#"{good}, "Condition": {{"DateLessThan": {{"aws:CurrentTime": "${{aws:PrincipalTag/until}}"}}}}"#
        ),
        format!(r#"{good}, "Sid": """#),
        r#""Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::b""#.to_owned(),
    ] {
        assert_eq!(statement(&members), "accepted", "{members}");
    }
}

#[test]
fn versions_by_kind() {
    let old = "Policy document must be version 2012-10-17 or greater.";
    for version in ["", r#""Version": "2008-10-17","#] {
        let text =
            format!(r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}}"#);
        assert_eq!(message(PolicyKind::Identity, &text), old);
        assert_eq!(message(PolicyKind::Session, &text), "accepted");
    }
}

#[test]
fn legacy_parsing() {
    let legacy = "The policy failed legacy parsing";
    let good = r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#;
    assert_eq!(statement(r#""Effect": "allow", "Action": "s3:*", "Resource": "*""#), legacy);
    assert_eq!(resource("arn:aws:s3::example_bucket"), legacy);
    assert_eq!(resource("arn:aws::::example_bucket"), legacy);
    let date = format!(r#"{good}, "Condition": {{"DateLessThan": {{"aws:CurrentTime": "tomorrow"}}}}"#);
    assert_eq!(statement(&date), legacy);
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {{{good}}}}}"#);
    assert_eq!(message(PolicyKind::Identity, &format!("  {text}")), legacy);
    assert_eq!(message(PolicyKind::Identity, &format!("\n{text}\n")), "accepted");
}

#[test]
fn statement_ids() {
    let with_sids = |first: &str, second: &str| {
        let one =
            |sid| format!(r#"{{"Sid": "{sid}", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#);
        let (one, two) = (one(first), one(second));
        message(PolicyKind::Identity, &format!(r#"{{"Version": "2012-10-17", "Statement": [{one}, {two}]}}"#))
    };
    assert_eq!(with_sids("a", "b"), "accepted");
    assert_eq!(with_sids("", ""), "accepted");
    assert_eq!(with_sids("a", "a"), "Statement IDs (SID) in a single policy must be unique.");
    assert!(with_sids("a", "b c").starts_with("Statement IDs (SID) must be alpha-numeric."));
}

#[test]
fn missing_actions_and_resources() {
    assert_eq!(statement(r#""Effect": "Allow", "Resource": "*""#), "Policy statement must contain actions.");
    assert_eq!(
        statement(r#""Effect": "Allow", "Action": [], "Resource": "*""#),
        "Policy statement must contain actions."
    );
    assert_eq!(
        statement(r#""Effect": "Allow", "Action": "s3:*""#),
        "Policy statement must contain resources."
    );
    assert_eq!(
        statement(r#""Effect": "Allow", "Action": "s3:*", "Resource": []"#),
        "Policy statement must contain resources."
    );
}

#[test]
fn resources() {
    for good in [
        "*",
        "arn:aws:s3:::b/*",
        "arn:${aws:Partition}:s3:::b",
        "arn:aws:iam::*:user/${aws:username}",
        "arn:aws:iam::111122223333:*",
        "arn:aws:s3:us-east-1:111122223333:accesspoint/a",
        "arn:aws:sns:*",
    ] {
        assert_eq!(resource(good), "accepted", "{good}");
    }
    let answers: Vec<String> = [
        "bucket",
        "arn:error:s3:::example_bucket",
        "arn:error:s3",
        "arn:aws:s3",
        "arn:aws:*:us-east-1:111122223333:x",
        "arn:aws:iam:us-east-1:111122223333:user/a",
        "arn:aws:s3:us-east-1:111122223333:bucket",
        "arn:aws:iam::111122223333:usr/a",
    ]
    .map(resource)
    .into();
    insta::assert_snapshot!(answers.join("\n"), @r#"
    Resource bucket must be in ARN format or "*".
    Partition "error" is not valid for resource "arn:error:s3:::example_bucket".
    Partition "error" is not valid for resource "arn:error:s3:*:*:*".
    Resource vendor must be fully qualified and cannot contain regexes.
    Resource vendor must be fully qualified and cannot contain regexes.
    IAM resource arn:aws:iam:us-east-1:111122223333:user/a cannot contain region information.
    Resource arn:aws:s3:us-east-1:111122223333:bucket can not contain region information.
    IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/, delegation-request/, role-template/.
    "#);
}

#[test]
fn actions() {
    let answers: Vec<String> =
        ["*", "s3:Get*", "execute-api:Invoke", "invalid", "s3:Get:Object", "s3*:Get", ":x", ""]
            .map(action)
            .into();
    insta::assert_snapshot!(answers.join("\n"), @r#"
    accepted
    accepted
    accepted
    Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
    Actions/Condition can contain only one colon.
    Vendor s3* is not valid
    Vendor  is not valid
    Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
    "#);
}

#[test]
fn condition_keys_have_a_vendor() {
    let members =
        r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"mfa": true}}"#;
    assert_eq!(
        statement(members),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    );
}

#[test]
fn trust_policies() {
    let answers: Vec<String> = [
        r#""Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole""#,
        r#""Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/p/a"]}, "Action": ["sts:Assume*", "sts:TagSession"]"#,
        r#""Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Resource": "*""#,
        r#""NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole""#,
        r#""Action": "sts:AssumeRole""#,
        r#""Principal": {}, "Action": "sts:AssumeRole""#,
        r#""Principal": {"AWS": "*"}, "Action": "iam:PassRole""#,
        r#""Principal": {"AWS": "*"}, "Action": "*""#,
        r#""Principal": {"AWS": "*"}, "Action": "sts:GetCallerIdentity""#,
        r#""Principal": {"AWS": "*"}"#,
        r#""Principal": {"AWS": "arn:aws:iam::12345678910:role/r"}, "Action": "sts:AssumeRole""#,
        r#""Principal": {"Service": "ec2"}, "Action": "sts:AssumeRole""#,
        r#""Principal": {"Robot": "x"}, "Action": "sts:AssumeRole""#,
        r#""Principal": "me", "Action": "sts:AssumeRole""#,
        r#""Principal": {"Federated": "arn:aws:iam//111122223333:saml-provider/idp"}, "Action": "sts:AssumeRoleWithSAML""#,
    ]
    .map(trust)
    .into();
    insta::assert_snapshot!(answers.join("\n"), @r#"
    accepted
    accepted
    Has prohibited field Resource
    Has prohibited field NotPrincipal
    Missing required field Principal
    Missing required field Principal
    AssumeRole policy may only specify STS AssumeRole actions.
    AssumeRole policy may only specify STS AssumeRole actions.
    AssumeRole policy may only specify STS AssumeRole actions.
    Policy statement must contain actions.
    Invalid principal in policy: "AWS":"arn:aws:iam::12345678910:role/r"
    Invalid principal in policy: "SERVICE":"ec2"
    Syntax errors in policy.
    Invalid principal in policy: "AWS":"me"
    Federated principals must be valid domain names or SAML metadata ARNs
    "#);
    assert_eq!(message(PolicyKind::Trust, "{"), "This policy contains invalid Json");
    assert_eq!(
        message(
            PolicyKind::Trust,
            r#" {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}}"#
        ),
        "JSON strings must not have leading spaces"
    );
    assert_eq!(
        message(
            PolicyKind::Trust,
            r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}}"#
        ),
        "accepted"
    );
}

#[test]
fn principals_only_where_they_belong() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
        "Action": "s3:*", "Resource": "*"}}"#;
    let should_not = "Policy document should not specify a principal.";
    assert_eq!(message(PolicyKind::Identity, text), should_not);
    assert_eq!(message(PolicyKind::Boundary, text), should_not);
    assert_eq!(message(PolicyKind::Session, text), should_not);
    assert_eq!(message(PolicyKind::Resource, text), "accepted");
    let organizations =
        "The provided policy document does not meet the requirements of the specified policy type.";
    assert_eq!(message(PolicyKind::ServiceControl, text), organizations);
    assert_eq!(message(PolicyKind::ResourceControl, text), organizations, "customers may only deny");
    assert_eq!(message(PolicyKind::ResourceControl, &text.replace("Allow", "Deny")), "accepted");
    assert_eq!(message(PolicyKind::ResourceControl, &text.replace("s3:*", "*")), "accepted");
    let named = text.replace(r#""*","#, r#"{"AWS": "111122223333"},"#).replace("Allow", "Deny");
    assert_eq!(message(PolicyKind::ResourceControl, &named), organizations);
}

#[test]
fn tells_size_positions_and_principals() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Id\": \"a b\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"111122223333\"},\n     \"Action\": \"s3:*\"}\n  ]\n}";
    let policy = Policy::parse(text, PolicyKind::Resource).unwrap();
    let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    assert_eq!(policy.size(), compact.len() + 1, "the blank inside the Id counts");
    assert_eq!(policy.id(), Some("a b"));
    let span = policy.statements()[0].span();
    assert_eq!((span.start.line, span.start.column, span.end.line, span.end.column), (5, 5, 6, 23));
    assert!(text.get(span.start_byte..span.end_byte).unwrap().starts_with("{\"Effect\""));
    let names: Vec<_> = policy.principals().collect();
    assert_eq!(names[0].principal_type, "AWS");
    assert_eq!(text.get(names[0].start_byte..names[0].end_byte), Some("\"111122223333\""));
}

#[test]
fn errors_say_where() {
    let text = "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\",\n  \"Action\": \"s3\", \"Resource\": \"*\"}}";
    let position = Policy::parse(text, PolicyKind::Identity).unwrap_err().position.unwrap();
    assert_eq!((position.line, position.column), (3, 13));
}

#[test]
fn hostile_documents_end_soon() {
    let big = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": [{}"s3:*"], "Resource": "*"}}}}"#,
        "\"s3:*a*a*a*a*a\",".repeat(10_000)
    );
    assert_eq!(message(PolicyKind::Identity, &big), "accepted");
    let many = format!(r#"{{"Statement": {{{}"Effect": "Allow"}}}}"#, "\"Sid\": \"\", ".repeat(10_000));
    for text in [many, "[".repeat(1_000_000), format!("{{\"Id\": \"{}\"}}", "x".repeat(1_000_000))] {
        assert_eq!(message(PolicyKind::Identity, &text), "Syntax errors in policy.");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,80}") {
        for kind in KINDS {
            let _ = Policy::parse(&text, kind);
        }
    }

    #[test]
    fn so_is_any_arrangement_of_policy_words(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"Statement\"", "\"Effect\"", "\"Allow\"", "\"Action\"", "\"s3:*\"",
            "\"Resource\"", "\"*\"", "\"Principal\"", "\"AWS\"", "\"Condition\"", "\"StringLike\"", "1", "true",
            "\"Version\"", "\"2012-10-17\"", "\"${\"", "\"arn:aws:s3:::${aws:username}\"",
        ]), 0..40))
    {
        for kind in KINDS {
            let _ = Policy::parse(&words.concat(), kind);
        }
    }

    #[test]
    fn values_of_any_text_are_parsed_or_refused(value in "[a-z0-9:*?${}', /.\\-é]{0,40}", operator in proptest::sample::select(
        vec!["StringLike", "ArnLike", "NumericLessThan", "DateLessThan", "IpAddress", "Bool", "BinaryEquals", "Null"]))
    {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Principal": "*", "Action": "{value}",
            "Resource": "{value}", "Condition": {{"{operator}": {{"a:b": "{value}"}}}}}}}}"#);
        for kind in KINDS {
            let _ = Policy::parse(&text, kind);
        }
    }
}
