//! Signing certificates of users and of the root user.

mod delete_signing_certificate;
mod list_signing_certificates;
mod update_signing_certificate;
mod upload_signing_certificate;

use super::{errors, owner::Owner, status};
use crate::{Cx, Result};
use domain::SigningCertificate;
use shapes::iam::types;
use store::Transaction;

/// The owner's certificate of that id, or `NoSuchEntity`.
async fn get_of(cx: &Cx, tx: &mut Transaction, owner: &Owner, id: &str) -> Result<SigningCertificate> {
    let found = store::signing_certificate::find(tx, cx.account(), id).await?;
    found
        .filter(|certificate| certificate.owner == owner.id)
        .ok_or_else(|| errors::no_such_signing_certificate(id))
}

fn shape(certificate: SigningCertificate, owner: &Owner) -> types::SigningCertificate {
    types::SigningCertificate {
        user_name: owner.user_name.clone().unwrap_or_default(),
        certificate_id: certificate.id,
        certificate_body: certificate.body,
        status: status::shape(certificate.status),
        upload_date: Some(certificate.uploaded_at),
    }
}
