//! Managed policies on users, groups and roles.

use super::prelude::*;
use crate::{errors::table::Later, in_words::Plane};

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateGroup GroupName=staff
    CreateRole RoleName=reader AssumeRolePolicyDocument={trust}
    CreateServiceLinkedRole AWSServiceName=spot.amazonaws.com
    CreatePolicy PolicyName=own PolicyDocument={policy}
    AttachUserPolicy UserName=alice PolicyArn={own}
    AttachGroupPolicy GroupName=staff PolicyArn={own}
    AttachRolePolicy RoleName=reader PolicyArn={own}",
    &[
        of(
            "AttachGroupPolicy",
            "GroupName=staff PolicyArn={administrator}",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                refused("PolicyNotAttachable", "PolicyArn={service-role-policy}").with(policy_of_a_service).saying("Cannot attach a Service Role Policy to a Customer Group."),
                refused("LimitExceeded", "").after(
                    "9 x CreatePolicy PolicyName=policy-{n} PolicyDocument={policy}
                    9 x AttachGroupPolicy GroupName=staff PolicyArn=arn:aws:iam::{account}:policy/policy-{n}",
                ),
            ],
        ),
        of(
            "AttachRolePolicy",
            "RoleName=reader PolicyArn={administrator}",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
                refused("PolicyNotAttachable", "PolicyArn={service-role-policy}").with(policy_of_a_service).saying("Cannot attach a Service Role Policy to a Customer Role."),
                refused("LimitExceeded", "").after(
                    "9 x CreatePolicy PolicyName=policy-{n} PolicyDocument={policy}
                    9 x AttachRolePolicy RoleName=reader PolicyArn=arn:aws:iam::{account}:policy/policy-{n}",
                ),
            ],
        ),
        of(
            "AttachUserPolicy",
            "UserName=alice PolicyArn={administrator}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                refused("PolicyNotAttachable", "PolicyArn={service-role-policy}").with(policy_of_a_service).saying("Cannot attach a Service Role Policy to a Customer User."),
                refused("LimitExceeded", "").after(
                    "9 x CreatePolicy PolicyName=policy-{n} PolicyDocument={policy}
                    9 x AttachUserPolicy UserName=alice PolicyArn=arn:aws:iam::{account}:policy/policy-{n}",
                ),
            ],
        ),
        of(
            "DetachGroupPolicy",
            "GroupName=staff PolicyArn={own}",
            &[
                refused("NoSuchEntity", "GroupName=ghost"),
                refused("NoSuchEntity", "PolicyArn={administrator}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DetachRolePolicy",
            "RoleName=reader PolicyArn={own}",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "PolicyArn={administrator}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                refused("UnmodifiableEntity", "RoleName=AWSServiceRoleForEC2Spot"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DetachUserPolicy",
            "UserName=alice PolicyArn={own}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "PolicyArn={administrator}"),
                refused("InvalidInput", "PolicyArn=arn:aws:iam::aws:user/nobody"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        // A path prefix or marker that is wrong is a `ValidationError`.
        of(
            "ListAttachedGroupPolicies",
            "GroupName=staff",
            &[refused("NoSuchEntity", "GroupName=ghost"), never("InvalidInput", RefusedBefore)],
        ),
        of(
            "ListAttachedRolePolicies",
            "RoleName=reader",
            &[refused("NoSuchEntity", "RoleName=ghost"), never("InvalidInput", RefusedBefore)],
        ),
        of(
            "ListAttachedUserPolicies",
            "UserName=alice",
            &[refused("NoSuchEntity", "UserName=ghost"), never("InvalidInput", RefusedBefore)],
        ),
    ],
);

/// A policy that AWS keeps for the role of a service, as operators import them.
pub fn policy_of_a_service(plane: &Plane) -> Later<'_, ()> {
    Box::pin(plane.import_policy("/aws-service-role/", "OfAService"))
}
