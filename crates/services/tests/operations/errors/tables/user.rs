//! Users. One has a permissions boundary.

use super::{attachment::policy_of_a_service, prelude::*};
use crate::{
    errors::table::Later,
    in_words::{OTHER, Plane},
    support::{in_store, user},
};
use domain::{AccountId, IdKind, UniqueId, User, UserName};

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateUser UserName=bounded PermissionsBoundary={administrator}",
    &[
        of(
            "CreateUser",
            "UserName=new",
            &[
                refused("EntityAlreadyExists", "UserName=ALICE"),
                refused("NoSuchEntity", "PermissionsBoundary={ghost}"),
                refused("NoSuchEntity", "PermissionsBoundary={service-role-policy}")
                    .with(policy_of_a_service)
                    .saying("Scope ARN: {service-role-policy} does not exist or is not attachable."),
                refused("InvalidInput", "PermissionsBoundary=arn:aws:iam::{account}:user/nobody"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "@999999999999").with(five_thousand),
            ],
        ),
        of(
            "DeleteUser",
            "UserName=alice",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("DeleteConflict", "").after("CreateAccessKey UserName=alice"),
                refused("DeleteConflict", "")
                    .after("AttachUserPolicy UserName=alice PolicyArn={administrator}"),
                refused("DeleteConflict", "")
                    .after("PutUserPolicy UserName=alice PolicyName=p PolicyDocument={policy}"),
                refused("DeleteConflict", "").after(
                    "CreateGroup GroupName=staff
                    AddUserToGroup GroupName=staff UserName=alice",
                ),
                refused("DeleteConflict", "").after("UploadSSHPublicKey UserName=alice SSHPublicKeyBody={ssh-key}"),
                refused("DeleteConflict", "")
                    .after("UploadSigningCertificate UserName=alice CertificateBody={certificate}"),
                refused("DeleteConflict", "").after(
                    "CreateServiceSpecificCredential UserName=alice ServiceName=codecommit.amazonaws.com",
                ),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteUserPermissionsBoundary",
            "UserName=bounded",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", "UserName=alice")],
        ),
        of("GetUser", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of("ListUserTags", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of("ListUsers", "", &[]),
        of(
            "PutUserPermissionsBoundary",
            "UserName=alice PermissionsBoundary={administrator}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "PermissionsBoundary={ghost}"),
                refused("InvalidInput", "PermissionsBoundary=arn:aws:iam::{account}:user/nobody"),
                refused("PolicyNotAttachable", "PermissionsBoundary={service-role-policy}")
                    .with(policy_of_a_service).saying("Cannot attach a Service Role Policy to a Customer User."),
            ],
        ),
        of(
            "TagUser",
            "UserName=alice Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("TagUser UserName=alice FiftyTags"),
            ],
        ),
        of(
            "UntagUser",
            "UserName=alice TagKeys.member.1=k",
            &[refused("NoSuchEntity", "UserName=ghost"), unlisted("InvalidInput", AWS_TAG_KEY)],
        ),
        of(
            "UpdateUser",
            "UserName=alice NewUserName=alicia",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("EntityAlreadyExists", "NewUserName=BOUNDED"),
                never("EntityTemporarilyUnmodifiable", AtOnce),
                never("LimitExceeded", NothingGrows),
            ],
        ),
    ],
);

fn five_thousand(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let plane = &plane.plane;
        let account = AccountId::parse(OTHER).unwrap();
        plane.other_account(account).await;
        let alice = user(plane, "alice").await;
        in_store(plane, async |tx| {
            for number in 0..5000 {
                let user = User {
                    account_id: account,
                    id: UniqueId::new(IdKind::User, &*plane.plane.random),
                    name: UserName::parse(&format!("many-{number}")).unwrap(),
                    ..alice.clone()
                };
                store::user::insert(tx, &user).await.unwrap();
            }
        })
        .await;
    })
}
