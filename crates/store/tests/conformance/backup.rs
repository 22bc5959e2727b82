//! A backup of one engine, restored into another one or the same.

use std::{path::Path, slice};

use domain::{
    AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, AccessReport, AccessReportSubject,
    AccountSettings, Group, GroupName, IdKind, ImportedPolicy, InlinePolicy, LastUsed, ManagedPolicy,
    ManagedPolicyVersion, PermissionsBoundary, PolicyName, PolicyOwner, PolicyVersionId, Role, RoleDeletion,
    RoleName, SecretAccessKey, Tag,
};
use store::{
    Access, Engine, Location, RootKey, Sealer, Store, StoreError, access_key, access_report, account,
    account_settings, attachment,
    audit_batch::{self, AuditBatch},
    audit_chain::{self, AuditChain},
    audit_event::{self, AuditEvent, AuditResource},
    backup::{self, BackupError, Secret, Summary},
    delegation_request, export, group, imported_policy, inline_policy, instance_profile,
    last_used::{self, UsedKind},
    managed_policy, membership, policy_version, role, role_deletion,
    service_access::{self, ServiceAccess},
    setting, user,
};

use crate::{
    account_records::{profile_of, request_of},
    credentials,
    fixture::{Bench, Counting, Fixture, heard, id, time, told},
    providers,
};

const USERS: usize = 1100;

pub(crate) async fn suite(from: &Fixture<'_>, to: &Fixture<'_>) {
    println!("backup::everything_comes_back");
    Box::pin(everything_comes_back(from, to)).await;
    println!("backup::a_backup_is_one_snapshot");
    Box::pin(a_backup_is_one_snapshot(from, to)).await;
    println!("backup::what_fails_leaves_the_store_empty");
    Box::pin(what_fails_leaves_the_store_empty(from, to)).await;
}

async fn everything_comes_back(from: &Fixture<'_>, to: &Fixture<'_>) {
    let bench = from.fresh().await;
    let directory = tempfile::tempdir().unwrap();
    let root_key_file = directory.path().join("root.key");
    let root_key = RootKey::for_store(&bench.store, &root_key_file).await.unwrap();
    let sealer = Sealer::open(&bench.store, &root_key, time(0)).await.unwrap();
    let key = fill(&bench, &sealer).await;
    let before = exported(&bench.store).await;
    for name in
        ["a user", "user-1099", "é\\\"\\n", "ReadOnlyAccess", "Sid", "devs", "management", "<metadata/>"]
    {
        assert!(before.contains(name), "{name}");
    }
    assert_exported(&before);
    let session = sealer.sessions().seal("ASIA1", b"session").unwrap();

    let by_root = Secret::RootKey(&root_key);
    let by_passphrase = Secret::passphrase("correct horse battery staple").unwrap();
    let elsewhere = directory.path().join("elsewhere.key");
    for (secret, key_file) in [(&by_root, &root_key_file), (&by_passphrase, &elsewhere)] {
        let (bytes, written) =
            backup::write(&bench.store, &root_key, secret, Vec::new(), time(9)).await.unwrap();
        assert!(written.rows > USERS as u64);
        let location = to.empty().await;
        let restored = backup::restore(&location, key_file, secret, &bytes[..], &told).await.unwrap();
        assert_eq!(restored, written);
        let store = Store::open(&location, Access::Server).await.unwrap();
        assert_eq!(exported(&store).await, before);
        let root_key = RootKey::of_store(&store, key_file).await.unwrap();
        let sealer = Sealer::open(&store, &root_key, time(10)).await.unwrap();
        let report = store.check(Some(&sealer)).await.unwrap();
        assert_eq!(report.findings, vec![]);
        // With the event that tells of it, and that this waits to be written to files.
        assert_eq!(report.rows.iter().map(|(_, rows)| rows).sum::<u64>(), written.rows + 2);
        assert_eq!(heard(&store, bench.account).await, (vec!["Summary".to_owned()], 1));
        let mut empty: Vec<_> =
            report.rows.iter().filter(|(_, rows)| *rows == 0).map(|(table, _)| *table).collect();
        if bench.store.engine() == Engine::Postgres {
            // There keys are sorted at once.
            empty.retain(|table| *table != "audit_batch_unsorted");
        }
        assert!(empty.is_empty(), "every table has a row to lose: {empty:?}");
        credentials::open(&bench, &store, &sealer, "keeper").await;
        let (_, opened) = access_key::find_with_secret(&mut store.read(), &sealer, bench.account, &key.0)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(opened.expose(), key.1.expose());
        assert_eq!(&*sealer.sessions().unseal("ASIA1", &session).unwrap(), b"session");
        drop(store);
        let again = backup::restore(&location, key_file, secret, &bytes[..], &told).await.unwrap_err();
        assert!(matches!(again, BackupError::NotEmpty), "{again:?}");
        let store = Store::open(&location, Access::Server).await.unwrap();
        assert_eq!(exported(&store).await, before, "the refused restore changed nothing");
    }
}

