//! Passwords, MFA devices and the other credentials of users, beside access keys.

use domain::{
    AccessKeyOwner, AccessKeyStatus, IdKind, LoginProfile, MfaAssignment, MfaDevice, MfaDeviceKind,
    PasswordHash, PasswordPolicy, Passwords, ServiceSpecificCredential, SigningCertificate, SshPublicKey,
    Tag, TotpClock, User, WrongGuesses,
};
use store::{
    Finding, Sealer, Store, StoreError,
    credential_report::{self, CredentialReport},
    login_profile, mfa_device,
    mfa_device::DeviceCounts,
    password_policy, service_specific_credential, signing_certificate, ssh_public_key, user,
};

use crate::fixture::{Bench, assert_sealed, id, time};

pub(crate) const HASH: &str = "$argon2id$a hash that nobody may read";
pub(crate) const SEED: &[u8] = b"a seed that nobody may read";
pub(crate) const DIGEST: &str = "a digest that nobody needs";

fn owner(user: &User) -> AccessKeyOwner {
    AccessKeyOwner::User(user.id.clone())
}

fn profile_of(bench: &Bench, owner: AccessKeyOwner) -> LoginProfile {
    LoginProfile {
        account_id: bench.account,
        owner,
        created_at: time(1),
        password_changed_at: time(2),
        password_reset_required: false,
        wrong_passwords: WrongGuesses::default(),
    }
}

fn passwords(hash: &str) -> Passwords {
    Passwords::first(PasswordHash::new(hash.to_owned()))
}

fn device_of(bench: &Bench, kind: MfaDeviceKind, serial: &str, owner: Option<AccessKeyOwner>) -> MfaDevice {
    MfaDevice {
        account_id: bench.account,
        id: id(IdKind::MfaDevice),
        serial_number: serial.into(),
        kind,
        created_at: time(1),
        assignment: owner.map(|owner| MfaAssignment { owner, enabled_at: time(2) }),
        clock: TotpClock::default(),
        wrong_codes: WrongGuesses::default(),
        certifications: [].into(),
        tags: vec![Tag { key: "team".into(), value: "é".into() }],
    }
}

fn certificate_of(bench: &Bench, name: &str, owner: AccessKeyOwner) -> SigningCertificate {
    SigningCertificate {
        account_id: bench.account,
        id: format!("{name:A<32}"),
        owner,
        body: format!("the certificate {name}"),
        digest: format!("digest of {name}"),
        status: AccessKeyStatus::Active,
        uploaded_at: time(1),
    }
}

fn ssh_key_of(bench: &Bench, user: &User, digest: &str) -> SshPublicKey {
    SshPublicKey {
        account_id: bench.account,
        id: id(IdKind::SshPublicKey),
        user_id: user.id.clone(),
        openssh: "ssh-rsa AAAA".into(),
        fingerprint: "aa:bb".into(),
        digest: digest.into(),
        status: AccessKeyStatus::Active,
        uploaded_at: time(1),
    }
}

fn credential_of(bench: &Bench, user: &User, service: &str, name: &str) -> ServiceSpecificCredential {
    ServiceSpecificCredential {
        account_id: bench.account,
        id: id(IdKind::ServiceSpecificCredential),
        user_id: user.id.clone(),
        service_name: service.into(),
        service_user_name: name.into(),
        secret_digest: DIGEST.into(),
        status: AccessKeyStatus::Inactive,
        created_at: time(1),
        expires_at: Some(time(9)),
    }
}

fn policy_of(bench: &Bench, length: u32) -> PasswordPolicy {
    PasswordPolicy {
        account_id: bench.account,
        minimum_password_length: length,
        require_symbols: true,
        require_numbers: false,
        require_uppercase_characters: true,
        require_lowercase_characters: false,
        allow_users_to_change_password: true,
        max_password_age: Some(90),
        password_reuse_prevention: None,
        hard_expiry: Some(false),
    }
}

