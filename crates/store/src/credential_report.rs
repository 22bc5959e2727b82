//! Credential reports, and what they are made of.

use std::collections::HashMap;

use domain::{AccessKey, AccountId, LastUsed, LoginProfile, MfaDevice, SigningCertificate, User};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{Parameter, Row, StoreError, Transaction, document};

/// A report as it was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// When.
    pub generated_at: Timestamp,
    /// The report, CSV.
    pub content: String,
}

/// A user, or the root user, with what a report tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The password.
    pub login_profile: Option<LoginProfile>,
    /// When the password was last used.
    pub password_last_used: Option<Timestamp>,
    /// Whether there is an MFA device.
    pub has_mfa: bool,
    /// Access keys with their last uses, the oldest first.
    pub access_keys: Vec<(AccessKey, Option<LastUsed>)>,
    /// Signing certificates, the oldest first.
    pub certificates: Vec<SigningCertificate>,
}

/// The account's latest report.
pub async fn find(tx: &mut Transaction, account: AccountId) -> Result<Option<CredentialReport>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account)]).await?;
    let read = |row: Row| {
        let content = row.text("content")?.to_owned();
        Ok(CredentialReport { generated_at: row.time("generated_at")?, content })
    };
    row.map(read).transpose()
}

/// When the account's latest report was generated.
pub async fn generated_at(tx: &mut Transaction, account: AccountId) -> Result<Option<Timestamp>, StoreError> {
    let row = tx.find(GENERATED_AT, &[(":account_id", &account)]).await?;
    row.map(|row| row.time("generated_at")).transpose()
}

/// Stores a report in place of the one before.
pub async fn put(
    tx: &mut Transaction,
    account: AccountId,
    report: &CredentialReport,
) -> Result<(), StoreError> {
    let parameters = [
        (":account_id", &account as _),
        (":generated_at", &report.generated_at as _),
        (":content", &report.content as _),
    ];
    tx.execute(PUT, &parameters).await?;
    Ok(())
}

/// What a report tells of users that come in a row by name, as [`user::list`](crate::user::list) gives them: by their
/// ids. Few statements for many users.
pub async fn credentials(
    tx: &mut Transaction,
    account: AccountId,
    users: &[User],
) -> Result<HashMap<String, Credentials>, StoreError> {
    let (Some(first), Some(last)) = (users.first(), users.last()) else { return Ok(HashMap::new()) };
    let (first, last) = (first.name.key(), last.name.key());
    let parameters: [(&'static str, &dyn Parameter); 3] =
        [(":account_id", &account), (":first", &first), (":last", &last)];
    let mut found: HashMap<String, Credentials> = HashMap::new();
    for (owner, profile) in read(tx, LOGIN_PROFILES, &parameters).await? {
        found.entry(owner).or_default().login_profile = Some(profile);
    }
    for (owner, used) in read::<LastUsed>(tx, PASSWORDS_USED, &parameters).await? {
        found.entry(owner).or_default().password_last_used = Some(used.at);
    }
    for (owner, _) in read::<MfaDevice>(tx, MFA_DEVICES, &parameters).await? {
        found.entry(owner).or_default().has_mfa = true;
    }
    let mut last_uses: HashMap<String, LastUsed> = HashMap::new();
    for row in tx.query(ACCESS_KEYS_USED, &parameters).await? {
        last_uses.insert(row.text("owner_id")?.to_owned(), document::read(&row)?);
    }
    for (owner, key) in read::<AccessKey>(tx, ACCESS_KEYS, &parameters).await? {
        let used = last_uses.remove(key.id.as_str());
        found.entry(owner).or_default().access_keys.push((key, used));
    }
    for (owner, certificate) in read(tx, CERTIFICATES, &parameters).await? {
        found.entry(owner).or_default().certificates.push(certificate);
    }
    for credentials in found.values_mut() {
        credentials.access_keys.sort_by_key(|(key, _)| key.created_at);
        credentials.certificates.sort_by_key(|certificate| certificate.uploaded_at);
    }
    Ok(found)
}

async fn read<T: DeserializeOwned>(
    tx: &mut Transaction,
    sql: &'static str,
    parameters: &[(&'static str, &dyn Parameter)],
) -> Result<Vec<(String, T)>, StoreError> {
    let rows = tx.query(sql, parameters).await?;
    rows.iter().map(|row| Ok((row.text("owner_id")?.to_owned(), document::read(row)?))).collect()
}

/// When the passwords of users that come in a row by name were last used: by the users' ids.
pub async fn passwords_used(
    tx: &mut Transaction,
    account: AccountId,
    users: &[User],
) -> Result<HashMap<String, Timestamp>, StoreError> {
    let (Some(first), Some(last)) = (users.first(), users.last()) else { return Ok(HashMap::new()) };
    let (first, last) = (first.name.key(), last.name.key());
    let parameters: [(&'static str, &dyn Parameter); 3] =
        [(":account_id", &account), (":first", &first), (":last", &last)];
    let used = read::<LastUsed>(tx, PASSWORDS_USED, &parameters).await?;
    Ok(used.into_iter().map(|(owner, used)| (owner, used.at)).collect())
}

macro_rules! of_users {
    ($from:literal, $owner:literal) => {
        concat!(
            "SELECT u.user_id AS owner_id, x.doc_version, x.doc FROM iam_user u JOIN ",
            $from,
            " x ON x.account_id = u.account_id AND ",
            $owner,
            " WHERE u.account_id = :account_id AND u.name_key >= :first AND u.name_key <= :last"
        )
    };
}

const FIND: &str = "SELECT generated_at, content FROM credential_report WHERE account_id = :account_id";
const GENERATED_AT: &str = "SELECT generated_at FROM credential_report WHERE account_id = :account_id";
const PUT: &str = "INSERT INTO credential_report (account_id, generated_at, content)
    VALUES (:account_id, :generated_at, :content)
    ON CONFLICT (account_id) DO UPDATE SET generated_at = excluded.generated_at, content = excluded.content";
const LOGIN_PROFILES: &str = of_users!("login_profile", "x.owner_id = u.user_id");
const PASSWORDS_USED: &str = of_users!("last_used", "x.kind = 'password' AND x.id = u.user_id");
const MFA_DEVICES: &str = of_users!("mfa_device", "x.owner_id = u.user_id");
const ACCESS_KEYS: &str = of_users!("access_key", "x.owner_id = u.user_id");
const CERTIFICATES: &str = of_users!("signing_certificate", "x.owner_id = u.user_id");
const ACCESS_KEYS_USED: &str = "SELECT k.access_key_id AS owner_id, x.doc_version, x.doc FROM iam_user u
    JOIN access_key k ON k.account_id = u.account_id AND k.owner_id = u.user_id
    JOIN last_used x ON x.account_id = k.account_id AND x.kind = 'access_key' AND x.id = k.access_key_id
    WHERE u.account_id = :account_id AND u.name_key >= :first AND u.name_key <= :last";

pub(crate) const SQL: &[&str] = &[
    FIND,
    GENERATED_AT,
    PUT,
    LOGIN_PROFILES,
    PASSWORDS_USED,
    MFA_DEVICES,
    ACCESS_KEYS,
    CERTIFICATES,
    ACCESS_KEYS_USED,
];
