//! Instance profiles.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateRole RoleName=reader AssumeRolePolicyDocument={trust}
    CreateServiceLinkedRole AWSServiceName=spot.amazonaws.com
    CreateInstanceProfile InstanceProfileName=empty
    CreateInstanceProfile InstanceProfileName=full
    AddRoleToInstanceProfile InstanceProfileName=full RoleName=reader",
    &[
        of(
            "AddRoleToInstanceProfile",
            "InstanceProfileName=empty RoleName=reader",
            &[
                refused("NoSuchEntity", "InstanceProfileName=ghost"),
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("LimitExceeded", "InstanceProfileName=full"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
                // A profile that has a role, be it the same, is full.
                never("EntityAlreadyExists", RefusedBefore),
            ],
        ),
        of(
            "CreateInstanceProfile",
            "InstanceProfileName=new",
            &[
                refused("EntityAlreadyExists", "InstanceProfileName=EMPTY"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("998 x CreateInstanceProfile InstanceProfileName=p-{n}"),
            ],
        ),
        of(
            "DeleteInstanceProfile",
            "InstanceProfileName=empty",
            &[
                refused("NoSuchEntity", "InstanceProfileName=ghost"),
                refused("DeleteConflict", "InstanceProfileName=full"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetInstanceProfile",
            "InstanceProfileName=full",
            &[refused("NoSuchEntity", "InstanceProfileName=ghost")],
        ),
        of(
            "ListInstanceProfileTags",
            "InstanceProfileName=full",
            &[refused("NoSuchEntity", "InstanceProfileName=ghost")],
        ),
        of("ListInstanceProfiles", "", &[]),
        of("ListInstanceProfilesForRole", "RoleName=reader", &[refused("NoSuchEntity", "RoleName=ghost")]),
        of(
            "RemoveRoleFromInstanceProfile",
            "InstanceProfileName=full RoleName=reader",
            &[
                refused("NoSuchEntity", "InstanceProfileName=ghost"),
                refused("NoSuchEntity", "InstanceProfileName=empty"),
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "TagInstanceProfile",
            "InstanceProfileName=full Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", "InstanceProfileName=ghost"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("TagInstanceProfile InstanceProfileName=full FiftyTags"),
            ],
        ),
        of(
            "UntagInstanceProfile",
            "InstanceProfileName=full TagKeys.member.1=k",
            &[refused("NoSuchEntity", "InstanceProfileName=ghost"), refused("InvalidInput", AWS_TAG_KEY)],
        ),
    ],
);
