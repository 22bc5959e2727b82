use super::{addressed, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{RejectDelegationRequest, RejectDelegationRequestInput, RejectDelegationRequestOutput};
use store::Transaction;

impl Operation for RejectDelegationRequest {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &RejectDelegationRequestInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:RejectDelegationRequest", &input.delegation_request_id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: RejectDelegationRequestInput,
    ) -> Result<RejectDelegationRequestOutput> {
        let mut request = addressed(cx, tx, &input.delegation_request_id).await?;
        request.reject(input.notes, cx.now).map_err(|_| errors::delegation_request_state(&request.id))?;
        store::delegation_request::update(tx, &request).await?;
        Ok(RejectDelegationRequestOutput)
    }
}
