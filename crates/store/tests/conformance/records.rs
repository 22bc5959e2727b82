use domain::{
    AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, Account, AccountAlias, AccountId, Arn, Group,
    GroupName, IdKind, ImportedPolicy, InlinePolicy, LastUsed, ManagedPolicy, ManagedPolicyVersion, Path,
    PermissionsBoundary, PolicyName, PolicyOwner, PolicyVersionId, Role, RoleName, SecretAccessKey, Tag,
    User, UserName,
};
use store::{
    Finding, StoreError, access_key, account, attachment, group, imported_policy, inline_policy,
    last_used::{self, UsedKind},
    managed_policy::{self, PolicyFilter, PolicyUsage},
    membership, policy_version, role,
    service_access::{self, Accessors, ServiceAccess},
    setting, user,
};

use crate::fixture::{Bench, Counting, id, time};

pub(crate) async fn accounts(bench: &Bench) {
    let other = AccountId::parse("000000000042").unwrap();
    let mut record = Account {
        id: other,
        name: "Other".into(),
        email: "Other@Example.com".into(),
        alias: AccountAlias::parse("other-account").ok(),
        created_at: time(5),
    };
    bench.write(async |tx| account::insert(tx, &record).await).await;
    bench
        .read(async |tx| {
            assert_eq!(account::get(tx, other).await, Ok(record.clone()));
            let alias = AccountAlias::parse("other-account").unwrap();
            assert_eq!(account::find_by_alias(tx, &alias).await, Ok(Some(record.clone())));
            assert_eq!(account::find_by_email(tx, "oTHER@example.COM").await, Ok(Some(record.clone())));
            let all = account::list(tx, None, 10).await?;
            assert_eq!(all.iter().map(|account| account.id).collect::<Vec<_>>(), [other, bench.account]);
            let rest = account::list(tx, Some(other), 10).await?;
            assert_eq!(rest, [bench.account_record()]);
            Ok(())
        })
        .await;

    let same_email = Account { email: "OTHER@example.com".into(), ..bench.account_record() };
    let error = bench.try_write(async |tx| account::update(tx, &same_email).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "account".into() });
    let same_alias = Account { alias: record.alias.clone(), ..bench.account_record() };
    let error = bench.try_write(async |tx| account::update(tx, &same_alias).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "account_alias".into() });

    let old_alias = record.alias.take().unwrap();
    bench.write(async |tx| account::update(tx, &record).await).await;
    bench.write(async |tx| account::update(tx, &same_alias).await).await;
    let found = bench.read(async |tx| account::find_by_alias(tx, &old_alias).await).await;
    assert_eq!(found.unwrap().id, bench.account);
    assert!(bench.write(async |tx| account::delete(tx, other).await).await);
    assert!(!bench.write(async |tx| account::delete(tx, other).await).await);
    let gone = bench.store.read();
    let error = { account::get(&mut { gone }, other).await.unwrap_err() };
    assert_eq!(error, StoreError::NotFound { kind: "account" });
}

pub(crate) async fn users(bench: &Bench) {
    let mut alice = bench.user("Alice", "/staff/");
    alice.permissions_boundary =
        Some(PermissionsBoundary { policy_arn: "arn:aws:iam::aws:policy/PowerUserAccess".into() });
    alice.tags = vec![Tag { key: "k\"é".into(), value: String::new() }];
    bench.write(async |tx| user::insert(tx, &alice).await).await;
    let namesake = bench.user("aLICE", "/other/");
    let error = bench.try_write(async |tx| user::insert(tx, &namesake).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "iam_user".into() });
    bench
        .read(async |tx| {
            let name = UserName::parse("ALICE").unwrap();
            assert_eq!(user::find_by_name(tx, bench.account, &name).await, Ok(Some(alice.clone())));
            assert_eq!(user::find(tx, bench.account, &namesake.id).await, Ok(None));
            assert_eq!(user::get(tx, bench.account, &alice.id).await, Ok(alice.clone()));
            assert_eq!(user::count(tx, bench.account).await, Ok(1));
            let elsewhere = AccountId::parse("999999999999").unwrap();
            assert_eq!(user::find(tx, elsewhere, &alice.id).await, Ok(None));
            assert_eq!(user::list(tx, elsewhere, "", None, 10).await, Ok(vec![]));
            Ok(())
        })
        .await;

    let renamed = User { name: UserName::parse("Bob").unwrap(), path: Path::default(), ..alice.clone() };
    bench.write(async |tx| user::update(tx, &renamed).await).await;
    bench.write(async |tx| user::insert(tx, &namesake).await).await;
    let error = bench.try_write(async |tx| user::update(tx, &alice).await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "iam_user".into() });
    assert_eq!(bench.read(async |tx| user::get(tx, bench.account, &alice.id).await).await, renamed);
    assert!(bench.write(async |tx| user::delete(tx, bench.account, &alice.id).await).await);
    assert!(!bench.write(async |tx| user::delete(tx, bench.account, &alice.id).await).await);
    let error = bench.try_write(async |tx| user::update(tx, &renamed).await).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound { kind: "user" });
    let stray = User { account_id: AccountId::parse("999999999999").unwrap(), ..alice };
    let error = bench.try_write(async |tx| user::insert(tx, &stray).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference(_)), "{error:?}");
}

