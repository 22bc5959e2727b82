//! The memory that answers: access keys, principals and compiled policies, filled on demand, bounded, and forgotten when
//! a commit changes what they were made of. Once warm, a request reads no store.

mod generation;
mod load;
mod policies;

use crate::{Plane, Result};
use domain::{AccessKey, AccessKeyId, AccountId, Role, RoleName, SecretAccessKey, Session, UniqueId, User};
use generation::{Generation, Generations};
use jiff::Timestamp;
use moka::sync::Cache;
pub use policies::{CallerPolicies, PrincipalPolicies, ResourcePolicy, SessionPolicies};
use policy::{Policy, PolicyKind, Source};
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use store::Engine;

/// Entries of each kind that are kept. An entry takes about a kilobyte; policies are shared by content.
const ENTRIES: u64 = 100_000;
/// How old an entry may grow where other nodes may change the store without this one knowing.
const SHARED_STORE_AGE: Duration = Duration::from_secs(1);

/// Access keys, principals and compiled policies.
#[derive(Debug)]
pub struct Directory {
    generations: Generations,
    access_keys: Cache<AccessKeyId, Entry<KeyEntry>>,
    users: Cache<(AccountId, UniqueId), Entry<UserEntry>>,
    roles: Cache<(AccountId, String), Entry<RoleEntry>>,
    managed: Cache<(AccountId, String), Entry<Source>>,
    compiled: Cache<(PolicyKind, [u8; 32]), Arc<Policy>>,
    /// By their policies' names and where those are in memory, which an entry keeps there.
    sessions: Cache<Vec<(String, usize)>, Arc<SessionPolicies>>,
    max_age: Option<Duration>,
}

/// A long-term access key with its secret.
#[derive(Debug)]
pub struct KeyEntry {
    /// The key's record.
    pub key: AccessKey,
    /// The opened secret.
    pub secret: SecretAccessKey,
    /// When its use was last noted.
    pub noted: Arc<Noted>,
}

/// A user and what applies to it.
#[derive(Debug)]
pub struct UserEntry {
    /// The user's record.
    pub user: Arc<User>,
    /// Its own policies, those of its groups, its boundary.
    pub policies: Arc<PrincipalPolicies>,
}

/// A role and what applies to its sessions.
#[derive(Debug)]
pub struct RoleEntry {
    /// The role's record.
    pub role: Arc<Role>,
    /// Its policies and boundary.
    pub policies: Arc<PrincipalPolicies>,
    /// Who may assume it; names of users and roles are unique ids.
    pub trust: Arc<ResourcePolicy>,
    /// When its use was last noted.
    pub noted: Arc<Noted>,
}

/// The second in which a use was last noted, so that a busy key is noted once a second and not with every request.
#[derive(Debug, Default)]
pub struct Noted(AtomicI64);

impl Noted {
    /// Whether this is the first use in its second.
    pub fn is_first(&self, now: Timestamp) -> bool {
        let second = now.as_second();
        self.0.load(Ordering::Relaxed) != second && self.0.swap(second, Ordering::Relaxed) != second
    }
}

/// Something read from the store, or the knowledge that it is not there, with what tells whether it still holds.
#[derive(Debug)]
struct Entry<T> {
    value: Option<Arc<T>>,
    generation: Generation,
    read_at: Instant,
}

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), generation: self.generation, read_at: self.read_at }
    }
}

impl Directory {
    /// An empty directory in front of a store of that kind. SQLite is this process's own; PostgreSQL may be changed by
    /// other nodes, so entries are read again after a second.
    pub fn new(engine: Engine) -> Self {
        Self {
            generations: Generations::default(),
            access_keys: Cache::new(ENTRIES),
            users: Cache::new(ENTRIES),
            roles: Cache::new(ENTRIES),
            managed: Cache::new(ENTRIES),
            compiled: Cache::new(ENTRIES),
            sessions: Cache::new(ENTRIES),
            max_age: matches!(engine, Engine::Postgres).then_some(SHARED_STORE_AGE),
        }
    }

    /// Forgets what was read of an account. Called after each commit, before it is acknowledged.
    pub fn forget(&self, account: AccountId) {
        self.generations.advance(account);
    }

