//! The keys of conditions.

use super::*;

pub(super) fn rows() -> Vec<Row> {
    vec![
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
    ]
}