/// Puts in a user of that name with one credential of each kind, the root user's, and tokens that are nobody's: four sealed
/// secrets, which [`open`] finds.
pub(crate) async fn fill(bench: &Bench, sealer: &Sealer, name: &str) {
    let user = bench.user(name, "/");
    let report = CredentialReport { generated_at: time(5), content: "user,arn".into() };
    bench
        .write(async |tx| {
            user::insert(tx, &user).await?;
            for owner in [owner(&user), AccessKeyOwner::Root] {
                let hash = format!("{HASH} of {}", owner.as_str());
                login_profile::insert(tx, sealer, &profile_of(bench, owner.clone()), &passwords(&hash))
                    .await?;
                let certificate = certificate_of(bench, owner.as_str(), owner.clone());
                signing_certificate::insert(tx, &certificate).await?;
            }
            let virtual_device =
                device_of(bench, MfaDeviceKind::Virtual, "arn:x:mfa/phone", Some(owner(&user)));
            mfa_device::insert(tx, sealer, &virtual_device, Some(SEED)).await?;
            let spare = device_of(bench, MfaDeviceKind::Hardware, "GAHT12345678", None);
            mfa_device::insert(tx, sealer, &spare, Some(SEED)).await?;
            let key = device_of(bench, MfaDeviceKind::Fido, "arn:x:u2f/key", Some(AccessKeyOwner::Root));
            mfa_device::insert(tx, sealer, &key, None).await?;
            ssh_public_key::insert(tx, &ssh_key_of(bench, &user, "d")).await?;
            let credential = credential_of(bench, &user, "codecommit.amazonaws.com", "at");
            service_specific_credential::insert(tx, &credential).await?;
            password_policy::put(tx, &policy_of(bench, 12)).await?;
            credential_report::put(tx, bench.account, &report).await
        })
        .await;
}

/// Opens what [`fill`] has sealed, in whichever store it is by now.
pub(crate) async fn open(bench: &Bench, store: &Store, sealer: &Sealer, name: &str) {
    let mut tx = store.read();
    let name = domain::UserName::parse(name).unwrap();
    let user = user::find_by_name(&mut tx, bench.account, &name).await.unwrap().unwrap();
    for owner in [owner(&user), AccessKeyOwner::Root] {
        let found = login_profile::find_with_passwords(&mut tx, sealer, bench.account, &owner).await.unwrap();
        let (profile, opened) = found.unwrap();
        assert_eq!(opened, passwords(&format!("{HASH} of {}", owner.as_str())));
        assert_eq!(profile, profile_of(bench, owner));
    }
    for serial in ["arn:x:mfa/phone", "GAHT12345678"] {
        let found = mfa_device::find_with_seed(&mut tx, sealer, bench.account, serial).await.unwrap();
        assert_eq!(found.unwrap().1.as_deref().map(Vec::as_slice), Some(SEED), "{serial}");
    }
}

pub(crate) async fn login_profiles(bench: &Bench) {
    const MOVED: &str = "UPDATE login_profile SET owner_id = 'root'";
    let sealer = bench.sealer().await;
    let alice = bench.user("alice", "/");
    let mut profile = profile_of(bench, owner(&alice));
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            login_profile::insert(tx, &sealer, &profile, &passwords(HASH)).await?;
            assert_eq!(login_profile::find(tx, bench.account, &owner(&alice)).await?, Some(profile.clone()));
            assert_eq!(login_profile::find(tx, bench.account, &AccessKeyOwner::Root).await?, None);
            assert_sealed(tx, "SELECT passwords AS sealed FROM login_profile", HASH.as_bytes()).await
        })
        .await;
    let again = bench
        .try_write(async |tx| login_profile::insert(tx, &sealer, &profile, &passwords(HASH)).await)
        .await;
    assert_eq!(again, Err(StoreError::Unique { table: "login_profile".into() }));

    profile.password_reset_required = true;
    let both = passwords(HASH).followed_by(PasswordHash::new("another".into()));
    bench
        .write(async |tx| {
            let root = profile_of(bench, AccessKeyOwner::Root);
            let missing = login_profile::update(tx, &sealer, &root, &both).await;
            assert_eq!(missing, Err(StoreError::NotFound { kind: "login profile" }));
            login_profile::update(tx, &sealer, &profile, &both).await?;
            let found =
                login_profile::find_with_passwords(tx, &sealer, bench.account, &profile.owner).await?;
            assert_eq!(found, Some((profile.clone(), both.clone())));
            Ok(())
        })
        .await;
    // The hashes of one owner are of no use to another.
    bench.write(async |tx| tx.execute(MOVED, &[]).await).await;
    let opened = bench
        .try_write(async |tx| {
            login_profile::find_with_passwords(tx, &sealer, bench.account, &AccessKeyOwner::Root).await
        })
        .await;
    assert!(opened.is_err(), "{opened:?}");
    let findings = bench.store.check(Some(&sealer)).await.unwrap().findings;
    assert!(findings.iter().any(|finding| matches!(finding, Finding::Secret { .. })), "{findings:?}");
    bench
        .write(async |tx| {
            assert!(login_profile::delete(tx, bench.account, &AccessKeyOwner::Root).await?);
            assert!(!login_profile::delete(tx, bench.account, &AccessKeyOwner::Root).await?);
            Ok(())
        })
        .await;
}

