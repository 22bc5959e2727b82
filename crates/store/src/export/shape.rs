//! What stands in an export. Part of the documented shape: see the module above.

use domain::{
    AccountAlias, AccountId, AccountSettings, InlinePolicy, ManagedPolicyVersion, Path, Tag, UniqueId,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::credential::{Credentials, RootCredentials};
use crate::server_certificate::Pem;

/// The members of an account that are no lists of entities.
#[expect(clippy::struct_field_names, reason = "the members as the export has them")]
#[derive(Serialize)]
pub(super) struct Account<'a> {
    pub(super) account_id: AccountId,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) alias: Option<&'a AccountAlias>,
    pub(super) created_at: Timestamp,
    #[serde(flatten)]
    pub(super) root: RootCredentials,
    pub(super) password_policy: Option<PasswordPolicy>,
    pub(super) iam_settings: AccountSettings,
}

/// The policies embedded in and attached to an entity.
#[derive(Default)]
pub(super) struct Policies {
    pub(super) inline: Vec<Inline>,
    pub(super) attached: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Inline {
    name: domain::PolicyName,
    document: Document,
}

impl From<InlinePolicy> for Inline {
    fn from(policy: InlinePolicy) -> Self {
        Self { name: policy.name, document: Document::from(policy.document) }
    }
}

/// A policy document as the JSON it is, to the letter.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Document {
    Json(Box<RawValue>),
    Text(String),
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        match RawValue::from_string(text.clone()) {
            Ok(json) => Self::Json(json),
            Err(_) => Self::Text(text),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Group<'a> {
    name: &'a domain::GroupName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    inline_policies: Vec<Inline>,
    attached_policies: Vec<String>,
}

impl<'a> Group<'a> {
    pub(super) fn of(group: &'a domain::Group, policies: Policies) -> Self {
        Self {
            name: &group.name,
            id: &group.id,
            arn: group.arn().to_string(),
            path: &group.path,
            created_at: group.created_at,
            inline_policies: policies.inline,
            attached_policies: policies.attached,
        }
    }
}

#[derive(Serialize)]
pub(super) struct User<'a> {
    name: &'a domain::UserName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    permissions_boundary: Option<&'a str>,
    tags: &'a [Tag],
    groups: Vec<domain::GroupName>,
    inline_policies: Vec<Inline>,
    attached_policies: Vec<String>,
    #[serde(flatten)]
    credentials: Credentials,
}

