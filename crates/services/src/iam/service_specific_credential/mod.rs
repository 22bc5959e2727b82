//! Credentials that users have for one service alone: names with passwords, and API keys.

mod create_service_specific_credential;
mod delete_service_specific_credential;
mod list_service_specific_credentials;
mod reset_service_specific_credential;
mod service;
mod update_service_specific_credential;

use super::{errors, status, user};
use crate::{Cx, Error, Permission, Result};
use domain::{ServiceSpecificCredential, UniqueId, User};
use jiff::Timestamp;
use service::{NewSecret, Service};
use shapes::iam::types;
use store::Transaction;

/// A permission on the user, with the service of the credential that the request names.
async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    user_name: Option<&str>,
    id: &str,
) -> Result<Permission> {
    let permission = user::permission_or_caller(cx, tx, action, user_name).await?;
    Ok(match find(cx, tx, id).await? {
        Some(credential) => permission.with(SERVICE_NAME, credential.service_name),
        None => permission,
    })
}

/// The user's credential of that id, or `NoSuchEntity`.
async fn get_of(cx: &Cx, tx: &mut Transaction, user: &User, id: &str) -> Result<ServiceSpecificCredential> {
    let found = find(cx, tx, id).await?;
    found
        .filter(|credential| credential.user_id == user.id)
        .ok_or_else(|| errors::no_such_service_specific_credential(id))
}

async fn find(cx: &Cx, tx: &mut Transaction, id: &str) -> Result<Option<ServiceSpecificCredential>> {
    match UniqueId::parse(id) {
        Ok(id) => Ok(store::service_specific_credential::find(tx, cx.account(), &id).await?),
        Err(_) => Ok(None),
    }
}

/// The credential with its secret: for the answer to the request that made it, and no other.
fn shape(
    credential: &ServiceSpecificCredential,
    user: &User,
    secret: NewSecret,
    now: Timestamp,
) -> Result<types::ServiceSpecificCredential> {
    let name = Some(credential.service_user_name.clone());
    let secret = Some(secret.shown);
    let (name, password, alias, key) = if service(credential)?.has_password() {
        (name, secret, None, None)
    } else {
        (None, None, name, secret)
    };
    Ok(types::ServiceSpecificCredential {
        create_date: credential.created_at,
        expiration_date: credential.expires_at,
        service_name: credential.service_name.clone(),
        service_user_name: name,
        service_password: password,
        service_credential_alias: alias,
        service_credential_secret: key,
        service_specific_credential_id: credential.id.to_string(),
        user_name: user.name.to_string(),
        status: status_shape(credential, now),
    })
}

fn service(credential: &ServiceSpecificCredential) -> Result<Service> {
    Service::parse(&credential.service_name)
        .ok_or_else(|| Error::internal("a service-specific credential is for no known service"))
}

/// What is over has expired, whatever its status.
fn status_shape(credential: &ServiceSpecificCredential, now: Timestamp) -> types::StatusType {
    if credential.is_expired(now) { types::StatusType::Expired } else { status::shape(credential.status) }
}

const SERVICE_NAME: &str = "iam:ServiceSpecificCredentialServiceName";