pub(crate) async fn mfa_devices(bench: &Bench) {
    const SWAPPED: &str = "UPDATE mfa_device SET seed = (SELECT d.seed FROM mfa_device d
        WHERE d.serial_key = 'gaht12345678') WHERE serial_key = 'aaht00000001'";
    let sealer = bench.sealer().await;
    let alice = bench.user("alice", "/");
    let device = |kind, serial: &str| device_of(bench, kind, serial, None);
    let mut phone = device(MfaDeviceKind::Virtual, "arn:aws:iam::1:mfa/Phone");
    let spare = device(MfaDeviceKind::Virtual, "arn:aws:iam::1:mfa/spare");
    let mut token = device(MfaDeviceKind::Hardware, "GAHT12345678");
    let second = device(MfaDeviceKind::Hardware, "AAHT00000001");
    let mut key = device(MfaDeviceKind::Fido, "arn:aws:iam::1:u2f/key");
    key.assignment = Some(MfaAssignment { owner: AccessKeyOwner::Root, enabled_at: time(3) });
    let account = bench.account;
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            for device in [&phone, &spare, &token, &second] {
                mfa_device::insert(tx, &sealer, device, Some(SEED)).await?;
            }
            mfa_device::insert(tx, &sealer, &key, None).await?;
            assert_sealed(tx, "SELECT seed AS sealed FROM mfa_device WHERE seed IS NOT NULL", SEED).await
        })
        .await;
    for serial in ["arn:aws:iam::1:mfa/PHONE", "gaht12345678"] {
        let other = device(MfaDeviceKind::Virtual, serial);
        let again = bench.try_write(async |tx| mfa_device::insert(tx, &sealer, &other, None).await).await;
        assert_eq!(again, Err(StoreError::Unique { table: "mfa_device".into() }));
    }
    bench
        .read(async |tx| {
            assert_eq!(mfa_device::find(tx, account, "gaht12345678").await?, Some(token.clone()));
            assert_eq!(mfa_device::find(tx, account, "GAHT99999999").await?, None);
            assert_eq!(mfa_device::find_hardware(tx, "gaht12345678").await?, Some(token.clone()));
            assert_eq!(mfa_device::find_hardware(tx, &phone.serial_number).await?, None);
            let seed = async |tx: &mut store::Transaction, serial: &str| {
                let found = mfa_device::find_with_seed(tx, &sealer, account, serial).await.unwrap();
                found.unwrap().1.map(|seed| seed.to_vec())
            };
            assert_eq!(seed(tx, "GAHT12345678").await.as_deref(), Some(SEED));
            assert_eq!(seed(tx, &key.serial_number).await, None);
            let virtuals = async |tx: &mut store::Transaction, assigned, after| {
                let listed = mfa_device::list_virtual(tx, account, assigned, after, 10).await.unwrap();
                listed.into_iter().map(|device| device.serial_number).collect::<Vec<_>>()
            };
            let both = [phone.serial_number.clone(), spare.serial_number.clone()];
            assert_eq!(virtuals(tx, None, None).await, both);
            assert_eq!(virtuals(tx, Some(false), None).await, both);
            assert_eq!(virtuals(tx, Some(true), None).await, [""; 0]);
            assert_eq!(virtuals(tx, None, Some("arn:aws:iam::1:mfa/phone")).await, both[1..]);
            let hardware = mfa_device::list_hardware(tx, account, None, 10).await?;
            assert_eq!(hardware, [second.clone(), token.clone()]);
            assert_eq!(
                mfa_device::list_hardware(tx, account, Some("aaht00000001"), 10).await?,
                hardware[1..]
            );
            assert_eq!(mfa_device::list_hardware(tx, account, None, 1).await?, hardware[..1]);
            let counts = mfa_device::count_all(tx, account).await?;
            assert_eq!(counts, DeviceCounts { all: 5, of_virtual: 2, assigned: 1 });
            Ok(())
        })
        .await;

    for device in [&mut phone, &mut token] {
        device.assignment = Some(MfaAssignment { owner: owner(&alice), enabled_at: time(4) });
        device.clock = TotpClock { drift: -2, last_step: Some(7) };
    }
    bench
        .write(async |tx| {
            mfa_device::update(tx, &phone).await?;
            mfa_device::update(tx, &token).await?;
            let listed = mfa_device::list(tx, account, &owner(&alice), None, 10).await?;
            assert_eq!(listed, [phone.clone(), token.clone()]);
            assert_eq!(mfa_device::count(tx, account, &owner(&alice)).await?, 2);
            assert_eq!(mfa_device::list_virtual(tx, account, Some(true), None, 10).await?, listed[..1]);
            let opened = mfa_device::find_with_seed(tx, &sealer, account, "GAHT12345678").await?.unwrap();
            assert_eq!(opened.1.as_deref().map(Vec::as_slice), Some(SEED), "the seed stays as it is");
            Ok(())
        })
        .await;
    assert_eq!(bench.store.check(Some(&sealer)).await.unwrap().findings, vec![]);
    // Of users that are gone, and with seeds of other devices.
    bench
        .write(async |tx| {
            tx.execute(SWAPPED, &[]).await?;
            user::delete(tx, account, &alice.id).await.map(drop)
        })
        .await;
    let findings = bench.store.check(Some(&sealer)).await.unwrap().findings;
    let dangling = Finding::Reference { what: "MFA devices of users that do not exist", rows: 2 };
    assert!(findings.contains(&dangling), "{findings:?}");
    assert_eq!(findings.iter().filter(|found| matches!(found, Finding::Secret { .. })).count(), 1);
    bench
        .write(async |tx| {
            assert!(mfa_device::delete(tx, account, &token.id).await?);
            assert!(!mfa_device::delete(tx, account, &token.id).await?);
            let gone = mfa_device::update(tx, &token).await;
            assert_eq!(gone, Err(StoreError::NotFound { kind: "MFA device" }));
            Ok(())
        })
        .await;
}