async fn a_backup_is_one_snapshot(from: &Fixture<'_>, to: &Fixture<'_>) {
    let bench = from.fresh().await;
    let root_key = RootKey::generate().unwrap();
    Sealer::open(&bench.store, &root_key, time(0)).await.unwrap();
    // Two settings, always of the same value, and many rows between them.
    let put = async |store: &Store, number: u32| {
        let mut tx = store.write().await?;
        for name in ["a", "z"] {
            setting::put(&mut tx, name, &number.to_string()).await?;
        }
        setting::put(&mut tx, &format!("m{}", number % 2000), "x").await?;
        tx.commit().await
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let store = bench.store.clone();
    put(&store, 0).await.unwrap();
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !*stopped.borrow() {
            if put(&store, written + 1).await.is_ok() {
                written += 1;
            }
        }
        written
    });
    let mut newest = 0;
    for number in 0..3 {
        let secret = Secret::RootKey(&root_key);
        let (bytes, _) =
            backup::write(&bench.store, &root_key, &secret, Vec::new(), time(number)).await.unwrap();
        let location = to.empty().await;
        backup::restore(&location, Path::new("unused"), &secret, &bytes[..], &told).await.unwrap();
        let store = Store::open(&location, Access::Server).await.unwrap();
        let mut tx = store.read();
        let [a, z] = [setting::find(&mut tx, "a").await.unwrap(), setting::find(&mut tx, "z").await.unwrap()];
        assert_eq!(a, z);
        let value: u32 = a.unwrap().parse().unwrap();
        assert!(value >= newest, "later backups hold more");
        newest = value;
    }
    stop.send_replace(true);
    assert!(writer.await.unwrap() > 0);
}

async fn what_fails_leaves_the_store_empty(from: &Fixture<'_>, to: &Fixture<'_>) {
    let bench = from.fresh().await;
    let root_key = RootKey::generate().unwrap();
    let sealer = Sealer::open(&bench.store, &root_key, time(0)).await.unwrap();
    fill(&bench, &sealer).await;
    let secret = Secret::RootKey(&root_key);
    let write = || backup::write(&bench.store, &root_key, &secret, Vec::new(), time(9));
    let (bytes, _) = write().await.unwrap();
    let location = to.empty().await;
    let restore = async |bytes: &[u8]| -> Result<Summary, BackupError> {
        backup::restore(&location, Path::new("unused"), &secret, bytes, &told).await
    };
    let mut tampered = bytes.clone();
    *tampered.last_mut().unwrap() ^= 1;
    for length in [bytes.len() - 1, bytes.len() / 2] {
        let error = restore(&bytes[..length]).await.unwrap_err();
        assert!(matches!(error, BackupError::Truncated), "{error:?}");
    }
    let error = restore(&tampered).await.unwrap_err();
    assert!(matches!(error, BackupError::Altered), "{error:?}");
    let error = restore(b"something else").await.unwrap_err();
    assert!(matches!(error, BackupError::NotABackup), "{error:?}");
    let other = RootKey::generate().unwrap();
    let error =
        backup::restore(&location, Path::new("unused"), &Secret::RootKey(&other), &bytes[..], &told).await;
    assert!(matches!(error, Err(BackupError::WrongRootKey { .. })), "{error:?}");
    let error = backup::write(&bench.store, &other, &secret, Vec::new(), time(9)).await;
    assert!(error.is_err(), "a backup under a root key that is not the store's");

    let trailing = [&bytes[..], b"x"].concat();
    assert!(matches!(restore(&trailing).await, Err(BackupError::Altered)));
    // After all of that the place is as good as new.
    restore(&bytes).await.unwrap();
    let store = Store::open(&location, Access::Server).await.unwrap();
    assert_eq!(exported(&store).await, exported(&bench.store).await);
    drop(store);
    if let Location::Sqlite(path) = &location {
        let held = Store::open(&location, Access::Server).await.unwrap();
        let error = restore(&bytes).await.unwrap_err();
        assert!(matches!(error, BackupError::Store(StoreError::InUse(_))), "{}: {error:?}", path.display());
        drop(held);
    }
}

