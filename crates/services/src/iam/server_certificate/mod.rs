//! Server certificates: TLS certificates with their private keys, which never come out again.

mod delete_server_certificate;
mod get_server_certificate;
mod list_server_certificate_tags;
mod list_server_certificates;
mod tag_server_certificate;
mod untag_server_certificate;
mod update_server_certificate;
mod upload_server_certificate;

use super::{errors, names};
use crate::{Cx, Permission, Result};
use domain::{Arn, ServerCertificate};
use shapes::iam::types;
use store::Transaction;

async fn find(cx: &Cx, tx: &mut Transaction, name: &str) -> Result<Option<ServerCertificate>> {
    let name = names::server_certificate("serverCertificateName", name)?;
    Ok(store::server_certificate::find_by_name(tx, cx.account(), &name).await?)
}

/// The certificate of that name, or `NoSuchEntity`.
async fn get(cx: &Cx, tx: &mut Transaction, name: &str) -> Result<ServerCertificate> {
    find(cx, tx, name).await?.ok_or_else(|| errors::no_such_server_certificate(name))
}

/// A permission on the certificate of that name. For one that does not exist, the ARN at the root path.
async fn permission(cx: &Cx, tx: &mut Transaction, action: &'static str, name: &str) -> Result<Permission> {
    Ok(match find(cx, tx, name).await? {
        Some(certificate) => {
            Permission::to(action, certificate.arn()).with_aws_resource_tags(&certificate.tags)
        }
        None => Permission::to(action, Arn::iam(cx.account(), format!("server-certificate/{name}"))),
    })
}

fn metadata(certificate: &ServerCertificate) -> types::ServerCertificateMetadata {
    types::ServerCertificateMetadata {
        path: certificate.path.to_string(),
        server_certificate_name: certificate.name.to_string(),
        server_certificate_id: certificate.id.to_string(),
        arn: certificate.arn().to_string(),
        upload_date: Some(certificate.uploaded_at),
        expiration: Some(certificate.expires_at),
    }
}
