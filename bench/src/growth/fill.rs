//! A store full of users, written to it directly: an account may have 5,000, so there are many accounts.

use crate::{Failure, client::Key, client::now};
use domain::{
    AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, Account, AccountId, Group, GroupName, IdKind,
    Path as IamPath, PolicyOwner, Random, SecretAccessKey, UniqueId, User, UserName,
};
use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use store::{
    Access, Location, RootKey, Sealer, Store, Transaction, access_key, account, attachment, group,
    membership, user,
};

/// Users of one account, as many as it may have.
const USERS: usize = 5000;
/// Groups of an account; each user is in two of them.
const GROUPS: usize = 20;
/// What the groups' members may do, one group after the other.
const POLICIES: [&str; 4] =
    ["ReadOnlyAccess", "IAMReadOnlyAccess", "PowerUserAccess", "IAMUserChangePassword"];

/// Fills the store that a first start has made in that data directory. The keys are those of the users.
pub(super) fn fill(data: &Path, principals: usize) -> Result<Vec<Key>, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let store = Store::open(&Location::Sqlite(data.join("portcullis.db")), Access::Server).await?;
        let root_key = RootKey::for_store(&store, &data.join("root.key")).await?;
        let sealer = Sealer::open(&store, &root_key, now()).await?;
        let random = Repeatable(AtomicU64::new(1));
        let mut keys = Vec::with_capacity(principals);
        let mut number = 0;
        while keys.len() < principals {
            let users = USERS.min(principals - keys.len());
            let mut tx = store.write().await?;
            number += 1;
            one_account(&mut tx, &sealer, &random, number, users, &mut keys).await?;
            tx.commit().await?;
        }
        Ok(keys)
    })
}

async fn one_account(
    tx: &mut Transaction,
    sealer: &Sealer,
    random: &Repeatable,
    number: u64,
    users: usize,
    keys: &mut Vec<Key>,
) -> Result<(), Failure> {
    let id = AccountId::from_number(200_000_000_000 + number).ok_or("no account id")?;
    let created_at = now();
    let made = Account {
        id,
        name: format!("Account {number}"),
        email: format!("root-{number}@example.com"),
        alias: None,
        created_at,
    };
    account::insert(tx, &made).await?;
    let path = IamPath::parse("/")?;
    let mut groups = Vec::with_capacity(GROUPS);
    for number in 0..GROUPS {
        let made = Group {
            account_id: id,
            id: UniqueId::new(IdKind::Group, random),
            name: GroupName::parse(&format!("group-{number}"))?,
            path: path.clone(),
            created_at,
        };
        group::insert(tx, &made).await?;
        let policy = POLICIES.get(number % POLICIES.len()).ok_or("no policy")?;
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        attachment::insert(tx, id, &PolicyOwner::Group(made.id.clone()), &arn).await?;
        groups.push(made.id);
    }
    for number in 0..users {
        let made = User {
            account_id: id,
            id: UniqueId::new(IdKind::User, random),
            name: UserName::parse(&format!("user-{number:04}"))?,
            path: path.clone(),
            created_at,
            permissions_boundary: None,
            tags: Vec::new(),
        };
        user::insert(tx, &made).await?;
        for group in [number % GROUPS, (number + 1) % GROUPS] {
            membership::insert(tx, id, groups.get(group).ok_or("no group")?, &made.id).await?;
        }
        let key = AccessKey {
            account_id: id,
            id: AccessKeyId::long_term(id, random),
            owner: AccessKeyOwner::User(made.id),
            status: AccessKeyStatus::Active,
            created_at,
        };
        let secret = SecretAccessKey::new(random);
        access_key::insert(tx, sealer, &key, &secret).await?;
        keys.push(Key::new(key.id.as_str(), secret.expose()));
    }
    Ok(())
}

/// Ids and secrets that are the same in every run (splitmix64).
struct Repeatable(AtomicU64);

impl Random for Repeatable {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            for (byte, random) in chunk.iter_mut().zip((z ^ (z >> 31)).to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
