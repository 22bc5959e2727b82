//! Who is named: principals, trust policies, resource control policies.

use super::*;

pub(super) fn rows() -> Vec<Row> {
    vec![
        // Principals.
        (
            Identity,
            format!("{OK},\"Principal\":\"*\""),
            vec!["UNSUPPORTED_PRINCIPAL: Statement/0/Principal \"*\""],
        ),
        (
            ServiceControl,
            format!("{OK},\"Principal\":\"*\""),
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
            granted(ROOT, "").replace("\"Principal\"", "\"NotPrincipal\""),
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
            granted(ROOT, r#","Condition":{"StringEquals":{"s3:ResourceAccount":"123456789012"}}"#),
            vec![
                "IRRELEVANT_CONDITION_KEY_IN_POLICY: Statement/0/Condition/StringEquals/<s3:ResourceAccount> \"s3:ResourceAccount\"",
            ],
        ),
        // Trust.
        (
            Trust,
            trusted(ROOT, "\"sts:AssumeRole\"", ",\"Resource\":\"*\""),
            vec!["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE: Statement/0/Resource \"*\""],
        ),
        (
            Trust,
            trusted(ROOT, "\"sts:AssumeRole\"", "").replace("\"Principal\"", "\"NotPrincipal\""),
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
            trusted(ROOT, "\"s3:GetObject\"", ""),
            vec!["UNSUPPORTED_ACTION_IN_POLICY: Statement/0/Action \"s3:GetObject\""],
        ),
        (
            Trust,
            trusted(SAML, "\"sts:AssumeRole\"", ""),
            vec![
                "MISMATCHED_ACTION_FOR_PRINCIPAL: Statement/0/Action \"sts:AssumeRole\" & Statement/0/Principal/Federated ...",
            ],
        ),
        (
            Trust,
            trusted(
                r#"{"Federated":"idp"}"#,
                WEB,
                ",\"Condition\":{\"StringEquals\":{\"idp.example:aud\":\"a\"}}",
            ),
            vec![
                "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY: Statement/0/Principal/Federated \"idp\"",
                "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: Statement/0/Principal/Federated \"idp\"",
            ],
        ),
        (
            Trust,
            trusted(r#"{"Federated":"accounts.google.com"}"#, WEB, ""),
            vec![
                "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL: Statement/0/Principal/Federated \"accounts.google.com\"",
            ],
        ),
        (
            Trust,
            trusted(GITHUB, WEB, ""),
            vec!["MISSING_GITHUB_REPO_CONDITION_KEY: Statement/0/Principal/Federated ..."],
        ),
        (
            Trust,
            trusted(
                GITHUB,
                WEB,
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
                ROOT,
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
                WEB,
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
                WEB,
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
    ]
}