fn group_of(bench: &Bench, name: &str) -> Group {
    Group {
        account_id: bench.account,
        id: id(IdKind::Group),
        name: GroupName::parse(name).unwrap(),
        path: Path::default(),
        created_at: time(2),
    }
}

pub(crate) async fn groups_and_memberships(bench: &Bench) {
    let (admins, readers) = (group_of(bench, "Admins"), group_of(bench, "readers"));
    let (alice, bob) = (bench.user("alice", "/"), bench.user("Bob", "/"));
    bench
        .write(async |tx| {
            group::insert(tx, &admins).await?;
            group::insert(tx, &readers).await?;
            user::insert(tx, &alice).await?;
            user::insert(tx, &bob).await?;
            assert!(membership::insert(tx, bench.account, &admins.id, &alice.id).await?);
            assert!(!membership::insert(tx, bench.account, &admins.id, &alice.id).await?);
            assert!(membership::insert(tx, bench.account, &readers.id, &alice.id).await?);
            assert!(membership::insert(tx, bench.account, &readers.id, &bob.id).await?);
            Ok(())
        })
        .await;
    bench
        .read(async |tx| {
            let name = GroupName::parse("ADMINS").unwrap();
            assert_eq!(group::find_by_name(tx, bench.account, &name).await, Ok(Some(admins.clone())));
            assert_eq!(group::get(tx, bench.account, &readers.id).await, Ok(readers.clone()));
            assert_eq!(group::count(tx, bench.account).await, Ok(2));
            let members = membership::list_users(tx, bench.account, &readers.id, None, 10).await?;
            assert_eq!(members, [alice.clone(), bob.clone()]);
            let behind = membership::list_users(tx, bench.account, &readers.id, Some("alice"), 10).await?;
            assert_eq!(behind, std::slice::from_ref(&bob));
            let groups = membership::list_groups(tx, bench.account, &alice.id, None, 10).await?;
            assert_eq!(groups, [admins.clone(), readers.clone()]);
            let first = membership::list_groups(tx, bench.account, &alice.id, None, 1).await?;
            assert_eq!(first, std::slice::from_ref(&admins));
            assert_eq!(membership::count_groups(tx, bench.account, &alice.id).await, Ok(2));
            Ok(())
        })
        .await;
    let error =
        bench.try_write(async |tx| group::delete(tx, bench.account, &admins.id).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Reference(_)), "{error:?}");
    let nobody = id(IdKind::User);
    let error =
        bench.try_write(async |tx| membership::insert(tx, bench.account, &admins.id, &nobody).await).await;
    assert!(matches!(error, Err(StoreError::Reference(_))), "{error:?}");
    bench
        .write(async |tx| {
            assert!(membership::delete(tx, bench.account, &admins.id, &alice.id).await?);
            assert!(!membership::delete(tx, bench.account, &admins.id, &alice.id).await?);
            assert!(group::delete(tx, bench.account, &admins.id).await?);
            let renamed = Group { name: GroupName::parse("Admins").unwrap(), ..readers.clone() };
            group::update(tx, &renamed).await?;
            assert_eq!(group::list(tx, bench.account, "/", None, 10).await?, [renamed]);
            Ok(())
        })
        .await;
}

pub(crate) fn role_of(bench: &Bench, name: &str) -> Role {
    Role {
        account_id: bench.account,
        id: id(IdKind::Role),
        name: RoleName::parse(name).unwrap(),
        path: Path::default(),
        created_at: time(3),
        trust_policy: "{}".into(),
        trusted_principals: vec![("arn:aws:iam::123456789012:user/a".into(), id(IdKind::User))],
        description: None,
        max_session_duration: 3600,
        permissions_boundary: None,
        tags: vec![],
        source_template: None,
    }
}

