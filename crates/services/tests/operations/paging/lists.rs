//! Every list of things that come and go.

use super::{List, list};

pub const LISTS: &[List] = &[
    list("GetAccountAuthorizationDetails", "UserDetailList", "UserName", "CreateUser UserName=NAME", "DeleteUser UserName=NAME"),
    list("GetAccountAuthorizationDetails", "GroupDetailList", "GroupName", "CreateGroup GroupName=NAME", "DeleteGroup GroupName=NAME"),
    list("GetAccountAuthorizationDetails", "RoleDetailList", "RoleName", "CreateRole RoleName=NAME AssumeRolePolicyDocument={trust}", "DeleteRole RoleName=NAME"),
    list("GetAccountAuthorizationDetails", "Policies", "PolicyName", "CreatePolicy PolicyName=NAME PolicyDocument={policy}", "DeletePolicy PolicyArn=arn:aws:iam::{account}:policy/NAME"),
    list(
        "GetGroup",
        "Users",
        "UserName",
        "CreateUser UserName=NAME
        AddUserToGroup GroupName=staff UserName=NAME",
        "RemoveUserFromGroup GroupName=staff UserName=NAME",
    )
    .there("CreateGroup GroupName=staff")
    .words("GroupName=staff"),
    list(
        "GetServiceLastAccessedDetails",
        "ServicesLastAccessed",
        "ServiceNamespace",
        "PutUserPolicy UserName=nobody PolicyName=NAME PolicyDocument={all-of-NAME}",
        "DeleteUserPolicy UserName=nobody PolicyName=NAME",
    )
    .there("GenerateServiceLastAccessedDetails Arn=arn:aws:iam::{account}:user/nobody > job JobId")
    .words("JobId={job}")
    .named(&[
        "s3", "ec2", "sqs", "iam", "sns", "kms", "glue", "acm", "sts", "rds", "ecs", "eks", "ecr", "ssm", "ses", "dms",
        "logs", "batch", "athena", "xray", "route53", "dynamodb", "kinesis", "lambda", "backup", "config",
    ]),
    list(
        "GetServiceLastAccessedDetailsWithEntities",
        "EntityDetailsList",
        "EntityInfo.Name",
        "CreateUser UserName=NAME
        AddUserToGroup GroupName=staff UserName=NAME",
        "RemoveUserFromGroup GroupName=staff UserName=NAME",
    )
    .there(
        "CreateGroup GroupName=staff
        PutGroupPolicy GroupName=staff PolicyName=p PolicyDocument={policy}
        GenerateServiceLastAccessedDetails Arn=arn:aws:iam::{account}:group/staff > job JobId",
    )
    .words("JobId={job} ServiceNamespace=s3"),
    list(
        "ListAccessKeys",
        "AccessKeyMetadata",
        "AccessKeyId",
        "CreateAccessKey UserName=nobody > NAME AccessKey.AccessKeyId",
        "DeleteAccessKey UserName=nobody AccessKeyId={NAME}",
    )
    .words("UserName=nobody")
    .called("{NAME}")
    .most(2),
    list(
        "ListAttachedGroupPolicies",
        "AttachedPolicies",
        "PolicyName",
        "CreatePolicy PolicyName=NAME PolicyDocument={policy}
        AttachGroupPolicy GroupName=staff PolicyArn=arn:aws:iam::{account}:policy/NAME",
        "DetachGroupPolicy GroupName=staff PolicyArn=arn:aws:iam::{account}:policy/NAME",
    )
    .there("CreateGroup GroupName=staff")
    .words("GroupName=staff"),
    list(
        "ListAttachedRolePolicies",
        "AttachedPolicies",
        "PolicyName",
        "CreatePolicy PolicyName=NAME PolicyDocument={policy}
        AttachRolePolicy RoleName=reader PolicyArn=arn:aws:iam::{account}:policy/NAME",
        "DetachRolePolicy RoleName=reader PolicyArn=arn:aws:iam::{account}:policy/NAME",
    )
    .there("CreateRole RoleName=reader AssumeRolePolicyDocument={trust}")
    .words("RoleName=reader"),
    list(
        "ListAttachedUserPolicies",
        "AttachedPolicies",
        "PolicyName",
        "CreatePolicy PolicyName=NAME PolicyDocument={policy}
        AttachUserPolicy UserName=nobody PolicyArn=arn:aws:iam::{account}:policy/NAME",
        "DetachUserPolicy UserName=nobody PolicyArn=arn:aws:iam::{account}:policy/NAME",
    )
    .words("UserName=nobody"),
    list(
        "ListDelegationRequests",
        "DelegationRequests",
        "DelegationRequestId",
        "CreateDelegationRequest Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=NAME NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600 > NAME DelegationRequestId
        AssociateDelegationRequest DelegationRequestId={NAME}",
        "",
    )
    .called("{NAME}"),
    list(
        "ListEntitiesForPolicy",
        "PolicyGroups",
        "GroupName",
        "CreateGroup GroupName=NAME
        AttachGroupPolicy GroupName=NAME PolicyArn={administrator}",
        "DetachGroupPolicy GroupName=NAME PolicyArn={administrator}",
    )
    .words("PolicyArn={administrator}"),
    list(
        "ListEntitiesForPolicy",
        "PolicyRoles",
        "RoleName",
        "CreateRole RoleName=NAME AssumeRolePolicyDocument={trust} PermissionsBoundary={administrator}",
        "DeleteRole RoleName=NAME",
    )
    .words("PolicyArn={administrator}"),
    list(
        "ListEntitiesForPolicy",
        "PolicyUsers",
        "UserName",
        "CreateUser UserName=NAME
        AttachUserPolicy UserName=NAME PolicyArn={administrator}",
        "DetachUserPolicy UserName=NAME PolicyArn={administrator}",
    )
    .words("PolicyArn={administrator}"),
    list(
        "ListGroupPolicies",
        "PolicyNames",
        "",
        "PutGroupPolicy GroupName=staff PolicyName=NAME PolicyDocument={policy}",
        "DeleteGroupPolicy GroupName=staff PolicyName=NAME",
    )
    .there("CreateGroup GroupName=staff")
    .words("GroupName=staff"),
    list("ListGroups", "Groups", "GroupName", "CreateGroup GroupName=NAME", "DeleteGroup GroupName=NAME"),
    list(
        "ListGroupsForUser",
        "Groups",
        "GroupName",
        "CreateGroup GroupName=NAME
        AddUserToGroup GroupName=NAME UserName=nobody",
        "RemoveUserFromGroup GroupName=NAME UserName=nobody
        DeleteGroup GroupName=NAME",
    )
    .words("UserName=nobody"),
    list(
        "ListInstanceProfileTags",
        "Tags",
        "Key",
        "TagInstanceProfile InstanceProfileName=machine Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagInstanceProfile InstanceProfileName=machine TagKeys.member.1=NAME",
    )
    .there("CreateInstanceProfile InstanceProfileName=machine")
    .words("InstanceProfileName=machine"),
    list(
        "ListInstanceProfiles",
        "InstanceProfiles",
        "InstanceProfileName",
        "CreateInstanceProfile InstanceProfileName=NAME",
        "DeleteInstanceProfile InstanceProfileName=NAME",
    ),
    list(
        "ListInstanceProfilesForRole",
        "InstanceProfiles",
        "InstanceProfileName",
        "CreateInstanceProfile InstanceProfileName=NAME
        AddRoleToInstanceProfile InstanceProfileName=NAME RoleName=reader",
        "RemoveRoleFromInstanceProfile InstanceProfileName=NAME RoleName=reader",
    )
    .there("CreateRole RoleName=reader AssumeRolePolicyDocument={trust}")
    .words("RoleName=reader"),
    list(
        "ListMFADeviceTags",
        "Tags",
        "Key",
        "TagMFADevice SerialNumber=arn:aws:iam::{account}:mfa/phone Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagMFADevice SerialNumber=arn:aws:iam::{account}:mfa/phone TagKeys.member.1=NAME",
    )
    .there("CreateVirtualMFADevice VirtualMFADeviceName=phone")
    .words("SerialNumber=arn:aws:iam::{account}:mfa/phone"),
    list(
        "ListMFADevices",
        "MFADevices",
        "SerialNumber",
        "CreateVirtualMFADevice VirtualMFADeviceName=NAME > NAME VirtualMFADevice.Base32StringSeed
        EnableMFADevice UserName=nobody SerialNumber=arn:aws:iam::{account}:mfa/NAME AuthenticationCode1={NAME:before} AuthenticationCode2={NAME:now}",
        "DeactivateMFADevice UserName=nobody SerialNumber=arn:aws:iam::{account}:mfa/NAME",
    )
    .words("UserName=nobody")
    .called("arn:aws:iam::{account}:mfa/NAME"),
    list(
        "ListOpenIDConnectProviderTags",
        "Tags",
        "Key",
        "TagOpenIDConnectProvider OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagOpenIDConnectProvider OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com TagKeys.member.1=NAME",
    )
    .there("CreateOpenIDConnectProvider Url=https://idp.example.com ThumbprintList.member.1=0123456789012345678901234567890123456789")
    .words("OpenIDConnectProviderArn=arn:aws:iam::{account}:oidc-provider/idp.example.com"),
    list(
        "ListPolicies",
        "Policies",
        "PolicyName",
        "CreatePolicy PolicyName=NAME PolicyDocument={policy}",
        "DeletePolicy PolicyArn=arn:aws:iam::{account}:policy/NAME",
    )
    .words("Scope=Local"),
    // Among those of AWS, of which only used ones are listed.
    list(
        "ListPolicies",
        "Policies",
        "PolicyName",
        "CreatePolicy PolicyName=NAME PolicyDocument={policy}
        CreateUser UserName=NAME
        AttachUserPolicy UserName=NAME PolicyArn=arn:aws:iam::{account}:policy/NAME",
        "DetachUserPolicy UserName=NAME PolicyArn=arn:aws:iam::{account}:policy/NAME",
    )
    .there("AttachUserPolicy UserName=nobody PolicyArn={administrator}")
    .words("OnlyAttached=true"),
    list(
        "ListPolicyTags",
        "Tags",
        "Key",
        "TagPolicy PolicyArn={own} Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagPolicy PolicyArn={own} TagKeys.member.1=NAME",
    )
    .there("CreatePolicy PolicyName=own PolicyDocument={policy}")
    .words("PolicyArn={own}"),
    list(
        "ListPolicyVersions",
        "Versions",
        "VersionId",
        "CreatePolicyVersion PolicyArn={own} PolicyDocument={policy} > NAME PolicyVersion.VersionId",
        "DeletePolicyVersion PolicyArn={own} VersionId={NAME}",
    )
    .there("CreatePolicy PolicyName=own PolicyDocument={policy}")
    .words("PolicyArn={own}")
    .called("{NAME}")
    .most(4),
    list(
        "ListRolePolicies",
        "PolicyNames",
        "",
        "PutRolePolicy RoleName=reader PolicyName=NAME PolicyDocument={policy}",
        "DeleteRolePolicy RoleName=reader PolicyName=NAME",
    )
    .there("CreateRole RoleName=reader AssumeRolePolicyDocument={trust}")
    .words("RoleName=reader"),
    list(
        "ListRoleTags",
        "Tags",
        "Key",
        "TagRole RoleName=reader Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagRole RoleName=reader TagKeys.member.1=NAME",
    )
    .there("CreateRole RoleName=reader AssumeRolePolicyDocument={trust}")
    .words("RoleName=reader"),
    list(
        "ListRoles",
        "Roles",
        "RoleName",
        "CreateRole RoleName=NAME AssumeRolePolicyDocument={trust}",
        "DeleteRole RoleName=NAME",
    ),
    list(
        "ListSAMLProviderTags",
        "Tags",
        "Key",
        "TagSAMLProvider SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagSAMLProvider SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp TagKeys.member.1=NAME",
    )
    .there("CreateSAMLProvider Name=idp SAMLMetadataDocument={metadata}")
    .words("SAMLProviderArn=arn:aws:iam::{account}:saml-provider/idp"),
    list(
        "ListSSHPublicKeys",
        "SSHPublicKeys",
        "SSHPublicKeyId",
        "UploadSSHPublicKey UserName=nobody SSHPublicKeyBody={new-ssh-key} > NAME SSHPublicKey.SSHPublicKeyId",
        "DeleteSSHPublicKey UserName=nobody SSHPublicKeyId={NAME}",
    )
    .words("UserName=nobody")
    .called("{NAME}")
    .most(5),
    list(
        "ListServerCertificateTags",
        "Tags",
        "Key",
        "TagServerCertificate ServerCertificateName=web Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagServerCertificate ServerCertificateName=web TagKeys.member.1=NAME",
    )
    .there("UploadServerCertificate ServerCertificateName=web CertificateBody={certificate} PrivateKey={key}")
    .words("ServerCertificateName=web"),
    list(
        "ListServerCertificates",
        "ServerCertificateMetadataList",
        "ServerCertificateName",
        "UploadServerCertificate ServerCertificateName=NAME CertificateBody={certificate} PrivateKey={key}",
        "DeleteServerCertificate ServerCertificateName=NAME",
    ),
    list(
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        "CreateUser UserName=NAME
        CreateServiceSpecificCredential UserName=NAME ServiceName=codecommit.amazonaws.com > NAME ServiceSpecificCredential.ServiceSpecificCredentialId",
        "DeleteServiceSpecificCredential UserName=NAME ServiceSpecificCredentialId={NAME}",
    )
    .words("AllUsers=true")
    .called("{NAME}"),
    list(
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        "CreateServiceSpecificCredential UserName=nobody ServiceName=codecommit.amazonaws.com > NAME ServiceSpecificCredential.ServiceSpecificCredentialId",
        "DeleteServiceSpecificCredential UserName=nobody ServiceSpecificCredentialId={NAME}",
    )
    .words("UserName=nobody")
    .called("{NAME}")
    .most(2),
    list(
        "ListSigningCertificates",
        "Certificates",
        "CertificateId",
        "UploadSigningCertificate UserName=nobody CertificateBody={new-certificate} > NAME Certificate.CertificateId",
        "DeleteSigningCertificate UserName=nobody CertificateId={NAME}",
    )
    .words("UserName=nobody")
    .called("{NAME}")
    .most(2),
    list(
        "ListUserPolicies",
        "PolicyNames",
        "",
        "PutUserPolicy UserName=nobody PolicyName=NAME PolicyDocument={policy}",
        "DeleteUserPolicy UserName=nobody PolicyName=NAME",
    )
    .words("UserName=nobody"),
    list(
        "ListUserTags",
        "Tags",
        "Key",
        "TagUser UserName=nobody Tags.member.1.Key=NAME Tags.member.1.Value=v",
        "UntagUser UserName=nobody TagKeys.member.1=NAME",
    )
    .words("UserName=nobody"),
    list("ListUsers", "Users", "UserName", "CreateUser UserName=NAME", "DeleteUser UserName=NAME"),
    list(
        "ListVirtualMFADevices",
        "VirtualMFADevices",
        "SerialNumber",
        "CreateVirtualMFADevice VirtualMFADeviceName=NAME",
        "DeleteVirtualMFADevice SerialNumber=arn:aws:iam::{account}:mfa/NAME",
    )
    .called("arn:aws:iam::{account}:mfa/NAME"),
];
