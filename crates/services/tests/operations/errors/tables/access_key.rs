//! Access keys.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateAccessKey UserName=alice > key AccessKey.AccessKeyId",
    &[
        of(
            "CreateAccessKey",
            "UserName=alice",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("LimitExceeded", "").after("CreateAccessKey UserName=alice"),
            ],
        ),
        of(
            "DeleteAccessKey",
            "UserName=alice AccessKeyId={key}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetAccessKeyLastUsed",
            "AccessKeyId={key}",
            &[unlisted("AccessDenied", "AccessKeyId=AKIAIOSFODNN7EXAMPLE")],
        ),
        of("ListAccessKeys", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of(
            "UpdateAccessKey",
            "UserName=alice AccessKeyId={key} Status=Inactive",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
                refused("InvalidInput", "Status=Expired"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
    ],
);
