//! The exact bytes of answers, one after the other from an empty plane. Randomness is seeded, so ids repeat.

use crate::{
    certificates::{LEAF, LEAF_KEY, ROOT, metadata},
    plane::TestPlane,
};
#[allow(clippy::wildcard_imports, reason = "nearly all of it")]
use shapes::iam::*;
use shapes::sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetCallerIdentity, GetCallerIdentityInput};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#;
const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
const POWER_USER: &str = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1";
const POLICY: &str = "arn:aws:iam::123456789012:policy/team/read";

/// Runs calls in order and puts their answers under their names.
macro_rules! answers {
    ($plane:expr; $($operation:ident $input:expr),* $(,)?) => {{
        let mut all = String::new();
        $(all.push_str(&format!("== {}\n{}\n", stringify!($operation), $plane.bytes::<$operation>($input).await));)*
        all
    }};
}

#[expect(clippy::unnecessary_wraps, reason = "members that may be absent")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn name(text: &str) -> String {
    text.to_owned()
}

fn tags() -> Vec<Tag> {
    vec![Tag { key: name("team"), value: name("<blue> & \"green\"") }]
}

#[tokio::test]
async fn users_and_groups() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        CreateUser CreateUserInput { user_name: name("alice"), path: some("/team/"), tags: Some(tags()), ..Default::default() },
        CreateUser CreateUserInput { user_name: name("ALICE"), ..Default::default() },
        GetUser GetUserInput { user_name: some("alice") },
        GetUser GetUserInput { user_name: some("bob") },
        GetUser GetUserInput { user_name: None },
        ListUsers ListUsersInput::default(),
        TagUser TagUserInput { user_name: name("alice"), tags: tags() },
        ListUserTags ListUserTagsInput { user_name: name("alice"), ..Default::default() },
        UntagUser UntagUserInput { user_name: name("alice"), tag_keys: vec![name("team")] },
        UpdateUser UpdateUserInput { user_name: name("alice"), new_user_name: some("alicia"), ..Default::default() },
        CreateGroup CreateGroupInput { group_name: name("admins"), ..Default::default() },
        AddUserToGroup AddUserToGroupInput { group_name: name("admins"), user_name: name("alicia") },
        GetGroup GetGroupInput { group_name: name("admins"), ..Default::default() },
        ListGroups ListGroupsInput::default(),
        ListGroupsForUser ListGroupsForUserInput { user_name: name("alicia"), ..Default::default() },
        DeleteUser DeleteUserInput { user_name: name("alicia") },
        RemoveUserFromGroup RemoveUserFromGroupInput { group_name: name("admins"), user_name: name("alicia") },
        UpdateGroup UpdateGroupInput { group_name: name("admins"), new_group_name: some("owners"), ..Default::default() },
        DeleteGroup DeleteGroupInput { group_name: name("owners") },
        DeleteUser DeleteUserInput { user_name: name("alicia") },
        ListUsers ListUsersInput::default(),
    ));
}

