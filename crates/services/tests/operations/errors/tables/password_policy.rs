//! The password policy of the account. The other account has none.

use super::prelude::*;

pub const TABLE: Table = table(
    "UpdateAccountPasswordPolicy MinimumPasswordLength=8",
    &[
        of(
            "DeleteAccountPasswordPolicy",
            "",
            &[refused("NoSuchEntity", "@999999999999"), never("LimitExceeded", NothingGrows)],
        ),
        of("GetAccountPasswordPolicy", "", &[refused("NoSuchEntity", "@999999999999")]),
        of(
            "UpdateAccountPasswordPolicy",
            "MinimumPasswordLength=12",
            &[
                // The call makes the policy where there is none, and takes no document.
                never("NoSuchEntity", Unknown),
                never("MalformedPolicyDocument", Unknown),
                never("LimitExceeded", NothingGrows),
            ],
        ),
    ],
);
