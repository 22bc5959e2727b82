use crate::{Access, Cx, Effect, Operation, Result, iam::quotas};
use domain::AccessKeyOwner;
use shapes::iam::{GetAccountSummary, GetAccountSummaryInput, GetAccountSummaryOutput};
use store::Transaction;

impl Operation for GetAccountSummary {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetAccountSummaryInput) -> Result<Access> {
        Ok(Access::to("iam:GetAccountSummary", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GetAccountSummaryInput,
    ) -> Result<GetAccountSummaryOutput> {
        let account = cx.account();
        let settings = store::account_settings::get(tx, account).await?;
        let root_keys = store::access_key::count(tx, account, &AccessKeyOwner::Root).await?;
        let root_devices = store::mfa_device::count(tx, account, &AccessKeyOwner::Root).await?;
        let root_certificates = store::signing_certificate::count(tx, account, &AccessKeyOwner::Root).await?;
        let root_profile = store::login_profile::find(tx, account, &AccessKeyOwner::Root).await?;
        let devices = store::mfa_device::count_all(tx, account).await?;
        let saml_providers = store::saml_provider::count(tx, account).await?;
        let providers = saml_providers + store::open_id_connect_provider::count(tx, account).await?;
        let server_certificates = store::server_certificate::count(tx, account).await?;
        let summary = [
            ("AccessKeysPerUserQuota", quotas::number(quotas::ACCESS_KEYS)),
            ("AccountAccessKeysPresent", i32::from(root_keys > 0)),
            ("AccountMFAEnabled", i32::from(root_devices > 0)),
            ("AccountPasswordPresent", i32::from(root_profile.is_some())),
            ("AccountSigningCertificatesPresent", i32::from(root_certificates > 0)),
            ("AssumeRolePolicySizeQuota", quotas::number(quotas::TRUST_POLICY_SIZE)),
            ("AttachedPoliciesPerGroupQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("AttachedPoliciesPerRoleQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("AttachedPoliciesPerUserQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("GlobalEndpointTokenVersion", i32::from(settings.global_endpoint_token_version.number())),
            ("GroupPolicySizeQuota", quotas::number(quotas::INLINE_POLICIES_OF_GROUP)),
            ("Groups", quotas::number(store::group::count(tx, account).await?)),
            ("GroupsPerUserQuota", quotas::number(quotas::GROUPS_OF_USER)),
            ("GroupsQuota", quotas::number(quotas::GROUPS)),
            ("InstanceProfiles", quotas::number(store::instance_profile::count(tx, account).await?)),
            ("InstanceProfilesQuota", quotas::number(quotas::INSTANCE_PROFILES)),
            ("MFADevices", quotas::number(devices.all)),
            ("MFADevicesInUse", quotas::number(devices.assigned)),
            ("Policies", quotas::number(store::managed_policy::count(tx, account).await?)),
            ("PoliciesQuota", quotas::number(quotas::POLICIES)),
            ("PolicySizeQuota", quotas::number(quotas::POLICY_SIZE)),
            ("PolicyVersionsInUse", quotas::number(store::policy_version::count(tx, account).await?)),
            ("PolicyVersionsInUseQuota", quotas::number(quotas::POLICY_VERSIONS_IN_USE)),
            ("Providers", quotas::number(providers)),
            ("RolePolicySizeQuota", quotas::number(quotas::INLINE_POLICIES_OF_ROLE)),
            ("Roles", quotas::number(store::role::count(tx, account).await?)),
            ("RolesQuota", quotas::number(quotas::ROLES)),
            ("ServerCertificates", quotas::number(server_certificates)),
            ("ServerCertificatesQuota", quotas::number(quotas::SERVER_CERTIFICATES)),
            ("SigningCertificatesPerUserQuota", quotas::number(quotas::SIGNING_CERTIFICATES)),
            ("UserPolicySizeQuota", quotas::number(quotas::INLINE_POLICIES_OF_USER)),
            ("Users", quotas::number(store::user::count(tx, account).await?)),
            ("UsersQuota", quotas::number(quotas::USERS)),
            ("VersionsPerPolicyQuota", quotas::number(quotas::POLICY_VERSIONS)),
        ];
        let summary = summary.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Ok(GetAccountSummaryOutput { summary_map: Some(summary) })
    }
}
