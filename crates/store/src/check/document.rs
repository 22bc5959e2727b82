//! Whether a row is the record that its document says it is.

use domain::{
    AccessKey, AccessReport, Account, AccountAlias, AccountId, Group, ImportedPolicy, InlinePolicy, LastUsed,
    ManagedPolicy, ManagedPolicyVersion, Role, UniqueId, User,
};
use serde::de::IgnoredAny;

use crate::{Parameter, Row, StoreError, Value, document};

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
        "access_key" => {
            let key: AccessKey = document::read(row)?;
            same(row, "account_id", &key.account_id)?;
            same(row, "access_key_id", &key.id)?;
            same(row, "owner_id", &key.owner)
        }
        "last_used" => {
            let used: LastUsed = document::read(row)?;
            same(row, "used_at", &used.at)
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
            same(row, "created_at", &report.created_at)
        }
        "audit_event" => {
            parsed(row, "account_id", |text| AccountId::parse(text).is_ok())?;
            document::read::<IgnoredAny>(row).map(drop)
        }
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