pub(crate) async fn roles(bench: &Bench) {
    let mut deploy = role_of(bench, "Deploy");
    bench.write(async |tx| role::insert(tx, &deploy).await).await;
    deploy.description = Some("ship it".into());
    bench
        .write(async |tx| {
            role::update(tx, &deploy).await?;
            assert_eq!(role::get(tx, bench.account, &deploy.id).await?, deploy);
            assert_eq!(role::find(tx, bench.account, &deploy.id).await?, Some(deploy.clone()));
            let name = RoleName::parse("deploy").unwrap();
            assert_eq!(role::find_by_name(tx, bench.account, &name).await?, Some(deploy.clone()));
            assert_eq!(role::list(tx, bench.account, "/", None, 10).await?, [deploy.clone()]);
            assert_eq!(role::count(tx, bench.account).await?, 1);
            assert!(role::delete(tx, bench.account, &deploy.id).await?);
            assert_eq!(role::find(tx, bench.account, &deploy.id).await?, None);
            Ok(())
        })
        .await;
}

pub(crate) async fn access_keys(bench: &Bench) {
    const SWAP: &str = "UPDATE access_key SET secret =
        (SELECT k.secret FROM access_key k WHERE k.access_key_id = :from) WHERE access_key_id = :to";
    let sealer = bench.sealer().await;
    let owner = AccessKeyOwner::User(id(IdKind::User));
    let key = |owner: &AccessKeyOwner| AccessKey {
        account_id: bench.account,
        id: AccessKeyId::long_term(bench.account, &Counting),
        owner: owner.clone(),
        status: AccessKeyStatus::Active,
        created_at: time(4),
    };
    let (mut one, two, root) = (key(&owner), key(&owner), key(&AccessKeyOwner::Root));
    let secret = SecretAccessKey::new(&Counting);
    bench
        .write(async |tx| {
            for key in [&one, &two, &root] {
                access_key::insert(tx, &sealer, key, &secret).await?;
            }
            Ok(())
        })
        .await;
    bench
        .read(async |tx| {
            assert_eq!(access_key::find(tx, bench.account, &one.id).await, Ok(Some(one.clone())));
            let found = access_key::find_with_secret(tx, &sealer, bench.account, &one.id).await?;
            assert_eq!(found, Some((one.clone(), secret.clone())));
            let mut expected = [one.clone(), two.clone()];
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            assert_eq!(access_key::list(tx, bench.account, &owner, None, 10).await?, expected);
            let behind = access_key::list(tx, bench.account, &owner, Some(&expected[0].id), 10).await?;
            assert_eq!(behind, expected[1..]);
            assert_eq!(access_key::count(tx, bench.account, &owner).await, Ok(2));
            assert_eq!(access_key::count(tx, bench.account, &AccessKeyOwner::Root).await, Ok(1));
            let raw = tx
                .query("SELECT secret, doc FROM access_key", &[])
                .await?
                .iter()
                .map(|row| [row.bytes("secret").unwrap(), row.text("doc").unwrap().as_bytes()].concat())
                .collect::<Vec<_>>()
                .concat();
            let plain = secret.expose().as_bytes();
            assert!(!raw.windows(plain.len()).any(|window| window == plain), "the secret is sealed");
            Ok(())
        })
        .await;

    // A sealed secret put on another key does not open there.
    bench.write(async |tx| tx.execute(SWAP, &[(":from", &two.id), (":to", &root.id)]).await).await;
    let mut tx = bench.store.read();
    let moved = access_key::find_with_secret(&mut tx, &sealer, bench.account, &root.id).await;
    assert!(matches!(moved, Err(StoreError::Corrupt(_))), "{moved:?}");
    drop(tx);

    one.status = AccessKeyStatus::Inactive;
    bench
        .write(async |tx| {
            access_key::update(tx, &one).await?;
            let found = access_key::find_with_secret(tx, &sealer, bench.account, &one.id).await?;
            assert_eq!(found, Some((one.clone(), secret.clone())));
            assert!(access_key::delete(tx, bench.account, &one.id).await?);
            assert!(!access_key::delete(tx, bench.account, &one.id).await?);
            Ok(())
        })
        .await;
    let error = bench.try_write(async |tx| access_key::update(tx, &one).await).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound { kind: "access key" });
}

fn policy_of(bench: &Bench, name: &str, path: &str) -> ManagedPolicy {
    ManagedPolicy {
        account_id: bench.account,
        id: id(IdKind::ManagedPolicy),
        name: PolicyName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        created_at: time(6),
        updated_at: time(6),
        description: Some("d".into()),
        default_version: PolicyVersionId::FIRST,
        next_version: 2,
        tags: vec![],
    }
}

