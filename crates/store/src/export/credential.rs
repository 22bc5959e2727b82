//! Credentials in an export, without anything that proves who somebody is.

use std::collections::{BTreeMap, HashMap};

use domain::{AccessKeyId, AccessKeyOwner, AccountId, Tag, UniqueId, User};
use jiff::Timestamp;
use serde::Serialize;

use super::{PAGE, page::Page};
use crate::{StoreError, Transaction, access_key, login_profile, mfa_device, signing_certificate};

/// The credentials of a user, members of the user's own.
#[expect(clippy::struct_field_names, reason = "the members as the export has them")]
#[derive(Default, Serialize)]
pub(super) struct Credentials {
    access_keys: Vec<AccessKey>,
    login_profile: Option<LoginProfile>,
    mfa_devices: Vec<MfaDevice>,
    signing_certificates: Vec<SigningCertificate>,
    ssh_public_keys: Vec<SshPublicKey>,
    service_specific_credentials: Vec<ServiceSpecificCredential>,
}

/// The credentials of a root user, members of the account's own.
#[expect(clippy::struct_field_names, reason = "the members as the export has them")]
#[derive(Serialize)]
pub(super) struct RootCredentials {
    root_access_keys: Vec<AccessKey>,
    root_login_profile: Option<LoginProfile>,
    root_mfa_devices: Vec<MfaDevice>,
    root_signing_certificates: Vec<SigningCertificate>,
}

impl RootCredentials {
    /// Quotas keep them few.
    pub(super) async fn find(tx: &mut Transaction, account: AccountId) -> Result<Self, StoreError> {
        let root = &AccessKeyOwner::Root;
        Ok(Self {
            root_access_keys: shapes(access_key::list(tx, account, root, None, PAGE).await?),
            root_login_profile: login_profile::find(tx, account, root).await?.map(LoginProfile::from),
            root_mfa_devices: shapes(mfa_device::list(tx, account, root, None, PAGE).await?),
            root_signing_certificates: shapes(
                signing_certificate::list(tx, account, root, None, PAGE).await?,
            ),
        })
    }
}

fn shapes<D, S: From<D>>(records: Vec<D>) -> Vec<S> {
    records.into_iter().map(S::from).collect()
}

/// The credentials of a page's users, by the id of the user.
pub(super) struct OfUsers {
    access_keys: HashMap<String, Vec<AccessKey>>,
    login_profiles: HashMap<String, Vec<LoginProfile>>,
    mfa_devices: HashMap<String, Vec<MfaDevice>>,
    signing_certificates: HashMap<String, Vec<SigningCertificate>>,
    ssh_public_keys: HashMap<String, Vec<SshPublicKey>>,
    service_specific_credentials: HashMap<String, Vec<ServiceSpecificCredential>>,
}

impl OfUsers {
    pub(super) async fn of(page: &Page<User>, tx: &mut Transaction) -> Result<Self, StoreError> {
        Ok(Self {
            access_keys: page.documents::<domain::AccessKey, _>(tx, ACCESS_KEYS).await?,
            login_profiles: page.documents::<domain::LoginProfile, _>(tx, LOGIN_PROFILES).await?,
            mfa_devices: page.documents::<domain::MfaDevice, _>(tx, MFA_DEVICES).await?,
            signing_certificates: page
                .documents::<domain::SigningCertificate, _>(tx, SIGNING_CERTIFICATES)
                .await?,
            ssh_public_keys: page.documents::<domain::SshPublicKey, _>(tx, SSH_PUBLIC_KEYS).await?,
            service_specific_credentials: page
                .documents::<domain::ServiceSpecificCredential, _>(tx, SERVICE_SPECIFIC_CREDENTIALS)
                .await?,
        })
    }

