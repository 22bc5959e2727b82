//! For each check a document that yields its finding and nothing else.

use std::collections::BTreeSet;

use super::*;
use crate::PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};

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

/// The table in the documentation names every check there is here, and says so.
#[test]
fn the_documentation_lists_what_is_built() {
    let documented: BTreeSet<&str> = include_str!("../../../../../docs/policy-findings.md")
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
        (Identity, " ".repeat(300_000), vec!["JSON_SYNTAX_ERROR:  ..."]),
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
                r#","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012",
                    "aws:PrincipalOrgID":"o-1234567890"}}"#,
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
                r#","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-1234567890"},
                    "Null":{"aws:SourceArn":"false"}}"#,
            ),
            vec![
                "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY: Statement/0/Condition/StringNotEquals/<aws:SourceOrgID> \"aws:SourceOrgID\"",
            ],
        ),
        (
            ResourceControl,
            controlled(
                "s3:*",
                r#","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-1234567890"},
                    "BoolIfExists":{"aws:PrincipalIsAWSService":"true"}}"#,
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
