//! Whether a row is the record that its document says it is.

use domain::{
    AccessKey, AccessReport, Account, AccountAlias, AccountId, AccountSettings, DelegationRequest, Group,
    ImportedPolicy, InlinePolicy, InstanceProfile, LastUsed, LoginProfile, ManagedPolicy,
    ManagedPolicyVersion, MfaDevice, OpenIdConnectProvider, PasswordPolicy, Role, RoleDeletion,
    SamlPrivateKey, SamlProvider, ServerCertificate, ServiceSpecificCredential, SigningCertificate,
    SshPublicKey, UniqueId, User,
};
use serde::de::IgnoredAny;

use crate::{Parameter, Row, StoreError, Value, audit_batch, document};

/// Reads a row of that table as its record, and compares the columns that are taken from the document with it.
pub(super) fn check(table: &str, row: &Row) -> Result<(), StoreError> {
    match table {
        "account" => {
            let account: Account = document::read(row)?;
            same(row, "account_id", &account.id)?;
            same(row, "email_key", &account.email.to_lowercase())
        }
        "account_alias" => parsed(row, "alias", |text| AccountAlias::parse(text).is_ok()),
        "iam_user" => {
            let user: User = document::read(row)?;
            same(row, "account_id", &user.account_id)?;
            same(row, "user_id", &user.id)?;
            same(row, "name_key", &user.name.key())?;
            same(row, "path", &user.path)?;
            same(row, "boundary_arn", &user.permissions_boundary.map(|boundary| boundary.policy_arn))
        }
        "iam_group" => {
            let group: Group = document::read(row)?;
            same(row, "account_id", &group.account_id)?;
            same(row, "group_id", &group.id)?;
            same(row, "name_key", &group.name.key())?;
            same(row, "path", &group.path)
        }
        "iam_role" => {
            let role: Role = document::read(row)?;
            same(row, "account_id", &role.account_id)?;
            same(row, "role_id", &role.id)?;
            same(row, "name_key", &role.name.key())?;
            same(row, "path", &role.path)?;
            same(row, "boundary_arn", &role.permissions_boundary.map(|boundary| boundary.policy_arn))
        }
        "iam_policy" => {
            let policy: ManagedPolicy = document::read(row)?;
            same(row, "account_id", &policy.account_id)?;
            same(row, "policy_id", &policy.id)?;
            same(row, "name_key", &policy.name.key())?;
            same(row, "path", &policy.path)?;
            same(row, "arn", &policy.arn().to_string())?;
            same(row, "default_version", &policy.default_version)
        }
        "iam_policy_version" => {
            let version: ManagedPolicyVersion = document::read(row)?;
            same(row, "version", &version.id)
        }
        "iam_inline_policy" => {
            let policy: InlinePolicy = document::read(row)?;
            same(row, "name_key", &policy.name.key())?;
            owner(row)
        }
        "iam_attachment" => owner(row),
        "iam_instance_profile" => {
            let profile: InstanceProfile = document::read(row)?;
            same(row, "account_id", &profile.account_id)?;
            same(row, "profile_id", &profile.id)?;
            same(row, "name_key", &profile.name.key())?;
            same(row, "path", &profile.path)?;
            same(row, "role_id", &profile.role)
        }
        "iam_role_deletion" => {
            let deletion: RoleDeletion = document::read(row)?;
            same(row, "account_id", &deletion.account_id)?;
            same(row, "task_id", &deletion.task_id)?;
            same(row, "requested_at", &deletion.requested_at)
        }
        "iam_account_settings" => document::read::<AccountSettings>(row).map(drop),
        "iam_delegation_request" => {
            let request: DelegationRequest = document::read(row)?;
            same(row, "account_id", &request.requestor)?;
            same(row, "request_id", &request.id)?;
            same(row, "workflow_id", &request.workflow_id)?;
            same(row, "owner_account", &request.owner_account)?;
            same(row, "owner", &request.owner)?;
            same(row, "owner_unique_id", &request.owner_unique_id)?;
            same(row, "expires_at", &request.expires_at())
        }
        "access_key" => {
            let key: AccessKey = document::read(row)?;
            same(row, "account_id", &key.account_id)?;
            same(row, "access_key_id", &key.id)?;
            same(row, "owner_id", &key.owner)
        }
        "iam_saml_provider" => {
            let provider: SamlProvider = document::read(row)?;
            same(row, "account_id", &provider.account_id)?;
            same(row, "provider_id", &provider.id)?;
            same(row, "name_key", &provider.name.key())
        }
        "iam_saml_private_key" => {
            let key: SamlPrivateKey = document::read(row)?;
            same(row, "account_id", &key.account_id)?;
            same(row, "key_id", &key.id)?;
            same(row, "provider_id", &key.provider_id)
        }
        "iam_open_id_connect_provider" => {
            let provider: OpenIdConnectProvider = document::read(row)?;
            same(row, "account_id", &provider.account_id)?;
            same(row, "url", &provider.url)
        }
        "iam_server_certificate" => {
            let certificate: ServerCertificate = document::read(row)?;
            same(row, "account_id", &certificate.account_id)?;
            same(row, "certificate_id", &certificate.id)?;
            same(row, "name_key", &certificate.name.key())?;
            same(row, "path", &certificate.path)
        }
        "last_used" => {
            let used: LastUsed = document::read(row)?;
            same(row, "used_at", &used.at)
        }
        "login_profile" => {
            let profile: LoginProfile = document::read(row)?;
            same(row, "account_id", &profile.account_id)?;
            same(row, "owner_id", &profile.owner)
        }
        "password_policy" => {
            let policy: PasswordPolicy = document::read(row)?;
            same(row, "account_id", &policy.account_id)
        }
        "mfa_device" => {
            let device: MfaDevice = document::read(row)?;
            same(row, "account_id", &device.account_id)?;
            same(row, "device_id", &device.id)?;
            same(row, "serial_key", &MfaDevice::serial_key(&device.serial_number))?;
            same(row, "kind", &device.kind.as_str())?;
            same(row, "owner_id", &device.owner())
        }
        "signing_certificate" => {
            let certificate: SigningCertificate = document::read(row)?;
            same(row, "account_id", &certificate.account_id)?;
            same(row, "certificate_id", &certificate.id)?;
            same(row, "owner_id", &certificate.owner)?;
            same(row, "digest", &certificate.digest)
        }
        "ssh_public_key" => {
            let key: SshPublicKey = document::read(row)?;
            same(row, "account_id", &key.account_id)?;
            same(row, "key_id", &key.id)?;
            same(row, "user_id", &key.user_id)?;
            same(row, "digest", &key.digest)
        }
        "service_specific_credential" => {
            let credential: ServiceSpecificCredential = document::read(row)?;
            same(row, "account_id", &credential.account_id)?;
            same(row, "credential_id", &credential.id)?;
            same(row, "user_id", &credential.user_id)?;
            same(row, "service_name", &credential.service_name)?;
            same(row, "service_user_name", &credential.service_user_name)
        }
        "imported_policy" => {
            let policy: ImportedPolicy = document::read(row)?;
            same(row, "policy_arn", &policy.arn())?;
            same(row, "name_key", &policy.name.key())?;
            same(row, "path", &policy.path)
        }
        "service_access" => parsed(row, "principal_id", |text| UniqueId::parse(text).is_ok()),
        "access_report" => {
            let report: AccessReport = document::read(row)?;
            same(row, "account_id", &report.account_id)?;
            same(row, "job_id", &report.job_id)?;
            same(row, "asked_by", &report.asked_by)?;
            same(row, "created_at", &report.created_at)
        }
        "audit_event" => {
            parsed(row, "account_id", |text| AccountId::parse(text).is_ok())?;
            document::read::<IgnoredAny>(row).map(drop)
        }
        "audit_batch" => audit_batch::check(row),
        // They have no document: what they hold is read when it is used, and references are checked apart.
        _ => Ok(()),
    }
}

fn owner(row: &Row) -> Result<(), StoreError> {
    parsed(row, "owner_kind", |text| ["group", "role", "user"].contains(&text))?;
    parsed(row, "owner_id", |text| UniqueId::parse(text).is_ok())
}

/// Whether a column holds what the record says.
fn same(row: &Row, column: &str, expected: &dyn Parameter) -> Result<(), StoreError> {
    let same = match expected.value() {
        Value::Bytes(bytes) => row.optional_bytes(column)? == Some(bytes),
        Value::Integer(number) => row.optional_integer(column)? == Some(number),
        Value::Null => row.optional_text(column)?.is_none(),
        Value::Text(text) => row.optional_text(column)? == Some(&*text),
    };
    if same { Ok(()) } else { Err(StoreError::Corrupt(format!("{column} is not what the document says"))) }
}

fn parsed(row: &Row, column: &str, valid: impl FnOnce(&str) -> bool) -> Result<(), StoreError> {
    if valid(row.text(column)?) { Ok(()) } else { Err(StoreError::Corrupt(format!("{column} is not valid"))) }
}