    /// The long-term access key of that id, whatever its status.
    pub async fn access_key(&self, plane: &Plane, id: &AccessKeyId) -> Result<Option<Arc<KeyEntry>>> {
        let Some(account) = id.account_id() else { return Ok(None) };
        if let Some(known) = self.fresh(account, self.access_keys.get(id)) {
            return Ok(known);
        }
        let generation = self.generations.now(account);
        let mut tx = plane.store.read();
        let value = load::access_key(&mut tx, &plane.sealer, account, id).await?;
        Ok(keep(&self.access_keys, id.clone(), generation, value))
    }

    /// The user of that unique id.
    pub async fn user(
        &self,
        plane: &Plane,
        account: AccountId,
        id: &UniqueId,
    ) -> Result<Option<Arc<UserEntry>>> {
        let key = (account, id.clone());
        if let Some(known) = self.fresh(account, self.users.get(&key)) {
            return Ok(known);
        }
        let generation = self.generations.now(account);
        let mut tx = plane.store.read();
        let value = load::user(&mut tx, self, account, id).await?;
        Ok(keep(&self.users, key, generation, value))
    }

    /// The role of that name.
    pub async fn role(
        &self,
        plane: &Plane,
        account: AccountId,
        name: &RoleName,
    ) -> Result<Option<Arc<RoleEntry>>> {
        let key = (account, name.key());
        if let Some(known) = self.fresh(account, self.roles.get(&key)) {
            return Ok(known);
        }
        let generation = self.generations.now(account);
        let mut tx = plane.store.read();
        let value = load::role(&mut tx, self, account, name).await?;
        Ok(keep(&self.roles, key, generation, value))
    }

    /// The policies a session was made with; `None` when it was made without any. A managed policy that was deleted
    /// since allows nothing.
    pub async fn session_policies(
        &self,
        plane: &Plane,
        session: &Session,
    ) -> Result<Option<Arc<SessionPolicies>>> {
        if session.policy.is_none() && session.policy_arns.is_empty() {
            return Ok(None);
        }
        let mut sources = Vec::new();
        if let Some(document) = &session.policy {
            sources.push(Source::new(
                "session-policy",
                "session",
                self.compile(document, PolicyKind::Session)?,
            ));
        }
        for arn in &session.policy_arns {
            sources.extend(
                self.managed_policy(plane, session.account_id, arn).await?.map(|source| (*source).clone()),
            );
        }
        let key = sources.iter().map(|source| (source.id.clone(), Arc::as_ptr(&source.policy).addr()));
        Ok(Some(self.sessions.get_with(key.collect(), || Arc::new(SessionPolicies::new(sources)))))
    }

    /// The default version of a managed policy, the account's own or AWS's.
    pub(crate) async fn managed_policy(
        &self,
        plane: &Plane,
        account: AccountId,
        arn: &str,
    ) -> Result<Option<Arc<Source>>> {
        let key = (account, arn.to_owned());
        if let Some(known) = self.fresh(account, self.managed.get(&key)) {
            return Ok(known);
        }
        let generation = self.generations.now(account);
        let mut tx = plane.store.read();
        let value = load::managed_policy(&mut tx, self, account, arn).await?;
        Ok(keep(&self.managed, key, generation, value))
    }

    /// The compiled form of a stored document; equal documents share one.
    pub(crate) fn compile(&self, document: &str, kind: PolicyKind) -> Result<Arc<Policy>> {
        let key = (kind, Sha256::digest(document).into());
        if let Some(policy) = self.compiled.get(&key) {
            return Ok(policy);
        }
        // What is stored was checked when it came in: a failure here is damage, and damage allows nothing.
        let policy = Arc::new(Policy::parse(document, kind).map_err(crate::Error::internal)?);
        self.compiled.insert(key, policy.clone());
        Ok(policy)
    }

    /// What is known and still holds: `Some(None)` is the knowledge that the thing does not exist.
    #[expect(clippy::option_option, reason = "not knowing differs from knowing that there is none")]
    fn fresh<T>(&self, account: AccountId, entry: Option<Entry<T>>) -> Option<Option<Arc<T>>> {
        let entry = entry?;
        let young = self.max_age.is_none_or(|age| entry.read_at.elapsed() < age);
        (young && entry.generation == self.generations.now(account)).then_some(entry.value)
    }
}

fn keep<K, T>(cache: &Cache<K, Entry<T>>, key: K, generation: Generation, value: Option<T>) -> Option<Arc<T>>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    let value = value.map(Arc::new);
    cache.insert(key, Entry { value: value.clone(), generation, read_at: Instant::now() });
    value
}