    pub(super) fn remove(&mut self, user: &User) -> Credentials {
        let id = user.id.as_str();
        Credentials {
            access_keys: self.access_keys.remove(id).unwrap_or_default(),
            login_profile: self.login_profiles.remove(id).and_then(|mut profiles| profiles.pop()),
            mfa_devices: self.mfa_devices.remove(id).unwrap_or_default(),
            signing_certificates: self.signing_certificates.remove(id).unwrap_or_default(),
            ssh_public_keys: self.ssh_public_keys.remove(id).unwrap_or_default(),
            service_specific_credentials: self.service_specific_credentials.remove(id).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct AccessKey {
    id: AccessKeyId,
    status: &'static str,
    created_at: Timestamp,
}

impl From<domain::AccessKey> for AccessKey {
    fn from(key: domain::AccessKey) -> Self {
        Self { id: key.id, status: key.status.as_str(), created_at: key.created_at }
    }
}

#[derive(Serialize)]
struct LoginProfile {
    created_at: Timestamp,
    password_changed_at: Timestamp,
    password_reset_required: bool,
}

impl From<domain::LoginProfile> for LoginProfile {
    fn from(profile: domain::LoginProfile) -> Self {
        Self {
            created_at: profile.created_at,
            password_changed_at: profile.password_changed_at,
            password_reset_required: profile.password_reset_required,
        }
    }
}

#[derive(Serialize)]
pub(super) struct MfaDevice {
    serial_number: String,
    kind: &'static str,
    created_at: Timestamp,
    enabled_at: Option<Timestamp>,
    certifications: BTreeMap<String, String>,
    tags: Vec<Tag>,
}

impl From<domain::MfaDevice> for MfaDevice {
    fn from(device: domain::MfaDevice) -> Self {
        Self {
            serial_number: device.serial_number,
            kind: device.kind.as_str(),
            created_at: device.created_at,
            enabled_at: device.assignment.map(|assignment| assignment.enabled_at),
            certifications: device.certifications,
            tags: device.tags,
        }
    }
}

#[derive(Serialize)]
struct SigningCertificate {
    id: String,
    status: &'static str,
    uploaded_at: Timestamp,
    body: String,
}

impl From<domain::SigningCertificate> for SigningCertificate {
    fn from(certificate: domain::SigningCertificate) -> Self {
        Self {
            id: certificate.id,
            status: certificate.status.as_str(),
            uploaded_at: certificate.uploaded_at,
            body: certificate.body,
        }
    }
}

#[derive(Serialize)]
struct SshPublicKey {
    id: UniqueId,
    status: &'static str,
    uploaded_at: Timestamp,
    fingerprint: String,
    body: String,
}

impl From<domain::SshPublicKey> for SshPublicKey {
    fn from(key: domain::SshPublicKey) -> Self {
        Self {
            id: key.id,
            status: key.status.as_str(),
            uploaded_at: key.uploaded_at,
            fingerprint: key.fingerprint,
            body: key.openssh,
        }
    }
}

#[derive(Serialize)]
struct ServiceSpecificCredential {
    id: UniqueId,
    service_name: String,
    service_user_name: String,
    status: &'static str,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl From<domain::ServiceSpecificCredential> for ServiceSpecificCredential {
    fn from(credential: domain::ServiceSpecificCredential) -> Self {
        Self {
            id: credential.id,
            service_name: credential.service_name,
            service_user_name: credential.service_user_name,
            status: credential.status.as_str(),
            created_at: credential.created_at,
            expires_at: credential.expires_at,
        }
    }
}

macro_rules! of_users {
    ($table:literal, $owner:literal, $order:literal) => {
        concat!(
            "SELECT o.user_id AS owner_id, x.doc_version, x.doc FROM iam_user o JOIN ",
            $table,
            " x ON x.account_id = o.account_id AND x.",
            $owner,
            " = o.user_id WHERE o.account_id = :account_id AND o.name_key > :after AND o.name_key <= :last",
            " ORDER BY o.name_key, x.",
            $order
        )
    };
}

const ACCESS_KEYS: &str = of_users!("access_key", "owner_id", "access_key_id");
const LOGIN_PROFILES: &str = of_users!("login_profile", "owner_id", "owner_id");
const MFA_DEVICES: &str = of_users!("mfa_device", "owner_id", "serial_key");
const SIGNING_CERTIFICATES: &str = of_users!("signing_certificate", "owner_id", "certificate_id");
const SSH_PUBLIC_KEYS: &str = of_users!("ssh_public_key", "user_id", "key_id");
const SERVICE_SPECIFIC_CREDENTIALS: &str =
    of_users!("service_specific_credential", "user_id", "credential_id");

pub(super) const SQL: &[&str] = &[
    ACCESS_KEYS,
    LOGIN_PROFILES,
    MFA_DEVICES,
    SIGNING_CERTIFICATES,
    SSH_PUBLIC_KEYS,
    SERVICE_SPECIFIC_CREDENTIALS,
];
