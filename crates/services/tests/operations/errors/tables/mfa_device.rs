//! MFA devices. Alice's phone is hers, the spare one is nobody's.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::{OTHER, Plane},
    support::in_store,
};
use domain::{AccountId, IdKind, MfaDevice, UniqueId};

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateVirtualMFADevice VirtualMFADeviceName=phone > phone VirtualMFADevice.Base32StringSeed
    CreateVirtualMFADevice VirtualMFADeviceName=spare > spare VirtualMFADevice.Base32StringSeed
    EnableMFADevice UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/phone AuthenticationCode1={phone:before} AuthenticationCode2={phone:now}
    Wait 120",
    &[
        of(
            "CreateVirtualMFADevice",
            "VirtualMFADeviceName=new",
            &[
                refused("EntityAlreadyExists", "VirtualMFADeviceName=PHONE"),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "@999999999999").with(five_thousand),
            ],
        ),
        of(
            "DeactivateMFADevice",
            "UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/phone",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "SerialNumber=arn:aws:iam::{account}:mfa/spare"),
                never("EntityTemporarilyUnmodifiable", AtOnce),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "DeleteVirtualMFADevice",
            "SerialNumber=arn:aws:iam::{account}:mfa/spare",
            &[
                refused("NoSuchEntity", GHOST),
                refused("DeleteConflict", "SerialNumber=arn:aws:iam::{account}:mfa/phone"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "EnableMFADevice",
            "UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/spare AuthenticationCode1={spare:before} \
             AuthenticationCode2={spare:now}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                refused("EntityAlreadyExists", "SerialNumber=arn:aws:iam::{account}:mfa/phone"),
                refused("InvalidAuthenticationCode", "AuthenticationCode1={spare:now}"),
                refused("LimitExceeded", "").after(SEVEN_MORE),
                never("EntityTemporarilyUnmodifiable", AtOnce),
            ],
        ),
        of(
            "GetMFADevice",
            "UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/phone",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "SerialNumber=arn:aws:iam::{account}:mfa/spare"),
            ],
        ),
        of(
            "ListMFADeviceTags",
            "SerialNumber=arn:aws:iam::{account}:mfa/phone",
            // A serial number that cannot be one breaks a constraint of the model.
            &[refused("NoSuchEntity", GHOST), never("InvalidInput", RefusedBefore)],
        ),
        of("ListMFADevices", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of("ListVirtualMFADevices", "", &[]),
        of(
            "ResyncMFADevice",
            "UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/phone AuthenticationCode1={phone:before} \
             AuthenticationCode2={phone:now}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", "SerialNumber=arn:aws:iam::{account}:mfa/spare"),
                refused("InvalidAuthenticationCode", "AuthenticationCode1={phone:now}"),
                never("LimitExceeded", NothingGrows),
            ],
        ),
        of(
            "TagMFADevice",
            "SerialNumber=arn:aws:iam::{account}:mfa/phone Tags.member.1.Key=k Tags.member.1.Value=v",
            &[
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", AWS_TAG),
                refused("LimitExceeded", "")
                    .after("TagMFADevice SerialNumber=arn:aws:iam::{account}:mfa/phone FiftyTags"),
            ],
        ),
        of(
            "UntagMFADevice",
            "SerialNumber=arn:aws:iam::{account}:mfa/phone TagKeys.member.1=k",
            &[refused("NoSuchEntity", GHOST), refused("InvalidInput", AWS_TAG_KEY)],
        ),
    ],
);

const GHOST: &str = "SerialNumber=arn:aws:iam::{account}:mfa/ghost";
const SEVEN_MORE: &str = "
    7 x CreateVirtualMFADevice VirtualMFADeviceName=m-{n} > m-{n} VirtualMFADevice.Base32StringSeed
    7 x EnableMFADevice UserName=alice SerialNumber=arn:aws:iam::{account}:mfa/m-{n} AuthenticationCode1={m-{n}:before} AuthenticationCode2={m-{n}:now}";

fn five_thousand(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let plane = &plane.plane;
        let account = AccountId::parse(OTHER).unwrap();
        plane.other_account(account).await;
        in_store(plane, async |tx| {
            let spare = format!("arn:aws:iam::{}:mfa/spare", plane.account);
            let pattern = store::mfa_device::find(tx, plane.account, &spare).await.unwrap().unwrap();
            for number in 0..5000 {
                let device = MfaDevice {
                    account_id: account,
                    id: UniqueId::new(IdKind::MfaDevice, &*plane.plane.random),
                    serial_number: format!("arn:aws:iam::{account}:mfa/many-{number}"),
                    ..pattern.clone()
                };
                store::mfa_device::insert(tx, &plane.plane.sealer, &device, None).await.unwrap();
            }
        })
        .await;
    })
}
