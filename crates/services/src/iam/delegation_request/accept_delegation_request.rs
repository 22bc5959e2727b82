use super::{addressed, permission};
use crate::{Access, Cx, Effect, Error, Operation, Result, iam::errors};
use shapes::iam::{AcceptDelegationRequest, AcceptDelegationRequestInput, AcceptDelegationRequestOutput};
use store::Transaction;

/// The longest access, in seconds, that a root user can give.
const ROOTS_LONGEST: u32 = 4 * 3600;

impl Operation for AcceptDelegationRequest {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &AcceptDelegationRequestInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:AcceptDelegationRequest", &input.delegation_request_id).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: AcceptDelegationRequestInput,
    ) -> Result<AcceptDelegationRequestOutput> {
        let mut request = addressed(cx, tx, &input.delegation_request_id).await?;
        if cx.caller.is_root() && request.session_duration > ROOTS_LONGEST {
            return Err(Error::validation(
                "Root users can only accept delegation requests with a duration of 4 hours or less.",
            ));
        }
        // The model names no error for this one.
        let (identity, unique_id) = (cx.caller.arn().to_string(), cx.caller.user_id());
        request.accept(identity, unique_id, cx.now).map_err(|_| {
            Error::validation(errors::delegation_request_state(&request.id).message().to_owned())
        })?;
        store::delegation_request::update(tx, &request).await?;
        Ok(AcceptDelegationRequestOutput)
    }
}
