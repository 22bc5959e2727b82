//! Keys are replaced while others work with them.

use std::path::{Path, PathBuf};

use domain::{AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, SecretAccessKey};
use store::{
    RootKey, RootKeyError, SETTLING, SealError, Sealer, access_key, audit_chain, prepare_root_key, reseal,
    rotate_data_keys, rotate_root_key, setting,
};
use tempfile::TempDir;

use crate::{
    credentials,
    fixture::{Bench, Counting, heard, time, told},
    providers,
};

struct Keys {
    directory: TempDir,
    file: PathBuf,
    sealer: Sealer,
}

async fn keys(bench: &Bench) -> Keys {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("root.key");
    let sealer = open(bench, &file).await;
    Keys { directory, file, sealer }
}

async fn open(bench: &Bench, file: &Path) -> Sealer {
    let root_key = RootKey::for_store(&bench.store, file).await.unwrap();
    Sealer::open(&bench.store, &root_key, time(0)).await.unwrap()
}

async fn root_key(bench: &Bench, keys: &Keys) -> RootKey {
    RootKey::of_store(&bench.store, &keys.file).await.unwrap()
}

async fn insert(bench: &Bench, sealer: &Sealer) -> (AccessKeyId, SecretAccessKey) {
    let key = AccessKey {
        account_id: bench.account,
        id: AccessKeyId::long_term(bench.account, &Counting),
        owner: AccessKeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: time(0),
    };
    let secret = SecretAccessKey::new(&Counting);
    bench.write(async |tx| access_key::insert(tx, sealer, &key, &secret).await).await;
    (key.id, secret)
}

async fn opens(bench: &Bench, sealer: &Sealer, key: &(AccessKeyId, SecretAccessKey)) -> bool {
    let found = access_key::find_with_secret(&mut bench.store.read(), sealer, bench.account, &key.0).await;
    found.is_ok_and(|found| found.is_some_and(|(_, secret)| secret.expose() == key.1.expose()))
}

pub(crate) async fn a_new_data_key_seals_when_every_node_can_open(bench: &Bench) {
    let keys = keys(bench).await;
    let other = open(bench, &keys.file).await;
    let old = insert(bench, &keys.sealer).await;
    let session = keys.sealer.sessions().seal("ASIA1", b"x").unwrap();
    let rotation =
        rotate_data_keys(&bench.store, &root_key(bench, &keys).await, &told, time(10)).await.unwrap();
    assert_eq!((rotation.made.len(), rotation.deleted.len()), (2, 0));
    let refresh = async |sealer: &Sealer, seconds| {
        sealer.refresh(&bench.store, &keys.file, time(seconds)).await.unwrap()
    };
    // One node has looked again and the other has not: what either seals, both open.
    assert!(refresh(&keys.sealer, 11).await);
    assert!(!refresh(&keys.sealer, 12).await);
    let early = keys.sealer.sessions().seal("ASIA1", b"early").unwrap();
    assert_eq!(&*other.sessions().unseal("ASIA1", &early).unwrap(), b"early");
    // By the time the first one seals with the new key, the other has looked as well.
    let settled = 10 + SETTLING.as_secs();
    assert!(refresh(&other, 12).await);
    assert!(refresh(&keys.sealer, settled).await);
    let late = keys.sealer.sessions().seal("ASIA1", b"late").unwrap();
    assert_ne!(early[1..5], late[1..5], "the number of the data key");
    assert_eq!(&*other.sessions().unseal("ASIA1", &late).unwrap(), b"late");
    let new = insert(bench, &keys.sealer).await;
    for sealer in [&keys.sealer, &other] {
        assert_eq!(&*sealer.sessions().unseal("ASIA1", &session).unwrap(), b"x");
        assert!(opens(bench, sealer, &old).await && opens(bench, sealer, &new).await);
    }
    // Days later the first session key has outlived everything it sealed.
    let rotation =
        rotate_data_keys(&bench.store, &root_key(bench, &keys).await, &told, time(200_000)).await.unwrap();
    assert_eq!(rotation.deleted.len(), 1);
    refresh(&keys.sealer, 200_001).await;
    assert!(matches!(keys.sealer.sessions().unseal("ASIA1", &session), Err(SealError::UnknownKey(_))));
    assert!(opens(bench, &keys.sealer, &old).await, "records keep their keys");
}