#[tokio::test]
async fn roles_policies_and_account() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        CreateRole CreateRoleInput {
            role_name: name("deploy"),
            assume_role_policy_document: name(TRUST),
            description: some("Puts things\nin place"),
            tags: Some(tags()),
            ..Default::default()
        },
        GetRole GetRoleInput { role_name: name("deploy") },
        ListRoles ListRolesInput::default(),
        ListRoleTags ListRoleTagsInput { role_name: name("deploy"), ..Default::default() },
        UpdateRole UpdateRoleInput { role_name: name("deploy"), max_session_duration: Some(7200), ..Default::default() },
        UpdateRoleDescription UpdateRoleDescriptionInput { role_name: name("deploy"), description: name("New") },
        UpdateAssumeRolePolicy UpdateAssumeRolePolicyInput { role_name: name("deploy"), policy_document: name("{") },
        CreatePolicy CreatePolicyInput {
            policy_name: name("read"),
            path: some("/team/"),
            policy_document: name(ALLOW),
            ..Default::default()
        },
        GetPolicy GetPolicyInput { policy_arn: name(POLICY) },
        CreatePolicyVersion CreatePolicyVersionInput {
            policy_arn: name(POLICY),
            policy_document: name(ALLOW),
            set_as_default: Some(true),
        },
        GetPolicyVersion GetPolicyVersionInput { policy_arn: name(POLICY), version_id: name("v2") },
        ListPolicyVersions ListPolicyVersionsInput { policy_arn: name(POLICY), ..Default::default() },
        AttachRolePolicy AttachRolePolicyInput { role_name: name("deploy"), policy_arn: name(POLICY) },
        ListAttachedRolePolicies ListAttachedRolePoliciesInput { role_name: name("deploy"), ..Default::default() },
        ListEntitiesForPolicy ListEntitiesForPolicyInput { policy_arn: name(POLICY), ..Default::default() },
        PutRolePolicy PutRolePolicyInput {
            role_name: name("deploy"),
            policy_name: name("inline"),
            policy_document: name(ALLOW),
        },
        GetRolePolicy GetRolePolicyInput { role_name: name("deploy"), policy_name: name("inline") },
        ListRolePolicies ListRolePoliciesInput { role_name: name("deploy"), ..Default::default() },
        DeletePolicy DeletePolicyInput { policy_arn: name(POLICY) },
        DeleteRole DeleteRoleInput { role_name: name("deploy") },
        CreateAccountAlias CreateAccountAliasInput { account_alias: name("my-company") },
        ListAccountAliases ListAccountAliasesInput::default(),
        GetAccountSummary GetAccountSummaryInput,
        GetAccountAuthorizationDetails GetAccountAuthorizationDetailsInput::default(),
    ));
}

#[tokio::test]
async fn profiles_and_service_roles() {
    let plane = TestPlane::new().await;
    let spot = || name("AWSServiceRoleForEC2Spot");
    let added =
        || AddRoleToInstanceProfileInput { instance_profile_name: name("front"), role_name: name("deploy") };
    insta::assert_snapshot!(answers!(plane;
        CreateInstanceProfile CreateInstanceProfileInput {
            instance_profile_name: name("front"),
            path: some("/web/"),
            tags: Some(tags()),
        },
        CreateRole CreateRoleInput {
            role_name: name("deploy"),
            assume_role_policy_document: name(TRUST),
            ..Default::default()
        },
        AddRoleToInstanceProfile added(),
        AddRoleToInstanceProfile added(),
        GetInstanceProfile GetInstanceProfileInput { instance_profile_name: name("front") },
        GetInstanceProfile GetInstanceProfileInput { instance_profile_name: name("back") },
        ListInstanceProfiles ListInstanceProfilesInput::default(),
        ListInstanceProfilesForRole ListInstanceProfilesForRoleInput { role_name: name("deploy"), ..Default::default() },
        TagInstanceProfile TagInstanceProfileInput { instance_profile_name: name("front"), tags: tags() },
        ListInstanceProfileTags ListInstanceProfileTagsInput { instance_profile_name: name("front"), ..Default::default() },
        UntagInstanceProfile UntagInstanceProfileInput { instance_profile_name: name("front"), tag_keys: vec![name("team")] },
        DeleteRole DeleteRoleInput { role_name: name("deploy") },
        RemoveRoleFromInstanceProfile RemoveRoleFromInstanceProfileInput {
            instance_profile_name: name("front"),
            role_name: name("deploy"),
        },
        DeleteInstanceProfile DeleteInstanceProfileInput { instance_profile_name: name("front") },
        CreateServiceLinkedRole CreateServiceLinkedRoleInput {
            aws_service_name: name("spot.amazonaws.com"),
            ..Default::default()
        },
        CreateServiceLinkedRole CreateServiceLinkedRoleInput { aws_service_name: name("x"), ..Default::default() },
        DeleteServiceLinkedRole DeleteServiceLinkedRoleInput { role_name: spot() },
        GetServiceLinkedRoleDeletionStatus GetServiceLinkedRoleDeletionStatusInput { deletion_task_id: name("task") },
        AcquireRole AcquireRoleInput {
            template_arn: name(POWER_USER),
            replacement_values: Some(
                [(name("AWSServiceName"), ReplacementValueEntry { values: vec![name("lambda.amazonaws.com")] })].into(),
            ),
            ..Default::default()
        },
        GetRole GetRoleInput { role_name: name("PowerUserRole") },
        GetRoleTemplateVersion GetRoleTemplateVersionInput { template_arn: name(POWER_USER), minor_version: None },
        AcquireRole AcquireRoleInput { template_arn: name(POWER_USER), ..Default::default() },
    ));
}

