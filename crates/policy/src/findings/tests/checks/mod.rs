//! For each check a document that yields its finding and nothing else.

mod condition_keys;
mod condition_values;
mod document;
mod principals;
mod scope;

use std::collections::BTreeSet;

use super::*;
use crate::PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};

#[test]
fn each_check_finds_what_it_looks_for_and_nothing_else() {
    let wrong: Vec<String> = rows()
        .into_iter()
        .filter_map(|(kind, text, expected)| {
            let found = shown(&super::document(&text), kind);
            (found != expected).then(|| {
                format!("{kind:?} {}\n  found    {found:#?}\n  expected {expected:#?}", text.trim_end())
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table in the documentation names every check there is here, and says so.
#[test]
fn the_documentation_lists_what_is_built() {
    let documented: BTreeSet<&str> = include_str!("../../../../../../docs/policy-findings.md")
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let (code, built) = (cells.next()?, cells.nth(1)?);
            (built.starts_with("yes")).then_some(code.trim_matches('`'))
        })
        .collect();
    let tested: BTreeSet<&str> = rows()
        .into_iter()
        .flat_map(|(_, _, expected)| expected)
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(documented, tested);
}
/// The kind of policy, the document or its statement's members, and what is found.
type Row = (PolicyKind, String, Vec<&'static str>);

fn rows() -> Vec<Row> {
    [document::rows(), scope::rows(), principals::rows(), condition_keys::rows(), condition_values::rows()]
        .concat()
}

const OK: &str = r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*""#;
const SAML: &str = r#"{"Federated":"arn:aws:iam::123456789012:saml-provider/idp"}"#;
const GITHUB: &str =
    r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#;
const WEB: &str = r#""sts:AssumeRoleWithWebIdentity""#;
const ROOT: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;

fn s3(condition: &str) -> String {
    when("s3:ListBucket", "arn:aws:s3:::b", condition)
}

fn star(condition: &str) -> String {
    when("ec2:DescribeInstances", "*", condition)
}

fn arn(arn: &str) -> String {
    format!(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"{arn}""#)
}

fn iam(action: &str, resource: &str) -> String {
    format!(r#""Effect":"Allow",{action},{resource}"#)
}
