//! Simulations of policies.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::Plane,
    support::{put_inline_policy, user},
};
use domain::PolicyOwner;

pub const TABLE: Table = table(
    "CreateUser UserName=alice",
    &[
        of(
            "GetContextKeysForCustomPolicy",
            "PolicyInputList.member.1={policy}",
            &[refused("InvalidInput", "PolicyInputList.member.1={nonsense}")],
        ),
        of(
            "GetContextKeysForPrincipalPolicy",
            "PolicySourceArn=arn:aws:iam::{account}:user/alice",
            &[
                refused("NoSuchEntity", "PolicySourceArn=arn:aws:iam::{account}:user/ghost"),
                refused("InvalidInput", "PolicySourceArn={administrator}"),
                refused("InvalidInput", "PolicyInputList.member.1={nonsense}"),
            ],
        ),
        of(
            "SimulateCustomPolicy",
            "PolicyInputList.member.1={policy} ActionNames.member.1=s3:GetObject",
            &[
                refused("InvalidInput", "PolicyInputList.member.1={nonsense}"),
                refused("InvalidInput", "ActionNames.member.1=GetObject"),
                // All policies come with the request, and what cannot be evaluated is no input.
                never("PolicyEvaluation", RefusedBefore),
            ],
        ),
        of(
            "SimulatePrincipalPolicy",
            "PolicySourceArn=arn:aws:iam::{account}:user/alice ActionNames.member.1=s3:GetObject",
            &[
                refused("NoSuchEntity", "PolicySourceArn=arn:aws:iam::{account}:user/ghost"),
                refused("InvalidInput", "PolicySourceArn={administrator}"),
                refused("InvalidInput", "ActionNames.member.1=GetObject"),
                refused("PolicyEvaluation", "").with(damaged),
            ],
        ),
    ],
);

/// A policy that the store has lost the sense of.
fn damaged(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let owner = PolicyOwner::User(user(&plane.plane, "alice").await.id);
        put_inline_policy(&plane.plane, &owner, "{").await;
    })
}