#[tokio::test]
async fn account_settings_and_delegation() {
    let plane = TestPlane::new().await;
    let request = "3346462e-b316-4034-9cb7-2245713ddcdc";
    insta::assert_snapshot!(answers!(plane;
        GetOutboundWebIdentityFederationInfo GetOutboundWebIdentityFederationInfoInput,
        EnableOutboundWebIdentityFederation EnableOutboundWebIdentityFederationInput,
        EnableOutboundWebIdentityFederation EnableOutboundWebIdentityFederationInput,
        GetOutboundWebIdentityFederationInfo GetOutboundWebIdentityFederationInfoInput,
        DisableOutboundWebIdentityFederation DisableOutboundWebIdentityFederationInput,
        SetSecurityTokenServicePreferences SetSecurityTokenServicePreferencesInput {
            global_endpoint_token_version: GlobalEndpointTokenVersion::V1Token,
        },
        PutAccountProperties PutAccountPropertiesInput {
            properties: [(name("RoleManager/Enabled"), name("true"))].into(),
        },
        PutAccountProperties PutAccountPropertiesInput { properties: [(name("A/b"), name("c"))].into() },
        GetAccountProperties GetAccountPropertiesInput,
        ListOrganizationsFeatures ListOrganizationsFeaturesInput,
        CreateDelegationRequest CreateDelegationRequestInput {
            description: name("Reads"),
            permissions: DelegationPermission {
                policy_template_arn: some("arn:aws:iam::aws:policy/IAMUserChangePassword"),
                parameters: None,
            },
            requestor_workflow_id: name("workflow"),
            notification_channel: name("arn:aws:sns:us-east-1:123456789012:topic"),
            session_duration: 3600,
            ..Default::default()
        },
        GetDelegationRequest GetDelegationRequestInput {
            delegation_request_id: name(request),
            delegation_permission_check: Some(true),
        },
        ListDelegationRequests ListDelegationRequestsInput::default(),
    ));
}

#[tokio::test]
async fn providers_and_server_certificates() {
    let plane = TestPlane::new().await;
    let (saml, open_id) = (
        "arn:aws:iam::123456789012:saml-provider/idp",
        "arn:aws:iam::123456789012:oidc-provider/idp.example.com/a",
    );
    insta::assert_snapshot!(answers!(plane;
        CreateSAMLProvider CreateSAMLProviderInput {
            name: name("idp"),
            saml_metadata_document: metadata("https://idp.example.com"),
            tags: Some(tags()),
            ..Default::default()
        },
        GetSAMLProvider GetSAMLProviderInput { saml_provider_arn: name(saml) },
        ListSAMLProviders ListSAMLProvidersInput,
        TagSAMLProvider TagSAMLProviderInput { saml_provider_arn: name(saml), tags: tags() },
        ListSAMLProviderTags ListSAMLProviderTagsInput { saml_provider_arn: name(saml), ..Default::default() },
        UntagSAMLProvider UntagSAMLProviderInput { saml_provider_arn: name(saml), tag_keys: vec![name("team")] },
        UpdateSAMLProvider UpdateSAMLProviderInput { saml_provider_arn: name(saml), ..Default::default() },
        DeleteSAMLProvider DeleteSAMLProviderInput { saml_provider_arn: name(saml) },
        GetSAMLProvider GetSAMLProviderInput { saml_provider_arn: name(saml) },
        CreateOpenIDConnectProvider CreateOpenIDConnectProviderInput {
            url: name("https://idp.example.com/a"),
            client_id_list: Some(vec![name("one")]),
            thumbprint_list: Some(vec!["A".repeat(40)]),
            tags: Some(tags()),
        },
        AddClientIDToOpenIDConnectProvider AddClientIDToOpenIDConnectProviderInput {
            open_id_connect_provider_arn: name(open_id),
            client_id: name("two"),
        },
        RemoveClientIDFromOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProviderInput {
            open_id_connect_provider_arn: name(open_id),
            client_id: name("one"),
        },
        UpdateOpenIDConnectProviderThumbprint UpdateOpenIDConnectProviderThumbprintInput {
            open_id_connect_provider_arn: name(open_id),
            thumbprint_list: vec!["b".repeat(40)],
        },
        GetOpenIDConnectProvider GetOpenIDConnectProviderInput { open_id_connect_provider_arn: name(open_id) },
        ListOpenIDConnectProviders ListOpenIDConnectProvidersInput,
        TagOpenIDConnectProvider TagOpenIDConnectProviderInput {
            open_id_connect_provider_arn: name(open_id),
            tags: tags(),
        },
        ListOpenIDConnectProviderTags ListOpenIDConnectProviderTagsInput {
            open_id_connect_provider_arn: name(open_id),
            ..Default::default()
        },
        UntagOpenIDConnectProvider UntagOpenIDConnectProviderInput {
            open_id_connect_provider_arn: name(open_id),
            tag_keys: vec![name("team")],
        },
        DeleteOpenIDConnectProvider DeleteOpenIDConnectProviderInput { open_id_connect_provider_arn: name(open_id) },
        GetOpenIDConnectProvider GetOpenIDConnectProviderInput { open_id_connect_provider_arn: name(open_id) },
        UploadServerCertificate UploadServerCertificateInput {
            path: some("/web/"),
            server_certificate_name: name("site"),
            certificate_body: name(LEAF),
            private_key: name(LEAF_KEY).into(),
            certificate_chain: some(ROOT),
            tags: Some(tags()),
        },
        GetServerCertificate GetServerCertificateInput { server_certificate_name: name("site") },
        ListServerCertificates ListServerCertificatesInput::default(),
        TagServerCertificate TagServerCertificateInput { server_certificate_name: name("site"), tags: tags() },
        ListServerCertificateTags ListServerCertificateTagsInput {
            server_certificate_name: name("site"),
            ..Default::default()
        },
        UntagServerCertificate UntagServerCertificateInput {
            server_certificate_name: name("site"),
            tag_keys: vec![name("team")],
        },
        UpdateServerCertificate UpdateServerCertificateInput {
            server_certificate_name: name("site"),
            new_path: some("/"),
            ..Default::default()
        },
        DeleteServerCertificate DeleteServerCertificateInput { server_certificate_name: name("site") },
        GetServerCertificate GetServerCertificateInput { server_certificate_name: name("site") },
    ));
}

