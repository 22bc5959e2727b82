//! Documents made to hurt, and documents made by chance.

use proptest::prelude::*;

use super::*;
use crate::PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};

#[test]
fn hostile_documents_cost_little_and_are_still_answered() {
    let list = |element: &str, count: usize| vec![format!("\"{element}\""); count].join(",");
    let numbered = |before: &str, after: &str, count: usize| {
        (0..count).map(|index| format!("\"{before}{index}{after}\"")).collect::<Vec<_>>().join(",")
    };
    let statement = |actions: &str, resources: &str| {
        document(&format!(r#""Effect":"Allow","Action":[{actions}],"Resource":[{resources}]"#))
    };
    let texts = [
        "[".repeat(250_000),
        "{\"a\":".repeat(40_000),
        statement(&list("s3:*", 30_000), "\"*\""),
        statement(&numbered("s3:*a*b*c", "*", 12_000), "\"*\""),
        statement(&numbered("nothing", ":x", 15_000), "\"*\""),
        statement("\"s3:*\"", &numbered("arn:aws:ec2:us-east-1:123456789012:*a*b*c", "*", 4_000)),
        statement(
            "\"s3:*\"",
            &list(&format!("arn:aws:ec2:us-east-1:123456789012:{}", "*a".repeat(500)), 200),
        ),
        statement("\"s3:*\"", &numbered(&format!("arn:aws:s3:::*{}", "a".repeat(1_000)), "b", 200)),
        statement("\"s3:*\"", &list(&"${".repeat(1_000), 100)),
        statement("\"s3:*\"", &format!("\"arn:aws:s3:::{}\"", "${ }".repeat(60_000))),
        document(&trusted(
            &format!(r#"{{"Federated":[{}]}}"#, list("idp.example", 5_000)),
            &format!("[{}]", list("sts:AssumeRole", 5_000)),
            &format!(
                r#","Condition":{{"StringEquals":{{{}}}}}"#,
                (0..2_000)
                    .map(|index| format!(r#""aws:RequestTag/{index}":"a""#))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        )),
        document(&format!(
            r#""Effect":"Allow","Action":[{}],"Resource":"*","Condition":{{"StringEquals":{{{}}}}}"#,
            list("iam:GetRole", 8_000),
            (0..2_000).map(|index| format!(r#""aws:ResourceTag/{index}":"a""#)).collect::<Vec<_>>().join(",")
        )),
        document(&when(
            "s3:*",
            "*",
            &format!(
                r#""StringLike":{{{}}}"#,
                (0..9_000).map(|index| format!(r#""a{index}:k":"*""#)).collect::<Vec<_>>().join(",")
            ),
        )),
        document(&format!(
            r#""Effect":"Allow","Action":[{}],"Resource":"*","Condition":{{"StringEquals":{{{}}}}}"#,
            list("iam:GetRole", 8_000),
            (0..2_000)
                .map(|index| format!(r#""s3:ExistingObjectTag/{index}":"a""#))
                .collect::<Vec<_>>()
                .join(",")
        )),
    ];
    for text in texts {
        for kind in [Identity, Trust] {
            let found = findings(&text, kind);
            assert!(!found.is_empty() && found.len() <= 1_000);
            assert!(found.iter().all(|finding| finding.locations.len() <= 100));
        }
    }
}

fn kinds() -> impl Strategy<Value = PolicyKind> {
    prop::sample::select(vec![
        PolicyKind::Boundary,
        Identity,
        Resource,
        ResourceControl,
        ServiceControl,
        PolicyKind::Session,
        Trust,
    ])
}

/// Documents put together from what policies are made of, and what they are not.
fn documents() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "Version",
        "2012-10-17",
        "Statement",
        "Effect",
        "Allow",
        "Action",
        "NotAction",
        "s3:Get*",
        "Resource",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:iam::*:role/é",
        "*",
        "Principal",
        "AWS",
        "Service",
        "Federated",
        "Condition",
        "StringLike",
        "ForAllValues:Bool",
        "aws:SourceIp",
        "aws:userid",
        "\\u00e9\\ud83d\\ude00${",
        "",
        "${}",
        "sts:AssumeRole",
        "iam:PassRole",
        "é:é",
        "IpAddress",
        "10.0.0.1/8",
        "NumericLessThan",
        "Sid",
    ]);
    let leaf = prop_oneof![
        4 => words.clone().prop_map(|word| format!("\"{word}\"")),
        1 => prop::sample::select(vec!["1", "true", "null", "[]", "{}", " 1e9 "]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        let member =
            (words.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\" :\n {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|list| format!("[{}]", list.join(", "))),
            prop::collection::vec(member, 0..6).prop_map(|list| format!("{{{}}}", list.join(",\t"))),
        ]
    })
}

/// Documents of one statement, of the right shape but for a value or two.
fn statements() -> impl Strategy<Value = String> {
    let one_of = |values: &[&str]| {
        prop::sample::select(values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>())
    };
    let version = one_of(&["\"2012-10-17\"", "\"2012\""]);
    let sid = one_of(&["", "\"Sid\":\"a\",", "\"Sid\":\"a-b\",", "\"Sid\":\"\","]);
    let effect = one_of(&["\"Allow\"", "\"Deny\"", "\"allow\""]);
    let action = one_of(&[
        "\"*\"",
        "\"s3:GetObject\"",
        "\"s3:Get*\"",
        "\"s*:Get\"",
        "\"GetObject\"",
        "\"a:b:c\"",
        "\"sts:AssumeRole\"",
        "[]",
        "\":\"",
        "\"sts:*\"",
        "\"s3:é\"",
    ]);
    let resource = one_of(&[
        "",
        ",\"Resource\":\"*\"",
        ",\"Resource\":\"arn:aws:s3:::b\"",
        ",\"Resource\":\"b\"",
        ",\"Resource\":\"arn:aws:s3\"",
        ",\"Resource\":\"arn:x:s3:::b\"",
        ",\"Resource\":\"arn:aws:*:::b\"",
        ",\"Resource\":\"arn:aws:iam:*:123456789012:role/r\"",
        ",\"Resource\":\"arn:aws:iam::123456789012:r\"",
        ",\"NotResource\":[]",
        ",\"Resource\":\"arn:aws::::b\"",
        ",\"Resource\":\"arn:aws:s3:*::b\"",
        ",\"Resource\":\"${aws:username}\"",
        ",\"Resource\":\"*a\"",
    ]);
    let principal = one_of(&[
        "",
        ",\"Principal\":\"*\"",
        ",\"Principal\":\"a\"",
        ",\"Principal\":{}",
        ",\"Principal\":{\"AWS\":\"*\"}",
        ",\"Principal\":{\"AWS\":\"123456789012\"}",
        ",\"Principal\":{\"AWS\":\"a\"}",
        ",\"Principal\":{\"Service\":\"a\"}",
        ",\"Principal\":{\"Service\":\"*\"}",
        ",\"Principal\":{\"Federated\":\"a.b\"}",
        ",\"Principal\":{\"Federated\":\"\"}",
        ",\"NotPrincipal\":{\"AWS\":[]}",
        ",\"Principal\":{\"CanonicalUser\":\"-\"}",
    ]);
    let condition = one_of(&[
        "",
        ",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"x\"}}",
        ",\"Condition\":{\"StringEquals\":{\"a\":\"b\"}}",
        ",\"Condition\":{\"DateEquals\":{\"aws:CurrentTime\":\"x\"}}",
        ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"x\"}}",
        ",\"Condition\":{\"NumericEquals\":{\"s3:max-keys\":\"x\"}}",
        ",\"Condition\":{\"X\":{\"a:b\":\"c\"}}",
    ]);
    (version, sid, effect, action, resource, principal, condition).prop_map(
        |(version, sid, effect, action, resource, principal, condition)| {
            format!(
                r#"{{"Version":{version},"Statement":{{{sid}"Effect":{effect},
                    "Action":{action}{resource}{principal}{condition}}}}}"#
            )
        },
    )
}

fn holds_together(text: &str, kind: PolicyKind) {
    let length = text.chars().count();
    let lines = text.matches('\n').count() + 1;
    for finding in findings(text, kind) {
        assert!(!finding.locations.is_empty() && !finding.details.is_empty(), "{finding:?}");
        for place in finding.locations {
            assert!(place.start <= place.end && place.start.offset <= place.end.offset, "{place:?}");
            assert!(place.end.offset <= length && (1..=lines).contains(&place.end.line), "{place:?}");
            assert!(place.start.column <= place.start.offset, "{place:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}", kind in kinds()) {
        holds_together(&text, kind);
    }

    #[test]
    fn any_document_is_answered(text in documents(), kind in kinds()) {
        holds_together(&text, kind);
    }

    /// Not always an error: AWS only suggests not to leave lists empty, and warns of values of the wrong type.
    #[test]
    fn what_is_refused_has_a_finding(text in statements(), kind in kinds()) {
        if let Err(error) = crate::Policy::parse(&text, kind) {
            prop_assert!(!findings(&text, kind).is_empty(), "{kind:?} {text}: {error}");
        }
    }

    #[test]
    fn any_statement_is_answered(actions in "[a-z3:*?${}é\\\\]{0,20}", resource in "arn:aws:[a-z3*]{0,4}:[*a-z$\\{:\\}/']{0,20}", key in "(aws:)?[a-zA-Z/:]{0,12}", value in "[a-z*?$\\{\\}:,' é]{0,20}", kind in kinds()) {
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{},"Resource":{},
                "Condition":{{"StringLike":{{{}:{}}}}}}}}}"#,
            json(&actions), json(&resource), json(&key), json(&value)
        );
        holds_together(&text, kind);
    }
}
