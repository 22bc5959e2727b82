use super::{addressed, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{UpdateDelegationRequest, UpdateDelegationRequestInput, UpdateDelegationRequestOutput};
use store::Transaction;

impl Operation for UpdateDelegationRequest {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateDelegationRequestInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateDelegationRequest", &input.delegation_request_id).await?.into())
    }

    /// Forwards the request to whoever may approve it.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateDelegationRequestInput,
    ) -> Result<UpdateDelegationRequestOutput> {
        let mut request = addressed(cx, tx, &input.delegation_request_id).await?;
        request.forward(input.notes, cx.now).map_err(|_| errors::delegation_request_state(&request.id))?;
        store::delegation_request::update(tx, &request).await?;
        Ok(UpdateDelegationRequestOutput)
    }
}
