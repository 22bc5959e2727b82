//! Everything but secrets, as JSON for people and programs.
//!
//! One object, written piece by piece, so that it takes little memory however much there is. Accounts come by id, what is
//! in them by name, so that two exports of the same store are the same but for `exported_at`:
//!
//! ```text
//! {"format": "portcullis-export", "version": 1, "exported_at": TIME,
//!  "settings": {NAME: VALUE ...},
//!  "imported_policies": [{"name", "id", "arn", "path", "created_at", "updated_at", "description", "version",
//!                         "document"} ...],
//!  "accounts": [{"account_id", "name", "email", "alias", "created_at",
//!    "root_access_keys": [ACCESS KEY ...], "root_login_profile": LOGIN PROFILE or null,
//!    "root_mfa_devices": [MFA DEVICE ...], "root_signing_certificates": [SIGNING CERTIFICATE ...],
//!    "password_policy": {"minimum_password_length", "require_symbols", "require_numbers",
//!                        "require_uppercase_characters", "require_lowercase_characters",
//!                        "allow_users_to_change_password", "max_password_age", "password_reuse_prevention",
//!                        "hard_expiry"} or null,
//!    "iam_settings": {"global_endpoint_token_version", "outbound_federation", "outbound_issuer", "role_manager",
//!                     "root_credentials_management", "root_sessions"},
//!    "groups": [{"name", "id", "arn", "path", "created_at", "inline_policies", "attached_policies"} ...],
//!    "users": [{"name", "id", "arn", "path", "created_at", "permissions_boundary", "tags", "groups": [NAME ...],
//!               "inline_policies", "attached_policies", "access_keys": [ACCESS KEY ...],
//!               "login_profile": LOGIN PROFILE or null, "mfa_devices": [MFA DEVICE ...],
//!               "signing_certificates": [SIGNING CERTIFICATE ...],
//!               "ssh_public_keys": [{"id", "status", "uploaded_at", "fingerprint", "body"} ...],
//!               "service_specific_credentials": [{"id", "service_name", "service_user_name", "status", "created_at",
//!                                                 "expires_at"} ...]} ...],
//!    "unassigned_mfa_devices": [MFA DEVICE ...],
//!    "roles": [{"name", "id", "arn", "path", "created_at", "description", "max_session_duration", "trust_policy",
//!               "permissions_boundary", "tags", "inline_policies", "attached_policies", "source_template"} ...],
//!    "instance_profiles": [{"name", "id", "arn", "path", "created_at", "role": NAME, "tags"} ...],
//!    "policies": [{"name", "id", "arn", "path", "created_at", "updated_at", "description", "default_version", "tags",
//!                  "versions": [{"id", "created_at", "document"} ...]} ...],
//!    "saml_providers": [{"name", "id", "arn", "created_at", "valid_until", "assertion_encryption_mode", "tags",
//!                        "metadata", "private_keys": [{"id", "created_at"} ...]} ...],
//!    "open_id_connect_providers": [{"url", "arn", "created_at", "client_ids", "thumbprints", "tags"} ...],
//!    "server_certificates": [{"name", "id", "arn", "path", "uploaded_at", "expires_at", "tags", "body",
//!                             "chain"} ...]} ...]}
//! ```
//!
//! - `inline_policies` are `[{"name", "document"} ...]`, `attached_policies` and `permissions_boundary` ARNs, a role's
//!   `source_template` `{"arn", "minor_version", "values"}` or null.
//! - An access key is `{"id", "status", "created_at"}`, a login profile `{"created_at", "password_changed_at",
//!   "password_reset_required"}`, an MFA device `{"serial_number", "kind", "created_at", "enabled_at", "certifications",
//!   "tags"}`, a signing certificate `{"id", "status", "uploaded_at", "body"}`: without secret, hashes, seed. What tells
//!   guesses and clocks of devices is left out with them.
//! - What soon is of no interest is left out: delegation requests, reports, and what became of deletions of
//!   service-linked roles.
//! - Policy documents stand as the JSON they are; one that is not JSON as a text.

mod credential;
mod page;
mod shape;

use std::io::{self, Write};

