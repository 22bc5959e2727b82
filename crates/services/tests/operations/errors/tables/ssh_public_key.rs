//! SSH public keys.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::Plane,
    support::{in_store, user},
};
use domain::{IdKind, SshPublicKey, UniqueId};

pub const TABLE: Table = table(
    "CreateUser UserName=alice
    CreateUser UserName=bob
    UploadSSHPublicKey UserName=alice SSHPublicKeyBody={ssh-key} > key-id SSHPublicKey.SSHPublicKeyId",
    &[
        of(
            "DeleteSSHPublicKey",
            "UserName=alice SSHPublicKeyId={key-id}",
            &[refused("NoSuchEntity", "UserName=ghost"), refused("NoSuchEntity", GHOST)],
        ),
        of(
            "GetSSHPublicKey",
            "UserName=alice SSHPublicKeyId={key-id} Encoding=PEM",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                // An encoding that is not in the model breaks a constraint.
                never("UnrecognizedPublicKeyEncoding", RefusedBefore),
            ],
        ),
        of("ListSSHPublicKeys", "UserName=alice", &[refused("NoSuchEntity", "UserName=ghost")]),
        of(
            "UpdateSSHPublicKey",
            "UserName=alice SSHPublicKeyId={key-id} Status=Inactive",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("NoSuchEntity", GHOST),
                refused("InvalidInput", "Status=Expired"),
            ],
        ),
        of(
            "UploadSSHPublicKey",
            "UserName=bob SSHPublicKeyBody={ssh-key}",
            &[
                refused("NoSuchEntity", "UserName=ghost"),
                refused("InvalidPublicKey", "SSHPublicKeyBody=ssh-rsa"),
                refused("UnrecognizedPublicKeyEncoding", "SSHPublicKeyBody=nonsense"),
                refused("DuplicateSSHPublicKey", "UserName=alice"),
                refused("LimitExceeded", "").with(five_keys),
            ],
        ),
    ],
);

const GHOST: &str = "SSHPublicKeyId=APKAIOSFODNN7EXAMPLE1";

fn five_keys(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let plane = &plane.plane;
        let [alice, bob] = [user(plane, "alice").await, user(plane, "bob").await];
        in_store(plane, async |tx| {
            let hers = store::ssh_public_key::list(tx, plane.account, &alice.id, None, 1).await.unwrap().remove(0);
            for number in 0..5 {
                let key = SshPublicKey {
                    id: UniqueId::new(IdKind::SshPublicKey, &*plane.plane.random),
                    user_id: bob.id.clone(),
                    digest: number.to_string(),
                    ..hers.clone()
                };
                store::ssh_public_key::insert(tx, &key).await.unwrap();
            }
        })
        .await;
    })
}
