use std::os::unix::fs::MetadataExt;

use store::{EncryptionContext, RootKey, RootKeyError, SealError, Sealer};

use crate::fixture::{Bench, time};

pub(crate) async fn sealers_of_one_store_open_each_others(bench: &Bench) {
    let root = RootKey::generate().unwrap();
    let one = Sealer::open(&bench.store, &root, time(0)).await.unwrap();
    let other = Sealer::open(&bench.store, &root, time(1)).await.unwrap();
    let context = EncryptionContext { account_id: bench.account, kind: "access_key", id: "AKIA1" };
    let sealed = one.seal(context, b"secret").unwrap();
    assert_eq!(&*other.unseal(context, &sealed).unwrap(), b"secret");
    for wrong in
        [EncryptionContext { id: "AKIA2", ..context }, EncryptionContext { kind: "other", ..context }]
    {
        assert_eq!(other.unseal(wrong, &sealed).unwrap_err(), SealError::Rejected);
    }
    let session = one.sessions().seal("ASIA1", b"session").unwrap();
    assert_eq!(&*other.sessions().unseal("ASIA1", &session).unwrap(), b"session");
    assert_eq!(other.sessions().unseal("ASIA2", &session).unwrap_err(), SealError::Rejected);
    assert!(other.unseal(context, &session).is_err(), "sessions and records have keys of their own");
}

pub(crate) async fn a_wrong_root_key_is_named(bench: &Bench) {
    Sealer::open(&bench.store, &RootKey::generate().unwrap(), time(0)).await.unwrap();
    let error = Sealer::open(&bench.store, &RootKey::generate().unwrap(), time(1)).await.unwrap_err();
    assert!(matches!(error, SealError::WrongRootKey(_)), "{error:?}");
}

pub(crate) async fn concurrent_first_starts_agree(bench: &Bench) {
    let root = std::sync::Arc::new(RootKey::generate().unwrap());
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let (store, root) = (bench.store.clone(), root.clone());
            tokio::spawn(async move { Sealer::open(&store, &root, time(0)).await.unwrap() })
        })
        .collect();
    let mut sealers = Vec::new();
    for start in starts {
        sealers.push(start.await.unwrap());
    }
    for one in &sealers {
        let sealed = one.sessions().seal("ASIA1", b"x").unwrap();
        for other in &sealers {
            assert_eq!(&*other.sessions().unseal("ASIA1", &sealed).unwrap(), b"x");
        }
    }
}

pub(crate) async fn a_root_key_file_is_made_once(bench: &Bench) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root-key");
    let root = RootKey::for_store(&bench.store, &path).await.unwrap();
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    let before = Sealer::open(&bench.store, &root, time(0)).await.unwrap();
    let session = before.sessions().seal("ASIA1", b"x").unwrap();
    let again = RootKey::for_store(&bench.store, &path).await.unwrap();
    let after = Sealer::open(&bench.store, &again, time(0)).await.unwrap();
    assert_eq!(&*after.sessions().unseal("ASIA1", &session).unwrap(), b"x");
    std::fs::remove_file(&path).unwrap();
    let error = RootKey::for_store(&bench.store, &path).await.unwrap_err();
    assert!(matches!(error, RootKeyError::Missing(_)), "{error:?}");
    assert!(!path.exists(), "no key is made that would open nothing");
}