async fn exported(store: &Store) -> String {
    let mut json = Vec::new();
    export::write(store, None, time(0), &mut json).await.unwrap();
    serde_json::from_slice::<serde_json::Value>(&json).unwrap();
    String::from_utf8(json).unwrap()
}

/// Everything but secrets is in the export.
fn assert_exported(json: &str) {
    for list in ["saml_providers", "open_id_connect_providers", "server_certificates"] {
        assert!(json.contains(&format!("\"{list}\":[\n{{")), "{list} are not empty");
    }
    for secret in [providers::PRIVATE_KEY, credentials::HASH, credentials::DIGEST] {
        assert!(!json.contains(secret), "{secret}");
    }
    let exported: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(exported["imported_policies"][0]["document"], serde_json::json!({ "imported": true }));
    let account = &exported["accounts"][0];
    assert_eq!(account["password_policy"]["minimum_password_length"], 12);
    assert_eq!(account["root_mfa_devices"][0]["serial_number"], "arn:x:u2f/key");
    assert_eq!(account["root_mfa_devices"][0]["kind"], "fido");
    assert!(account["root_login_profile"]["created_at"].is_string());
    assert!(account["root_signing_certificates"][0]["body"].as_str().unwrap().contains("certificate"));
    let spare = &account["unassigned_mfa_devices"];
    assert_eq!(spare.as_array().unwrap().len(), 1, "{spare}");
    assert_eq!((&spare[0]["serial_number"], &spare[0]["enabled_at"]), (&"GAHT12345678".into(), &().into()));
    let users = account["users"].as_array().unwrap();
    let keeper = users.iter().find(|user| user["name"] == "keeper").unwrap();
    assert_eq!(keeper["login_profile"]["password_reset_required"], false);
    assert_eq!(keeper["mfa_devices"][0]["serial_number"], "arn:x:mfa/phone");
    assert!(keeper["mfa_devices"][0]["enabled_at"].is_string());
    assert_eq!(keeper["ssh_public_keys"][0]["body"], "ssh-rsa AAAA");
    assert_eq!(keeper["service_specific_credentials"][0]["service_user_name"], "at");
    assert_eq!(keeper["signing_certificates"][0]["status"], "Active");
    let alice = users.iter().find(|user| user["name"] == "alice").unwrap();
    assert_eq!(alice["access_keys"][0]["status"], "Inactive");
    assert_eq!((&alice["login_profile"], &alice["mfa_devices"]), (&().into(), &serde_json::json!([])));
}

