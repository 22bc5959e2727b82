//! Managed policies.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::{OTHER, Plane},
    support::{arn, in_store},
};
use domain::{AccountId, Arn, IdKind, ManagedPolicy, PolicyName, UniqueId};

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreatePolicy PolicyName=own PolicyDocument={policy}
    CreatePolicyVersion PolicyArn={own} PolicyDocument={policy}
    CreatePolicy PolicyName=single PolicyDocument={policy}",
    &[
        of(
            "CreatePolicy",
            "PolicyName=new PolicyDocument={policy}",
            &[
                refused("EntityAlreadyExists", "PolicyName=OWN"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "PolicyDocument={long-policy}"),
                refused("LimitExceeded", "@999999999999").with(fifteen_hundred),
            ],
        ),
        of(
            "CreatePolicyVersion",
            "PolicyArn={own} PolicyDocument={policy}",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("InvalidInput", NO_POLICY),
                refused("LimitExceeded", "PolicyDocument={long-policy}"),
                refused("LimitExceeded", "")
                    .after("3 x CreatePolicyVersion PolicyArn={own} PolicyDocument={policy}"),
                unlisted("AccessDenied", "PolicyArn={administrator}"),
            ],
        ),
        of(
            "DeletePolicy",
            "PolicyArn=arn:aws:iam::{account}:policy/single",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", NO_POLICY),
                refused("DeleteConflict", "PolicyArn={own}"),
                refused("DeleteConflict", "")
                    .after("AttachUserPolicy UserName=alice PolicyArn=arn:aws:iam::{account}:policy/single"),
                refused("DeleteConflict", "").after(
                    "PutUserPermissionsBoundary UserName=alice PermissionsBoundary=arn:aws:iam::{account}:policy/single",
                ),
                unlisted("AccessDenied", "PolicyArn={administrator}"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeletePolicyVersion",
            "PolicyArn={own} VersionId=v2",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("NoSuchEntity", "VersionId=v9"),
                refused("InvalidInput", NO_POLICY),
                refused("DeleteConflict", "VersionId=v1"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "GetPolicy",
            "PolicyArn={own}",
            &[refused("NoSuchEntity", "PolicyArn={ghost}"), refused("InvalidInput", NO_POLICY)],
        ),
        of(
            "GetPolicyVersion",
            "PolicyArn={own} VersionId=v1",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("NoSuchEntity", "VersionId=v9"),
                refused("InvalidInput", NO_POLICY),
            ],
        ),
        of(
            "ListEntitiesForPolicy",
            "PolicyArn={own}",
            &[refused("NoSuchEntity", "PolicyArn={ghost}"), refused("InvalidInput", NO_POLICY)],
        ),
        of("ListPolicies", "", &[]),
        of(
            "ListPolicyTags",
            "PolicyArn={own}",
            &[refused("NoSuchEntity", "PolicyArn={ghost}"), refused("InvalidInput", NO_POLICY)],
        ),
        of(
            "ListPolicyVersions",
            "PolicyArn={own}",
            &[refused("NoSuchEntity", "PolicyArn={ghost}"), refused("InvalidInput", NO_POLICY)],
        ),
        of(
            "SetDefaultPolicyVersion",
            "PolicyArn={own} VersionId=v2",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("NoSuchEntity", "VersionId=v9"),
                refused("InvalidInput", NO_POLICY),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "TagPolicy",
            "PolicyArn={own} Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", NO_POLICY),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("TagPolicy PolicyArn={own} FiftyTags"),
            ],
        ),
        of(
            "UntagPolicy",
            "PolicyArn={own} TagKeys.member.1=k",
            &[
                refused("NoSuchEntity", "PolicyArn={ghost}"),
                refused("InvalidInput", NO_POLICY),
                refused("InvalidInput", AWS_TAG_KEY),
            ],
        ),
    ],
);

const NO_POLICY: &str = "PolicyArn=arn:aws:iam::{account}:user/nobody";

fn fifteen_hundred(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let plane = &plane.plane;
        let account = AccountId::parse(OTHER).unwrap();
        plane.other_account(account).await;
        in_store(plane, async |tx| {
            let own = Arn::parse(&arn("policy/own")).unwrap();
            let pattern = store::managed_policy::find_by_arn(tx, plane.account, &own).await.unwrap().unwrap();
            for number in 0..1500 {
                let policy = ManagedPolicy {
                    account_id: account,
                    id: UniqueId::new(IdKind::ManagedPolicy, &*plane.plane.random),
                    name: PolicyName::parse(&format!("many-{number}")).unwrap(),
                    ..pattern.clone()
                };
                store::managed_policy::insert(tx, &policy).await.unwrap();
            }
        })
        .await;
    })
}
