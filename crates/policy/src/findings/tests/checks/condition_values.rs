//! The values of conditions, and variables.

use super::*;

pub(super) fn rows() -> Vec<Row> {
    vec![
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
    ]
}
