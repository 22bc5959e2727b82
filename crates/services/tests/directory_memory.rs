//! What the directory says that it takes, beside what the allocator has given for it. The only test of its program, as
//! everything that allocates is counted.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of a test, where a panic is a failed test"
)]

use domain::{
    AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, Account, AccountId, Group, GroupName, IdKind,
    InlinePolicy, Path, PolicyName, PolicyOwner, Random, Role, RoleName, RoleSessionName, SecretAccessKey,
    Session, SessionPrincipal, Tag, UniqueId, User, UserName,
};
use jiff::Timestamp;
use policy::{Bundle, Policies, Policy, PolicyKind, Source};
use services::{
    Audit, AuditSettings, Directory, DirectoryLimits, LastUses, Outbound, OutboundSettings, PasswordPool,
    Plane, RoleTemplates, session_token,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::{
    alloc::System,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{
    Access, Location, RootKey, Sealer, Store, access_key, account, attachment, group, inline_policy,
    membership, role, user,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Things of each kind: the whole of an account.
const MANY: usize = 3000;
/// What groups' members may do: managed policies of some length.
const SHARED: [&str; 4] = ["ReadOnlyAccess", "IAMReadOnlyAccess", "PowerUserAccess", "IAMUserChangePassword"];

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// A policy that no other is like.
fn own_policy(number: usize) -> InlinePolicy {
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket-{number}/*"}},{{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*","Condition":{{"StringNotEquals":{{"aws:PrincipalTag/team":"team-{number}"}}}}}}]}}"#
    );
    InlinePolicy { name: PolicyName::parse("own").unwrap(), document }
}

struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let state = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *byte = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9).to_be_bytes()[1];
        }
    }
}

static RANDOM: Counting = Counting(AtomicU64::new(1));

fn account_id() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// A plane with what all tests ask for.
struct Filled {
    plane: Plane,
    /// Of users in two of twenty groups.
    in_groups: Vec<AccessKeyId>,
    /// Of users with a policy of their own each.
    with_policies: Vec<AccessKeyId>,
    role_names: Vec<RoleName>,
}

impl Filled {
    async fn new() -> Self {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let sealer = Sealer::open(&store, &RootKey::generate().unwrap(), now()).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let id = account_id();
        let record = Account {
            id,
            name: "Test".into(),
            email: "root@example.com".into(),
            alias: None,
            created_at: now(),
        };
        account::insert(&mut tx, &record).await.unwrap();
        let mut groups = Vec::new();
        for number in 0..20 {
            let made = Group {
                account_id: id,
                id: UniqueId::new(IdKind::Group, &RANDOM),
                name: GroupName::parse(&format!("group-{number}")).unwrap(),
                path: Path::default(),
                created_at: now(),
            };
            group::insert(&mut tx, &made).await.unwrap();
            let arn = format!("arn:aws:iam::aws:policy/{}", SHARED[number % SHARED.len()]);
            attachment::insert(&mut tx, id, &PolicyOwner::Group(made.id.clone()), &arn).await.unwrap();
            groups.push(made.id);
        }
        let (mut in_groups, mut with_policies, mut role_names) = (vec![], vec![], vec![]);
        for number in 0..2 * MANY {
            let made = User {
                account_id: id,
                id: UniqueId::new(IdKind::User, &RANDOM),
                name: UserName::parse(&format!("user-{number:05}")).unwrap(),
                path: Path::default(),
                created_at: now(),
                permissions_boundary: None,
                tags: vec![],
            };
            user::insert(&mut tx, &made).await.unwrap();
            let key = AccessKey {
                account_id: id,
                id: AccessKeyId::long_term(id, &RANDOM),
                owner: AccessKeyOwner::User(made.id.clone()),
                status: AccessKeyStatus::Active,
                created_at: now(),
            };
            access_key::insert(&mut tx, &sealer, &key, &SecretAccessKey::new(&RANDOM)).await.unwrap();
            if number < MANY {
                for group in [number % 20, (number + 1) % 20] {
                    membership::insert(&mut tx, id, &groups[group], &made.id).await.unwrap();
                }
                in_groups.push(key.id);
            } else {
                let own = PolicyOwner::User(made.id);
                inline_policy::put(&mut tx, id, &own, &own_policy(number)).await.unwrap();
                with_policies.push(key.id);
            }
        }
        for number in 0..MANY {
            let name = RoleName::parse(&format!("service-role-number-{number:05}")).unwrap();
            let made = Role {
                account_id: id,
                id: UniqueId::new(IdKind::Role, &RANDOM),
                name: name.clone(),
                path: Path::default(),
                created_at: now(),
                trust_policy: TRUST.into(),
                trusted_principals: vec![],
                description: Some("What the service does for the account".into()),
                max_session_duration: 3600,
                permissions_boundary: None,
                tags: vec![Tag { key: "team".into(), value: "platform".into() }],
                source_template: None,
            };
            role::insert(&mut tx, &made).await.unwrap();
            let own = PolicyOwner::Role(made.id);
            inline_policy::put(&mut tx, id, &own, &own_policy(number)).await.unwrap();
            role_names.push(name);
        }
        tx.commit().await.unwrap();
        let plane = Plane {
            directory: Directory::new(&store),
            store,
            sealer,
            audit: Audit::new(AuditSettings::default()),
            last_uses: LastUses::default(),
            passwords: PasswordPool::default(),
            role_templates: RoleTemplates::default(),
            outbound: Outbound::new(OutboundSettings::default()),
            random: Arc::new(Counting(AtomicU64::new(1 << 40))),
        };
        Self { plane, in_groups, with_policies, role_names }
    }
}

/// What the allocator has given since, and not got back.
struct Given(Region<'static, System>);

impl Given {
    fn from_now() -> Self {
        Self(Region::new(&INSTRUMENTED_SYSTEM))
    }

    /// Bytes, with what rounding up to blocks adds to what was asked for.
    fn bytes(&self) -> u64 {
        let change = self.0.change();
        let asked = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
        let blocks = change.allocations.saturating_sub(change.deallocations);
        u64::try_from(asked + ROUNDING * blocks).unwrap()
    }
}

/// Bytes that a block is longer than what was asked for, on the average.
const ROUNDING: usize = 6;

/// Does the work for `many` things, and gives how many bytes each takes, as the directory says.
async fn each(plane: &Plane, what: &str, many: usize, work: impl AsyncFnOnce()) -> u64 {
    let said_before = plane.directory.statistics().bytes;
    let given = Given::from_now();
    work().await;
    let (said, given) = (plane.directory.statistics().bytes - said_before, given.bytes());
    let many = u64::try_from(many).unwrap();
    assert_is_close(what, said / many, given / many);
    said / many
}

/// Within a fifth.
fn assert_is_close(what: &str, said: u64, given: u64) {
    assert!(said * 5 >= given * 4 && said * 5 <= given * 6, "{what}: says {said}, was given {given}");
}

async fn keys(plane: &Plane, ids: &[AccessKeyId]) {
    for id in ids {
        plane.directory.access_key(plane, id).await.unwrap().unwrap();
    }
}

async fn roles(plane: &Plane, names: &[RoleName]) {
    for name in names {
        plane.directory.role(plane, account_id(), name).await.unwrap().unwrap();
    }
}

/// A new session of a role, asked for once.
fn session(plane: &Plane, role: &RoleName) {
    let session = Session {
        secret_access_key: SecretAccessKey::new(&RANDOM),
        account_id: account_id(),
        principal: SessionPrincipal::Role {
            id: UniqueId::new(IdKind::Role, &RANDOM),
            name: role.clone(),
            session_name: RoleSessionName::parse("i-0123456789abcdef0").unwrap(),
        },
        issued_at: now(),
        expires_at: now(),
        mfa_authenticated_at: None,
        source_identity: None,
        tags: vec![],
        transitive_tag_keys: vec![],
        policy: None,
        policy_arns: vec![],
    };
    let minted = session_token::mint(&session, plane.sealer.sessions(), &RANDOM).unwrap();
    plane.directory.session(plane, &minted.session_token, &minted.access_key_id).unwrap();
}

/// Policies of every sort; of some as many parts as fit. Those whose every character costs much are among them.
fn documents() -> Vec<String> {
    let statement =
        |rest: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{rest}}}]}}"#);
    let list = |text: &str| {
        let texts: Vec<String> =
            (0..100).map(|number| format!("\"{}\"", text.replace('#', &number.to_string()))).collect();
        texts.join(",")
    };
    let actions = ["ec2:DescribeThing#", "service#:Describe*", "s3:a*b#*c"];
    let resources = [
        "arn:aws:s3:::bucket-#/*",
        "arn:aws:s3:::b*/*-#",
        "arn:aws:s3:::?a?b?c?#",
        "arn:aws:s3:::${aws:username}/#",
    ];
    let values = [("StringEquals", "team-#"), ("StringLike", "team-*-#*"), ("ArnLike", "arn:aws:s3:::b-#*")];
    let mut documents = vec![own_policy(1).document];
    documents.extend(actions.map(|text| statement(&format!(r#""Action":[{}],"Resource":"*""#, list(text)))));
    documents
        .extend(resources.map(|text| statement(&format!(r#""Action":"*","Resource":[{}]"#, list(text)))));
    documents.extend(values.map(|(operator, text)| {
        let condition = format!(r#"{{"{operator}":{{"aws:PrincipalTag/team":[{}]}}}}"#, list(text));
        statement(&format!(r#""Action":"*","Resource":"*","Condition":{condition}"#))
    }));
    documents
}

/// One test, as what others allocate meanwhile would be counted too.
#[tokio::test]
async fn what_it_says_is_what_is_taken() {
    for document in documents() {
        let given = Given::from_now();
        let policy = Arc::new(Policy::parse(&document, PolicyKind::Identity).unwrap());
        let sources = [Source::new("", "user", policy.clone())];
        let bundle = Bundle::new(&Policies { identity: &sources, ..Policies::default() });
        let said = size_of::<Policy>() + policy.heap_size() + bundle.heap_size();
        assert_is_close(document.get(..100).unwrap(), u64::try_from(said).unwrap(), given.bytes());
    }

    let Filled { plane, in_groups, with_policies, role_names } = Filled::new().await;
    let (few, many) = in_groups.split_at(20);
    // What is shared is not what each takes.
    keys(&plane, few).await;
    let principal = each(&plane, "keys", many.len(), async || keys(&plane, many).await).await;
    assert!(principal < 550, "{principal}");
    each(&plane, "keys with policies", MANY, async || keys(&plane, &with_policies).await).await;
    each(&plane, "roles", MANY, async || roles(&plane, &role_names).await).await;
    let sessions = async || role_names.iter().for_each(|name| session(&plane, name));
    each(&plane, "sessions", MANY, sessions).await;

    // What it may take bounds what is taken.
    let bytes = 4 << 20;
    let directory = Directory::with(&plane.store, DirectoryLimits { bytes, ..DirectoryLimits::default() });
    let plane = Plane { directory, ..plane };
    let given = Given::from_now();
    for _ in 0..2 {
        keys(&plane, &in_groups).await;
        keys(&plane, &with_policies).await;
        roles(&plane, &role_names).await;
        for name in &role_names {
            session(&plane, name);
        }
    }
    let said = plane.directory.statistics().bytes;
    assert!(said <= bytes && said > bytes / 2, "{said}");
    assert_is_close("all of a small one", said, given.bytes());
}
