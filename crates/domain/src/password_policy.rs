use crate::AccountId;
use serde::{Deserialize, Serialize};

/// What an account asks of its users' passwords.
#[expect(clippy::struct_excessive_bools, reason = "AWS's own members")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// The account.
    pub account_id: AccountId,
    /// Fewest characters, 6 to 128.
    pub minimum_password_length: u32,
    /// Whether one of [`PasswordPolicy::SYMBOLS`] is needed.
    pub require_symbols: bool,
    /// Whether a digit is needed.
    pub require_numbers: bool,
    /// Whether one of A to Z is needed.
    pub require_uppercase_characters: bool,
    /// Whether one of a to z is needed.
    pub require_lowercase_characters: bool,
    /// Whether every user may change its own password, whatever its policies grant.
    pub allow_users_to_change_password: bool,
    /// Days after which a password expires, 1 to 1095; never when absent.
    pub max_password_age: Option<u32>,
    /// How many of the latest passwords, the one in use among them, may not be set again, 1 to 24.
    pub password_reuse_prevention: Option<u32>,
    /// Whether only an administrator can replace a password that has expired; AWS shows when it was never said.
    pub hard_expiry: Option<bool>,
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordPolicyViolation {
    /// It is what anybody would try first, or has too few kinds of characters.
    #[error("Password does not conform to the account password policy.")]
    Default,
    /// It has no lower-case letter.
    #[error("Password should have at least one lowercase letter")]
    Lowercase,
    /// It has no digit.
    #[error("Password should have at least one number")]
    Number,
    /// It was used before.
    #[error("Policy constraint violation with password reuse prevention during password change")]
    Reused,
    /// It is too short.
    #[error("Password should have a minimum length of {0}")]
    Short(u32),
    /// It has no symbol.
    #[error("Password should have at least one symbol")]
    Symbol,
    /// It has no upper-case letter.
    #[error("Password should have at least one uppercase letter")]
    Uppercase,
}

/// Whether a password has upper-case letters, lower-case letters, digits and symbols.
fn kinds(password: &str) -> [bool; 4] {
    [
        password.contains(|letter: char| letter.is_ascii_uppercase()),
        password.contains(|letter: char| letter.is_ascii_lowercase()),
        password.contains(|letter: char| letter.is_ascii_digit()),
        password.contains(|letter: char| PasswordPolicy::SYMBOLS.contains(letter)),
    ]
}

impl PasswordPolicy {
    /// What counts as a symbol.
    pub const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
    /// Fewest characters where an account has no policy.
    pub const DEFAULT_LENGTH: u32 = 8;
    /// Fewest kinds of characters, of the four, where an account has no policy.
    const DEFAULT_KINDS: usize = 3;

    /// Whether a password has what this policy asks for. Reuse is looked at apart: it takes the hashes.
    pub fn check(&self, password: &str) -> Result<(), PasswordPolicyViolation> {
        check_length(password, self.minimum_password_length)?;
        let [uppercase, lowercase, numbers, symbols] = kinds(password);
        let needed = [
            (self.require_symbols, symbols, PasswordPolicyViolation::Symbol),
            (self.require_numbers, numbers, PasswordPolicyViolation::Number),
            (self.require_uppercase_characters, uppercase, PasswordPolicyViolation::Uppercase),
            (self.require_lowercase_characters, lowercase, PasswordPolicyViolation::Lowercase),
        ];
        match needed.into_iter().find(|(required, present, _)| *required && !present) {
            Some((_, _, violation)) => Err(violation),
            None => Ok(()),
        }
    }

    /// What AWS asks for where an account has no policy: eight characters, three of the four kinds, and neither the
    /// account's name nor its email address.
    ///
    /// Source: "Setting an account password policy for IAM users" in the IAM user guide.
    pub fn check_default(
        password: &str,
        account_name: &str,
        email: &str,
    ) -> Result<(), PasswordPolicyViolation> {
        check_length(password, Self::DEFAULT_LENGTH)?;
        let kinds = kinds(password).into_iter().filter(|present| *present).count();
        let lower = password.to_lowercase();
        let known = [account_name, email].iter().any(|name| name.to_lowercase() == lower);
        if kinds < Self::DEFAULT_KINDS || known { Err(PasswordPolicyViolation::Default) } else { Ok(()) }
    }
}

fn check_length(password: &str, minimum: u32) -> Result<(), PasswordPolicyViolation> {
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    if length < minimum { Err(PasswordPolicyViolation::Short(minimum)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordPolicyViolation as Violation;
    use proptest::prelude::*;

    fn policy() -> PasswordPolicy {
        PasswordPolicy {
            account_id: AccountId::parse("123456789012").unwrap(),
            minimum_password_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase_characters: false,
            require_lowercase_characters: false,
            allow_users_to_change_password: false,
            max_password_age: None,
            password_reuse_prevention: None,
            hard_expiry: None,
        }
    }

    #[test]
    fn each_rule_holds_by_itself() {
        assert_eq!(policy().check("aaaaaa"), Ok(()));
        assert_eq!(policy().check("aaaaa"), Err(Violation::Short(6)));
        assert_eq!(policy().check("éééééé"), Ok(()), "characters count, not bytes");
        let symbols = PasswordPolicy { require_symbols: true, ..policy() };
        assert_eq!(symbols.check("aaaaa;"), Err(Violation::Symbol), "a semicolon is none of AWS's symbols");
        for symbol in PasswordPolicy::SYMBOLS.chars() {
            assert_eq!(symbols.check(&format!("aaaaa{symbol}")), Ok(()));
        }
        let numbers = PasswordPolicy { require_numbers: true, ..policy() };
        assert_eq!((numbers.check("aaaaaa"), numbers.check("aaaaa1")), (Err(Violation::Number), Ok(())));
        let uppercase = PasswordPolicy { require_uppercase_characters: true, ..policy() };
        assert_eq!(
            uppercase.check("aaaaaÉ"),
            Err(Violation::Uppercase),
            "letters of the Latin alphabet alone"
        );
        assert_eq!(uppercase.check("aaaaaE"), Ok(()));
        let lowercase = PasswordPolicy { require_lowercase_characters: true, ..policy() };
        assert_eq!(
            (lowercase.check("AAAAAA"), lowercase.check("AAAAAa")),
            (Err(Violation::Lowercase), Ok(()))
        );
    }

    #[test]
    fn without_a_policy_three_kinds_of_four_are_needed() {
        let check = |password: &str| PasswordPolicy::check_default(password, "Acme1234", "Root@Example1.com");
        assert_eq!(check("Abcdef1"), Err(Violation::Short(8)));
        assert_eq!(check("abcdefg1"), Err(Violation::Default));
        for password in ["Abcdefg1", "Abcdefg!", "abcdef1!", "ABCDEF1!"] {
            assert_eq!(check(password), Ok(()), "{password}");
        }
        assert_eq!(check("aCME1234"), Err(Violation::Default), "the account's name");
        assert_eq!(check("root@exAmple1.com"), Err(Violation::Default), "its address");
    }

    proptest! {
        #[test]
        fn no_password_makes_it_panic(password in "\\PC{0,140}", minimum in 6..=128_u32) {
            let strict = PasswordPolicy { minimum_password_length: minimum, require_symbols: true, ..policy() };
            let _ = strict.check(&password);
            let _ = PasswordPolicy::check_default(&password, &password, "");
        }
    }
}
