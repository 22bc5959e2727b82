use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DeleteAccountPasswordPolicy, DeleteAccountPasswordPolicyInput, DeleteAccountPasswordPolicyOutput,
};
use store::Transaction;

impl Operation for DeleteAccountPasswordPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &DeleteAccountPasswordPolicyInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:DeleteAccountPasswordPolicy", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: DeleteAccountPasswordPolicyInput,
    ) -> Result<DeleteAccountPasswordPolicyOutput> {
        if !store::password_policy::delete(tx, cx.account()).await? {
            return Err(errors::no_such_password_policy(cx.account()));
        }
        Ok(DeleteAccountPasswordPolicyOutput)
    }
}
