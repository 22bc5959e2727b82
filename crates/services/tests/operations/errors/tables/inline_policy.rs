//! Policies embedded in one user, group or role.

use super::prelude::*;

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateGroup GroupName=staff
    CreateRole RoleName=reader AssumeRolePolicyDocument={trust}
    CreateServiceLinkedRole AWSServiceName=spot.amazonaws.com
    PutUserPolicy UserName=alice PolicyName=p PolicyDocument={policy}
    PutGroupPolicy GroupName=staff PolicyName=p PolicyDocument={policy}
    PutRolePolicy RoleName=reader PolicyName=p PolicyDocument={policy}",
    &[
        of(
            "DeleteGroupPolicy",
            "GroupName=staff PolicyName=p",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("NoSuchEntity", "PolicyName=ghost"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteRolePolicy",
            "RoleName=reader PolicyName=p",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "PolicyName=ghost"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteUserPolicy",
            "UserName=alice PolicyName=p",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "PolicyName=ghost"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetGroupPolicy",
            "GroupName=staff PolicyName=p",
            &[refused("NoSuchEntity", "GroupName=ghost"), refused("NoSuchEntity", "PolicyName=ghost")],
        ),
        of(
            "GetRolePolicy",
            "RoleName=reader PolicyName=p",
            &[refused("NoSuchEntity", "RoleName=ghost"), refused("NoSuchEntity", "PolicyName=ghost")],
        ),
        of(
            "GetUserPolicy",
            "UserName=alice PolicyName=p",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", "PolicyName=ghost")],
        ),
        of("ListGroupPolicies", "GroupName=staff", &[refused("NoSuchEntity", "GroupName=ghost")]),
        of("ListRolePolicies", "RoleName=reader", &[refused("NoSuchEntity", "RoleName=ghost")]),
        of("ListUserPolicies", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of(
            "PutGroupPolicy",
            "GroupName=staff PolicyName=q PolicyDocument={policy}",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("LimitExceeded", "PolicyDocument={long-policy}"),
            ],
        ),
        of(
            "PutRolePolicy",
            "RoleName=reader PolicyName=q PolicyDocument={policy}",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("LimitExceeded", "PolicyDocument={long-policy}"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
            ],
        ),
        of(
            "PutUserPolicy",
            "UserName=alice PolicyName=q PolicyDocument={policy}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("LimitExceeded", "PolicyDocument={long-policy}"),
            ],
        ),
    ],
);
