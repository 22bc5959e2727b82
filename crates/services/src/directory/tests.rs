//! The directory against the store: what is read once, what is read again, and that nothing stale is answered.

use super::*;
use crate::{LastUses, RoleTemplates};
use domain::{
    AccessKey, AccessKeyOwner, AccessKeyStatus, Account, Group, GroupName, IdKind, InlinePolicy,
    ManagedPolicy, ManagedPolicyVersion, Path, PermissionsBoundary, PolicyName, PolicyOwner, PolicyVersionId,
    Random, SecretAccessKey, User, UserName,
};
use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{
    Access, Location, RootKey, Sealer, StoreError, Transaction, access_key, account, attachment, group,
    inline_policy, managed_policy, membership, policy_version, user,
};

const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;

/// Different at every call.
struct Counting;

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        static STATE: AtomicU64 = AtomicU64::new(1);
        for byte in bytes {
            let state = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = mixed.to_be_bytes()[1];
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn account_id() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

async fn plane(location: &Location, access: Access, root_key: &RootKey, limits: DirectoryLimits) -> Plane {
    let store = Store::open(location, access).await.unwrap();
    let sealer = Sealer::open(&store, root_key, now()).await.unwrap();
    Plane {
        audit: crate::Audit::new(crate::AuditSettings::default()),
        directory: Directory::with(&store, limits),
        store,
        sealer,
        last_uses: LastUses::default(),
        passwords: crate::PasswordPool::default(),
        role_templates: RoleTemplates::default(),
        outbound: crate::Outbound::new(crate::OutboundSettings::default()),
        random: Arc::new(Counting),
    }
}

/// A plane with one account.
async fn new_plane(location: &Location, root_key: &RootKey, limits: DirectoryLimits) -> Plane {
    let plane = plane(location, Access::Server, root_key, limits).await;
    let record = Account {
        id: account_id(),
        name: "Test".into(),
        email: "root@example.com".into(),
        alias: None,
        created_at: now(),
    };
    write(&plane, async |tx| account::insert(tx, &record).await).await;
    plane
}

async fn in_memory() -> Plane {
    new_plane(&Location::Memory, &RootKey::generate().unwrap(), DirectoryLimits::default()).await
}

async fn write<T>(
    plane: &Plane,
    work: impl AsyncFnOnce(&mut Transaction) -> std::result::Result<T, StoreError>,
) -> T {
    let mut tx = plane.store.write().await.unwrap();
    let done = work(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    done
}

async fn new_user(plane: &Plane, name: &str) -> UniqueId {
    let user = User {
        account_id: account_id(),
        id: UniqueId::new(IdKind::User, &Counting),
        name: UserName::parse(name).unwrap(),
        path: Path::parse("/").unwrap(),
        created_at: now(),
        permissions_boundary: None,
        tags: vec![],
    };
    write(plane, async |tx| user::insert(tx, &user).await).await;
    user.id
}

async fn new_group(plane: &Plane, name: &str) -> UniqueId {
    let group = Group {
        account_id: account_id(),
        id: UniqueId::new(IdKind::Group, &Counting),
        name: GroupName::parse(name).unwrap(),
        path: Path::parse("/").unwrap(),
        created_at: now(),
    };
    write(plane, async |tx| group::insert(tx, &group).await).await;
    group.id
}

fn policy(name: &str) -> InlinePolicy {
    InlinePolicy { name: PolicyName::parse(name).unwrap(), document: ALLOW.into() }
}

/// The names of all policies of the user, as the directory knows them.
async fn names(plane: &Plane, user: &UniqueId) -> Vec<String> {
    let entry = plane.directory.user(plane, account_id(), user).await.unwrap().unwrap();
    entry.policies.lists().flatten().map(|source| source.id.clone()).collect()
}

async fn reads(plane: &Plane, work: impl AsyncFnOnce()) -> u64 {
    let before = plane.store.read_transactions();
    work().await;
    plane.store.read_transactions() - before
}

#[tokio::test]
async fn a_change_is_felt_by_whom_it_concerns_and_nobody_else() {
    let plane = in_memory().await;
    let (alice, bob) = (new_user(&plane, "alice").await, new_user(&plane, "bob").await);
    let readers = new_group(&plane, "readers").await;
    let account = account_id();
    write(&plane, async |tx| membership::insert(tx, account, &readers, &bob).await).await;
    let both = async || (names(&plane, &alice).await, names(&plane, &bob).await);
    assert_eq!(reads(&plane, async || drop(both().await)).await, 2, "cold");
    assert_eq!(reads(&plane, async || drop(both().await)).await, 0, "warm");

    let of_alice = PolicyOwner::User(alice.clone());
    write(&plane, async |tx| inline_policy::put(tx, account, &of_alice, &policy("own")).await).await;
    assert_eq!(reads(&plane, async || drop(names(&plane, &bob).await)).await, 0, "not bob's");
    assert_eq!(both().await, (vec!["own".to_owned()], vec![]));

    let of_readers = PolicyOwner::Group(readers.clone());
    write(&plane, async |tx| inline_policy::put(tx, account, &of_readers, &policy("shared")).await).await;
    assert_eq!(reads(&plane, async || drop(names(&plane, &alice).await)).await, 0, "not alice's");
    assert_eq!(names(&plane, &bob).await, ["shared"]);

    write(&plane, async |tx| membership::insert(tx, account, &readers, &alice).await).await;
    assert_eq!(reads(&plane, async || drop(names(&plane, &bob).await)).await, 0, "bob was in it before");
    assert_eq!(names(&plane, &alice).await, ["own", "shared"]);
    write(&plane, async |tx| membership::delete(tx, account, &readers, &alice).await).await;
    assert_eq!(names(&plane, &alice).await, ["own"]);
}

/// The sizes of the policies that apply to the user: of identity policies, then of the boundary.
async fn sizes(plane: &Plane, user: &UniqueId) -> Vec<usize> {
    let entry = plane.directory.user(plane, account_id(), user).await.unwrap().unwrap();
    entry.policies.lists().flatten().map(|source| source.policy.size()).collect()
}

#[tokio::test]
async fn a_managed_policy_reaches_all_it_is_attached_to() {
    let plane = in_memory().await;
    let account = account_id();
    let (alice, bob, carol) =
        (new_user(&plane, "alice").await, new_user(&plane, "bob").await, new_user(&plane, "carol").await);
    let readers = new_group(&plane, "readers").await;
    let mut managed = ManagedPolicy {
        account_id: account,
        id: UniqueId::new(IdKind::ManagedPolicy, &Counting),
        name: PolicyName::parse("shared").unwrap(),
        path: Path::parse("/").unwrap(),
        default_version: PolicyVersionId::FIRST,
        next_version: 2,
        description: None,
        created_at: now(),
        updated_at: now(),
        tags: vec![],
    };
    let arn = managed.arn().to_string();
    // Attached before it is there: what is missing is watched as well.
    write(&plane, async |tx| {
        attachment::insert(tx, account, &PolicyOwner::Group(readers.clone()), &arn).await?;
        membership::insert(tx, account, &readers, &alice).await?;
        let mut bounded = user::get(tx, account, &bob).await?;
        bounded.permissions_boundary = Some(PermissionsBoundary { policy_arn: arn.clone() });
        user::update(tx, &bounded).await
    })
    .await;
    let all = async || {
        let (alice, bob) = (sizes(&plane, &alice).await, sizes(&plane, &bob).await);
        (alice, bob, sizes(&plane, &carol).await)
    };
    assert_eq!(all().await, (vec![], vec![], vec![]));
    let version =
        |id, document: &str| ManagedPolicyVersion { id, document: document.into(), created_at: now() };
    let first = version(PolicyVersionId::FIRST, ALLOW);
    write(&plane, async |tx| {
        managed_policy::insert(tx, &managed).await?;
        policy_version::insert(tx, account, &managed.id, &first).await
    })
    .await;
    let size = ALLOW.len();
    assert_eq!(all().await, (vec![size], vec![size], vec![]));
    let second = version(PolicyVersionId::from_number(2).unwrap(), &ALLOW.replace("ListUsers", "ListGroups"));
    managed.default_version = second.id;
    write(&plane, async |tx| {
        policy_version::insert(tx, account, &managed.id, &second).await?;
        managed_policy::update(tx, &managed).await
    })
    .await;
    assert_eq!(reads(&plane, async || drop(sizes(&plane, &carol).await)).await, 0, "not carol's");
    assert_eq!(all().await, (vec![size + 1], vec![size + 1], vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_misses_the_same_thing_reads_it_once() {
    let plane = Arc::new(in_memory().await);
    let alice = new_user(&plane, "alice").await;
    let before = plane.store.read_transactions();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (plane, alice) = (plane.clone(), alice.clone());
            tokio::spawn(async move { names(&plane, &alice).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(plane.store.read_transactions() - before, 1);
}

#[tokio::test]
async fn guessing_is_bounded() {
    let plane = in_memory().await;
    let account = account_id();
    let key = AccessKey {
        account_id: account,
        id: AccessKeyId::long_term(account, &Counting),
        owner: AccessKeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: now(),
    };
    let secret = SecretAccessKey::new(&Counting);
    write(&plane, async |tx| access_key::insert(tx, &plane.sealer, &key, &secret).await).await;
    assert!(plane.directory.access_key(&plane, &key.id).await.unwrap().is_some());
    let mut throttled = 0;
    let guesses = reads(&plane, async || {
        for _ in 0..1000 {
            let guess = AccessKeyId::long_term(account, &Counting);
            match plane.directory.access_key(&plane, &guess).await {
                Ok(found) => assert!(found.is_none()),
                Err(error) => {
                    assert!(error.is(Common::Throttling));
                    throttled += 1;
                }
            }
        }
    })
    .await;
    assert!(guesses < 500 && throttled > 500, "{guesses} {throttled}");
    assert!(
        plane.directory.access_key(&plane, &key.id).await.unwrap().is_some(),
        "a known key goes on working"
    );
    let again = AccessKeyId::long_term(AccountId::parse("210987654321").unwrap(), &Counting);
    assert!(plane.directory.access_key(&plane, &again).await.unwrap().is_none());
    let twice = reads(&plane, async || drop(plane.directory.access_key(&plane, &again).await)).await;
    assert_eq!(twice, 0, "that there is none is remembered");
}

#[tokio::test]
async fn a_key_that_was_looked_for_in_vain_is_found_when_it_is_made() {
    let plane = in_memory().await;
    let account = account_id();
    let mut key = AccessKey {
        account_id: account,
        id: AccessKeyId::long_term(account, &Counting),
        owner: AccessKeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: now(),
    };
    assert!(plane.directory.access_key(&plane, &key.id).await.unwrap().is_none());
    let secret = SecretAccessKey::new(&Counting);
    write(&plane, async |tx| access_key::insert(tx, &plane.sealer, &key, &secret).await).await;
    let status = async || plane.directory.access_key(&plane, &key.id).await.unwrap().unwrap().key.status;
    assert_eq!(status().await, AccessKeyStatus::Active);
    key.status = AccessKeyStatus::Inactive;
    write(&plane, async |tx| access_key::update(tx, &key).await).await;
    let entry = plane.directory.access_key(&plane, &key.id).await.unwrap().unwrap();
    assert_eq!(entry.key.status, AccessKeyStatus::Inactive);
    write(&plane, async |tx| access_key::delete(tx, account, &key.id).await).await;
    assert!(plane.directory.access_key(&plane, &key.id).await.unwrap().is_none());
}

#[tokio::test]
async fn memory_is_bounded_in_bytes() {
    let limits = DirectoryLimits { bytes: 256 << 10, ..DirectoryLimits::default() };
    let plane = new_plane(&Location::Memory, &RootKey::generate().unwrap(), limits).await;
    for number in 0..1000 {
        let user = new_user(&plane, &format!("user-{number}")).await;
        plane.directory.user(&plane, account_id(), &user).await.unwrap().unwrap();
    }
    let statistics = plane.directory.statistics();
    assert!(statistics.bytes <= limits.bytes, "{statistics:?}");
    assert!(statistics.entries > 50, "{statistics:?}");
}

#[tokio::test]
async fn a_node_that_is_cut_off_for_too_long_answers_nothing() {
    let limits = DirectoryLimits { offline: Duration::ZERO, ..DirectoryLimits::default() };
    let plane = new_plane(&Location::Memory, &RootKey::generate().unwrap(), limits).await;
    let alice = new_user(&plane, "alice").await;
    assert_eq!(names(&plane, &alice).await, Vec::<String>::new(), "alone on its store");
    plane.directory.learn(&Changes::These(vec![]), Instant::now());
    let refused = plane.directory.user(&plane, account_id(), &alice).await.err().unwrap();
    assert!(refused.is(Common::ServiceUnavailable), "{refused:?}");
}

/// What writers have had acknowledged, for readers to compare with: of each user and group the number in the name of its
/// policy.
struct Model {
    users: Vec<(UniqueId, AtomicU64)>,
    groups: Vec<(UniqueId, AtomicU64)>,
}

const ROUNDS: u64 = 60;

/// Takes the owner's policy from one number to the next, again and again. Only one writer for each owner.
async fn keep_writing(plane: &Plane, owner: PolicyOwner, acknowledged: &AtomicU64) {
    let account = account_id();
    for number in 1..=ROUNDS {
        let prefix = owner.kind();
        let (old, new) = (format!("{prefix}-{}", number - 1), format!("{prefix}-{number}"));
        write(plane, async |tx| {
            inline_policy::delete(tx, account, &owner, &PolicyName::parse(&old).unwrap()).await?;
            inline_policy::put(tx, account, &owner, &policy(&new)).await?;
            // Another way to be touched, that readers do not look at.
            attachment::insert(tx, account, &owner, "arn:aws:iam::aws:policy/ReadOnlyAccess").await.map(drop)
        })
        .await;
        acknowledged.store(number, Ordering::SeqCst);
    }
}

fn number(names: &[String], prefix: &str) -> u64 {
    let number = names.iter().find_map(|name| name.strip_prefix(prefix)?.parse().ok());
    number.unwrap_or(0)
}

/// Reads on until all writers are done. With a follower the plane is another process.
async fn keep_reading(plane: &Plane, model: &Model, mut follower: Option<store::ChangeFollower>) {
    loop {
        let acknowledged = |list: &[(UniqueId, AtomicU64)]| -> Vec<u64> {
            list.iter().map(|(_, number)| number.load(Ordering::SeqCst)).collect()
        };
        let (users, groups) = (acknowledged(&model.users), acknowledged(&model.groups));
        if let Some(follower) = &mut follower {
            let at = Instant::now();
            plane.directory.learn(&follower.look().await.unwrap(), at);
        }
        for (index, (user, _)) in model.users.iter().enumerate() {
            let names = names(plane, user).await;
            let (own, of_group) = (number(&names, "user-"), number(&names, "group-"));
            assert!(
                own >= users[index],
                "user {index}: {own} answered after {} was acknowledged",
                users[index]
            );
            let group = index % model.groups.len();
            assert!(of_group >= groups[group], "group of {index}: {of_group} after {}", groups[group]);
        }
        if users.iter().chain(&groups).all(|number| *number == ROUNDS) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Writers and readers side by side, in this process, which is a tool, and in the server of the same file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_stale_is_answered_after_an_acknowledgement() {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("store.db"));
    let root_key = RootKey::generate().unwrap();
    let elsewhere = Arc::new(new_plane(&location, &root_key, DirectoryLimits::default()).await);
    let here = Arc::new(plane(&location, Access::Tool, &root_key, DirectoryLimits::default()).await);
    let mut model = Model { users: vec![], groups: vec![] };
    for number in 0..2 {
        model.groups.push((new_group(&here, &format!("group-{number}")).await, AtomicU64::new(0)));
    }
    for number in 0..4 {
        let user = new_user(&here, &format!("user-{number}")).await;
        let group = &model.groups[number % 2].0;
        write(&here, async |tx| membership::insert(tx, account_id(), group, &user).await).await;
        model.users.push((user, AtomicU64::new(0)));
    }
    let model = Arc::new(model);
    let mut tasks = Vec::new();
    for index in 0..4 {
        let (here, model) = (here.clone(), model.clone());
        tasks.push(tokio::spawn(async move {
            let (user, acknowledged) = &model.users[index];
            keep_writing(&here, PolicyOwner::User(user.clone()), acknowledged).await;
        }));
    }
    for index in 0..2 {
        let (here, model) = (here.clone(), model.clone());
        tasks.push(tokio::spawn(async move {
            let (group, acknowledged) = &model.groups[index];
            keep_writing(&here, PolicyOwner::Group(group.clone()), acknowledged).await;
        }));
    }
    for _ in 0..3 {
        let (here, model) = (here.clone(), model.clone());
        tasks.push(tokio::spawn(async move { keep_reading(&here, &model, None).await }));
    }
    let follower = elsewhere.store.follow().unwrap();
    tasks.push(tokio::spawn(async move { keep_reading(&elsewhere, &model, Some(follower)).await }));
    for task in tasks {
        task.await.unwrap();
    }
}