fn version_of(number: u32) -> ManagedPolicyVersion {
    ManagedPolicyVersion {
        id: PolicyVersionId::from_number(number).unwrap(),
        document: format!("{{\"v\":{number}}}"),
        created_at: time(number.into()),
    }
}

pub(crate) async fn managed_policies(bench: &Bench) {
    let (read, write) = (policy_of(bench, "Read", "/a/"), policy_of(bench, "write", "/b/"));
    let mut alice = bench.user("alice", "/");
    alice.permissions_boundary = Some(PermissionsBoundary { policy_arn: write.arn().to_string() });
    let mut role = role_of(bench, "r");
    role.permissions_boundary = alice.permissions_boundary.clone();
    bench
        .write(async |tx| {
            managed_policy::insert(tx, &read).await?;
            managed_policy::insert(tx, &write).await?;
            for number in [1, 2, 10] {
                policy_version::insert(tx, bench.account, &read.id, &version_of(number)).await?;
            }
            user::insert(tx, &alice).await?;
            role::insert(tx, &role).await?;
            for owner in [PolicyOwner::User(alice.id.clone()), PolicyOwner::Role(role.id.clone())] {
                attachment::insert(tx, bench.account, &owner, &read.arn().to_string()).await?;
            }
            Ok(())
        })
        .await;
    let attached = PolicyUsage { attachments: 2, boundaries: 0 };
    let bounding = PolicyUsage { attachments: 0, boundaries: 2 };
    bench
        .read(async |tx| {
            assert_eq!(managed_policy::get(tx, bench.account, &read.id).await, Ok(read.clone()));
            let name = PolicyName::parse("READ").unwrap();
            let found = managed_policy::find_by_name(tx, bench.account, &name).await;
            assert_eq!(found, Ok(Some(read.clone())));
            let found = managed_policy::find_by_arn(tx, bench.account, &read.arn()).await;
            assert_eq!(found, Ok(Some(read.clone())));
            let other_path = Arn::iam(bench.account, "policy/Read");
            assert_eq!(managed_policy::find_by_arn(tx, bench.account, &other_path).await, Ok(None));
            assert_eq!(managed_policy::count(tx, bench.account).await, Ok(2));
            let usage = managed_policy::usage(tx, bench.account, &write.arn().to_string()).await;
            assert_eq!(usage, Ok(bounding));
            let usage = managed_policy::usage(tx, bench.account, "arn:aws:iam::aws:policy/None").await;
            assert_eq!(usage, Ok(PolicyUsage::default()));
            for (filter, prefix, expected) in [
                (PolicyFilter::All, "/", vec![(read.clone(), attached), (write.clone(), bounding)]),
                (PolicyFilter::All, "/b", vec![(write.clone(), bounding)]),
                (PolicyFilter::Attached, "/", vec![(read.clone(), attached)]),
                (PolicyFilter::Boundary, "/", vec![(write.clone(), bounding)]),
            ] {
                let listed = managed_policy::list(tx, bench.account, filter, prefix, None, 10).await?;
                assert_eq!(listed, expected, "{filter:?} {prefix}");
            }
            let behind =
                managed_policy::list(tx, bench.account, PolicyFilter::All, "/", Some("read"), 10).await?;
            assert_eq!(behind, [(write.clone(), bounding)]);
            let bounding = write.arn().to_string();
            let bounded = user::list_bounded(tx, bench.account, &bounding, None, 10).await?;
            assert_eq!(bounded, [alice.clone()]);
            let behind = user::list_bounded(tx, bench.account, &bounding, Some(&alice.id), 10).await?;
            assert_eq!(behind, []);
            let bounded = role::list_bounded(tx, bench.account, &bounding, None, 10).await?;
            assert_eq!(bounded, [role.clone()]);
            let unbounded = role::list_bounded(tx, bench.account, &read.arn().to_string(), None, 10).await?;
            assert_eq!(unbounded, []);
            let versions = policy_version::list(tx, bench.account, &read.id).await?;
            assert_eq!(versions, [version_of(10), version_of(2), version_of(1)]);
            assert_eq!(policy_version::count(tx, bench.account).await, Ok(3));
            let two = PolicyVersionId::from_number(2).unwrap();
            let found = policy_version::find(tx, bench.account, &read.id, two).await;
            assert_eq!(found, Ok(Some(version_of(2))));
            Ok(())
        })
        .await;

    let error = bench.try_write(async |tx| managed_policy::delete(tx, bench.account, &read.id).await).await;
    assert!(matches!(error, Err(StoreError::Reference(_))), "{error:?}");
    let namesake = policy_of(bench, "READ", "/elsewhere/");
    let error = bench.try_write(async |tx| managed_policy::insert(tx, &namesake).await).await;
    assert_eq!(error, Err(StoreError::Unique { table: "iam_policy".into() }));
    let error = bench
        .try_write(async |tx| policy_version::insert(tx, bench.account, &read.id, &version_of(2)).await)
        .await;
    assert_eq!(error, Err(StoreError::Unique { table: "iam_policy_version".into() }));
    let changed =
        ManagedPolicy { default_version: PolicyVersionId::from_number(10).unwrap(), ..read.clone() };
    bench
        .write(async |tx| {
            managed_policy::update(tx, &changed).await?;
            assert_eq!(managed_policy::find(tx, bench.account, &read.id).await?, Some(changed.clone()));
            for number in [1, 2, 10] {
                let version = PolicyVersionId::from_number(number).unwrap();
                assert!(policy_version::delete(tx, bench.account, &read.id, version).await?);
                assert!(!policy_version::delete(tx, bench.account, &read.id, version).await?);
            }
            assert!(managed_policy::delete(tx, bench.account, &read.id).await?);
            assert!(!managed_policy::delete(tx, bench.account, &read.id).await?);
            Ok(())
        })
        .await;
}

