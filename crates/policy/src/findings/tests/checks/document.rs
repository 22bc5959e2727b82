//! How the document is built: its shape, version, statement ids and size.

use super::*;

pub(super) fn rows() -> Vec<Row> {
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
            format!("{OK},\"effect\":1"),
            vec!["INVALID_POLICY_ELEMENT: Statement/0/<effect> \"effect\""],
        ),
        (
            Identity,
            format!("{OK},\"NotAction\":\"s3:GetObject\""),
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
        (Resource, OK.into(), vec!["MISSING_PRINCIPAL: Statement/0 ..."]),
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
        (Identity, format!(r#"{{"Statement":{{{OK}}}}}"#), vec!["MISSING_VERSION:  ..."]),
        (
            Identity,
            format!(r#"{{"Version":"2012","Statement":{{{OK}}}}}"#),
            vec!["INVALID_VERSION: Version \"2012\""],
        ),
        (Identity, format!("\"Sid\":\"\",{OK}"), vec!["EMPTY_SID_VALUE: Statement/0/Sid \"\""]),
        (Identity, format!("\"Sid\":\"a b\",{OK}"), vec!["UNSUPPORTED_SID: Statement/0/Sid \"a b\""]),
        (
            Identity,
            format!(r#""Sid":"a",{OK}}},{{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*""#),
            vec!["UNIQUE_SIDS_REQUIRED: Statement/0/Sid \"a\" & Statement/1/Sid \"a\""],
        ),
        (
            Resource,
            format!(
                r#""Sid":"a",{}}},{{"Sid":"a","Principal":"*","Effect":"Deny","Action":"s3:*","Resource":"*""#,
                granted(ROOT, "")
            ),
            vec!["UNIQUE_SIDS_RECOMMENDED: Statement/0/Sid \"a\" & Statement/1/Sid \"a\""],
        ),
        (
            Identity,
            format!("\"Sid\":\"{}\",{OK}", "a".repeat(6100)),
            vec!["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA:  ..."],
        ),
        (
            Trust,
            format!("\"Sid\":\"{}\",{}", "a".repeat(2048), trusted(ROOT, "\"sts:AssumeRole\"", "")),
            vec!["POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA:  ..."],
        ),
        (ServiceControl, format!("{OK}{}", " ".repeat(5100)), vec!["POLICY_SIZE_EXCEEDS_SCP_QUOTA:  ..."]),
        (
            ResourceControl,
            format!("{}{}", controlled("s3:*", ""), " ".repeat(5100)),
            vec!["POLICY_SIZE_EXCEEDS_RCP_QUOTA:  ..."],
        ),
        (Identity, " ".repeat(300_000), vec!["JSON_SYNTAX_ERROR:  ..."]),
        (Resource, " ".repeat(300_000), vec!["POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA:  ..."]),
    ]
}
