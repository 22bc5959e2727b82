use super::{addressed, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    AssociateDelegationRequest, AssociateDelegationRequestInput, AssociateDelegationRequestOutput,
};
use store::Transaction;

impl Operation for AssociateDelegationRequest {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &AssociateDelegationRequestInput,
    ) -> Result<Access> {
        Ok(permission(cx, tx, "iam:AssociateDelegationRequest", &input.delegation_request_id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AssociateDelegationRequestInput,
    ) -> Result<AssociateDelegationRequestOutput> {
        let mut request = addressed(cx, tx, &input.delegation_request_id).await?;
        let (identity, unique_id) = (cx.caller.arn().to_string(), cx.caller.user_id());
        request
            .associate(cx.account(), identity, unique_id, cx.now)
            .map_err(|_| errors::delegation_request_state(&request.id))?;
        store::delegation_request::update(tx, &request).await?;
        Ok(AssociateDelegationRequestOutput)
    }
}
