use super::{addressed, is_owner, permission};
use crate::{Access, Cx, Effect, Error, Operation, Result, iam::errors};
use shapes::iam::{SendDelegationToken, SendDelegationTokenInput, SendDelegationTokenOutput};
use store::Transaction;

impl Operation for SendDelegationToken {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &SendDelegationTokenInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:SendDelegationToken", &input.delegation_request_id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: SendDelegationTokenInput,
    ) -> Result<SendDelegationTokenOutput> {
        let mut request = addressed(cx, tx, &input.delegation_request_id).await?;
        if request.only_send_by_owner && !is_owner(cx, &request) {
            let message = format!(
                "User: {} is not authorized to perform: iam:SendDelegationToken on resource: {}",
                cx.caller.arn(),
                request.arn(cx.account())
            );
            return Err(Error::access_denied(message));
        }
        request.finalize(cx.now).map_err(|_| errors::delegation_request_state(&request.id))?;
        store::delegation_request::update(tx, &request).await?;
        Ok(SendDelegationTokenOutput)
    }
}
