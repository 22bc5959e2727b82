mod checks;
mod good;
mod hostile;

use super::*;
use crate::PolicyKind::{Identity, Trust};

/// One line a finding: its code, then the path of each location and the text there. `<name>` is a member name itself,
/// `3+2` the two characters from the third on.
fn shown(text: &str, kind: PolicyKind) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let location = |location: &Location| {
        let path = location.path.iter().map(|element| match element {
            PathElement::Index(index) => index.to_string(),
            PathElement::Key(name) => format!("<{name}>"),
            PathElement::Substring { start, length } => format!("{start}+{length}"),
            PathElement::Value(name) => name.clone(),
        });
        let path: Vec<_> = path.collect();
        let there: String = characters[location.start.offset..location.end.offset].iter().collect();
        let there = if there.len() > 42 { "...".to_owned() } else { there };
        format!("{} {there}", path.join("/"))
    };
    let finding = |finding: Finding| {
        let locations: Vec<_> = finding.locations.iter().map(location).collect();
        format!("{}: {}", finding.issue_code, locations.join(" & "))
    };
    findings(text, kind).into_iter().map(finding).collect()
}

/// A document of one statement with these members, unless it is a whole document already.
fn document(text: &str) -> String {
    if text.starts_with(['{', '[']) || !text.starts_with('"') {
        text.to_owned()
    } else {
        format!(r#"{{"Version":"2012-10-17","Statement":[{{{text}}}]}}"#)
    }
}

/// An Allow of an action on a resource, with the members of its condition.
fn when(action: &str, resource: &str, condition: &str) -> String {
    format!(r#""Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{{{condition}}}"#)
}

/// A statement of a resource policy.
fn granted(principal: &str, rest: &str) -> String {
    format!(
        r#""Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"{rest}"#
    )
}

/// A statement of a trust policy.
fn trusted(principal: &str, actions: &str, rest: &str) -> String {
    format!(r#""Effect":"Allow","Principal":{principal},"Action":{actions}{rest}"#)
}

/// A Deny of a resource control policy.
fn controlled(actions: &str, rest: &str) -> String {
    format!(r#""Effect":"Deny","Principal":"*","Action":"{actions}","Resource":"*"{rest}"#)
}

/// The document and the answer of AWS's own example of `validate-policy` in the AWS CLI, positions included. The
/// audience is two characters longer than printed there, as it was when AWS answered.
#[test]
fn the_example_of_the_aws_cli() {
    let text = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "",
            "Effect": "Allow",
            "Principal": {
                "Federated": "cognito-identity.amazonaws.com"
            },
            "Action": [
                "sts:AssumeRole",
                "sts:TagSession"
            ],
            "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": "us-west-2_EXAMPLE.."
                }
            }
        }
    ]
}"#;
    let at = |position: FindingPosition| (position.line, position.column, position.offset);
    let found: Vec<_> = findings(text, Trust)
        .into_iter()
        .map(|finding| {
            let spans: Vec<_> =
                finding.locations.iter().map(|place| (at(place.start), at(place.end))).collect();
            (finding.finding_type.as_str(), finding.issue_code, spans)
        })
        .collect();
    let principal = ((8, 29, 170), (8, 61, 202));
    assert_eq!(
        found,
        [
            ("SUGGESTION", "EMPTY_SID_VALUE", vec![((5, 19, 79), (5, 21, 81))]),
            ("ERROR", "MISMATCHED_ACTION_FOR_PRINCIPAL", vec![((11, 16, 258), (11, 32, 274)), principal]),
            (
                "ERROR",
                "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
                vec![((12, 16, 292), (12, 32, 308)), ((16, 58, 443), (16, 79, 464))]
            ),
        ]
    );
}

#[test]
fn administrators_may_pass_every_role() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let codes: Vec<_> = findings(text, Identity).into_iter().map(|finding| finding.issue_code).collect();
    assert_eq!(
        codes,
        ["PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"]
    );
}

#[test]
fn several_faults_are_found_at_once() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Gett","Resource":"b"},
        {"Effect":1,"Action":["a4:x",2],"Resource":"*","Other":{}}, 7]}"#;
    assert_eq!(
        shown(text, Identity),
        [
            "INVALID_ACTION: Statement/0/Action \"s3:Gett\"",
            "INVALID_ARN_PREFIX: Statement/0/Resource \"b\"",
            "DATA_TYPE_MISMATCH: Statement/1/Effect 1",
            "INVALID_SERVICE_IN_ACTION: Statement/1/Action/0 \"a4:x\"",
            "DATA_TYPE_MISMATCH: Statement/1/Action/1 2",
            "INVALID_POLICY_ELEMENT: Statement/1/<Other> \"Other\"",
            "DATA_TYPE_MISMATCH: Statement/2 7",
        ]
    );
}

#[test]
fn suggestions_and_links() {
    let text = document(r#""Effect":"Allow","Action":["s3:GetObjects","dynamdb:GetItem"],"Resource":"*""#);
    let found = findings(&text, Identity);
    let details: Vec<_> = found.iter().map(|finding| finding.details.as_str()).collect();
    assert_eq!(
        details,
        [
            "There is no action s3:GetObjects. Did you mean s3:GetObject?",
            "There is no service with the prefix of the action dynamdb:GetItem. Did you mean dynamodb?",
        ]
    );
    assert_eq!(
        found[0].learn_more_link(),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html\
         #access-analyzer-reference-policy-checks-error-invalid-action"
    );
}