use domain::{Account, AccountId, Group, InstanceProfile, ManagedPolicy, MfaDevice, Role, User};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction, account, account_settings, imported_policy, mfa_device,
    open_id_connect_provider, password_policy, saml_provider, server_certificate, setting,
};
use credential::{OfUsers, RootCredentials};
use page::Page;

/// The statements alone.
pub(crate) fn sql() -> impl Iterator<Item = &'static str> {
    page::SQL.iter().chain(credential::SQL).copied()
}

/// Why an export is not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file or stream cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A record cannot be read or written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// There is no such account.
    #[error("there is no account {0}")]
    NoAccount(AccountId),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes one account, or all of them, as they are at one moment.
pub async fn write(
    store: &Store,
    only: Option<AccountId>,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut tx = store.read();
    let mut accounts = match only {
        Some(id) => vec![account::find(&mut tx, id).await?.ok_or(ExportError::NoAccount(id))?],
        None => account::list(&mut tx, None, PAGE).await?,
    };
    write!(
        out,
        "{{\"format\":\"portcullis-export\",\"version\":1,\"exported_at\":\"{now}\",\n\"settings\":"
    )?;
    serde_json::to_writer(&mut *out, &setting::list(&mut tx).await?)?;
    write_imported_policies(&mut tx, out).await?;
    out.write_all(b",\n\"accounts\":[")?;
    let mut separator = "\n";
    while let Some(last) = accounts.last().map(|account| account.id) {
        for account in &accounts {
            out.write_all(separator.as_bytes())?;
            separator = ",\n";
            write_account(&mut tx, account, out).await?;
        }
        accounts = match only {
            Some(_) => Vec::new(),
            None => account::list(&mut tx, Some(last), PAGE).await?,
        };
    }
    out.write_all(b"\n]}\n")?;
    Ok(out.flush()?)
}

/// Records read at a time.
const PAGE: u32 = 500;

async fn write_account(
    tx: &mut Transaction,
    account: &Account,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let head = serde_json::to_string(&shape::Account {
        account_id: account.id,
        name: &account.name,
        email: &account.email,
        alias: account.alias.as_ref(),
        created_at: account.created_at,
        root: RootCredentials::find(tx, account.id).await?,
        password_policy: password_policy::find(tx, account.id).await?.map(shape::PasswordPolicy::from),
        iam_settings: account_settings::get(tx, account.id).await?,
    })?;
    // Without its last brace: the lists are members of the same object.
    out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;

    let mut list = List::begin(out, "groups")?;
    let mut page = Page::<Group>::first(account.id);
    while page.next(tx).await? {
        let mut policies = page.policies(tx).await?;
        for group in page.records() {
            let policies = policies.remove(group.id.as_str()).unwrap_or_default();
            list.push(&shape::Group::of(group, policies))?;
        }
    }
    list.end()?;

    let mut list = List::begin(out, "users")?;
    let mut page = Page::<User>::first(account.id);
    while page.next(tx).await? {
        let mut policies = page.policies(tx).await?;
        let mut groups = page.groups(tx).await?;
        let mut credentials = OfUsers::of(&page, tx).await?;
        for user in page.records() {
            let id = user.id.as_str();
            let policies = policies.remove(id).unwrap_or_default();
            let groups = groups.remove(id).unwrap_or_default();
            list.push(&shape::User::of(user, groups, policies, credentials.remove(user)))?;
        }
    }
    list.end()?;

    write_unassigned_mfa_devices(tx, account, out).await?;

    let mut list = List::begin(out, "roles")?;
    let mut page = Page::<Role>::first(account.id);
    while page.next(tx).await? {
        let mut policies = page.policies(tx).await?;
        for role in page.records() {
            let policies = policies.remove(role.id.as_str()).unwrap_or_default();
            list.push(&shape::Role::of(role, policies))?;
        }
    }
    list.end()?;

    let mut list = List::begin(out, "instance_profiles")?;
    let mut page = Page::<InstanceProfile>::first(account.id);
    while page.next(tx).await? {
        let mut roles = page.roles(tx).await?;
        for profile in page.records() {
            list.push(&shape::InstanceProfile::of(profile, roles.remove(profile.id.as_str())))?;
        }
    }
    list.end()?;

    let mut list = List::begin(out, "policies")?;
    let mut page = Page::<ManagedPolicy>::first(account.id);
    while page.next(tx).await? {
        let mut versions = page.versions(tx).await?;
        for policy in page.records() {
            let versions = versions.remove(policy.id.as_str()).unwrap_or_default();
            list.push(&shape::Policy::of(policy, versions))?;
        }
    }
    list.end()?;

    write_providers(tx, account, out).await?;
    write_server_certificates(tx, account, out).await?;
    Ok(out.write_all(b"}")?)
}

