use super::{find, get, permission};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, names},
};
use domain::{Arn, Path};
use shapes::iam::{UpdateServerCertificate, UpdateServerCertificateInput, UpdateServerCertificateOutput};
use store::Transaction;

impl Operation for UpdateServerCertificate {
    const EFFECT: Effect = Effect::Write;

    /// Both names: IAM asks for permission on the certificate as it is and as it will be.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateServerCertificateInput) -> Result<Access> {
        let name = &input.server_certificate_name;
        let present = permission(cx, tx, "iam:UpdateServerCertificate", name).await?;
        let path = match &input.new_path {
            Some(path) => names::path(Some(path))?,
            None => find(cx, tx, name).await?.map_or_else(Path::default, |certificate| certificate.path),
        };
        let name = input.new_server_certificate_name.as_deref().unwrap_or(name);
        let name = names::server_certificate("newServerCertificateName", name)?;
        let future = Arn::iam(cx.account(), format!("server-certificate{path}{name}"));
        Ok(Access::Permissions(vec![present, Permission::to("iam:UpdateServerCertificate", future)]))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateServerCertificateInput,
    ) -> Result<UpdateServerCertificateOutput> {
        let mut certificate = get(cx, tx, &input.server_certificate_name).await?;
        if let Some(path) = &input.new_path {
            certificate.path = names::path(Some(path))?;
        }
        if let Some(name) = &input.new_server_certificate_name {
            certificate.name = names::server_certificate("newServerCertificateName", name)?;
            let taken = find(cx, tx, name).await?;
            if taken.is_some_and(|other| other.id != certificate.id) {
                return Err(errors::server_certificate_exists(name));
            }
        }
        store::server_certificate::update(tx, &certificate).await?;
        Ok(UpdateServerCertificateOutput)
    }
}
