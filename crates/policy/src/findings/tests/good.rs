//! Documents that are as they should be: policies of AWS's and examples of its documentation.

use super::*;
use crate::PolicyKind::{Identity, Resource, ResourceControl, ServiceControl, Trust};

#[test]
fn good_policies_have_no_findings() {
    let allow = |actions: &str, resource: &str| {
        format!(r#""Effect":"Allow","Action":[{actions}],"Resource":"{resource}""#)
    };
    let clean = [
        // AmazonS3ReadOnlyAccess
        (Identity, allow(r#""s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*",
            "s3-object-lambda:List*""#, "*")),
        // IAMReadOnlyAccess
        (Identity, allow(r#""iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*",
            "iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy""#, "*")),
        // IAMUserChangePassword
        (Identity, r#""Effect":"Allow","Action":["iam:ChangePassword"],
            "Resource":["arn:aws:iam::*:user/${aws:username}"]},
            {"Effect":"Allow","Action":["iam:GetAccountPasswordPolicy"],"Resource":"*""#.to_owned()),
        // AWSLambdaBasicExecutionRole
        (Identity, allow(r#""logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents""#, "*")),
        // AmazonEC2ContainerRegistryReadOnly
        (Identity, allow(r#""ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer","ecr:GetRepositoryPolicy","ecr:DescribeRepositories","ecr:ListImages",
                "ecr:DescribeImages","ecr:BatchGetImage""#, "*")),
        // AmazonSSMManagedInstanceCore, in part
        (Identity, allow(r#""ssm:DescribeAssociation","ssm:GetDocument","ssm:UpdateInstanceInformation",
            "ssmmessages:OpenDataChannel","ec2messages:GetMessages""#, "*")),
        // The user guide's MFA example.
        (Identity, r#""Sid":"DenyAllExceptListedIfNoMFA","Effect":"Deny",
            "NotAction":["iam:CreateVirtualMFADevice","iam:EnableMFADevice","sts:GetSessionToken"],
                "Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{
            "StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/app-*",
            "Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":["ec2:StartInstances","ec2:StopInstances"],
            "Resource":"arn:aws:ec2:*:*:instance/*","Condition":{
                "StringEquals":{"aws:ResourceTag/Owner":"${aws:username}"}}"#.to_owned()),
        (Identity, r#""Effect":"Allow","Action":["dynamodb:GetItem"],
            "Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/T",
                "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${www.amazon.com:user_id}"]}}"#.to_owned()),
        // Data perimeters
        (Identity, r#""Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{
            "StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#.to_owned()),
        (Identity, allow(r#""ssm:GetDocument""#, "arn:aws:ssm:*::document/AWS-*")),
        // FullAWSAccess and the Region example of the Organizations user guide
        (ServiceControl, r#""Effect":"Allow","Action":"*","Resource":"*""#.to_owned()),
        (ServiceControl, r#""Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{
            "StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]},
                "ArnNotLike":{"aws:PrincipalARN":["arn:aws:iam::*:role/Role1AllowedToBypassThisSCP"]}}"#.to_owned()),
        // RCPFullAWSAccess and the confused deputy example
        (ResourceControl, r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#.to_owned()),
        (ResourceControl, r#""Effect":"Deny","Principal":"*","Action":["s3:*","sqs:*","kms:*",
            "secretsmanager:*","sts:*"],"Resource":"*","Condition":{
                "StringNotEqualsIfExists":{"aws:SourceOrgID":"o-1234567890"},"Null":{"aws:SourceAccount":"false"},"Bool":{"aws:PrincipalIsAWSService":"true"}}"#.to_owned()),
        // Trust: a service, another account, GitHub, SAML
        (Trust, trusted(r#"{"Service":"ec2.amazonaws.com"}"#, "\"sts:AssumeRole\"", "")),
        (Trust, trusted(r#"{"AWS":"123456789012"}"#, "\"sts:AssumeRole\"", r#","Condition":{
            "StringEquals":{"sts:ExternalId":"x"},"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}"#, "\"sts:AssumeRoleWithWebIdentity\"", r#","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com","token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:saml-provider/idp"}"#, "\"sts:AssumeRoleWithSAML\"", r#","Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}"#)),
        (Trust, trusted(r#"{"Federated":"arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"}"#, "\"sts:AssumeRoleWithWebIdentity\"", r#","Condition":{"StringEquals":{"oidc.eks.us-east-1.amazonaws.com/id/ABC:sub":"system:serviceaccount:a:b"}}"#)),
        // Bucket and queue policies
        (Resource, r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b",
            "arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}"#.to_owned()),
        (Resource, r#""Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",
            "Resource":"arn:aws:sqs:us-east-1:123456789012:q","Condition":{
                "ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:t"}}"#.to_owned()),
        (Resource, r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*",
            "Resource":"*""#.to_owned()),
    ];
    for (kind, text) in clean {
        let text = document(&text);
        assert!(crate::Policy::parse(&text, kind).is_ok(), "{text}");
        assert_eq!(shown(&text, kind), Vec::<String>::new(), "{text}");
    }
}
