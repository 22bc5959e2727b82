use crate::{Access, Cx, Effect, Operation, Result};
use shapes::sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use store::Transaction;

impl Operation for GetCallerIdentity {
    const EFFECT: Effect = Effect::Read;

    /// No policy can forbid it: AWS answers every caller that it can authenticate.
    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetCallerIdentityInput) -> Result<Access> {
        Ok(Access::Authenticated)
    }

    async fn handle(
        cx: &Cx,
        _tx: &mut Transaction,
        _input: GetCallerIdentityInput,
    ) -> Result<GetCallerIdentityOutput> {
        Ok(GetCallerIdentityOutput {
            user_id: Some(cx.caller.user_id()),
            account: Some(cx.account().to_string()),
            arn: Some(cx.caller.arn().to_string()),
        })
    }
}