impl<'a> User<'a> {
    pub(super) fn of(
        user: &'a domain::User,
        groups: Vec<domain::GroupName>,
        policies: Policies,
        credentials: Credentials,
    ) -> Self {
        Self {
            name: &user.name,
            id: &user.id,
            arn: user.arn().to_string(),
            path: &user.path,
            created_at: user.created_at,
            permissions_boundary: boundary(user.permissions_boundary.as_ref()),
            tags: &user.tags,
            groups,
            inline_policies: policies.inline,
            attached_policies: policies.attached,
            credentials,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Role<'a> {
    name: &'a domain::RoleName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    description: Option<&'a str>,
    max_session_duration: u32,
    trust_policy: Document,
    permissions_boundary: Option<&'a str>,
    tags: &'a [Tag],
    inline_policies: Vec<Inline>,
    attached_policies: Vec<String>,
    source_template: Option<&'a domain::SourceRoleTemplate>,
}

impl<'a> Role<'a> {
    pub(super) fn of(role: &'a domain::Role, policies: Policies) -> Self {
        Self {
            name: &role.name,
            id: &role.id,
            arn: role.arn().to_string(),
            path: &role.path,
            created_at: role.created_at,
            description: role.description.as_deref(),
            max_session_duration: role.max_session_duration,
            trust_policy: Document::from(role.trust_policy.clone()),
            permissions_boundary: boundary(role.permissions_boundary.as_ref()),
            tags: &role.tags,
            inline_policies: policies.inline,
            attached_policies: policies.attached,
            source_template: role.source_template.as_ref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct InstanceProfile<'a> {
    name: &'a domain::InstanceProfileName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    role: Option<domain::RoleName>,
    tags: &'a [Tag],
}

impl<'a> InstanceProfile<'a> {
    pub(super) fn of(profile: &'a domain::InstanceProfile, role: Option<domain::RoleName>) -> Self {
        Self {
            name: &profile.name,
            id: &profile.id,
            arn: profile.arn().to_string(),
            path: &profile.path,
            created_at: profile.created_at,
            role,
            tags: &profile.tags,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Policy<'a> {
    name: &'a domain::PolicyName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    updated_at: Timestamp,
    description: Option<&'a str>,
    default_version: domain::PolicyVersionId,
    tags: &'a [Tag],
    versions: Vec<Version>,
}

impl<'a> Policy<'a> {
    pub(super) fn of(policy: &'a domain::ManagedPolicy, versions: Vec<Version>) -> Self {
        Self {
            name: &policy.name,
            id: &policy.id,
            arn: policy.arn().to_string(),
            path: &policy.path,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
            description: policy.description.as_deref(),
            default_version: policy.default_version,
            tags: &policy.tags,
            versions,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ImportedPolicy<'a> {
    name: &'a domain::PolicyName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    created_at: Timestamp,
    updated_at: Timestamp,
    description: Option<&'a str>,
    version: domain::PolicyVersionId,
    document: Document,
}

impl<'a> ImportedPolicy<'a> {
    pub(super) fn of(policy: &'a domain::ImportedPolicy, document: String) -> Self {
        Self {
            name: &policy.name,
            id: &policy.id,
            arn: policy.arn(),
            path: &policy.path,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
            description: policy.description.as_deref(),
            version: policy.version,
            document: Document::from(document),
        }
    }
}

/// What an account asks of passwords.
#[expect(clippy::struct_excessive_bools, reason = "AWS's own members")]
#[derive(Serialize)]
pub(super) struct PasswordPolicy {
    minimum_password_length: u32,
    require_symbols: bool,
    require_numbers: bool,
    require_uppercase_characters: bool,
    require_lowercase_characters: bool,
    allow_users_to_change_password: bool,
    max_password_age: Option<u32>,
    password_reuse_prevention: Option<u32>,
    hard_expiry: Option<bool>,
}

impl From<domain::PasswordPolicy> for PasswordPolicy {
    fn from(policy: domain::PasswordPolicy) -> Self {
        Self {
            minimum_password_length: policy.minimum_password_length,
            require_symbols: policy.require_symbols,
            require_numbers: policy.require_numbers,
            require_uppercase_characters: policy.require_uppercase_characters,
            require_lowercase_characters: policy.require_lowercase_characters,
            allow_users_to_change_password: policy.allow_users_to_change_password,
            max_password_age: policy.max_password_age,
            password_reuse_prevention: policy.password_reuse_prevention,
            hard_expiry: policy.hard_expiry,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Version {
    id: domain::PolicyVersionId,
    created_at: Timestamp,
    document: Document,
}

impl From<ManagedPolicyVersion> for Version {
    fn from(version: ManagedPolicyVersion) -> Self {
        Self { id: version.id, created_at: version.created_at, document: Document::from(version.document) }
    }
}

#[derive(Serialize)]
pub(super) struct SamlProvider<'a> {
    name: &'a domain::SamlProviderName,
    id: &'a UniqueId,
    arn: String,
    created_at: Timestamp,
    valid_until: Timestamp,
    assertion_encryption_mode: Option<domain::AssertionEncryptionMode>,
    tags: &'a [Tag],
    metadata: String,
    private_keys: Vec<SamlPrivateKey>,
}

#[derive(Serialize)]
struct SamlPrivateKey {
    id: UniqueId,
    created_at: Timestamp,
}

impl<'a> SamlProvider<'a> {
    pub(super) fn of(
        provider: &'a domain::SamlProvider,
        metadata: String,
        keys: Vec<domain::SamlPrivateKey>,
    ) -> Self {
        let keys = keys.into_iter().map(|key| SamlPrivateKey { id: key.id, created_at: key.created_at });
        Self {
            name: &provider.name,
            id: &provider.id,
            arn: provider.arn().to_string(),
            created_at: provider.created_at,
            valid_until: provider.valid_until,
            assertion_encryption_mode: provider.assertion_encryption_mode,
            tags: &provider.tags,
            metadata,
            private_keys: keys.collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct OpenIdConnectProvider<'a> {
    url: &'a domain::ProviderUrl,
    arn: String,
    created_at: Timestamp,
    client_ids: &'a [String],
    thumbprints: &'a [String],
    tags: &'a [Tag],
}

impl<'a> OpenIdConnectProvider<'a> {
    pub(super) fn of(provider: &'a domain::OpenIdConnectProvider) -> Self {
        Self {
            url: &provider.url,
            arn: provider.arn().to_string(),
            created_at: provider.created_at,
            client_ids: &provider.client_ids,
            thumbprints: &provider.thumbprints,
            tags: &provider.tags,
        }
    }
}

#[derive(Serialize)]
pub(super) struct ServerCertificate<'a> {
    name: &'a domain::ServerCertificateName,
    id: &'a UniqueId,
    arn: String,
    path: &'a Path,
    uploaded_at: Timestamp,
    expires_at: Timestamp,
    tags: &'a [Tag],
    body: String,
    chain: Option<String>,
}

impl<'a> ServerCertificate<'a> {
    pub(super) fn of(certificate: &'a domain::ServerCertificate, pem: Pem) -> Self {
        Self {
            name: &certificate.name,
            id: &certificate.id,
            arn: certificate.arn().to_string(),
            path: &certificate.path,
            uploaded_at: certificate.uploaded_at,
            expires_at: certificate.expires_at,
            tags: &certificate.tags,
            body: pem.body,
            chain: pem.chain,
        }
    }
}

fn boundary(boundary: Option<&domain::PermissionsBoundary>) -> Option<&str> {
    boundary.map(|boundary| boundary.policy_arn.as_str())
}
