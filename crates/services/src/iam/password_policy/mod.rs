//! The password policy of the account.

mod delete_account_password_policy;
mod get_account_password_policy;
mod update_account_password_policy;

use domain::PasswordPolicy;
use shapes::iam::types;

fn shape(policy: &PasswordPolicy) -> types::PasswordPolicy {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    types::PasswordPolicy {
        minimum_password_length: Some(number(policy.minimum_password_length)),
        require_symbols: Some(policy.require_symbols),
        require_numbers: Some(policy.require_numbers),
        require_uppercase_characters: Some(policy.require_uppercase_characters),
        require_lowercase_characters: Some(policy.require_lowercase_characters),
        allow_users_to_change_password: Some(policy.allow_users_to_change_password),
        expire_passwords: Some(policy.max_password_age.is_some()),
        max_password_age: policy.max_password_age.map(number),
        password_reuse_prevention: policy.password_reuse_prevention.map(number),
        hard_expiry: policy.hard_expiry,
    }
}
