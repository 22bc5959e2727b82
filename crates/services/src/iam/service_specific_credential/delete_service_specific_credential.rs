use super::{get_of, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use shapes::iam::{
    DeleteServiceSpecificCredential, DeleteServiceSpecificCredentialInput,
    DeleteServiceSpecificCredentialOutput,
};
use store::Transaction;

impl Operation for DeleteServiceSpecificCredential {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &DeleteServiceSpecificCredentialInput,
    ) -> Result<Access> {
        let id = &input.service_specific_credential_id;
        let action = "iam:DeleteServiceSpecificCredential";
        Ok(permission(cx, tx, action, input.user_name.as_deref(), id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteServiceSpecificCredentialInput,
    ) -> Result<DeleteServiceSpecificCredentialOutput> {
        let user = user::named_or_caller(cx, tx, input.user_name.as_deref()).await?;
        let credential = get_of(cx, tx, &user, &input.service_specific_credential_id).await?;
        store::service_specific_credential::delete(tx, cx.account(), &credential.id).await?;
        Ok(DeleteServiceSpecificCredentialOutput)
    }
}