pub(crate) async fn signing_certificates(bench: &Bench) {
    let alice = bench.user("alice", "/");
    let mut first = certificate_of(bench, "A", owner(&alice));
    let second = certificate_of(bench, "B", owner(&alice));
    let account = bench.account;
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            signing_certificate::insert(tx, &second).await?;
            signing_certificate::insert(tx, &first).await
        })
        .await;
    let same = SigningCertificate {
        id: "C".repeat(32),
        owner: AccessKeyOwner::Root,
        ..certificate_of(bench, "A", AccessKeyOwner::Root)
    };
    let taken = bench.try_write(async |tx| signing_certificate::insert(tx, &same).await).await;
    assert_eq!(taken, Err(StoreError::Unique { table: "signing_certificate".into() }));
    first.status = AccessKeyStatus::Inactive;
    bench
        .write(async |tx| {
            signing_certificate::update(tx, &first).await?;
            assert_eq!(signing_certificate::find(tx, account, &first.id).await?, Some(first.clone()));
            let found = signing_certificate::find_by_digest(tx, account, "digest of B").await?;
            assert_eq!(found, Some(second.clone()));
            let listed = signing_certificate::list(tx, account, &owner(&alice), None, 10).await?;
            assert_eq!(listed, [first.clone(), second.clone()]);
            let rest = signing_certificate::list(tx, account, &owner(&alice), Some(&first.id), 10).await?;
            assert_eq!(rest, listed[1..]);
            assert_eq!(signing_certificate::count(tx, account, &owner(&alice)).await?, 2);
            assert_eq!(signing_certificate::count(tx, account, &AccessKeyOwner::Root).await?, 0);
            assert!(signing_certificate::delete(tx, account, &first.id).await?);
            assert!(!signing_certificate::delete(tx, account, &first.id).await?);
            let gone = signing_certificate::update(tx, &first).await;
            assert_eq!(gone, Err(StoreError::NotFound { kind: "signing certificate" }));
            Ok(())
        })
        .await;
    bench.write(async |tx| user::delete(tx, account, &alice.id).await).await;
    let findings = bench.store.check(None).await.unwrap().findings;
    let dangling = Finding::Reference { what: "signing certificates of users that do not exist", rows: 1 };
    assert_eq!(findings, [dangling]);
}

