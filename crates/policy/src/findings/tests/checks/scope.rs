//! What statements are about: actions, resources, passing roles.

use super::*;

pub(super) fn rows() -> Vec<Row> {
    vec![
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
            OK.replace("s3:GetObject", "s3:*Object"),
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
            format!("{OK}}},{{\"Sid\":\"x\",{OK}"),
            vec!["REDUNDANT_STATEMENT: Statement/0 ... & Statement/1 ..."],
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
