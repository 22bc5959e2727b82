use super::{get_of, permission};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{status, user},
};
use shapes::iam::{
    UpdateServiceSpecificCredential, UpdateServiceSpecificCredentialInput,
    UpdateServiceSpecificCredentialOutput,
};
use store::Transaction;

impl Operation for UpdateServiceSpecificCredential {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &UpdateServiceSpecificCredentialInput,
    ) -> Result<Access> {
        let id = &input.service_specific_credential_id;
        let action = "iam:UpdateServiceSpecificCredential";
        Ok(permission(cx, tx, action, input.user_name.as_deref(), id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateServiceSpecificCredentialInput,
    ) -> Result<UpdateServiceSpecificCredentialOutput> {
        let status = status::parse(&input.status, Error::validation)?;
        let user = user::named_or_caller(cx, tx, input.user_name.as_deref()).await?;
        let mut credential = get_of(cx, tx, &user, &input.service_specific_credential_id).await?;
        credential.status = status;
        store::service_specific_credential::update(tx, &credential).await?;
        Ok(UpdateServiceSpecificCredentialOutput)
    }
}
