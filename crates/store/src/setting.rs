//! Settings of the whole plane, by name.

use std::collections::BTreeMap;

use domain::AccountId;

use crate::{StoreError, Transaction};

/// The setting that names the management account.
pub const MANAGEMENT_ACCOUNT: &str = "management_account";

/// The value under that name.
pub async fn find(tx: &mut Transaction, name: &str) -> Result<Option<String>, StoreError> {
    let row = tx.find(FIND, &[(":name", &name)]).await?;
    row.map(|row| row.text("value").map(str::to_owned)).transpose()
}

/// The management account, once there is one.
pub async fn management_account(tx: &mut Transaction) -> Result<Option<AccountId>, StoreError> {
    let id = find(tx, MANAGEMENT_ACCOUNT).await?;
    let parse = |id: String| {
        AccountId::parse(&id)
            .map_err(|_| StoreError::Corrupt(format!("{MANAGEMENT_ACCOUNT} is no account id")))
    };
    id.map(parse).transpose()
}

/// All values by their names.
pub async fn list(tx: &mut Transaction) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = tx.query(LIST, &[]).await?;
    rows.iter().map(|row| Ok((row.text("name")?.to_owned(), row.text("value")?.to_owned()))).collect()
}

/// Stores the value if there is none under that name; says whether it did.
pub async fn insert(tx: &mut Transaction, name: &str, value: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(INSERT, &[(":name", &name), (":value", &value)]).await? > 0)
}

/// Stores the value, in place of another one if there is one.
pub async fn put(tx: &mut Transaction, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(PUT, &[(":name", &name), (":value", &value)]).await?;
    Ok(())
}

/// Deletes the value; says whether there was one.
pub async fn delete(tx: &mut Transaction, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":name", &name)]).await? > 0)
}

const FIND: &str = "SELECT value FROM setting WHERE name = :name";
const LIST: &str = "SELECT name, value FROM setting";
const INSERT: &str = "INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING";
const PUT: &str = "INSERT INTO setting (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const DELETE: &str = "DELETE FROM setting WHERE name = :name";

pub(crate) const SQL: &[&str] = &[FIND, LIST, INSERT, PUT, DELETE];
