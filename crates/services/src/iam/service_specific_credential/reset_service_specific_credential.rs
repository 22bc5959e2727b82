use super::{get_of, permission, service, shape};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use shapes::iam::{
    ResetServiceSpecificCredential, ResetServiceSpecificCredentialInput, ResetServiceSpecificCredentialOutput,
};
use store::Transaction;

impl Operation for ResetServiceSpecificCredential {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &ResetServiceSpecificCredentialInput,
    ) -> Result<Access> {
        let id = &input.service_specific_credential_id;
        let action = "iam:ResetServiceSpecificCredential";
        Ok(permission(cx, tx, action, input.user_name.as_deref(), id).await?.into())
    }

    /// A new secret at once; the old one is of no use any more.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ResetServiceSpecificCredentialInput,
    ) -> Result<ResetServiceSpecificCredentialOutput> {
        let user = user::named_or_caller(cx, tx, input.user_name.as_deref()).await?;
        let mut credential = get_of(cx, tx, &user, &input.service_specific_credential_id).await?;
        let secret = service(&credential)?.secret(&credential.service_user_name, cx.random());
        credential.secret_digest.clone_from(&secret.digest);
        store::service_specific_credential::update(tx, &credential).await?;
        Ok(ResetServiceSpecificCredentialOutput {
            service_specific_credential: Some(shape(&credential, &user, secret, cx.now)?),
        })
    }
}
