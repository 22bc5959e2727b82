//! Documents and requests made to cost much or to be misread: each is bounded and answered, none is believed.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::sync::Arc;

use policy::case::Case;
use policy::{
    Bundle, Context, Outcome, Policies, Policy, PolicyKind, Principal, Query, Request, Source, decide,
    evaluate,
};

const KINDS: [PolicyKind; 7] = [
    PolicyKind::Boundary,
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::ResourceControl,
    PolicyKind::ServiceControl,
    PolicyKind::Session,
    PolicyKind::Trust,
];
const ARN: &str = "arn:aws:iam::111122223333:user/ann";

fn refused_by_all(what: &str, text: &str) {
    for kind in KINDS {
        let error = Policy::parse(text, kind).map(|_| ()).expect_err(what);
        assert!(error.message.len() < 400, "{what}: the answer repeats the document");
    }
}

fn identity(members: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {members}}}}}"#)
}

/// What both evaluators make of a request by a user with one identity policy.
fn outcome(document: &str, action: &str, resource: &str, context: &Context) -> Outcome {
    let policy = Policy::parse(document, PolicyKind::Identity).unwrap_or_else(|error| panic!("{error}"));
    let sources = [Source::new("p", "user", Arc::new(policy))];
    let principal = Principal::user("111122223333", ARN, "AIDAEXAMPLE");
    let request = Request { principal: &principal, action, resource, resource_account: None, context };
    let policies = Policies { identity: &sources, ..Policies::default() };
    let outcome = evaluate(&request, &policies).outcome;
    assert_eq!(decide(&Query::new(&request), &[&Bundle::new(&policies)]).outcome(), outcome);
    outcome
}