pub(crate) async fn inline_policies(bench: &Bench) {
    let shared = id(IdKind::User);
    let (owner, other) = (PolicyOwner::User(shared.clone()), PolicyOwner::Role(shared));
    let policy = |name: &str, document: &str| InlinePolicy {
        name: PolicyName::parse(name).unwrap(),
        document: document.to_owned(),
    };
    bench
        .write(async |tx| {
            inline_policy::put(tx, bench.account, &owner, &policy("First", "1")).await?;
            inline_policy::put(tx, bench.account, &owner, &policy("second", "2")).await?;
            inline_policy::put(tx, bench.account, &owner, &policy("FIRST", "3")).await?;
            inline_policy::put(tx, bench.account, &other, &policy("first", "4")).await
        })
        .await;
    bench
        .write(async |tx| {
            let name = PolicyName::parse("first").unwrap();
            let found = inline_policy::find(tx, bench.account, &owner, &name).await?;
            assert_eq!(found, Some(policy("FIRST", "3")));
            let all = inline_policy::list(tx, bench.account, &owner, None, 10).await?;
            assert_eq!(all, [policy("FIRST", "3"), policy("second", "2")]);
            let behind = inline_policy::list(tx, bench.account, &owner, Some("first"), 10).await?;
            assert_eq!(behind, [policy("second", "2")]);
            assert!(inline_policy::delete(tx, bench.account, &owner, &name).await?);
            assert!(!inline_policy::delete(tx, bench.account, &owner, &name).await?);
            let kept = inline_policy::find(tx, bench.account, &other, &name).await?;
            assert_eq!(kept, Some(policy("first", "4")));
            Ok(())
        })
        .await;
}

pub(crate) async fn attachments(bench: &Bench) {
    let (a, b) = ("arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/b");
    let user = PolicyOwner::User(id(IdKind::User));
    let role = PolicyOwner::Role(id(IdKind::Role));
    let group = PolicyOwner::Group(id(IdKind::Group));
    bench
        .write(async |tx| {
            assert!(attachment::insert(tx, bench.account, &user, b).await?);
            assert!(attachment::insert(tx, bench.account, &user, a).await?);
            assert!(!attachment::insert(tx, bench.account, &user, a).await?);
            assert!(attachment::insert(tx, bench.account, &role, a).await?);
            assert!(attachment::insert(tx, bench.account, &group, a).await?);
            assert_eq!(attachment::list(tx, bench.account, &user, None, 10).await?, [a, b]);
            assert_eq!(attachment::list(tx, bench.account, &user, Some(a), 10).await?, [b]);
            assert_eq!(attachment::count(tx, bench.account, &user).await?, 2);
            let owners = attachment::list_owners(tx, bench.account, a, None, 2).await?;
            assert_eq!(owners, [group.clone(), role.clone()]);
            let behind = attachment::list_owners(tx, bench.account, a, Some(&role), 2).await?;
            assert_eq!(behind, std::slice::from_ref(&user));
            assert!(attachment::delete(tx, bench.account, &user, a).await?);
            assert!(!attachment::delete(tx, bench.account, &user, a).await?);
            assert_eq!(attachment::count(tx, bench.account, &user).await?, 1);
            Ok(())
        })
        .await;
}

