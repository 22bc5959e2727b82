use super::{get, permission};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{DeleteSAMLProvider, DeleteSAMLProviderInput, DeleteSAMLProviderOutput};
use store::Transaction;

impl Operation for DeleteSAMLProvider {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteSAMLProviderInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteSAMLProvider", &input.saml_provider_arn).await?.into())
    }

    /// Roles that trust the provider stay as they are: nobody can assume them by it any more.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteSAMLProviderInput,
    ) -> Result<DeleteSAMLProviderOutput> {
        let provider = get(cx, tx, &input.saml_provider_arn).await?;
        store::saml_provider::delete(tx, provider.account_id, &provider.id).await?;
        Ok(DeleteSAMLProviderOutput)
    }
}