#[tokio::test]
async fn identity() {
    let plane = TestPlane::new().await;
    insta::assert_snapshot!(answers!(plane;
        GetCallerIdentity GetCallerIdentityInput,
        GetAccessKeyInfo GetAccessKeyInfoInput { access_key_id: name("ASIAY34FZKBOKMUTVV7A") },
        GetAccessKeyInfo GetAccessKeyInfoInput { access_key_id: name("AKIAAAAAAAAAAAAAAAAA") },
    ));
}

#[tokio::test]
async fn simulations_and_reports() {
    let plane = TestPlane::new().await;
    let user = "arn:aws:iam::123456789012:user/alice";
    let custom = SimulateCustomPolicyInput {
        policy_input_list: vec![name(ALLOW)],
        action_names: vec![name("s3:GetObject"), name("s3:PutObject")],
        resource_arns: Some(vec![name("arn:aws:s3:::b/k")]),
        ..Default::default()
    };
    let principal = SimulatePrincipalPolicyInput {
        policy_source_arn: name(user),
        action_names: vec![name("s3:GetObject")],
        ..Default::default()
    };
    insta::assert_snapshot!(answers!(plane;
        SimulateCustomPolicy custom.clone(),
        SimulateCustomPolicy SimulateCustomPolicyInput { action_names: vec![name("s3:*")], ..custom },
        SimulatePrincipalPolicy principal.clone(),
        CreateUser CreateUserInput { user_name: name("alice"), ..Default::default() },
        PutUserPolicy PutUserPolicyInput { user_name: name("alice"), policy_name: name("read"), policy_document: name(ALLOW) },
        SimulatePrincipalPolicy principal,
        GetContextKeysForCustomPolicy GetContextKeysForCustomPolicyInput { policy_input_list: vec![name(ALLOW)] },
        GetContextKeysForPrincipalPolicy GetContextKeysForPrincipalPolicyInput { policy_source_arn: name(user), ..Default::default() },
        GenerateServiceLastAccessedDetails GenerateServiceLastAccessedDetailsInput { arn: name(user), granularity: None },
        GetServiceLastAccessedDetails GetServiceLastAccessedDetailsInput { job_id: name(&"0".repeat(36)), ..Default::default() },
        ListPoliciesGrantingServiceAccess ListPoliciesGrantingServiceAccessInput { marker: None, arn: name(user), service_namespaces: vec![name("s3")] },
        GenerateOrganizationsAccessReport GenerateOrganizationsAccessReportInput { entity_path: name("o-abcdefghij/r-abcd"), ..Default::default() },
    ));
    let input = GenerateServiceLastAccessedDetailsInput { arn: name(user), granularity: None };
    let job = plane.root::<GenerateServiceLastAccessedDetails>(input).await.unwrap().job_id.unwrap();
    let input = GetServiceLastAccessedDetailsInput { job_id: job.clone(), ..Default::default() };
    let services = plane.bytes::<GetServiceLastAccessedDetails>(input).await;
    let input = GetServiceLastAccessedDetailsWithEntitiesInput {
        job_id: job,
        service_namespace: name("s3"),
        ..Default::default()
    };
    let entities = plane.bytes::<GetServiceLastAccessedDetailsWithEntities>(input).await;
    let input = GenerateOrganizationsAccessReportInput {
        entity_path: name("o-abcdefghij/r-abcd"),
        ..Default::default()
    };
    let job_id = plane.root::<GenerateOrganizationsAccessReport>(input).await.unwrap().job_id.unwrap();
    let input = GetOrganizationsAccessReportInput { job_id, ..Default::default() };
    let organization = plane.bytes::<GetOrganizationsAccessReport>(input).await;
    insta::assert_snapshot!("last_accesses", [services, entities, organization].join("\n\n"));
}

