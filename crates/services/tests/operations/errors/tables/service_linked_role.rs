//! Roles that services make for themselves.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateRole RoleName=reader AssumeRolePolicyDocument={trust}
    CreateServiceLinkedRole AWSServiceName=spot.amazonaws.com
    CreateServiceLinkedRole AWSServiceName=backup.amazonaws.com
    DeleteServiceLinkedRole RoleName=AWSServiceRoleForBackup > task DeletionTaskId",
    &[
        of(
            "CreateServiceLinkedRole",
            "AWSServiceName=backup.amazonaws.com",
            &[
                refused("InvalidInput", "AWSServiceName=spot.amazonaws.com"),
                refused("InvalidInput", "CustomSuffix=mine"),
                refused("LimitExceeded", "").after(
                    "998 x CreateRole RoleName=r-{n} AssumeRolePolicyDocument={trust}",
                ),
                unlisted("AccessDenied", "AWSServiceName=nonsense.amazonaws.com"),
                // A service that is not known is denied.
                never("NoSuchEntity", RefusedBefore),
            ],
        ),
        of(
            "DeleteServiceLinkedRole",
            "RoleName=AWSServiceRoleForEC2Spot",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "RoleName=reader"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetServiceLinkedRoleDeletionStatus",
            "DeletionTaskId={task}",
            &[
                refused("NoSuchEntity", "DeletionTaskId=task/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup/1"),
                refused("InvalidInput", "DeletionTaskId=nonsense"),
            ],
        ),
    ],
);