/// Puts in at least one record of every kind, and more users than are read at a time; gives an access key.
async fn fill(bench: &Bench, sealer: &Sealer) -> (AccessKeyId, SecretAccessKey) {
    let secret = SecretAccessKey::new(&Counting);
    let key = |owner| AccessKey {
        account_id: bench.account,
        id: AccessKeyId::long_term(bench.account, &Counting),
        owner,
        status: AccessKeyStatus::Inactive,
        created_at: time(3),
    };
    let tags = vec![Tag { key: "team".into(), value: "é\"\n".into() }];
    let name = PolicyName::parse("policy").unwrap();
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let policy = ManagedPolicy {
        account_id: bench.account,
        id: id(IdKind::ManagedPolicy),
        name: name.clone(),
        path: domain::Path::parse("/a/").unwrap(),
        created_at: time(1),
        updated_at: time(2),
        description: Some("described".into()),
        default_version: PolicyVersionId::FIRST,
        next_version: 2,
        tags: tags.clone(),
    };
    let version =
        ManagedPolicyVersion { id: PolicyVersionId::FIRST, document: document.into(), created_at: time(1) };
    let group = Group {
        account_id: bench.account,
        id: id(IdKind::Group),
        name: GroupName::parse("devs").unwrap(),
        path: domain::Path::parse("/").unwrap(),
        created_at: time(1),
    };
    let role = Role {
        account_id: bench.account,
        id: id(IdKind::Role),
        name: RoleName::parse("deploy").unwrap(),
        path: domain::Path::parse("/").unwrap(),
        created_at: time(1),
        trust_policy: document.into(),
        trusted_principals: vec![],
        description: None,
        max_session_duration: 3600,
        permissions_boundary: Some(PermissionsBoundary { policy_arn: policy.arn().to_string() }),
        tags: tags.clone(),
        source_template: None,
    };
    let inline = InlinePolicy { name, document: document.into() };
    let mut alice = bench.user("alice", "/");
    alice.tags = vec![Tag { key: "is".into(), value: "a user".into() }];
    let owned = key(AccessKeyOwner::User(alice.id.clone()));
    let event = AuditEvent {
        account_id: bench.account,
        at: time(4),
        id: "e".into(),
        event_name: "CreateUser".into(),
        event_source: "iam.amazonaws.com".into(),
        read_only: false,
        user_name: Some("alice".into()),
        access_key_id: None,
        resources: vec![AuditResource { kind: "AWS::IAM::User".into(), name: "alice".into() }],
        document: "{}".into(),
    };
    let chain = AuditChain { node_id: "n".to_owned(), head: serde_json::json!({}) };
    bench
        .write(async |tx| {
            let mut account = bench.account_record();
            account.alias = Some(domain::AccountAlias::parse("my-alias").unwrap());
            account::update(tx, &account).await?;
            setting::put(tx, "management_account", &bench.account.to_string()).await?;
            user::insert(tx, &alice).await?;
            group::insert(tx, &group).await?;
            membership::insert(tx, bench.account, &group.id, &alice.id).await?;
            role::insert(tx, &role).await?;
            managed_policy::insert(tx, &policy).await?;
            policy_version::insert(tx, bench.account, &policy.id, &version).await?;
            for owner in [
                PolicyOwner::Group(group.id.clone()),
                PolicyOwner::Role(role.id.clone()),
                PolicyOwner::User(alice.id.clone()),
            ] {
                attachment::insert(tx, bench.account, &owner, "arn:aws:iam::aws:policy/ReadOnlyAccess")
                    .await?;
                inline_policy::put(tx, bench.account, &owner, &inline).await?;
            }
            let mut profile = profile_of(bench, "front", "/");
            profile.role = Some(role.id.clone());
            instance_profile::insert(tx, &profile).await?;
            let deletion = RoleDeletion {
                account_id: bench.account,
                task_id: "task".into(),
                requested_at: time(6),
                failure: None,
            };
            role_deletion::insert(tx, &deletion).await?;
            account_settings::put(tx, bench.account, &AccountSettings::default()).await?;
            delegation_request::insert(tx, &request_of(bench, 1)).await?;
            access_key::insert(tx, sealer, &owned, &secret).await?;
            access_key::insert(tx, sealer, &key(AccessKeyOwner::Root), &secret).await?;
            let used = LastUsed { at: time(5), service: "iam".into(), region: "us-east-1".into() };
            last_used::put(tx, bench.account, UsedKind::AccessKey, owned.id.as_str(), &used).await?;
            audit_event::insert(tx, &event, Some("n")).await?;
            audit_chain::insert(tx, sealer, bench.account, &chain, b"a signing key").await
        })
        .await;
    providers::fill(bench, sealer, "provider").await;
    credentials::fill(bench, sealer, "keeper").await;
    let imported = ImportedPolicy {
        id: id(IdKind::ManagedPolicy),
        name: PolicyName::parse("Imported").unwrap(),
        path: domain::Path::parse("/").unwrap(),
        description: None,
        version: PolicyVersionId::FIRST,
        created_at: time(1),
        updated_at: time(2),
    };
    let access = ServiceAccess {
        principal: alice.id.clone(),
        service: "iam".into(),
        action: "GetUser".into(),
        at: time(3),
        region: "us-east-1".into(),
    };
    let report = AccessReport {
        account_id: bench.account,
        job_id: "job".into(),
        created_at: time(4),
        asked_by: "somebody".into(),
        subject: AccessReportSubject::Organization { entity_path: "o-1/r-1".into() },
    };
    bench
        .write(async |tx| {
            imported_policy::put(tx, &imported, r#"{"imported":true}"#).await?;
            service_access::put(tx, bench.account, &access).await?;
            access_report::insert(tx, &report).await?;
            let later = AuditEvent { id: format!("{}-later", event.id), ..event.clone() };
            for event in [&event, &later] {
                // What the first one is looked up by is sorted in.
                audit_batch::sort_keys(tx).await?;
                for batch in AuditBatch::pack(bench.account, slice::from_ref(event))? {
                    audit_batch::insert(tx, &batch, Some("n")).await?;
                }
            }
            Ok(())
        })
        .await;
    bench
        .write(async |tx| {
            for number in 0..USERS {
                user::insert(tx, &bench.user(&format!("user-{number}"), "/many/")).await?;
            }
            Ok(())
        })
        .await;
    (owned.id, secret)
}
