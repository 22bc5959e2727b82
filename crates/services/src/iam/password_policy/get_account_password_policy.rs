use super::shape;
use crate::{Access, Cx, Effect, Operation, Permission, Result, iam::errors};
use shapes::iam::{GetAccountPasswordPolicy, GetAccountPasswordPolicyInput, GetAccountPasswordPolicyOutput};
use store::Transaction;

impl Operation for GetAccountPasswordPolicy {
    const EFFECT: Effect = Effect::Read;

    /// Where the account lets its users change their passwords, they may see what it asks of them.
    async fn access(cx: &Cx, tx: &mut Transaction, _input: &GetAccountPasswordPolicyInput) -> Result<Access> {
        let policy = store::password_policy::find(tx, cx.account()).await?;
        let is_granted =
            policy.is_some_and(|policy| policy.allow_users_to_change_password) && cx.caller.user().is_some();
        let permission = Permission::to("iam:GetAccountPasswordPolicy", "*");
        Ok(Permission { is_granted, ..permission }.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GetAccountPasswordPolicyInput,
    ) -> Result<GetAccountPasswordPolicyOutput> {
        let found = store::password_policy::find(tx, cx.account()).await?;
        let policy = found.ok_or_else(|| errors::no_such_password_policy(cx.account()))?;
        Ok(GetAccountPasswordPolicyOutput { password_policy: shape(&policy) })
    }
}