pub(crate) async fn sealing_anew_lets_old_keys_go(bench: &Bench) {
    let keys = keys(bench).await;
    let mut secrets = Vec::new();
    for _ in 0..450 {
        secrets.push(insert(bench, &keys.sealer).await);
    }
    // With two private keys, and two users' passwords and devices.
    providers::fill(bench, &keys.sealer, "provider").await;
    credentials::fill(bench, &keys.sealer, "alice").await;
    rotate_data_keys(&bench.store, &root_key(bench, &keys).await, &told, time(10)).await.unwrap();
    let settled = time(10) + SETTLING;
    keys.sealer.refresh(&bench.store, &keys.file, settled).await.unwrap();
    let done = reseal(&bench.store, &keys.sealer, &told, settled).await.unwrap();
    assert_eq!((done.secrets, done.deleted.len()), (456, 1));
    let again = reseal(&bench.store, &keys.sealer, &told, settled).await.unwrap();
    assert_eq!((again.secrets, again.deleted.len()), (0, 0));
    let fresh = open(bench, &keys.file).await;
    for secret in &secrets {
        assert!(opens(bench, &fresh, secret).await);
    }
    credentials::open(bench, &bench.store, &fresh, "alice").await;
    assert_eq!(bench.store.check(Some(&fresh)).await.unwrap().findings, vec![]);
}

pub(crate) async fn what_is_rotated_is_told(bench: &Bench) {
    let keys = keys(bench).await;
    let rotate = async || {
        rotate_root_key(&bench.store, &keys.file, &told).await.unwrap();
        let root_key = root_key(bench, &keys).await;
        rotate_data_keys(&bench.store, &root_key, &told, time(10)).await.unwrap();
        reseal(&bench.store, &open(bench, &keys.file).await, &told, time(10)).await.unwrap();
    };
    // Whom it would be told, there is not yet.
    rotate().await;
    assert_eq!(heard(&bench.store, bench.account).await, (vec![], 0));
    let management = bench.account.to_string();
    bench.write(async |tx| setting::put(tx, setting::MANAGEMENT_ACCOUNT, &management).await).await;
    rotate().await;
    let (names, waiting) = heard(&bench.store, bench.account).await;
    assert_eq!((names.len(), waiting), (3, 3), "{names:?}");
    assert!(names.iter().any(|name| name == "DataKeyRotation") && names.iter().any(|name| name == "Reseal"));
    // The first node that keeps files gets them, and no other.
    bench
        .write(async |tx| {
            assert_eq!(audit_chain::take_over(tx, "node").await?, 3);
            assert_eq!(audit_chain::take_over(tx, "other").await?, 0);
            assert_eq!(audit_chain::waiting(tx, "node", 100).await?.len(), 3);
            Ok(())
        })
        .await;
    assert_eq!(heard(&bench.store, bench.account).await.1, 0);
    // Where none does, they wait as long as the store keeps them.
    rotate().await;
    bench
        .write(async |tx| {
            assert_eq!(audit_chain::forget_before(tx, time(7)).await?, 0);
            assert_eq!(audit_chain::forget_before(tx, time(8)).await?, 3);
            assert_eq!(audit_chain::waiting(tx, "node", 100).await?.len(), 3);
            Ok(())
        })
        .await;
}

