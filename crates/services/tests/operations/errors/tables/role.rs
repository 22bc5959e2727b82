//! Roles. One is of a service, and one has a permissions boundary.

use super::{attachment::policy_of_a_service, prelude::*};
use crate::{
    errors::table::Later,
    in_words::{OTHER, Plane},
    support::in_store,
};
use domain::{AccountId, IdKind, Role, RoleName, UniqueId};

pub const TABLE: Table = table(
    "CreateRole RoleName=reader AssumeRolePolicyDocument={trust}
    CreateRole RoleName=bounded AssumeRolePolicyDocument={trust} PermissionsBoundary={administrator}
    CreateServiceLinkedRole AWSServiceName=spot.amazonaws.com",
    &[
        of(
            "CreateRole",
            "RoleName=new AssumeRolePolicyDocument={trust}",
            &[
                refused("EntityAlreadyExists", "RoleName=READER"),
                refused("MalformedPolicyDocument", "AssumeRolePolicyDocument={nonsense}"),
                refused("InvalidInput", "Path=/aws-service-role/"),
                refused("InvalidInput", AWS_TAG),
                unlisted("NoSuchEntity", "PermissionsBoundary={ghost}"),
                unlisted("NoSuchEntity", "PermissionsBoundary={service-role-policy}")
                    .with(policy_of_a_service)
                    .saying("Scope ARN: {service-role-policy} does not exist or is not attachable."),
                refused("LimitExceeded", "AssumeRolePolicyDocument={long-trust}"),
                refused("LimitExceeded", "@999999999999").with(a_thousand),
            ],
        ),
        of(
            "DeleteRole",
            "RoleName=reader",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("UnmodifiableEntity", SERVICES),
                refused("DeleteConflict", "")
                    .after("AttachRolePolicy RoleName=reader PolicyArn={administrator}"),
                refused("DeleteConflict", "")
                    .after("PutRolePolicy RoleName=reader PolicyName=p PolicyDocument={policy}"),
                refused("DeleteConflict", "").after(
                    "CreateInstanceProfile InstanceProfileName=machine
                    AddRoleToInstanceProfile InstanceProfileName=machine RoleName=reader",
                ),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteRolePermissionsBoundary",
            "RoleName=bounded",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "RoleName=reader"),
                refused("UnmodifiableEntity", SERVICES),
            ],
        ),
        of("GetRole", "RoleName=reader", &[refused("NoSuchEntity", "RoleName=ghost")]),
        of("ListRoleTags", "RoleName=reader", &[refused("NoSuchEntity", "RoleName=ghost")]),
        of("ListRoles", "", &[]),
        of(
            "PutRolePermissionsBoundary",
            "RoleName=reader PermissionsBoundary={administrator}",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("NoSuchEntity", "PermissionsBoundary={ghost}"),
                refused("InvalidInput", "PermissionsBoundary=arn:aws:iam::{account}:user/nobody"),
                refused("UnmodifiableEntity", SERVICES),
                refused("PolicyNotAttachable", "PermissionsBoundary={service-role-policy}")
                    .with(policy_of_a_service).saying("Cannot attach a Service Role Policy to a Customer Role."),
            ],
        ),
        of(
            "TagRole",
            "RoleName=reader Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "").after("TagRole RoleName=reader FiftyTags"),
                unlisted("UnmodifiableEntity", "RoleName=AWSReservedSSO_x").with(role_of_identity_center),
            ],
        ),
        of(
            "UntagRole",
            "RoleName=reader TagKeys.member.1=k",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                unlisted("InvalidInput", AWS_TAG_KEY),
                unlisted("UnmodifiableEntity", "RoleName=AWSReservedSSO_x").with(role_of_identity_center),
            ],
        ),
        of(
            "UpdateAssumeRolePolicy",
            "RoleName=reader PolicyDocument={trust}",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("MalformedPolicyDocument", "PolicyDocument={nonsense}"),
                refused("LimitExceeded", "PolicyDocument={long-trust}"),
                refused("UnmodifiableEntity", SERVICES),
            ],
        ),
        of(
            "UpdateRole",
            "RoleName=reader MaxSessionDuration=7200",
            &[refused("NoSuchEntity", "RoleName=ghost"), refused("UnmodifiableEntity", SERVICES)],
        ),
        of(
            "UpdateRoleDescription",
            "RoleName=reader Description=d",
            &[
                refused("NoSuchEntity", "RoleName=ghost"),
                refused("UnmodifiableEntity", "RoleName=AWSReservedSSO_x").with(role_of_identity_center),
            ],
        ),
    ],
);

const SERVICES: &str = "RoleName=AWSServiceRoleForEC2Spot";

fn a_thousand(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let account = AccountId::parse(OTHER).unwrap();
        plane.plane.other_account(account).await;
        for number in 0..1000 {
            insert(plane, &Role { account_id: account, ..like_reader(plane, &format!("r-{number}")).await })
                .await;
        }
    })
}

fn role_of_identity_center(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let path = domain::Path::parse("/aws-reserved/sso.amazonaws.com/").unwrap();
        insert(plane, &Role { path, ..like_reader(plane, "AWSReservedSSO_x").await }).await;
    })
}

async fn like_reader(plane: &Plane, name: &str) -> Role {
    let plane = &plane.plane;
    let reader = RoleName::parse("reader").unwrap();
    let found = store::role::find_by_name(&mut plane.plane.store.read(), plane.account, &reader).await;
    let id = UniqueId::new(IdKind::Role, &*plane.plane.random);
    Role { id, name: RoleName::parse(name).unwrap(), ..found.unwrap().unwrap() }
}

async fn insert(plane: &Plane, role: &Role) {
    in_store(&plane.plane, async |tx| store::role::insert(tx, role).await.unwrap()).await;
}
