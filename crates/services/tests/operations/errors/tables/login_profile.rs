//! Login profiles. Alice has one, Bob has none, and both may do everything.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateUser UserName=bob
    PutUserPolicy UserName=alice PolicyName=p PolicyDocument={everything}
    PutUserPolicy UserName=bob PolicyName=p PolicyDocument={everything}
    CreateLoginProfile UserName=alice Password=correct-Horse-1",
    &[
        of(
            "ChangePassword",
            "@alice OldPassword=correct-Horse-1 NewPassword=other-Horse-2",
            &[
                refused("NoSuchEntity", "@bob"),
                refused("InvalidUserType", "@123456789012"),
                refused("PasswordPolicyViolation", "NewPassword=short"),
                raced(
                    "EntityTemporarilyUnmodifiable",
                    ["NewPassword=other-Horse-2", "NewPassword=other-Horse-3"],
                )
                .after("UpdateLoginProfile UserName=alice Password=correct-Horse-1"),
                unlisted("AccessDenied", "OldPassword=wrong-Horse-3"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "CreateLoginProfile",
            "UserName=bob Password=correct-Horse-1",
            &[
                refused("EntityAlreadyExists", "UserName=alice"),
                refused("NoSuchEntity", "UserName=ghost"),
                refused("PasswordPolicyViolation", "Password=short"),
                unlisted("ValidationError", "-Password"),
                unlisted("ValidationError", "-UserName"),
                // A second one of the same user.
                never("LimitExceeded", RefusedBefore),
            ],
        ),
        of(
            "DeleteLoginProfile",
            "UserName=alice",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "UserName=bob"),
                never("EntityTemporarilyUnmodifiable", AtOnce),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetLoginProfile",
            "UserName=alice",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", "UserName=bob")],
        ),
        of(
            "UpdateLoginProfile",
            "UserName=alice Password=other-Horse-2",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "UserName=bob"),
                refused("PasswordPolicyViolation", "Password=short"),
                raced(
                    "EntityTemporarilyUnmodifiable",
                    ["Password=other-Horse-2", "Password=other-Horse-3"],
                ),
                never("LimitExceeded", NothingGrows),
            ],
        ),
    ],
);