#[test]
fn too_long_documents_are_refused_before_they_are_read() {
    let megabyte = "a".repeat(1_048_576);
    refused_by_all("a long string", &identity(&format!(r#""Action": "s3:{megabyte}", "Resource": "*""#)));
    refused_by_all("white space", &" ".repeat(1_048_576));
    refused_by_all("an unclosed string", &format!("\"{megabyte}"));
    refused_by_all("a list", &format!("[{}1]", "1,".repeat(524_288)));
}

#[test]
fn deep_documents_are_refused() {
    for (open, close) in [("[", "]"), (r#"{"Statement":"#, "}"), (r#"{"Statement":["#, "]}")] {
        for depth in [13, 127, 128, 129, 10_000] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            refused_by_all("a deep document", &text);
        }
        refused_by_all("an unclosed deep document", &open.repeat(10_000));
    }
    let nested = format!("{}\"*\"{}", "[".repeat(100), "]".repeat(100));
    refused_by_all("a deep element", &identity(&format!(r#""Action": {nested}, "Resource": "*""#)));
}

#[test]
fn repeated_members_are_refused_however_they_are_written() {
    for members in [
        r#""Action": "s3:*", "Action": "iam:*", "Resource": "*""#,
        r#""Action": "s3:*", "\u0041ction": "iam:*", "Resource": "*""#,
        r#""Action": "s3:*", "Resource": "*", "Effect": "Deny""#,
        r#""Action": "s3:*", "Resource": "*", "Condition": {}, "Condition": {}"#,
        r#""Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a:b": "true", "a:\u0062": "false"}}"#,
        r#""Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a:b": "true"}, "B\u006fol": {}}"#,
    ] {
        refused_by_all(members, &identity(members));
    }
}

#[test]
fn odd_characters_are_refused_or_are_plain_text() {
    refused_by_all("a raw NUL", &identity("\"Action\": \"s3:\0\", \"Resource\": \"*\""));
    refused_by_all("a line break in a string", &identity("\"Action\": \"s3:\n\", \"Resource\": \"*\""));
    refused_by_all("a lone surrogate", &identity(r#""Action": "s3:\ud800", "Resource": "*""#));
    refused_by_all(
        "surrogates the wrong way round",
        &identity(r#""Action": "s3:\udc00\ud800", "Resource": "*""#),
    );
    refused_by_all(
        "a byte order mark",
        &format!("\u{feff}{}", identity(r#""Action": "*", "Resource": "*""#)),
    );
    refused_by_all("full-width letters", &identity(r#""Ａction": "*", "Resource": "*""#));
    refused_by_all("no-break space", &identity("\"Action\":\u{a0}\"*\", \"Resource\": \"*\""));

    let context = Context::new();
    let nul = identity(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/\u0000*""#);
    assert_eq!(outcome(&nul, "s3:GetObject", "arn:aws:s3:::b/", &context), Outcome::ImplicitDeny);
    assert_eq!(outcome(&nul, "s3:GetObject", "arn:aws:s3:::b/\0x", &context), Outcome::Allowed);
    // A letter and the same with a combining accent are different texts, and `?` is one character, not one byte.
    let accent = identity(r#""Action": "s3:*", "Resource": "arn:aws:s3:::b/?""#);
    assert_eq!(outcome(&accent, "s3:GetObject", "arn:aws:s3:::b/\u{e9}", &context), Outcome::Allowed);
    assert_eq!(outcome(&accent, "s3:GetObject", "arn:aws:s3:::b/e\u{301}", &context), Outcome::ImplicitDeny);
    // A right-to-left override does not hide what follows.
    let hidden = identity("\"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::b/\u{202e}x\"");
    assert_eq!(outcome(&hidden, "s3:GetObject", "arn:aws:s3:::b/x", &context), Outcome::ImplicitDeny);
}

#[test]
fn huge_numbers_are_compared_digit_by_digit_or_refused() {
    let with = |number: &str| {
        identity(&format!(
            r#""Action": "*", "Resource": "*", "Condition": {{"NumericLessThan": {{"k:n": {number}}}}}"#
        ))
    };
    let digits = "9".repeat(100_000);
    let context: Context = [("k:n", "8".repeat(100_000))].into_iter().collect();
    assert_eq!(outcome(&with(&digits), "s3:GetObject", "*", &context), Outcome::Allowed);
    let longer: Context = [("k:n", "1".repeat(100_001))].into_iter().collect();
    assert_eq!(outcome(&with(&digits), "s3:GetObject", "*", &longer), Outcome::ImplicitDeny);
    for number in ["1e999999999", "1e99999999999999999999999", "-1e401", "0x10", "NaN", "1."] {
        let answers = KINDS.map(|kind| Policy::parse(&with(number), kind).is_err());
        assert_eq!(answers, [true; 7], "{number}");
    }
    for value in ["1e999999999", "1e400", "inf", "", " "] {
        let context: Context = [("k:n", value)].into_iter().collect();
        assert_eq!(outcome(&with("5"), "s3:GetObject", "*", &context), Outcome::ImplicitDeny, "{value:?}");
    }
}

/// Patterns that make matchers with backtracking run for ages. The work here is at most length times length.
#[test]
fn patterns_of_many_stars_are_matched_without_backtracking() {
    let context: Context = [("k:t", "a".repeat(4_000))].into_iter().collect();
    for (pattern, expected) in [
        (format!("{}b", "*a".repeat(2_000)), Outcome::ImplicitDeny),
        (format!("{}*", "*a".repeat(2_000)), Outcome::Allowed),
        (format!("*{}b*", "?".repeat(2_000)), Outcome::ImplicitDeny),
        (format!("{}b", "*?a".repeat(1_000)), Outcome::ImplicitDeny),
        (format!("{}b", "*${k:missing, 'aa'}".repeat(500)), Outcome::ImplicitDeny),
        (format!("{}*", "${k:t}".repeat(400)), Outcome::ImplicitDeny),
    ] {
        let text = identity(&format!(
            r#""Action": "*", "Resource": "*", "Condition": {{"StringLike": {{"k:t": "{pattern}"}}}}"#
        ));
        assert_eq!(outcome(&text, "s3:GetObject", "*", &context), expected, "{pattern:.30}");
    }
    let resource = format!("arn:aws:s3:::{}", "a".repeat(20_000));
    let text = identity(&format!(r#""Action": "*", "Resource": "arn:aws:s3:::{}b""#, "*a".repeat(5_000)));
    assert_eq!(outcome(&text, "s3:GetObject", &resource, &Context::new()), Outcome::ImplicitDeny);
    let text = identity(&format!(r#""Action": "s3:{}b", "Resource": "*""#, "*a".repeat(5_000)));
    let action = format!("s3:{}", "a".repeat(20_000));
    assert_eq!(outcome(&text, &action, "*", &Context::new()), Outcome::ImplicitDeny);
}

#[test]
fn unclosed_variables_cost_no_square_time_and_are_plain_text() {
    let many = "${".repeat(50_000);
    let text = identity(&format!(
        r#""Action": "*", "Resource": "*", "Condition": {{"StringEquals": {{"k:t": "{many}"}}}}"#
    ));
    let context: Context = [("k:t", many.as_str())].into_iter().collect();
    assert_eq!(outcome(&text, "s3:GetObject", "*", &context), Outcome::Allowed);
}

/// A value that a variable brings in is neither pattern nor variable.
#[test]
fn values_of_the_request_stay_plain_text() {
    let text = identity(r#""Action": "*", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/t}/*""#);
    for value in ["*", "?", "${aws:PrincipalTag/t}", "${*}", "a/../b", "ann/*", ""] {
        let context: Context = [("aws:PrincipalTag/t", value)].into_iter().collect();
        let own = format!("arn:aws:s3:::b/{value}/x");
        assert_eq!(outcome(&text, "s3:GetObject", &own, &context), Outcome::Allowed, "{value:?}");
        let other = outcome(&text, "s3:GetObject", "arn:aws:s3:::b/bob/x", &context);
        assert_eq!(other, Outcome::ImplicitDeny, "{value:?}");
    }
    // A colon in it does not begin another part.
    let parts = identity(r#""Action": "*", "Resource": "arn:aws:iam::${k:account}:user/*""#);
    let context: Context = [("k:account", "1:user/x")].into_iter().collect();
    assert_eq!(
        outcome(&parts, "iam:GetUser", "arn:aws:iam::1:user/x:user/y", &context),
        Outcome::ImplicitDeny
    );
}

/// As many statements, values and keys as a document can hold: read, indexed and decided.
#[test]
fn full_documents_are_decided() {
    let mut statements = String::new();
    for number in 0..2_000 {
        let _ = write!(
            statements,
            r#"{{"Effect": "Deny", "Action": "s3:Put{number}*", "Resource": "arn:aws:s3:::b{number}/*"}},"#
        );
    }
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{statements} {{"Effect": "Allow", "Action": "*", "Resource": "*"}}]}}"#
    );
    let context = Context::new();
    assert_eq!(outcome(&text, "s3:Put1999x", "arn:aws:s3:::b1999/k", &context), Outcome::ExplicitDeny);
    assert_eq!(outcome(&text, "s3:Put1999x", "arn:aws:s3:::b1998/k", &context), Outcome::Allowed);

    let values: Vec<String> =
        (0..9_000).map(|number| format!("\"10.{}.{}.0/24\"", number / 250, number % 250)).collect();
    let text = identity(&format!(
        r#""Action": "*", "Resource": "*", "Condition": {{"IpAddress": {{"aws:SourceIp": [{}]}}}}"#,
        values.join(",")
    ));
    for (address, expected) in [("10.35.249.9", Outcome::Allowed), ("10.36.0.1", Outcome::ImplicitDeny)] {
        let context: Context = [("aws:SourceIp", address)].into_iter().collect();
        assert_eq!(outcome(&text, "s3:GetObject", "*", &context), expected, "{address}");
    }

    let keys: Vec<String> = (0..1_500).map(|number| format!(r#""k:{number}": "v""#)).collect();
    let text = identity(&format!(
        r#""Action": "*", "Resource": "*", "Condition": {{"StringEquals": {{{}}}}}"#,
        keys.join(",")
    ));
    let mut context: Context = (0..1_500).map(|number| (format!("k:{number}"), "v")).collect();
    assert_eq!(outcome(&text, "s3:GetObject", "*", &context), Outcome::Allowed);
    context.insert("k:1499", "w");
    assert_eq!(outcome(&text, "s3:GetObject", "*", &context), Outcome::ImplicitDeny);
}

#[test]
fn hostile_cases_are_errors_and_say_so_briefly() {
    let deep = format!(r#"{{"id": "x", "request": {}}}"#, "[".repeat(100_000));
    let long_name = format!(r#"{{"id": "x", "{}": 1}}"#, "a".repeat(1_000_000));
    let big_policy = format!(
        r#"{{"id": "x", "request": {{"principal": {{"type": "Root", "account": "111122223333"}}, "action": "s3:GetObject",
        "resource": "*"}}, "policies": {{"identity": ["{}"]}}}}"#,
        "a".repeat(1_000_000)
    );
    for text in [deep.as_str(), &long_name, &big_policy, "", "null", "[]", "{\"id\": \"\\ud800\"}", "\u{0}"] {
        let error = Case::parse(text).expect_err("no case").message;
        assert!(!error.is_empty() && error.len() < 500, "{} bytes", error.len());
    }
}