/// The text of the first element of that name.
fn element(answer: &str, name: &str) -> String {
    let (_, rest) = answer.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

fn alice() -> Option<String> {
    some("alice")
}

#[tokio::test]
async fn passwords() {
    let plane = TestPlane::new().await;
    let created = |password: &str| CreateLoginProfileInput {
        user_name: alice(),
        password: Some(name(password).into()),
        password_reset_required: Some(true),
    };
    insta::assert_snapshot!(answers!(plane;
        CreateUser CreateUserInput { user_name: name("alice"), ..Default::default() },
        CreateLoginProfile created("short"),
        CreateLoginProfile created("Correct-Horse-1"),
        CreateLoginProfile created("Correct-Horse-2"),
        GetLoginProfile GetLoginProfileInput { user_name: alice() },
        GetLoginProfile GetLoginProfileInput { user_name: some("bob") },
        UpdateLoginProfile UpdateLoginProfileInput {
            user_name: name("alice"),
            password: None,
            password_reset_required: Some(false),
        },
        ChangePassword ChangePasswordInput {
            old_password: name("Correct-Horse-1").into(),
            new_password: name("Correct-Horse-3").into(),
        },
        DeleteUser DeleteUserInput { user_name: name("alice") },
        DeleteLoginProfile DeleteLoginProfileInput { user_name: alice() },
        GetAccountPasswordPolicy GetAccountPasswordPolicyInput,
        UpdateAccountPasswordPolicy UpdateAccountPasswordPolicyInput {
            minimum_password_length: Some(12),
            max_password_age: Some(90),
            ..Default::default()
        },
        GetAccountPasswordPolicy GetAccountPasswordPolicyInput,
        DeleteAccountPasswordPolicy DeleteAccountPasswordPolicyInput,
        DeleteAccountPasswordPolicy DeleteAccountPasswordPolicyInput,
        GetCredentialReport GetCredentialReportInput,
        GenerateCredentialReport GenerateCredentialReportInput,
        GenerateCredentialReport GenerateCredentialReportInput,
        GetCredentialReport GetCredentialReportInput,
    ));
}

#[tokio::test]
async fn mfa_devices() {
    let plane = TestPlane::new().await;
    let serial = || name("arn:aws:iam::123456789012:mfa/phone");
    insta::assert_snapshot!(answers!(plane;
        CreateUser CreateUserInput { user_name: name("alice"), ..Default::default() },
        CreateVirtualMFADevice CreateVirtualMFADeviceInput {
            virtual_mfa_device_name: name("phone"),
            tags: Some(tags()),
            ..Default::default()
        },
        CreateVirtualMFADevice CreateVirtualMFADeviceInput { virtual_mfa_device_name: name("phone"), ..Default::default() },
        EnableMFADevice EnableMFADeviceInput {
            user_name: name("alice"),
            serial_number: serial(),
            authentication_code1: name("000000").into(),
            authentication_code2: name("000000").into(),
        },
        ResyncMFADevice ResyncMFADeviceInput {
            user_name: name("alice"),
            serial_number: serial(),
            authentication_code1: name("000000").into(),
            authentication_code2: name("000001").into(),
        },
        GetMFADevice GetMFADeviceInput { serial_number: serial(), user_name: alice() },
        ListMFADevices ListMFADevicesInput { user_name: alice(), ..Default::default() },
        ListVirtualMFADevices ListVirtualMFADevicesInput::default(),
        TagMFADevice TagMFADeviceInput { serial_number: serial(), tags: tags() },
        ListMFADeviceTags ListMFADeviceTagsInput { serial_number: serial(), ..Default::default() },
        UntagMFADevice UntagMFADeviceInput { serial_number: serial(), tag_keys: vec![name("team")] },
        DeactivateMFADevice DeactivateMFADeviceInput { user_name: alice(), serial_number: serial() },
        DeleteVirtualMFADevice DeleteVirtualMFADeviceInput { serial_number: serial() },
        DeleteVirtualMFADevice DeleteVirtualMFADeviceInput { serial_number: serial() },
    ));
}

#[tokio::test]
async fn other_credentials_of_users() {
    let plane = TestPlane::new().await;
    let key = || include_str!("../../src/iam/ssh_public_key/testdata/rsa.pub").to_owned();
    let made = answers!(plane;
        CreateUser CreateUserInput { user_name: name("alice"), ..Default::default() },
        UploadSigningCertificate UploadSigningCertificateInput { user_name: alice(), certificate_body: name(LEAF) },
        UploadSigningCertificate UploadSigningCertificateInput { user_name: alice(), certificate_body: name("x") },
        ListSigningCertificates ListSigningCertificatesInput { user_name: alice(), ..Default::default() },
        UploadSSHPublicKey UploadSSHPublicKeyInput { user_name: name("alice"), ssh_public_key_body: key() },
        UploadSSHPublicKey UploadSSHPublicKeyInput { user_name: name("alice"), ssh_public_key_body: key() },
        ListSSHPublicKeys ListSSHPublicKeysInput { user_name: alice(), ..Default::default() },
        CreateServiceSpecificCredential CreateServiceSpecificCredentialInput {
            user_name: name("alice"),
            service_name: name("codecommit.amazonaws.com"),
            credential_age_days: None,
        },
        ListServiceSpecificCredentials ListServiceSpecificCredentialsInput { user_name: alice(), ..Default::default() },
    );
    let certificate = || element(&made, "CertificateId");
    let ssh = || element(&made, "SSHPublicKeyId");
    let credential = || element(&made, "ServiceSpecificCredentialId");
    let then = answers!(plane;
        UpdateSigningCertificate UpdateSigningCertificateInput {
            user_name: alice(),
            certificate_id: certificate(),
            status: StatusType::Inactive,
        },
        DeleteSigningCertificate DeleteSigningCertificateInput { user_name: alice(), certificate_id: certificate() },
        DeleteSigningCertificate DeleteSigningCertificateInput { user_name: alice(), certificate_id: certificate() },
        GetSSHPublicKey GetSSHPublicKeyInput {
            user_name: name("alice"),
            ssh_public_key_id: ssh(),
            encoding: EncodingType::Pem,
        },
        UpdateSSHPublicKey UpdateSSHPublicKeyInput {
            user_name: name("alice"),
            ssh_public_key_id: ssh(),
            status: StatusType::Inactive,
        },
        DeleteSSHPublicKey DeleteSSHPublicKeyInput { user_name: name("alice"), ssh_public_key_id: ssh() },
        ResetServiceSpecificCredential ResetServiceSpecificCredentialInput {
            user_name: alice(),
            service_specific_credential_id: credential(),
        },
        UpdateServiceSpecificCredential UpdateServiceSpecificCredentialInput {
            user_name: alice(),
            service_specific_credential_id: credential(),
            status: StatusType::Inactive,
        },
        DeleteServiceSpecificCredential DeleteServiceSpecificCredentialInput {
            user_name: alice(),
            service_specific_credential_id: credential(),
        },
    );
    insta::assert_snapshot!(made + &then);
}
