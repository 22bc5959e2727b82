//! The text of a report.
//!
//! Source: "Getting credential reports for your AWS account" in the IAM user guide.

use crate::{Cx, Result};
use domain::{
    AccessKey, AccessKeyOwner, AccessKeyStatus, LastUsed, PasswordPolicy, SigningCertificate, User,
};
use jiff::Timestamp;
use std::borrow::Cow;
use store::{Transaction, credential_report::Credentials, last_used::UsedKind};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
/// There is nothing to tell.
const NOT_AVAILABLE: &str = "N/A";
/// Nothing is known of it.
const NO_INFORMATION: &str = "no_information";
/// AWS does not tell it of root users.
const NOT_SUPPORTED: &str = "not_supported";
/// Users read at a time.
const PAGE: u32 = 500;
/// How many access keys and certificates a row has.
const COLUMNS: usize = 2;

/// The account's report as things are now.
pub(super) async fn report(cx: &Cx, tx: &mut Transaction) -> Result<String> {
    let policy = store::password_policy::find(tx, cx.account()).await?;
    let mut report = String::from(HEADER);
    report.push('\n');
    report.push_str(&root(cx, tx).await?);
    let mut after: Option<String> = None;
    loop {
        let users = store::user::list(tx, cx.account(), "", after.as_deref(), PAGE).await?;
        let Some(last) = users.last() else { return Ok(report) };
        let mut found = store::credential_report::credentials(tx, cx.account(), &users).await?;
        for user in &users {
            let credentials = found.remove(user.id.as_str()).unwrap_or_default();
            report.push('\n');
            report.push_str(&row(cx, user, credentials, policy.as_ref()));
        }
        after = Some(last.name.key());
    }
}

async fn root(cx: &Cx, tx: &mut Transaction) -> Result<String> {
    let account = store::account::get(tx, cx.account()).await?;
    let owner = AccessKeyOwner::Root;
    let used = cx.last_use(tx, UsedKind::Password, &account.id.to_string()).await?;
    let mut access_keys = Vec::new();
    for key in store::access_key::list(tx, account.id, &owner, None, u32::MAX).await? {
        let used = store::last_used::find(tx, account.id, UsedKind::AccessKey, key.id.as_str()).await?;
        access_keys.push((key, used));
    }
    access_keys.sort_by_key(|(key, _)| key.created_at);
    let mut certificates = store::signing_certificate::list(tx, account.id, &owner, None, u32::MAX).await?;
    certificates.sort_by_key(|certificate| certificate.uploaded_at);
    let mut fields = vec![
        Cow::from("<root_account>"),
        account.root_arn().to_string().into(),
        time(account.created_at),
        NOT_SUPPORTED.into(),
        used.map_or(NO_INFORMATION.into(), |used| time(used.at)),
        NOT_SUPPORTED.into(),
        NOT_SUPPORTED.into(),
        boolean(store::mfa_device::count(tx, account.id, &owner).await? > 0),
    ];
    keys(cx, &mut fields, access_keys);
    certificates_of(&mut fields, &certificates);
    Ok(joined(&fields))
}

fn row(cx: &Cx, user: &User, credentials: Credentials, policy: Option<&PasswordPolicy>) -> String {
    let waiting = cx.plane.last_uses.find(user.id.as_str()).map(|used| used.at);
    let last_used = credentials.password_last_used.max(waiting);
    let profile = credentials.login_profile.as_ref();
    let mut fields = vec![
        Cow::from(user.name.as_str()),
        user.arn().to_string().into(),
        time(user.created_at),
        boolean(profile.is_some()),
        match (profile, last_used) {
            (None, _) => NOT_AVAILABLE.into(),
            (Some(_), None) => NO_INFORMATION.into(),
            (Some(_), Some(at)) => time(at),
        },
        optional_time(profile.map(|profile| profile.password_changed_at)),
        optional_time(profile.and_then(|profile| profile.expires_at(policy))),
        boolean(credentials.has_mfa),
    ];
    keys(cx, &mut fields, credentials.access_keys);
    certificates_of(&mut fields, &credentials.certificates);
    joined(&fields)
}

fn keys(cx: &Cx, fields: &mut Vec<Cow<'_, str>>, keys: Vec<(AccessKey, Option<LastUsed>)>) {
    let mut keys = keys.into_iter();
    for _ in 0..COLUMNS {
        let Some((key, written)) = keys.next() else {
            fields.push(boolean(false));
            fields.extend([const { Cow::Borrowed(NOT_AVAILABLE) }; 4]);
            continue;
        };
        let waiting = cx.plane.last_uses.find(key.id.as_str());
        let used = written.into_iter().chain(waiting).max_by_key(|used| used.at);
        fields.push(boolean(key.status == AccessKeyStatus::Active));
        fields.push(time(key.created_at));
        match used {
            Some(used) => fields.extend([time(used.at), used.region.into(), used.service.into()]),
            None => fields.extend([const { Cow::Borrowed(NOT_AVAILABLE) }; 3]),
        }
    }
}

fn certificates_of(fields: &mut Vec<Cow<'_, str>>, certificates: &[SigningCertificate]) {
    let mut certificates = certificates.iter();
    for _ in 0..COLUMNS {
        let certificate = certificates.next();
        fields.push(boolean(
            certificate.is_some_and(|certificate| certificate.status == AccessKeyStatus::Active),
        ));
        fields.push(optional_time(certificate.map(|certificate| certificate.uploaded_at)));
    }
}

fn boolean(value: bool) -> Cow<'static, str> {
    if value { "true".into() } else { "false".into() }
}

fn optional_time(at: Option<Timestamp>) -> Cow<'static, str> {
    at.map_or(NOT_AVAILABLE.into(), time)
}

/// `2026-01-02T03:04:05+00:00`
fn time(at: Timestamp) -> Cow<'static, str> {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string().into()
}

/// A line. Names may hold commas, which RFC 4180 puts into quotes.
fn joined(fields: &[Cow<'_, str>]) -> String {
    let quoted = fields.iter().map(|field| {
        let special = field.contains([',', '"', '\n', '\r']);
        if special { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_string() }
    });
    quoted.collect::<Vec<_>>().join(",")
}