pub(crate) async fn last_used(bench: &Bench) {
    let used = |seconds| LastUsed { at: time(seconds), service: "iam".into(), region: "us-east-1".into() };
    bench
        .write(async |tx| {
            let id = "AKIA1";
            assert_eq!(last_used::find(tx, bench.account, UsedKind::AccessKey, id).await?, None);
            for seconds in [20, 30, 10] {
                last_used::put(tx, bench.account, UsedKind::AccessKey, id, &used(seconds)).await?;
            }
            let found = last_used::find(tx, bench.account, UsedKind::AccessKey, id).await?;
            assert_eq!(found, Some(used(30)), "an older use does not replace a newer one");
            assert_eq!(last_used::find(tx, bench.account, UsedKind::Role, id).await?, None);
            assert!(last_used::delete(tx, bench.account, UsedKind::AccessKey, id).await?);
            assert!(!last_used::delete(tx, bench.account, UsedKind::AccessKey, id).await?);
            Ok(())
        })
        .await;
}

pub(crate) async fn imported_policies(bench: &Bench) {
    let policy = |name: &str, path: &str| ImportedPolicy {
        id: id(IdKind::ManagedPolicy),
        name: PolicyName::parse(name).unwrap(),
        path: Path::parse(path).unwrap(),
        description: None,
        version: PolicyVersionId::FIRST,
        created_at: time(1),
        updated_at: time(1),
    };
    let (a, b) = (policy("A", "/"), policy("b", "/team/"));
    bench
        .write(async |tx| {
            imported_policy::put(tx, &b, "{}").await?;
            imported_policy::put(tx, &a, "{}").await?;
            imported_policy::put(tx, &a, "{ }").await?;
            assert_eq!(imported_policy::find(tx, &a.arn()).await?, Some((a.clone(), "{ }".into())));
            assert_eq!(imported_policy::find(tx, "arn:aws:iam::aws:policy/B").await?, None);
            assert_eq!(imported_policy::find_by_name(tx, "b").await?, Some(b.clone()));
            assert_eq!(imported_policy::list(tx, "/", None, 10).await?, [a.clone(), b.clone()]);
            assert_eq!(imported_policy::list(tx, "/team/", None, 10).await?, std::slice::from_ref(&b));
            assert_eq!(imported_policy::list(tx, "/", Some("a"), 10).await?, std::slice::from_ref(&b));
            assert_eq!(imported_policy::count(tx).await?, 2);
            Ok(())
        })
        .await;
    let namesake = policy("B", "/");
    let error =
        bench.try_write(async |tx| imported_policy::put(tx, &namesake, "{}").await).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "imported_policy".into() });
}

pub(crate) async fn service_accesses(bench: &Bench) {
    let (ann, bob) = (bench.user("ann", "/"), bench.user("bob", "/"));
    let group = Group {
        account_id: bench.account,
        id: id(IdKind::Group),
        name: GroupName::parse("staff").unwrap(),
        path: Path::default(),
        created_at: time(1),
    };
    let access = |user: &User, action: &str, seconds| ServiceAccess {
        principal: user.id.clone(),
        service: "iam".into(),
        action: action.into(),
        at: time(seconds),
        region: "us-east-1".into(),
    };
    let policy = "arn:aws:iam::aws:policy/P";
    bench
        .write(async |tx| {
            user::insert(tx, &ann).await?;
            user::insert(tx, &bob).await?;
            group::insert(tx, &group).await?;
            membership::insert(tx, bench.account, &group.id, &ann.id).await?;
            attachment::insert(tx, bench.account, &PolicyOwner::Group(group.id.clone()), policy).await?;
            attachment::insert(tx, bench.account, &PolicyOwner::User(bob.id.clone()), policy).await?;
            for (user, action, seconds) in [(&ann, "A", 20), (&ann, "A", 10), (&bob, "A", 30), (&bob, "B", 5)]
            {
                service_access::put(tx, bench.account, &access(user, action, seconds)).await?;
            }
            let everyone = Accessors::Everyone;
            let latest = service_access::list_latest(tx, bench.account, everyone, time(0)).await?;
            assert_eq!(latest, [access(&bob, "A", 30), access(&bob, "B", 5)]);
            for (accessors, count, latest_a) in [
                (everyone, 2, access(&bob, "A", 30)),
                (Accessors::Group(&group.id), 1, access(&ann, "A", 20)),
                (Accessors::Policy(policy), 2, access(&bob, "A", 30)),
                (Accessors::Principal(&ann.id), 1, access(&ann, "A", 20)),
            ] {
                let latest = service_access::list_latest(tx, bench.account, accessors, time(6)).await?;
                assert_eq!(latest, [latest_a], "{accessors:?}");
                let counts = service_access::count_by_service(tx, bench.account, accessors, time(6)).await?;
                assert_eq!(counts, [("iam".to_owned(), count)], "{accessors:?}");
            }
            let account = bench.account;
            let of_group = Accessors::Group(&group.id);
            let found = service_access::list_accessors(tx, account, of_group, "iam", time(0)).await?;
            assert_eq!(found, [(ann.id.clone(), Some(time(20)))]);
            let found = service_access::list_accessors(tx, account, of_group, "s3", time(0)).await?;
            assert_eq!(found, [(ann.id.clone(), None)]);
            service_access::delete(tx, account, &ann.id).await?;
            let found = service_access::list_accessors(tx, account, of_group, "iam", time(0)).await?;
            assert_eq!(found, [(ann.id.clone(), None)]);
            Ok(())
        })
        .await;
}

