use crate::{Access, Cx, Effect, Operation, Result, iam::quotas};
use domain::AccessKeyOwner;
use shapes::iam::{GetAccountSummary, GetAccountSummaryInput, GetAccountSummaryOutput};
use store::Transaction;

/// Session tokens work in every Region, as AWS's of version 2 do.
const GLOBAL_ENDPOINT_TOKEN_VERSION: i32 = 2;

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
        let root_keys = store::access_key::count(tx, account, &AccessKeyOwner::Root).await?;
        let saml_providers = store::saml_provider::count(tx, account).await?;
        let providers = saml_providers + store::open_id_connect_provider::count(tx, account).await?;
        let server_certificates = store::server_certificate::count(tx, account).await?;
        let summary = [
            ("AccessKeysPerUserQuota", quotas::number(quotas::ACCESS_KEYS)),
            ("AccountAccessKeysPresent", i32::from(root_keys > 0)),
            ("AccountMFAEnabled", 0),
            ("AccountPasswordPresent", 0),
            ("AccountSigningCertificatesPresent", 0),
            ("AssumeRolePolicySizeQuota", quotas::number(quotas::TRUST_POLICY_SIZE)),
            ("AttachedPoliciesPerGroupQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("AttachedPoliciesPerRoleQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("AttachedPoliciesPerUserQuota", quotas::number(quotas::ATTACHED_POLICIES)),
            ("GlobalEndpointTokenVersion", GLOBAL_ENDPOINT_TOKEN_VERSION),
            ("GroupPolicySizeQuota", quotas::number(quotas::INLINE_POLICIES_OF_GROUP)),
            ("Groups", quotas::number(store::group::count(tx, account).await?)),
            ("GroupsPerUserQuota", quotas::number(quotas::GROUPS_OF_USER)),
            ("GroupsQuota", quotas::number(quotas::GROUPS)),
            ("InstanceProfiles", 0),
            ("InstanceProfilesQuota", quotas::number(quotas::INSTANCE_PROFILES)),
            ("MFADevices", 0),
            ("MFADevicesInUse", 0),
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