/// Devices that are nobody's: virtual ones, then hardware tokens.
async fn write_unassigned_mfa_devices(
    tx: &mut Transaction,
    account: &Account,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut devices = List::begin(out, "unassigned_mfa_devices")?;
    let key = |device: &MfaDevice| MfaDevice::serial_key(&device.serial_number);
    let mut after = None;
    loop {
        let page = mfa_device::list_virtual(tx, account.id, Some(false), after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(key(last));
        for device in page {
            devices.push(&credential::MfaDevice::from(device))?;
        }
    }
    let mut after = None;
    loop {
        let page = mfa_device::list_hardware(tx, account.id, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(key(last));
        for device in page.into_iter().filter(|device| device.assignment.is_none()) {
            devices.push(&credential::MfaDevice::from(device))?;
        }
    }
    Ok(devices.end()?)
}

/// Managed policies that an operator has added. They are in no account.
async fn write_imported_policies(tx: &mut Transaction, out: &mut impl Write) -> Result<(), ExportError> {
    let mut policies = List::begin(out, "imported_policies")?;
    let mut after = None;
    loop {
        let page = imported_policy::list(tx, "/", after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.name.key());
        for policy in &page {
            let (_, document) = imported_policy::find(tx, &policy.arn())
                .await?
                .ok_or(StoreError::NotFound { kind: "imported policy" })?;
            policies.push(&shape::ImportedPolicy::of(policy, document))?;
        }
    }
    Ok(policies.end()?)
}

/// Identity providers. A quota keeps them few, so that each is read on its own.
async fn write_providers(
    tx: &mut Transaction,
    account: &Account,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut list = List::begin(out, "saml_providers")?;
    for provider in saml_provider::list(tx, account.id).await? {
        let metadata = saml_provider::metadata(tx, account.id, &provider.id).await?;
        let keys = saml_provider::list_private_keys(tx, account.id, &provider.id).await?;
        list.push(&shape::SamlProvider::of(&provider, metadata, keys))?;
    }
    list.end()?;

    let mut list = List::begin(out, "open_id_connect_providers")?;
    for provider in open_id_connect_provider::list(tx, account.id).await? {
        list.push(&shape::OpenIdConnectProvider::of(&provider))?;
    }
    Ok(list.end()?)
}

/// Server certificates, as few.
async fn write_server_certificates(
    tx: &mut Transaction,
    account: &Account,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut list = List::begin(out, "server_certificates")?;
    let mut after = None;
    loop {
        let page = server_certificate::list(tx, account.id, "/", after.as_deref(), PAGE).await?;
        after = page.last().map(|certificate| certificate.name.key());
        if after.is_none() {
            break;
        }
        for certificate in &page {
            let pem = server_certificate::pem(tx, account.id, &certificate.id).await?;
            list.push(&shape::ServerCertificate::of(certificate, pem))?;
        }
    }
    Ok(list.end()?)
}

/// A member that is a list, written element by element.
struct List<'a, W> {
    out: &'a mut W,
    separator: &'static str,
}

impl<'a, W: Write> List<'a, W> {
    fn begin(out: &'a mut W, name: &str) -> io::Result<Self> {
        write!(out, ",\n\"{name}\":[")?;
        Ok(Self { out, separator: "\n" })
    }

    fn push(&mut self, element: &impl Serialize) -> Result<(), ExportError> {
        self.out.write_all(self.separator.as_bytes())?;
        self.separator = ",\n";
        Ok(serde_json::to_writer(&mut *self.out, element)?)
    }

    fn end(self) -> io::Result<()> {
        self.out.write_all(b"]")
    }
}