pub(crate) async fn settings(bench: &Bench) {
    bench
        .write(async |tx| {
            assert!(setting::insert(tx, "a", "1").await?);
            assert!(!setting::insert(tx, "a", "2").await?);
            assert_eq!(setting::find(tx, "a").await?.as_deref(), Some("1"));
            setting::put(tx, "a", "3").await?;
            assert_eq!(setting::find(tx, "a").await?.as_deref(), Some("3"));
            assert!(setting::delete(tx, "a").await?);
            assert!(!setting::delete(tx, "a").await?);
            assert_eq!(setting::find(tx, "a").await?, None);
            Ok(())
        })
        .await;
}

pub(crate) async fn names_are_listed_bytewise_and_pages_are_stable(bench: &Bench) {
    // In the order of their bytes in lower case; dictionaries put punctuation elsewhere.
    let names =
        ["+x", ",x", "-x", ".x", "0x", "=x", "@x", "_x", "A", "a-b", "a.b", "a_b", "AB", "ab_", "b", "Z"];
    bench
        .write(async |tx| {
            for name in names.iter().rev() {
                user::insert(tx, &bench.user(name, "/")).await?;
            }
            Ok(())
        })
        .await;
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = bench.read(async |tx| user::list(tx, bench.account, "", after.as_deref(), 3).await).await;
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = Some(last.name.key());
        seen.extend(page.iter().map(|user| user.name.to_string()));
        // Between two pages one name goes and another comes, both among those already listed.
        bench
            .write(async |tx| {
                let first = page.first().map(|user| user.id.clone()).unwrap();
                user::delete(tx, bench.account, &first).await?;
                user::insert(tx, &bench.user(&format!("+{}", seen.len()), "/")).await
            })
            .await;
    }
    assert_eq!(seen, names);
}

pub(crate) async fn path_prefixes_select(bench: &Bench) {
    let paths = ["/", "/a/", "/a/b/", "/ab/", "/A/", "/b/", "/%/", "/_/", "/~/"];
    bench
        .write(async |tx| {
            for (number, path) in paths.iter().enumerate() {
                user::insert(tx, &bench.user(&format!("u{number}"), path)).await?;
            }
            Ok(())
        })
        .await;
    for prefix in ["", "/", "/a", "/a/", "/a/b/", "/%", "/_/", "/~", "/~~", "/c", "a"] {
        let listed = bench.read(async |tx| user::list(tx, bench.account, prefix, None, 100).await).await;
        let mut found: Vec<_> = listed.iter().map(|user| user.path.as_str().to_owned()).collect();
        found.sort();
        let mut expected: Vec<_> = paths.iter().filter(|path| path.starts_with(prefix)).collect();
        expected.sort();
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            expected.into_iter().copied().collect::<Vec<_>>(),
            "{prefix}"
        );
    }
}

