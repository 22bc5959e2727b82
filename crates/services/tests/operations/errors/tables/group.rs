//! Groups.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateGroup GroupName=staff
    CreateGroup GroupName=empty",
    &[
        of(
            "AddUserToGroup",
            "GroupName=staff UserName=alice",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("NoSuchEntity", "UserName=ghost"),
                refused("LimitExceeded", "").after(
                    "10 x CreateGroup GroupName=group-{n}
                    10 x AddUserToGroup GroupName=group-{n} UserName=alice",
                ),
            ],
        ),
        of(
            "CreateGroup",
            "GroupName=new",
            &[
                refused("EntityAlreadyExists", "GroupName=STAFF"),
                refused("LimitExceeded", "").after("298 x CreateGroup GroupName=group-{n}"),
                // The request names nothing that has to be there.
                never("NoSuchEntity", Unknown),
            ],
        ),
        of(
            "DeleteGroup",
            "GroupName=empty",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("DeleteConflict", "").after("AddUserToGroup GroupName=empty UserName=alice"),
                refused("DeleteConflict", "")
                    .after("AttachGroupPolicy GroupName=empty PolicyArn={administrator}"),
                refused("DeleteConflict", "")
                    .after("PutGroupPolicy GroupName=empty PolicyName=p PolicyDocument={policy}"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of("GetGroup", "GroupName=staff", &[refused("NoSuchEntity", "GroupName=ghost")]),
        of("ListGroups", "", &[]),
        of("ListGroupsForUser", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of(
            "RemoveUserFromGroup",
            "GroupName=staff UserName=alice",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("NoSuchEntity", "UserName=ghost"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "UpdateGroup",
            "GroupName=staff NewGroupName=crew",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("EntityAlreadyExists", "NewGroupName=Empty"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
    ],
);
