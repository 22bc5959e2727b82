//! Access keys: the long-term credentials of users and of the root user.

mod create_access_key;
mod delete_access_key;
mod get_access_key_last_used;
mod list_access_keys;
mod update_access_key;

use super::{
    errors,
    owner::{Owner, owner},
};
use crate::{Cx, Result};
use domain::{AccessKey, AccessKeyId, AccessKeyStatus};
use shapes::iam::types;
use store::Transaction;

/// The owner's key of that id. Another owner's key looks like one that does not exist.
async fn key_of(cx: &Cx, tx: &mut Transaction, owner: &Owner, id: &str) -> Result<AccessKey> {
    let key = find(cx, tx, id).await?;
    key.filter(|key| key.owner == owner.id).ok_or_else(|| errors::no_such_access_key(id))
}

/// The account's key of that id, whoever owns it.
async fn find(cx: &Cx, tx: &mut Transaction, id: &str) -> Result<Option<AccessKey>> {
    let Ok(id) = AccessKeyId::parse(id) else { return Ok(None) };
    Ok(store::access_key::find(tx, cx.account(), &id).await?)
}

fn status(status: AccessKeyStatus) -> types::StatusType {
    match status {
        AccessKeyStatus::Active => types::StatusType::Active,
        AccessKeyStatus::Inactive => types::StatusType::Inactive,
    }
}
