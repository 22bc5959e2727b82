//! SSH public keys of users.

mod delete_ssh_public_key;
mod encoding;
mod get_ssh_public_key;
mod list_ssh_public_keys;
mod update_ssh_public_key;
mod upload_ssh_public_key;

use super::errors;
use crate::{Cx, Result};
use domain::{SshPublicKey, UniqueId, User};
use store::Transaction;

/// The user's key of that id, or `NoSuchEntity`.
async fn get_of(cx: &Cx, tx: &mut Transaction, user: &User, id: &str) -> Result<SshPublicKey> {
    let found = match UniqueId::parse(id) {
        Ok(id) => store::ssh_public_key::find(tx, cx.account(), &id).await?,
        Err(_) => None,
    };
    found.filter(|key| key.user_id == user.id).ok_or_else(|| errors::no_such_ssh_public_key(id))
}
