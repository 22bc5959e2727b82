use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};

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

fn rows() -> Vec<(PolicyKind, String, Vec<&'static str>)> {
    let ok = r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*""#;
    let s3 = |condition| when("s3:ListBucket", "arn:aws:s3:::b", condition);
    let star = |condition| when("ec2:DescribeInstances", "*", condition);
    let arn = |arn: &str| format!(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"{arn}""#);
    let iam = |action: &str, resource: &str| format!(r#""Effect":"Allow",{action},{resource}"#);
    let saml = r#"{"Federated":"arn:aws:iam::123456789012:saml-provider/idp"}"#;
    let github =
        r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#;
    let web = r#""sts:AssumeRoleWithWebIdentity""#;
    let root = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
    vec![
        // Shape.
        (Identity, "{\"Version\": x}".into(), vec!["JSON_SYNTAX_ERROR:  x"]),
        (Identity, r#"{"a":1,"a":2}"#.into(), vec!["JSON_SYNTAX_ERROR:  {"]),
        (Identity, "[]".into(), vec!["DATA_TYPE_MISMATCH:  []"]),
        (
            Identity,
            r#"{"Version":"2012-10-17"}"#.into(),
            vec![r#"MISSING_STATEMENT:  {"Version":"2012-10-17"}"#],
        ),
        (
            Identity,
            r#"{"Version":"2012-10-17","Statement":[]}"#.into(),
            vec!["MISSING_STATEMENT: Statement []"],
        ),
        (
            Identity,
            format!("{ok},\"effect\":1"),
            vec!["INVALID_POLICY_ELEMENT: Statement/0/<effect> \"effect\""],
        ),
        (
            Identity,
            format!("{ok},\"NotAction\":\"s3:GetObject\""),
            vec![
                "UNSUPPORTED_ELEMENT_COMBINATION: Statement/0/Action \"s3:GetObject\" & Statement/0/NotAction \"s3:GetObject\"",
            ],
        ),
        (
            Identity,
            r#""Effect":"allow","Action":"s3:GetObject","Resource":"*""#.into(),
            vec!["INVALID_EFFECT: Statement/0/Effect \"allow\""],
        ),
        (
            Identity,
            r#""Action":"s3:GetObject","Resource":"*""#.into(),
            vec![r#"MISSING_EFFECT: Statement/0 {"Action":"s3:GetObject","Resource":"*"}"#],
        ),
        (
            Identity,
            r#""Effect":"Deny","Resource":"*""#.into(),
            vec![r#"MISSING_ACTION: Statement/0 {"Effect":"Deny","Resource":"*"}"#],
        ),
        (
            Identity,
            r#""Effect":"Deny","Action":"*""#.into(),
            vec![r#"MISSING_RESOURCE: Statement/0 {"Effect":"Deny","Action":"*"}"#],
        ),
        (Resource, ok.into(), vec!["MISSING_PRINCIPAL: Statement/0 ..."]),
        (
            Identity,
            r#""Effect":"Allow","Action":[],"Resource":"*""#.into(),
            vec!["EMPTY_ARRAY_ACTION: Statement/0/Action []"],
        ),
        (
            Identity,
            r#""Effect":"Allow","Action":"s3:*","Resource":[]"#.into(),
            vec!["EMPTY_ARRAY_RESOURCE: Statement/0/Resource []"],
        ),
        (Resource, granted("{}", ""), vec!["EMPTY_OBJECT_PRINCIPAL: Statement/0/Principal {}"]),
        (Resource, granted(r#"{"AWS":[]}"#, ""), vec!["EMPTY_ARRAY_PRINCIPAL: Statement/0/Principal/AWS []"]),
        (Resource, granted("\"x\"", ""), vec!["INVALID_PRINCIPAL_FORMAT: Statement/0/Principal \"x\""]),
        (
            Resource,
            granted(r#"{"Aws":"*"}"#, ""),
            vec!["INVALID_PRINCIPAL_KEY: Statement/0/Principal/<Aws> \"Aws\""],
        ),
        (Identity, s3(""), vec!["EMPTY_OBJECT_CONDITION: Statement/0/Condition {}"]),
        (
            Identity,
            s3(r#""StringIs":{"aws:username":"a"}"#),
            vec!["INVALID_CONDITION_OPERATOR: Statement/0/Condition/<StringIs> \"StringIs\""],
        ),
        (
            Identity,
            s3(r#""NullIfExists":{"aws:username":"true"}"#),
            vec!["NULL_WITH_IF_EXISTS: Statement/0/Condition/<NullIfExists> \"NullIfExists\""],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"aws:username":["a",1]}"#),
            vec!["INVALID_CONDITION_DATA_TYPE: Statement/0/Condition/StringEquals/aws:username [\"a\",1]"],
        ),
        // Version, Sid, size.
        (Identity, format!(r#"{{"Statement":{{{ok}}}}}"#), vec!["MISSING_VERSION:  ..."]),
        (
            Identity,
            format!(r#"{{"Version":"2012","Statement":{{{ok}}}}}"#),
            vec!["INVALID_VERSION: Version \"2012\""],
        ),
        (Identity, format!("\"Sid\":\"\",{ok}"), vec!["EMPTY_SID_VALUE: Statement/0/Sid \"\""]),
        (Identity, format!("\"Sid\":\"a b\",{ok}"), vec!["UNSUPPORTED_SID: Statement/0/Sid \"a b\""]),
        (
            Identity,
            format!(r#""Sid":"a",{ok}}},{{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*""#),
            vec!["UNIQUE_SIDS_REQUIRED: Statement/0/Sid \"a\" & Statement/1/Sid \"a\""],
        ),
        (
            Resource,
            format!(
                r#""Sid":"a",{}}},{{"Sid":"a","Principal":"*","Effect":"Deny","Action":"s3:*","Resource":"*""#,
                granted(root, "")
            ),
            vec!["UNIQUE_SIDS_RECOMMENDED: Statement/0/Sid \"a\" & Statement/1/Sid \"a\""],
        ),
        (
            Identity,
            format!("\"Sid\":\"{}\",{ok}", "a".repeat(6100)),
            vec!["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA:  ..."],
        ),
        (
            Trust,
            format!("\"Sid\":\"{}\",{}", "a".repeat(2048), trusted(root, "\"sts:AssumeRole\"", "")),
            vec!["POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA:  ..."],
        ),
        (ServiceControl, format!("{ok}{}", " ".repeat(5100)), vec!["POLICY_SIZE_EXCEEDS_SCP_QUOTA:  ..."]),
        (
            ResourceControl,
            format!("{}{}", controlled("s3:*", ""), " ".repeat(5100)),
            vec!["POLICY_SIZE_EXCEEDS_RCP_QUOTA:  ..."],
        ),
        (Resource, " ".repeat(300_000), vec!["POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA:  ..."]),
        // Actions.
        (
            Identity,
            arn("*").replace("s3:GetObject", "s3:GetObjects"),
            vec!["INVALID_ACTION: Statement/0/Action \"s3:GetObjects\""],
        ),
        (
            Identity,
            arn("*").replace("s3:GetObject", "s3:Gett*"),
            vec!["INVALID_ACTION: Statement/0/Action \"s3:Gett*\""],
        ),
        (
            Identity,
            arn("*").replace("s3:GetObject", "s4:GetObject"),
            vec!["INVALID_SERVICE_IN_ACTION: Statement/0/Action \"s4:GetObject\""],
        ),
        (
            ServiceControl,
            ok.replace("s3:GetObject", "s3:*Object"),
            vec!["SCP_SYNTAX_ERROR_ACTION_WILDCARD: Statement/0/Action \"s3:*Object\""],
        ),
        (
            Identity,
            r#""Effect":"Allow","Action":["s3:GetObject","s3:Get*"],"Resource":"*""#.into(),
            vec!["REDUNDANT_ACTION: Statement/0/Action/0 \"s3:GetObject\""],
        ),
        // Resources.
        (
            Identity,
            arn("arn:aws:s3:us-east-1::b"),
            vec!["ARN_REGION_NOT_ALLOWED: Statement/0/Resource/11+9 us-east-1"],
        ),
        (Identity, arn("arn:aws:s3:*:*:b"), vec!["ARN_REGION_NOT_ALLOWED: Statement/0/Resource/11+1 *"]),
        (
            Identity,
            arn("arn:aws:s3::123456789012:b"),
            vec!["ARN_ACCOUNT_NOT_ALLOWED: Statement/0/Resource/12+12 123456789012"],
        ),
        (
            Identity,
            arn("arn:aws:iam::1234:role/r"),
            vec!["INVALID_ARN_ACCOUNT: Statement/0/Resource/13+4 1234"],
        ),
        (Identity, arn("aws:s3:::b"), vec!["INVALID_ARN_PREFIX: Statement/0/Resource \"aws:s3:::b\""]),
        (
            Identity,
            arn("arn:aws:sns:us-east:123456789012:t"),
            vec!["INVALID_ARN_REGION: Statement/0/Resource/12+7 us-east"],
        ),
        (
            Identity,
            arn("arn:aws:iam::123456789012:rolle/r"),
            vec!["INVALID_ARN_RESOURCE: Statement/0/Resource/26+7 rolle/r"],
        ),
        (Identity, arn("arn:aws:S3:::b"), vec!["INVALID_ARN_SERVICE_CASE: Statement/0/Resource/8+2 S3"]),
        (Identity, arn("arn:azure:s3:::b"), vec!["INVALID_PARTITION: Statement/0/Resource/4+5 azure"]),
        (Identity, arn("arn:aws:s4:::b"), vec!["INVALID_SERVICE: Statement/0/Resource/8+2 s4"]),
        (Identity, arn("arn:aws:s3"), vec!["MISSING_ARN_FIELD: Statement/0/Resource \"arn:aws:s3\""]),
        (
            Identity,
            arn("arn:aws:sns::123456789012:t"),
            vec!["MISSING_ARN_REGION: Statement/0/Resource \"arn:aws:sns::123456789012:t\""],
        ),
        (
            Identity,
            arn("arn:aws:sns:us-east-1::t"),
            vec!["MISSING_ARN_ACCOUNT: Statement/0/Resource \"arn:aws:sns:us-east-1::t\""],
        ),
        (
            Identity,
            arn("arn:aws:*code*:us-east-1:123456789012:p"),
            vec!["WILDCARD_IN_SERVICE_NAME: Statement/0/Resource/8+6 *code*"],
        ),
        (
            Identity,
            r#""Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b/x"]"#
                .into(),
            vec!["REDUNDANT_RESOURCE: Statement/0/Resource/1 \"arn:aws:s3:::b/x\""],
        ),
        (
            Identity,
            format!("{ok}}},{{\"Sid\":\"x\",{ok}"),
            vec!["REDUNDANT_STATEMENT: Statement/0 ... & Statement/1 ..."],
        ),
        // Principals.
        (
            Identity,
            format!("{ok},\"Principal\":\"*\""),
            vec!["UNSUPPORTED_PRINCIPAL: Statement/0/Principal \"*\""],
        ),
        (
            ServiceControl,
            format!("{ok},\"Principal\":\"*\""),
            vec!["SCP_SYNTAX_ERROR_PRINCIPAL: Statement/0/Principal \"*\""],
        ),
        (
            Resource,
            granted(r#"{"AWS":"arn:aws:iam::123456789012:role/*"}"#, ""),
            vec![
                "UNSUPPORTED_WILDCARD_IN_PRINCIPAL: Statement/0/Principal/AWS \"arn:aws:iam::123456789012:role/*\"",
            ],
        ),
        (
            Resource,
            granted(r#"{"AWS":"AROAAAAAAAAAAAAAAAAAA"}"#, ""),
            vec!["INVALID_ROLE_REFERENCE: Statement/0/Principal/AWS \"AROAAAAAAAAAAAAAAAAAA\""],
        ),
        (
            Resource,
            granted(r#"{"AWS":["AIDAAAAAAAAAAAAAAAAAA"]}"#, ""),
            vec!["INVALID_USER_REFERENCE: Statement/0/Principal/AWS/0 \"AIDAAAAAAAAAAAAAAAAAA\""],
        ),
        (
            Resource,
            granted(r#"{"Federated":"accounts.google.com"}"#, ""),
            vec![
                "FEDERATED_PRINCIPAL_NOT_SUPPORTED: Statement/0/Principal/Federated \"accounts.google.com\"",
            ],
        ),
        (
            Resource,
            granted(root, "").replace("\"Principal\"", "\"NotPrincipal\""),
            vec![
                "ALLOW_WITH_NOT_PRINCIPAL: Statement/0/NotPrincipal {\"AWS\":\"arn:aws:iam::123456789012:root\"}",
            ],
        ),
        (
            Resource,
            granted(r#"{"Service":"sns.amazonaws.com"}"#, ""),
            vec!["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL: Statement/0/Principal/Service \"sns.amazonaws.com\""],
        ),
        (
            Resource,
            granted(
                r#"{"Service":"sns"}"#,
                r#","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#,
            ),
            vec!["INVALID_SERVICE_PRINCIPAL_FORMAT: Statement/0/Principal/Service \"sns\""],
        ),
        (
            Resource,
            granted(
                r#"{"Service":"sns.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012","aws:PrincipalOrgID":"o-1234567890"}}"#,
            ),
            vec![
                "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: Statement/0/Condition/StringEquals/<aws:PrincipalOrgID> \"aws:PrincipalOrgID\"",
            ],
        ),
        (
            Resource,
            granted(
                r#"{"Service":"sns.amazonaws.com"}"#,
                r#","Condition":{"StringEquals":{"aws:Referer":"123456789012"}}"#,
            ),
            vec![
                "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL: Statement/0/Condition/StringEquals/<aws:Referer> \"aws:Referer\"",
                "UNTRUSTWORTHY_CONDITION_KEY: Statement/0/Condition/StringEquals/<aws:Referer> \"aws:Referer\"",
            ],
        ),
        (
            Resource,
            granted(root, r#","Condition":{"StringEquals":{"s3:ResourceAccount":"123456789012"}}"#),
            vec![
                "IRRELEVANT_CONDITION_KEY_IN_POLICY: Statement/0/Condition/StringEquals/<s3:ResourceAccount> \"s3:ResourceAccount\"",
            ],
        ),
        // Trust.
        (
            Trust,
            trusted(root, "\"sts:AssumeRole\"", ",\"Resource\":\"*\""),
            vec!["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: Statement/0/Resource \"*\""],
        ),
        (
            Trust,
            trusted(root, "\"sts:AssumeRole\"", "").replace("\"Principal\"", "\"NotPrincipal\""),
            vec![
                "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL: Statement/0/NotPrincipal {\"AWS\":\"arn:aws:iam::123456789012:root\"}",
            ],
        ),
        (
            Trust,
            trusted("\"*\"", "\"sts:AssumeRole\"", ""),
            vec!["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL: Statement/0/Principal \"*\""],
        ),
        (
            Trust,
            trusted(root, "\"s3:GetObject\"", ""),
            vec!["UNSUPPORTED_ACTION_IN_POLICY: Statement/0/Action \"s3:GetObject\""],
        ),
        (
            Trust,
            trusted(saml, "\"sts:AssumeRole\"", ""),
            vec![
                "MISMATCHED_ACTION_FOR_PRINCIPAL: Statement/0/Action \"sts:AssumeRole\" & Statement/0/Principal/Federated ...",
            ],
        ),
        (
            Trust,
            trusted(
                r#"{"Federated":"idp"}"#,
                web,
                ",\"Condition\":{\"StringEquals\":{\"idp.example:aud\":\"a\"}}",
            ),
            vec![
                "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY: Statement/0/Principal/Federated \"idp\"",
                "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: Statement/0/Principal/Federated \"idp\"",
            ],
        ),
        (
            Trust,
            trusted(r#"{"Federated":"accounts.google.com"}"#, web, ""),
            vec![
                "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: Statement/0/Principal/Federated \"accounts.google.com\"",
            ],
        ),
        (
            Trust,
            trusted(github, web, ""),
            vec!["MISSING_GITHUB_REPO_CONDITION_KEY: Statement/0/Principal/Federated ..."],
        ),
        (
            Trust,
            trusted(
                github,
                web,
                r#","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:o/*"}}"#,
            ),
            vec![
                "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED: \
             Statement/0/Condition/StringLike/token.actions.githubusercontent.com:sub \"repo:o/*\"",
            ],
        ),
        (
            Trust,
            trusted(r#"{"Service":"rolesanywhere.amazonaws.com"}"#, "\"sts:AssumeRole\"", ""),
            vec![
                "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY: Statement/0/Principal/Service \"rolesanywhere.amazonaws.com\"",
            ],
        ),
        (
            Trust,
            trusted(
                root,
                "\"sts:AssumeRole\"",
                r#","Condition":{"StringEquals":{"sts:SourceIdentity":"ann"}}"#,
            ),
            vec![
                "MISSING_ACTION_FOR_CONDITION_KEY: Statement/0/Condition/StringEquals/<sts:SourceIdentity> \"sts:SourceIdentity\"",
            ],
        ),
        (
            Trust,
            trusted(
                r#"{"AWS":["arn:aws:iam::123456789012:role/p/r","arn:aws:sts::123456789012:assumed-role/r/s"]}"#,
                "\"sts:AssumeRole\"",
                "",
            ),
            vec!["REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY: Statement/0/Principal/AWS/1 ..."],
        ),
        (
            Trust,
            trusted(
                r#"{"Federated":"idp.example"}"#,
                web,
                r#","Condition":{"ForAnyValue:StringEquals":{"idp.example:aud":"a"}}"#,
            ),
            vec![
                "CONFIRM_AUDIENCE_CLAIM_TYPE: Statement/0/Condition/ForAnyValue:StringEquals/<idp.example:aud> \"idp.example:aud\"",
            ],
        ),
        (
            Trust,
            trusted(
                r#"{"Federated":"accounts.google.com"}"#,
                web,
                r#","Condition":{"ForAnyValue:StringEquals":{"accounts.google.com:aud":"a"}}"#,
            ),
            vec![
                "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE: \
             Statement/0/Condition/ForAnyValue:StringEquals/<accounts.google.com:aud> \"accounts.google.com:aud\"",
            ],
        ),
        // Resource control policies.
        (
            ResourceControl,
            controlled("s3:*", "").replace("\"*\",\"Action", "{\"AWS\":\"123456789012\"},\"Action"),
            vec!["RCP_SYNTAX_ERROR_PRINCIPAL: Statement/0/Principal {\"AWS\":\"123456789012\"}"],
        ),
        (
            ResourceControl,
            controlled("s3:*", "")
                .replace("Deny", "Allow")
                .replace("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:s3:::b\""),
            vec!["RCP_SYNTAX_ERROR_ALLOW: Statement/0 ..."],
        ),
        (
            ResourceControl,
            controlled("s3:*", "").replace("Action", "NotAction"),
            vec!["RCP_SYNTAX_ERROR_NOTACTION: Statement/0/NotAction \"s3:*\""],
        ),
        (
            ResourceControl,
            controlled("ec2:*", ""),
            vec!["RCP_SYNTAX_ERROR_ACTION: Statement/0/Action \"ec2:*\""],
        ),
        (
            ResourceControl,
            controlled("s3:*", r#","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1234567890"}}"#),
            vec![
                "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY: Statement/0/Condition/StringNotEquals/<aws:PrincipalOrgID> \"aws:PrincipalOrgID\"",
            ],
        ),
        (
            ResourceControl,
            controlled(
                "s3:*",
                r#","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-1234567890"},"Null":{"aws:SourceArn":"false"}}"#,
            ),
            vec![
                "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY: Statement/0/Condition/StringNotEquals/<aws:SourceOrgID> \"aws:SourceOrgID\"",
            ],
        ),
        (
            ResourceControl,
            controlled(
                "s3:*",
                r#","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-1234567890"},"BoolIfExists":{"aws:PrincipalIsAWSService":"true"}}"#,
            ),
            vec![
                "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK: Statement/0/Condition/StringNotEquals/<aws:SourceOrgID> \"aws:SourceOrgID\"",
            ],
        ),
        // Condition keys.
        (
            Identity,
            s3(r#""StringEquals":{"s3:prefix":"a","S3:Prefix":"b"}"#),
            vec![
                "DUPLICATE_KEYS_WITH_DIFFERENT_CASE: Statement/0/Condition/StringEquals/<s3:prefix> \"s3:prefix\" & \
             Statement/0/Condition/StringEquals/<S3:Prefix> \"S3:Prefix\"",
            ],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"prefix":"a"}"#),
            vec!["INVALID_CONDITION_KEY_FORMAT: Statement/0/Condition/StringEquals/<prefix> \"prefix\""],
        ),
        (
            Identity,
            s3(r#""ArnEquals":{"aws:ARN":"a"}"#),
            vec!["UNSUPPORTED_GLOBAL_CONDITION_KEY: Statement/0/Condition/ArnEquals/<aws:ARN> \"aws:ARN\""],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"aws:Prefix":"a"}"#),
            vec![
                "INVALID_GLOBAL_CONDITION_KEY: Statement/0/Condition/StringEquals/<aws:Prefix> \"aws:Prefix\"",
            ],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"s3:Prefixes":"a"}"#),
            vec![
                "INVALID_SERVICE_CONDITION_KEY: Statement/0/Condition/StringEquals/<s3:Prefixes> \"s3:Prefixes\"",
            ],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"s4:prefix":"a"}"#),
            vec!["INVALID_SERVICE: Statement/0/Condition/StringEquals/<s4:prefix> \"s4:prefix\""],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"aws:PrincipalTag/":"a"}"#),
            vec![
                "MISSING_TAG_KEY_IN_CONDITION: Statement/0/Condition/StringEquals/<aws:PrincipalTag/> \"aws:PrincipalTag/\"",
            ],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"aws:PrincipalOrgPaths":"o-1234567890/"}"#),
            vec![
                "MISSING_QUALIFIER: Statement/0/Condition/StringEquals/<aws:PrincipalOrgPaths> \"aws:PrincipalOrgPaths\"",
            ],
        ),
        (
            Identity,
            s3(r#""ForAllValues:StringEquals":{"aws:username":"a"}"#),
            vec![
                "FORALLVALUES_WITH_SINGLE_VALUED_KEY: Statement/0/Condition/ForAllValues:StringEquals/<aws:username> \"aws:username\"",
            ],
        ),
        (
            Identity,
            s3(r#""ForAnyValue:Null":{"aws:username":"true"}"#),
            vec!["NULL_WITH_QUALIFIER: Statement/0/Condition/<ForAnyValue:Null> \"ForAnyValue:Null\""],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}"#),
            vec![
                "UNSUPPORTED_ACTION_FOR_CONDITION_KEY: Statement/0/Action \"s3:ListBucket\" & \
             Statement/0/Condition/StringEquals/iam:PassedToService \"ec2.amazonaws.com\"",
            ],
        ),
        (
            Identity,
            when("sqs:SendMessage", "*", r#""StringEquals":{"aws:UserAgent":"x"}"#),
            vec![
                "UNTRUSTWORTHY_CONDITION_KEY: Statement/0/Condition/StringEquals/<aws:UserAgent> \"aws:UserAgent\"",
            ],
        ),
        (
            Identity,
            when("sts:GetCallerIdentity", "*", r#""StringEquals":{"aws:ResourceTag/a":"x"}"#),
            vec![
                "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: Statement/0/Action \"sts:GetCallerIdentity\" & \
             Statement/0/Condition/StringEquals/<aws:ResourceTag/a> \"aws:ResourceTag/a\"",
            ],
        ),
        (
            Identity,
            when("sts:GetCallerIdentity", "*", r#""StringEquals":{"aws:ResourceTag/a":"x"}"#)
                .replace("Allow", "Deny"),
            vec![
                "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: Statement/0/Action \"sts:GetCallerIdentity\" & \
             Statement/0/Condition/StringEquals/<aws:ResourceTag/a> \"aws:ResourceTag/a\"",
            ],
        ),
        (
            Identity,
            when("iam:*", "arn:aws:s3:::b", r#""StringEquals":{"aws:ResourceTag/a":"x"}"#)
                .replace("Action", "NotAction"),
            vec![
                "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: \
             Statement/0/Condition/StringEquals/<aws:ResourceTag/a> \"aws:ResourceTag/a\"",
            ],
        ),
        (
            Identity,
            when("iam:*", "*", r#""StringEquals":{"aws:ResourceTag/a":"x"}"#)
                .replace("Action", "NotAction")
                .replace("Allow", "Deny"),
            vec![
                "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE: \
             Statement/0/Condition/StringEquals/<aws:ResourceTag/a> \"aws:ResourceTag/a\"",
            ],
        ),
        (
            Identity,
            star(r#""IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}"#),
            vec![
                "MISSING_PAIRED_CONDITION_KEYS: Statement/0/Condition/IpAddress/<aws:VpcSourceIp> \"aws:VpcSourceIp\"",
            ],
        ),
        (
            Identity,
            when("dynamodb:GetItem", "*", r#""ForAllValues:StringEquals":{"dynamodb:Attributes":["a"]}"#),
            vec![
                "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT: \
             Statement/0/Condition/ForAllValues:StringEquals/<dynamodb:Attributes> \"dynamodb:Attributes\"",
            ],
        ),
        (
            Identity,
            s3(r#""StringNotLike":{"s3:prefix":"private/*"}"#),
            vec![
                "S3_PREFIX_IN_NEGATIVE_CONTEXT: Statement/0/Condition/StringNotLike/<s3:prefix> \"s3:prefix\"",
            ],
        ),
        // Condition values.
        (
            Identity,
            s3(r#""StringEquals":{"s3:prefix":[]}"#),
            vec!["EMPTY_ARRAY_CONDITION: Statement/0/Condition/StringEquals/s3:prefix []"],
        ),
        (
            Identity,
            s3(r#""ForAllValues:StringEquals":{"aws:TagKeys":[]}"#),
            vec![
                "EMPTY_ARRAY_CONDITION_FORALLVALUES: Statement/0/Condition/ForAllValues:StringEquals/aws:TagKeys []",
            ],
        ),
        (
            Identity,
            s3(r#""ForAnyValue:StringEquals":{"aws:TagKeys":[]}"#),
            vec![
                "EMPTY_ARRAY_CONDITION_FORANYVALUE: Statement/0/Condition/ForAnyValue:StringEquals/aws:TagKeys []",
            ],
        ),
        (
            Identity,
            s3(r#""StringEqualsIfExists":{"s3:prefix":[]}"#),
            vec!["EMPTY_ARRAY_CONDITION_IFEXISTS: Statement/0/Condition/StringEqualsIfExists/s3:prefix []"],
        ),
        (
            Identity,
            star(r#""StringEquals":{"aws:SecureTransport":"true"}"#),
            vec!["TYPE_MISMATCH: Statement/0/Condition/<StringEquals> \"StringEquals\""],
        ),
        (
            Identity,
            star(r#""Bool":{"aws:SecureTransport":"yes"}"#),
            vec!["TYPE_MISMATCH_BOOLEAN: Statement/0/Condition/Bool/aws:SecureTransport \"yes\""],
        ),
        (
            Identity,
            star(r#""Bool":{"aws:SecureTransport":[true,false]}"#),
            vec![
                "INVALID_CONDITION_MULTIPLE_BOOLEAN: Statement/0/Condition/Bool/aws:SecureTransport [true,false]",
            ],
        ),
        (
            Identity,
            star(r#""DateLessThan":{"aws:CurrentTime":"soon"}"#),
            vec!["TYPE_MISMATCH_DATE: Statement/0/Condition/DateLessThan/aws:CurrentTime \"soon\""],
        ),
        (
            Identity,
            star(r#""DateLessThan":{"aws:CurrentTime":1709208000}"#),
            vec!["INVALID_DATE_VALUE: Statement/0/Condition/DateLessThan/aws:CurrentTime 1709208000"],
        ),
        (
            Identity,
            star(r#""NumericLessThan":{"aws:MultiFactorAuthAge":"x"}"#),
            vec!["TYPE_MISMATCH_NUMBER: Statement/0/Condition/NumericLessThan/aws:MultiFactorAuthAge \"x\""],
        ),
        (
            Identity,
            star(r#""NumericLessThan":{"aws:MultiFactorAuthAge":["1","2"]}"#),
            vec![
                "REDUNDANT_CONDITION_VALUE_NUM: Statement/0/Condition/NumericLessThan/aws:MultiFactorAuthAge [\"1\",\"2\"]",
            ],
        ),
        (
            Identity,
            when("s3:*", "*", r#""BinaryEquals":{"idp.example:key":"?"}"#),
            vec!["TYPE_MISMATCH_STRING: Statement/0/Condition/BinaryEquals/idp.example:key \"?\""],
        ),
        (
            Identity,
            star(r#""IpAddress":{"aws:SourceIp":"203.0.113.0/33"}"#),
            vec!["TYPE_MISMATCH_IP_RANGE: Statement/0/Condition/IpAddress/aws:SourceIp \"203.0.113.0/33\""],
        ),
        (
            Identity,
            star(r#""IpAddress":{"aws:SourceIp":"203.0.113.7/24"}"#),
            vec!["IMPROVE_IP_RANGE: Statement/0/Condition/IpAddress/aws:SourceIp \"203.0.113.7/24\""],
        ),
        (
            Identity,
            star(r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#),
            vec!["PRIVATE_IP_ADDRESS: Statement/0/Condition/IpAddress/aws:SourceIp \"10.0.0.0/8\""],
        ),
        (
            Identity,
            star(r#""NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#),
            vec!["PRIVATE_NOT_IP_ADDRESS: Statement/0/Condition/NotIpAddress/aws:SourceIp \"10.0.0.0/8\""],
        ),
        (
            Identity,
            star(r#""IpAddress":{"aws:SourceIp":["10.0.0.0/8","1.1.1.1"]}"#),
            vec![
                "PRIVATE_IP_ADDRESS_SUBSET: Statement/0/Condition/IpAddress/aws:SourceIp [\"10.0.0.0/8\",\"1.1.1.1\"]",
            ],
        ),
        (
            Identity,
            star(r#""NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","1.1.1.1"]}"#),
            vec![
                "PRIVATE_NOT_IP_ADDRESS_SUBSET: Statement/0/Condition/NotIpAddress/aws:SourceIp [\"10.0.0.0/8\",\"1.1.1.1\"]",
            ],
        ),
        (
            Identity,
            s3(r#""StringEquals":{"s3:prefix":"a/*"}"#),
            vec!["WILDCARD_WITHOUT_LIKE_OPERATOR: Statement/0/Condition/StringEquals/s3:prefix \"a/*\""],
        ),
        (
            Identity,
            star(r#""StringLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:*"}"#),
            vec![
                "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS: Statement/0/Condition/<StringLike> \"StringLike\"",
            ],
        ),
        (
            Identity,
            star(r#""StringEquals":{"aws:RequestedRegion":"us-east"}"#),
            vec!["INVALID_REGION: Statement/0/Condition/StringEquals/aws:RequestedRegion \"us-east\""],
        ),
        (
            Identity,
            star(r#""StringEquals":{"aws:SourceVpc":"vpc-1"}"#),
            vec!["INVALID_VPC_FORMAT: Statement/0/Condition/StringEquals/aws:SourceVpc \"vpc-1\""],
        ),
        (
            Identity,
            star(r#""StringEquals":{"aws:SourceVpce":"vpc-12345678"}"#),
            vec!["INVALID_VPCE_FORMAT: Statement/0/Condition/StringEquals/aws:SourceVpce \"vpc-12345678\""],
        ),
        (
            Identity,
            when(
                "s3:PutObject",
                "*",
                r#""StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"k"}"#,
            ),
            vec![
                "INVALID_KMS_KEY_VALUE: Statement/0/Condition/StringEquals/s3:x-amz-server-side-encryption-aws-kms-key-id \"k\"",
            ],
        ),
        (
            Identity,
            star(r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#),
            vec![
                "WILDCARD_USAGE_TOO_PERMISSIVE: Statement/0/Condition/StringLike/aws:PrincipalOrgID \"o-*\"",
            ],
        ),
        (
            Identity,
            star(r#""StringLike":{"aws:userid":["AROAX:*","*"]}"#),
            vec!["WILDCARD_USAGE_TOO_PERMISSIVE: Statement/0/Condition/StringLike/aws:userid/1 \"*\""],
        ),
        (
            Identity,
            star(r#""StringEquals":{"aws:SourceAccount":"${aws:PrincipalTag/a}"}"#),
            vec![
                "VARIABLE_USAGE_TOO_PERMISSIVE: Statement/0/Condition/StringEquals/aws:SourceAccount \"${aws:PrincipalTag/a}\"",
            ],
        ),
        (
            Identity,
            star(r#""StringLike":{"aws:username":"*"}"#),
            vec![
                "EQUIVALENT_TO_NULL_FALSE: Statement/0/Condition/StringLike/<aws:username> \"aws:username\"",
            ],
        ),
        (
            Identity,
            star(r#""StringNotLike":{"aws:username":"*"}"#),
            vec![
                "EQUIVALENT_TO_NULL_TRUE: Statement/0/Condition/StringNotLike/<aws:username> \"aws:username\"",
            ],
        ),
        (
            Identity,
            star(r#""StringLikeIfExists":{"aws:username":"*"}"#),
            vec![
                "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION: Statement/0/Condition/StringLikeIfExists/<aws:username> \"aws:username\"",
            ],
        ),
        (
            Identity,
            star(r#""ArnNotLike":{"aws:PrincipalArn":"*"}"#),
            vec![
                "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION: Statement/0/Condition/ArnNotLike/<aws:PrincipalArn> \"aws:PrincipalArn\"",
            ],
        ),
        // Variables.
        (
            Identity,
            arn("arn:aws:s3:::b/${aws:username"),
            vec!["MISSING_BRACE_IN_VARIABLE: Statement/0/Resource/15+14 ${aws:username"],
        ),
        (
            Identity,
            arn("arn:aws:s3:::b/${aws:username, x}"),
            vec!["MISSING_QUOTE_IN_VARIABLE: Statement/0/Resource/15+18 ${aws:username, x}"],
        ),
        (
            Identity,
            arn("arn:aws:s3:::b/${aws: username}/*"),
            vec!["UNSUPPORTED_SPACE_IN_VARIABLE: Statement/0/Resource/15+16 ${aws: username}"],
        ),
        (Identity, arn("arn:aws:s3:::b/${ }"), vec!["EMPTY_VARIABLE: Statement/0/Resource/15+4 ${ }"]),
        (
            Identity,
            arn("*").replace("s3:GetObject", "s3:${aws:username}"),
            vec!["VARIABLE_UNSUPPORTED_IN_ELEMENT: Statement/0/Action/3+15 ${aws:username}"],
        ),
        (
            Identity,
            document(&arn("arn:aws:s3:::b/${aws:username}")).replace("2012", "2008"),
            vec!["VARIABLE_UNSUPPORTED_IN_VERSION: Statement/0/Resource \"arn:aws:s3:::b/${aws:username}\""],
        ),
        (
            Identity,
            star(r#""NumericEquals":{"aws:MultiFactorAuthAge":"${aws:EpochTime}"}"#),
            vec![
                "INVALID_VARIABLE_FOR_OPERATOR: Statement/0/Condition/NumericEquals/aws:MultiFactorAuthAge/0+16 ${aws:EpochTime}",
            ],
        ),
        // Passing roles.
        (
            Identity,
            iam(r#""Action":"iam:PassRole""#, r#""Resource":"arn:aws:iam::*:role/*""#),
            vec![
                "PASS_ROLE_WITH_STAR_IN_RESOURCE: Statement/0/Action \"iam:PassRole\" & Statement/0/Resource \"arn:aws:iam::*:role/*\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:PassRole""#, r#""NotResource":"arn:aws:iam::*:role/r""#),
            vec![
                "PASS_ROLE_WITH_NOT_RESOURCE: Statement/0/Action \"iam:PassRole\" & Statement/0/NotResource \"arn:aws:iam::*:role/r\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:Pass*""#, r#""Resource":"*""#),
            vec![
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE: Statement/0/Action \"iam:Pass*\" & Statement/0/Resource \"*\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:Pass*""#, r#""NotResource":"arn:aws:iam::*:role/r""#),
            vec![
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: Statement/0/Action \"iam:Pass*\" & Statement/0/NotResource \"arn:aws:iam::*:role/r\"",
            ],
        ),
        (
            Identity,
            iam(r#""NotAction":"iam:Create*""#, r#""Resource":"*""#),
            vec![
                "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: Statement/0/NotAction \"iam:Create*\" & Statement/0/Resource \"*\"",
            ],
        ),
        (
            Identity,
            iam(r#""NotAction":"iam:Create*""#, r#""NotResource":"arn:aws:s3:::b""#),
            vec![
                "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE: Statement/0/NotAction \"iam:Create*\" & Statement/0/NotResource \"arn:aws:s3:::b\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:CreateServiceLinkedRole""#, r#""Resource":"*""#),
            vec![
                "CREATE_SLR_WITH_STAR_IN_RESOURCE: Statement/0/Action \"iam:CreateServiceLinkedRole\" & Statement/0/Resource \"*\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:CreateServiceLinkedRole""#, r#""NotResource":"arn:aws:s3:::b""#),
            vec![
                "CREATE_SLR_WITH_NOT_RESOURCE: Statement/0/Action \"iam:CreateServiceLinkedRole\" & Statement/0/NotResource \"arn:aws:s3:::b\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:Create*""#, r#""Resource":"*""#),
            vec![
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE: Statement/0/Action \"iam:Create*\" & Statement/0/Resource \"*\"",
            ],
        ),
        (
            Identity,
            iam(r#""Action":"iam:Create*""#, r#""NotResource":"arn:aws:s3:::b""#),
            vec![
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE: Statement/0/Action \"iam:Create*\" & Statement/0/NotResource \"arn:aws:s3:::b\"",
            ],
        ),
        (
            Identity,
            iam(r#""NotAction":"iam:PassRole""#, r#""Resource":"*""#),
            vec![
                "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION: Statement/0/NotAction \"iam:PassRole\" & Statement/0/Resource \"*\"",
            ],
        ),
        (
            Identity,
            iam(r#""NotAction":"iam:PassRole""#, r#""NotResource":"arn:aws:s3:::b""#),
            vec![
                "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE: Statement/0/NotAction \"iam:PassRole\" & Statement/0/NotResource \"arn:aws:s3:::b\"",
            ],
        ),
    ]
}

#[test]
fn each_check_finds_what_it_looks_for_and_nothing_else() {
    let wrong: Vec<String> = rows()
        .into_iter()
        .filter_map(|(kind, text, expected)| {
            let found = shown(&document(&text), kind);
            (found != expected).then(|| {
                format!("{kind:?} {}\n  found    {found:#?}\n  expected {expected:#?}", text.trim_end())
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
fn good_policies_have_no_findings() {
    let allow = |actions: &str, resource: &str| {
        format!(r#""Effect":"Allow","Action":[{actions}],"Resource":"{resource}""#)
    };
    let clean = [
        // AmazonS3ReadOnlyAccess
        (Identity, allow(r#""s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*""#, "*")),
        // IAMReadOnlyAccess
        (Identity, allow(r#""iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy""#, "*")),
        // IAMUserChangePassword
        (Identity, r#""Effect":"Allow","Action":["iam:ChangePassword"],"Resource":["arn:aws:iam::*:user/${aws:username}"]},
            {"Effect":"Allow","Action":["iam:GetAccountPasswordPolicy"],"Resource":"*""#.to_owned()),
        // AWSLambdaBasicExecutionRole
        (Identity, allow(r#""logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents""#, "*")),
        // AmazonEC2ContainerRegistryReadOnly
        (Identity, allow(r#""ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:GetRepositoryPolicy","ecr:DescribeRepositories","ecr:ListImages","ecr:DescribeImages","ecr:BatchGetImage""#, "*")),
        // AmazonSSMManagedInstanceCore, in part
        (Identity, allow(r#""ssm:DescribeAssociation","ssm:GetDocument","ssm:UpdateInstanceInformation","ssmmessages:OpenDataChannel","ec2messages:GetMessages""#, "*")),
        // The user guide's MFA example.
        (Identity, r#""Sid":"DenyAllExceptListedIfNoMFA","Effect":"Deny","NotAction":["iam:CreateVirtualMFADevice","iam:EnableMFADevice","sts:GetSessionToken"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/app-*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":["ec2:StartInstances","ec2:StopInstances"],"Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringEquals":{"aws:ResourceTag/Owner":"${aws:username}"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":["dynamodb:GetItem"],"Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/T","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${www.amazon.com:user_id}"]}}"#.to_owned()),
        // Data perimeters
        (Identity, r#""Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#.to_owned()),
        (Identity, allow(r#""ssm:GetDocument""#, "arn:aws:ssm:*::document/AWS-*")),
        // FullAWSAccess and the Region example of the Organizations user guide
        (ServiceControl, r#""Effect":"Allow","Action":"*","Resource":"*""#.to_owned()),
        (ServiceControl, r#""Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]},"ArnNotLike":{"aws:PrincipalARN":["arn:aws:iam::*:role/Role1AllowedToBypassThisSCP"]}}"#.to_owned()),
        // RCPFullAWSAccess and the confused deputy example
        (ResourceControl, r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#.to_owned()),
        (ResourceControl, r#""Effect":"Deny","Principal":"*","Action":["s3:*","sqs:*","kms:*","secretsmanager:*","sts:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:SourceOrgID":"o-1234567890"},"Null":{"aws:SourceAccount":"false"},"Bool":{"aws:PrincipalIsAWSService":"true"}}"#.to_owned()),
        // Trust: a service, another account, GitHub, SAML
        (Trust, trusted(r#"{"Service":"ec2.amazonaws.com"}"#, "\"sts:AssumeRole\"", "")),
        (Trust, trusted(r#"{"AWS":"123456789012"}"#, "\"sts:AssumeRole\"", r#","Condition":{"StringEquals":{"sts:ExternalId":"x"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#, "\"sts:AssumeRoleWithWebIdentity\"", r#","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:saml-provider/idp"}"#, "\"sts:AssumeRoleWithSAML\"", r#","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"}"#, "\"sts:AssumeRoleWithWebIdentity\"", r#","Condition":{"StringEquals":{"oidc.eks.us-east-1.amazonaws.com/id/ABC:sub":"system:serviceaccount:a:b"}}"#)),
        // Bucket and queue policies
        (Resource, r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}"#.to_owned()),
        (Resource, r#""Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:123456789012:q","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:t"}}"#.to_owned()),
        (Resource, r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*""#.to_owned()),
    ];
    for (kind, text) in clean {
        let text = document(&text);
        assert!(crate::Policy::parse(&text, kind).is_ok(), "{text}");
        assert_eq!(shown(&text, kind), Vec::<String>::new(), "{text}");
    }
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
    let text = document(r#""Effect":"Allow","Action":["s3:GetObjct","dynamdb:GetItem"],"Resource":"*""#);
    let found = findings(&text, Identity);
    let details: Vec<_> = found.iter().map(|finding| finding.details.as_str()).collect();
    assert_eq!(
        details,
        [
            "There is no action s3:GetObjct. Did you mean s3:GetObject?",
            "There is no service with the prefix of the action dynamdb:GetItem. Did you mean dynamodb?",
        ]
    );
    assert_eq!(
        found[0].learn_more_link(),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html\
         #access-analyzer-reference-policy-checks-error-invalid-action"
    );
}

/// The table in the documentation names every check there is here, and says so.
#[test]
fn the_documentation_lists_what_is_built() {
    let documented: BTreeSet<&str> = include_str!("../../../../docs/policy-findings.md")
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
        for kind in [Identity, Resource, Trust] {
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

    #[test]
    fn any_statement_is_answered(actions in "[a-z3:*?${}é\\\\]{0,20}", resource in "arn:aws:[a-z3*]{0,4}:[*a-z$\\{:\\}/']{0,20}", key in "(aws:)?[a-zA-Z/:]{0,12}", value in "[a-z*?$\\{\\}:,' é]{0,20}", kind in kinds()) {
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{},"Resource":{},"Condition":{{"StringLike":{{{}:{}}}}}}}}}"#,
            json(&actions), json(&resource), json(&key), json(&value)
        );
        holds_together(&text, kind);
    }
}
