//! Credential reports. The other account has none.

use super::prelude::*;

pub const TABLE: Table = table(
    "GenerateCredentialReport",
    &[
        of("GenerateCredentialReport", "", &[never("LimitExceeded", NothingGrows)]),
        of(
            "GetCredentialReport",
            "",
            &[
                refused("ReportNotPresent", "@999999999999"),
                refused("ReportExpired", "").after("Wait 14400"),
                never("ReportInProgress", AtOnce),
            ],
        ),
    ],
);
