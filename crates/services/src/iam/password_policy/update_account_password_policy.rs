use crate::{Access, Cx, Effect, Operation, Result};
use domain::PasswordPolicy;
use shapes::iam::{
    UpdateAccountPasswordPolicy, UpdateAccountPasswordPolicyInput, UpdateAccountPasswordPolicyOutput,
};
use store::Transaction;

/// Fewest characters where a request does not say.
const DEFAULT_LENGTH: u32 = 6;

impl Operation for UpdateAccountPasswordPolicy {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &UpdateAccountPasswordPolicyInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:UpdateAccountPasswordPolicy", "*"))
    }

    /// Sets the whole policy: what the request leaves out goes back to its default.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateAccountPasswordPolicyInput,
    ) -> Result<UpdateAccountPasswordPolicyOutput> {
        // The model's ranges are checked: no number is negative.
        let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
        let policy = PasswordPolicy {
            account_id: cx.account(),
            minimum_password_length: number(input.minimum_password_length).unwrap_or(DEFAULT_LENGTH),
            require_symbols: input.require_symbols.unwrap_or(false),
            require_numbers: input.require_numbers.unwrap_or(false),
            require_uppercase_characters: input.require_uppercase_characters.unwrap_or(false),
            require_lowercase_characters: input.require_lowercase_characters.unwrap_or(false),
            allow_users_to_change_password: input.allow_users_to_change_password.unwrap_or(false),
            max_password_age: number(input.max_password_age),
            password_reuse_prevention: number(input.password_reuse_prevention),
            hard_expiry: input.hard_expiry,
        };
        store::password_policy::put(tx, &policy).await?;
        Ok(UpdateAccountPasswordPolicyOutput)
    }
}
