//! Credentials that users have for one service alone.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateServiceSpecificCredential UserName=alice ServiceName=codecommit.amazonaws.com > credential ServiceSpecificCredential.ServiceSpecificCredentialId",
    &[
        of(
            "CreateServiceSpecificCredential",
            "UserName=alice ServiceName=codecommit.amazonaws.com",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NotSupportedService", "ServiceName=s3.amazonaws.com"),
                refused("LimitExceeded", "").after(
                    "CreateServiceSpecificCredential UserName=alice ServiceName=codecommit.amazonaws.com",
                ),
                unlisted("ValidationError", "CredentialAgeDays=30"),
            ],
        ),
        of(
            "DeleteServiceSpecificCredential",
            "UserName=alice ServiceSpecificCredentialId={credential}",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", GHOST)],
        ),
        of(
            "ListServiceSpecificCredentials",
            "UserName=alice",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NotSupportedService", "ServiceName=s3.amazonaws.com"),
            ],
        ),
        of(
            "ResetServiceSpecificCredential",
            "UserName=alice ServiceSpecificCredentialId={credential}",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", GHOST)],
        ),
        of(
            "UpdateServiceSpecificCredential",
            "UserName=alice ServiceSpecificCredentialId={credential} Status=Inactive",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                unlisted("ValidationError", "Status=Expired"),
            ],
        ),
    ],
);

const GHOST: &str = "ServiceSpecificCredentialId=ACCAIOSFODNN7EXAMPLE1";