pub(crate) async fn check_finds_what_refers_to_nothing(bench: &Bench) {
    let sealer = bench.sealer().await;
    let (alice, role, group) = (bench.user("alice", "/"), role_of(bench, "r"), group_of(bench, "g"));
    let key = |owner| AccessKey {
        account_id: bench.account,
        id: AccessKeyId::long_term(bench.account, &Counting),
        owner,
        status: AccessKeyStatus::Active,
        created_at: time(4),
    };
    let secret = SecretAccessKey::new(&Counting);
    let policy = policy_of(bench, "P", "/");
    let inline = InlinePolicy { name: PolicyName::parse("i").unwrap(), document: "{}".into() };
    let owners = [
        PolicyOwner::User(alice.id.clone()),
        PolicyOwner::Role(role.id.clone()),
        PolicyOwner::Group(group.id.clone()),
    ];
    bench
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            role::insert(tx, &role).await?;
            group::insert(tx, &group).await?;
            managed_policy::insert(tx, &policy).await?;
            policy_version::insert(tx, bench.account, &policy.id, &version_of(1)).await?;
            let owned = key(AccessKeyOwner::User(alice.id.clone()));
            access_key::insert(tx, &sealer, &owned, &secret).await?;
            access_key::insert(tx, &sealer, &key(AccessKeyOwner::Root), &secret).await?;
            for owner in &owners {
                attachment::insert(tx, bench.account, owner, "arn:aws:iam::aws:policy/ReadOnlyAccess")
                    .await?;
                attachment::insert(tx, bench.account, owner, &policy.arn().to_string()).await?;
                inline_policy::put(tx, bench.account, owner, &inline).await?;
            }
            Ok(())
        })
        .await;
    assert_eq!(bench.store.check(Some(&sealer)).await.unwrap().findings, vec![]);
    bench
        .write(async |tx| {
            user::delete(tx, bench.account, &alice.id).await?;
            role::delete(tx, bench.account, &role.id).await?;
            group::delete(tx, bench.account, &group.id).await?;
            policy_version::delete(tx, bench.account, &policy.id, PolicyVersionId::FIRST).await
        })
        .await;
    let found = bench.store.check(Some(&sealer)).await.unwrap().findings;
    let rows = found.iter().map(|finding| match finding {
        Finding::Reference { rows, .. } => *rows,
        other => panic!("{other}"),
    });
    assert_eq!(rows.collect::<Vec<_>>(), [1, 3, 6, 1], "{found:?}");
    bench.write(async |tx| managed_policy::delete(tx, bench.account, &policy.id).await).await;
    let found = bench.store.check(Some(&sealer)).await.unwrap().findings;
    let dangling = "attachments of policies that do not exist";
    assert!(found.contains(&Finding::Reference { what: dangling, rows: 3 }), "{found:?}");
}

pub(crate) async fn check_finds_records_that_are_not_what_they_should_be(bench: &Bench) {
    const UNREADABLE: &str = "UPDATE iam_user SET doc = '{' WHERE name_key = 'alice'";
    const RENAMED: &str = "UPDATE iam_user SET name_key = 'robert' WHERE name_key = 'bob'";
    const MOVED: &str = "UPDATE access_key SET secret = (SELECT k.secret FROM access_key k
        WHERE k.access_key_id <> access_key.access_key_id)
        WHERE access_key_id = (SELECT MIN(access_key_id) FROM access_key)";
    let sealer = bench.sealer().await;
    let users = ["alice", "bob", "carol"].map(|name| bench.user(name, "/"));
    let secret = SecretAccessKey::new(&Counting);
    bench
        .write(async |tx| {
            for user in &users {
                user::insert(tx, user).await?;
            }
            for _ in 0..2 {
                let key = AccessKey {
                    account_id: bench.account,
                    id: AccessKeyId::long_term(bench.account, &Counting),
                    owner: AccessKeyOwner::Root,
                    status: AccessKeyStatus::Active,
                    created_at: time(1),
                };
                access_key::insert(tx, &sealer, &key, &secret).await?;
            }
            Ok(())
        })
        .await;
    let report = bench.store.check(Some(&sealer)).await.unwrap();
    assert_eq!(report.findings, vec![]);
    assert!(report.rows.contains(&("iam_user", 3)) && report.rows.contains(&("access_key", 2)), "{report:?}");
    bench
        .write(async |tx| {
            for sql in [UNREADABLE, RENAMED, MOVED] {
                tx.execute(sql, &[]).await?;
            }
            Ok(())
        })
        .await;
    let found = bench.store.check(Some(&sealer)).await.unwrap().findings;
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    let [alice, bob, _] = &users;
    for expected in [
        format!("iam_user 123456789012 {}: the store is damaged: a document cannot be read", alice.id),
        format!("iam_user 123456789012 {}: the store is damaged: name_key is not what", bob.id),
    ] {
        assert!(texts.iter().any(|text| text.starts_with(&expected)), "{texts:?}");
    }
    assert_eq!(found.iter().filter(|found| matches!(found, Finding::Secret { .. })).count(), 1, "{texts:?}");
    assert_eq!(found.len(), 3, "{texts:?}");
    let unsealed = bench.store.check(None).await.unwrap().findings;
    assert_eq!(unsealed.len(), 2, "without keys the rest is looked at all the same");
}