pub(crate) async fn ssh_public_keys(bench: &Bench) {
    let (alice, bob) = (bench.user("alice", "/"), bench.user("bob", "/"));
    let mut key = ssh_key_of(bench, &alice, "d");
    let account = bench.account;
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            ssh_public_key::insert(tx, &key).await
        })
        .await;
    let twice = ssh_key_of(bench, &alice, "d");
    let taken = bench.try_write(async |tx| ssh_public_key::insert(tx, &twice).await).await;
    assert_eq!(taken, Err(StoreError::Unique { table: "ssh_public_key".into() }));
    let orphan = ssh_key_of(bench, &bob, "d");
    let refused = bench.try_write(async |tx| ssh_public_key::insert(tx, &orphan).await).await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
    key.status = AccessKeyStatus::Inactive;
    bench
        .write(async |tx| {
            // The same key may be another user's as well.
            user::insert(tx, &bob).await?;
            ssh_public_key::insert(tx, &orphan).await?;
            ssh_public_key::update(tx, &key).await?;
            assert_eq!(ssh_public_key::find(tx, account, &key.id).await?, Some(key.clone()));
            let other = ssh_key_of(bench, &alice, "e");
            ssh_public_key::insert(tx, &other).await?;
            let mut expected = [key.clone(), other];
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            let listed = ssh_public_key::list(tx, account, &alice.id, None, 10).await?;
            assert_eq!(listed, expected);
            let rest =
                ssh_public_key::list(tx, account, &alice.id, Some(expected[0].id.as_str()), 10).await?;
            assert_eq!(rest, expected[1..]);
            assert!(ssh_public_key::delete(tx, account, &key.id).await?);
            assert!(!ssh_public_key::delete(tx, account, &key.id).await?);
            let gone = ssh_public_key::update(tx, &key).await;
            assert_eq!(gone, Err(StoreError::NotFound { kind: "SSH public key" }));
            Ok(())
        })
        .await;
}

pub(crate) async fn service_specific_credentials(bench: &Bench) {
    let (alice, bob) = (bench.user("alice", "/"), bench.user("bob", "/"));
    let mut git = credential_of(bench, &alice, "codecommit.amazonaws.com", "alice-at");
    let model = credential_of(bench, &bob, "bedrock.amazonaws.com", "bob-at");
    let account = bench.account;
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            user::insert(tx, &bob).await?;
            service_specific_credential::insert(tx, &git).await?;
            service_specific_credential::insert(tx, &model).await
        })
        .await;
    let twice = credential_of(bench, &bob, "codecommit.amazonaws.com", "alice-at");
    let taken = bench.try_write(async |tx| service_specific_credential::insert(tx, &twice).await).await;
    assert_eq!(taken, Err(StoreError::Unique { table: "service_specific_credential".into() }));
    let orphan = credential_of(bench, &bench.user("carol", "/"), "codecommit.amazonaws.com", "carol-at");
    let refused = bench.try_write(async |tx| service_specific_credential::insert(tx, &orphan).await).await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
    git.status = AccessKeyStatus::Active;
    git.secret_digest = "another".into();
    bench
        .write(async |tx| {
            service_specific_credential::update(tx, &git).await?;
            let found = service_specific_credential::find(tx, account, &git.id).await?;
            assert_eq!(found, Some(git.clone()));
            let found =
                service_specific_credential::find_by_name(tx, account, &model.service_name, "bob-at").await?;
            assert_eq!(found, Some(model.clone()));
            let found =
                service_specific_credential::find_by_name(tx, account, &model.service_name, "alice-at")
                    .await?;
            assert_eq!(found, None);
            assert!(service_specific_credential::delete(tx, account, &git.id).await?);
            assert!(!service_specific_credential::delete(tx, account, &git.id).await?);
            let gone = service_specific_credential::update(tx, &git).await;
            assert_eq!(gone, Err(StoreError::NotFound { kind: "service-specific credential" }));
            Ok(())
        })
        .await;
    // Users go after what is theirs.
    let early = bench.try_write(async |tx| user::delete(tx, account, &bob.id).await).await;
    assert!(matches!(early, Err(StoreError::Reference(_))), "{early:?}");
}

pub(crate) async fn password_policies_and_reports(bench: &Bench) {
    let account = bench.account;
    bench
        .write(async |tx| {
            assert_eq!(password_policy::find(tx, account).await?, None);
            for length in [8, 12] {
                password_policy::put(tx, &policy_of(bench, length)).await?;
                assert_eq!(password_policy::find(tx, account).await?, Some(policy_of(bench, length)));
            }
            assert!(password_policy::delete(tx, account).await?);
            assert!(!password_policy::delete(tx, account).await?);
            assert_eq!(credential_report::find(tx, account).await?, None);
            for content in ["one", "two"] {
                let report = CredentialReport { generated_at: time(3), content: content.into() };
                credential_report::put(tx, account, &report).await?;
                assert_eq!(credential_report::find(tx, account).await?, Some(report));
            }
            assert_eq!(credential_report::generated_at(tx, account).await?, Some(time(3)));
            Ok(())
        })
        .await;
}