pub(crate) async fn an_interrupted_root_key_rotation_is_finished(bench: &Bench) {
    let keys = keys(bench).await;
    let secret = insert(bench, &keys.sealer).await;
    let first = std::fs::read(&keys.file).unwrap();
    let (old, new) = rotate_root_key(&bench.store, &keys.file, &told).await.unwrap();
    let second = std::fs::read(&keys.file).unwrap();
    assert_ne!(first, second);
    let kept = keys.directory.path().join(format!("root.key.{old}"));
    assert_eq!(std::fs::read(&kept).unwrap(), first, "backups made before need it");
    assert_eq!(root_key(bench, &keys).await.name(), new);

    // As a crash leaves it before the files are exchanged: the store is wrapped under the new key, which stands beside.
    let beside = keys.directory.path().join("root.key.new");
    std::fs::rename(&keys.file, &beside).unwrap();
    std::fs::rename(&kept, &keys.file).unwrap();
    assert_eq!(root_key(bench, &keys).await.name(), new);
    assert!(beside.exists(), "a tool changes nothing");
    let reopened = open(bench, &keys.file).await;
    assert!(opens(bench, &reopened, &secret).await);
    assert_eq!(std::fs::read(&keys.file).unwrap(), second, "a server finishes it");
    assert!(kept.exists() && !beside.exists());

    // A running server takes the new key in when it looks again.
    assert!(keys.sealer.refresh(&bench.store, &keys.file, time(1)).await.unwrap());
    assert!(opens(bench, &keys.sealer, &secret).await);
    // As a crash leaves it before the store was touched: the next run uses the key that is there.
    let (prepared, file) = prepare_root_key(&keys.file).unwrap();
    assert_eq!(file, beside);
    assert!(opens(bench, &open(bench, &keys.file).await, &secret).await);
    assert_eq!(rotate_root_key(&bench.store, &keys.file, &told).await.unwrap(), (new, prepared));
    assert!(!beside.exists());
    assert!(opens(bench, &open(bench, &keys.file).await, &secret).await);
}

pub(crate) async fn a_root_key_may_be_handed_round_first(bench: &Bench) {
    let keys = keys(bench).await;
    let node = tempfile::tempdir().unwrap();
    let file = node.path().join("root.key");
    std::fs::copy(&keys.file, &file).unwrap();
    let other = open(bench, &file).await;
    let (_, prepared) = prepare_root_key(&keys.file).unwrap();
    std::fs::copy(prepared, node.path().join("root.key.new")).unwrap();
    let (_, new) = rotate_root_key(&bench.store, &keys.file, &told).await.unwrap();
    assert!(other.refresh(&bench.store, &file, time(1)).await.unwrap());
    assert_eq!(RootKey::load(&file).unwrap().name(), new);
    // A node that was left out goes on with what it has, and says so.
    let left_out = tempfile::tempdir().unwrap();
    std::fs::write(left_out.path().join("root.key"), [0; 32]).unwrap();
    let error = other.refresh(&bench.store, &left_out.path().join("root.key"), time(1)).await;
    assert!(matches!(error, Ok(false)), "nothing has changed since: {error:?}");
    rotate_root_key(&bench.store, &keys.file, &told).await.unwrap();
    assert!(other.refresh(&bench.store, &file, time(1)).await.is_err());
    let session = keys.sealer.sessions().seal("ASIA1", b"x").unwrap();
    assert_eq!(&*other.sessions().unseal("ASIA1", &session).unwrap(), b"x");
}

pub(crate) async fn concurrent_rotations_agree(bench: &Bench) {
    let keys = keys(bench).await;
    let secret = insert(bench, &keys.sealer).await;
    let rotations: Vec<_> = (0..4)
        .map(|_| {
            let (store, file) = (bench.store.clone(), keys.file.clone());
            tokio::spawn(async move { rotate_root_key(&store, &file, &told).await })
        })
        .collect();
    let mut done = 0;
    for rotation in rotations {
        match rotation.await.unwrap() {
            Ok(_) => done += 1,
            Err(error) => assert!(matches!(error, RootKeyError::Rotating(_)), "{error:?}"),
        }
    }
    assert!(done > 0);
    assert!(opens(bench, &open(bench, &keys.file).await, &secret).await);
}
