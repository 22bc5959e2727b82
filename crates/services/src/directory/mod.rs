//! The memory that answers: access keys, principals and compiled policies, filled on demand, bounded in bytes, and forgotten
//! when a commit changes what they were built from. Once warm, a request reads no store.
//!
//! - What an entry was built from is noted by the store's own functions as they read, and what a commit changed as they
//!   write: [`stamps`] brings the two together.
//! - Changes of this process are told by its store before they are acknowledged, changes of other nodes by the change log:
//!   see [`follow`](crate::follow).
//! - A node that cannot look at the log goes on answering from memory for a while, and then refuses: see [`standing`].

mod counts;
mod entry;
mod guesses;
mod load;
mod memory;
mod opened;
mod policies;
mod sessions;
mod shared;
mod stamps;
mod standing;
mod table;
mod taken;
mod weight;

use crate::{Common, Error, Plane, Result};
use counts::Counts;
use domain::{AccessKeyId, AccountId, RoleName, Session, UniqueId, UserName};
pub(crate) use entry::KnownUser;
use entry::ManagedEntry;
pub use entry::{KeyEntry, Noted, RoleEntry, UserEntry};
use guesses::Guesses;
use memory::{Held, Memory, Thing};
use opened::Opened;
pub use policies::{CallerPolicies, PrincipalPolicies, ResourcePolicy, SessionPolicies};
use policy::{Policy, PolicyKind, Source};
use sessions::Sessions;
use sha2::{Digest as _, Sha256};
use shared::{Digest, Shared};
use stamps::Stamps;
use standing::Standing;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Changes, Store};
use taken::Taken;

/// What the directory may take, and for how long it may answer alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryLimits {
    /// Bytes of memory, in the blocks that the allocator gives.
    pub bytes: u64,
    /// How long entries answer while the store is out of reach.
    pub offline: Duration,
}

impl Default for DirectoryLimits {
    fn default() -> Self {
        Self { bytes: 256 << 20, offline: Duration::from_mins(15) }
    }
}

/// What the directory holds and has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryStatistics {
    /// Entries now.
    pub entries: u64,
    /// Bytes they take, with the tables they are in and the policies they share.
    pub bytes: u64,
    /// Lookups answered from memory.
    pub hits: u64,
    /// Lookups that read the store.
    pub misses: u64,
    /// Changes of entities that it was told of.
    pub invalidations: u64,
    /// How long ago it last heard from the store; `None` where nobody else changes the store.
    pub silence: Option<Duration>,
    /// How long it may go on without; `None` for ever.
    pub left: Option<Duration>,
}

/// Access keys, principals and compiled policies.
#[derive(Debug)]
pub struct Directory {
    stamps: Arc<Stamps>,
    memory: Memory,
    shared: Shared,
    sessions: Sessions,
    opened: Opened,
    guesses: Guesses,
    standing: Standing,
    counts: Arc<Counts>,
}

impl Directory {
    /// An empty directory in front of the store, which tells it of every commit of this process from now on.
    pub fn new(store: &Store) -> Self {
        Self::with(store, DirectoryLimits::default())
    }

    /// The same with limits.
    pub fn with(store: &Store, limits: DirectoryLimits) -> Self {
        let stamps = Arc::<Stamps>::default();
        let told = stamps.clone();
        store.on_change(move |written| told.advance(written));
        let (eighth, little) = (limits.bytes / 8, limits.bytes / 64);
        let entries = Arc::new(Taken::new(limits.bytes - 2 * eighth - little));
        Self {
            stamps,
            memory: Memory::new(entries.clone(), Arc::new(Taken::new(little))),
            opened: Opened::new(eighth, Instant::now()),
            shared: Shared::new(entries),
            sessions: Sessions::new(eighth),
            guesses: Guesses::new(Instant::now()),
            standing: Standing::new(limits.offline),
            counts: Arc::default(),
        }
    }

    /// How many records accounts have at most.
    pub(crate) fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }

    /// Takes note of what was committed, here or elsewhere, as a look at the change log that began at `looked_at` found it.
    pub fn learn(&self, changes: &Changes, looked_at: Instant) {
        match changes {
            Changes::All => self.stamps.advance_all(),
            Changes::These(entities) => self.stamps.advance(entities),
        }
        self.standing.heard(looked_at);
    }

    /// Fails when memory must not answer any more: the store has been out of reach for too long.
    pub fn may_answer(&self) -> Result<()> {
        match self.standing.left(Instant::now()) {
            Some(Duration::ZERO) => Err(Error::common(
                Common::ServiceUnavailable,
                "The service is unavailable. Please try again shortly.",
            )),
            _ => Ok(()),
        }
    }

    /// What it holds and has done.
    pub fn statistics(&self) -> DirectoryStatistics {
        let (entries, bytes) = self.memory.entries();
        let (opened, sessions) = (self.opened.entries(), self.sessions.entries());
        let now = Instant::now();
        DirectoryStatistics {
            entries: entries + opened.0 + sessions.0,
            bytes: bytes + opened.1 + sessions.1,
            hits: self.memory.hits(),
            misses: self.memory.misses(),
            invalidations: self.stamps.changes(),
            silence: self.standing.silence(now),
            left: self.standing.left(now),
        }
    }

    /// The long-term access key of that id, whatever its status.
    pub async fn access_key(&self, plane: &Plane, id: &AccessKeyId) -> Result<Option<Arc<KeyEntry>>> {
        let Some(account) = id.account_id() else { return Ok(None) };
        match self.look_up(plane, account, Thing::AccessKey(id)).await? {
            Some(Held::AccessKey(entry)) => Ok(Some(entry)),
            _ => Ok(None),
        }
    }

    /// The user of that unique id.
    pub async fn user(
        &self,
        plane: &Plane,
        account: AccountId,
        id: &UniqueId,
    ) -> Result<Option<Arc<UserEntry>>> {
        match self.look_up(plane, account, Thing::User(account, id)).await? {
            Some(Held::User(entry)) => Ok(Some(entry)),
            _ => Ok(None),
        }
    }

    /// The user of that name.
    pub(crate) async fn user_named(
        &self,
        plane: &Plane,
        account: AccountId,
        name: &UserName,
    ) -> Result<Option<KnownUser>> {
        match self.look_up(plane, account, Thing::UserNamed(account, name)).await? {
            Some(Held::UserNamed(known)) => Ok(Some(known)),
            _ => Ok(None),
        }
    }

    /// The role of that name.
    pub async fn role(
        &self,
        plane: &Plane,
        account: AccountId,
        name: &RoleName,
    ) -> Result<Option<Arc<RoleEntry>>> {
        match self.look_up(plane, account, Thing::Role(account, name)).await? {
            Some(Held::Role(entry)) => Ok(Some(entry)),
            _ => Ok(None),
        }
    }

    /// The session of a token that came with an access key. `None` for anything that was not minted here for that key.
    pub fn session(&self, plane: &Plane, token: &str, id: &AccessKeyId) -> Option<Arc<Session>> {
        self.opened.session(token, id, plane.sealer.sessions(), Instant::now())
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
        let mut managed = Vec::new();
        for arn in &session.policy_arns {
            let found = self.managed_policy(plane, session.account_id, arn).await?;
            managed.extend(found.map(|entry| entry.piece.clone()));
        }
        let mut content = Sha256::new();
        content.update([u8::from(session.policy.is_some())]);
        if let Some(document) = &session.policy {
            content.update(Sha256::digest(document));
        }
        shared::digest_of(&mut content, &managed);
        let content: Digest = content.finalize().into();
        if let Some(policies) = self.sessions.find(content) {
            return Ok(Some(policies));
        }
        let mut sources = Vec::new();
        if let Some(document) = &session.policy {
            let policy = self.compile(document, PolicyKind::Session)?;
            sources.push(Source::new("session-policy", "session", policy));
        }
        sources.extend(shared::sources(managed));
        let policies = Arc::new(SessionPolicies::new(sources));
        self.sessions.keep(content, policies.clone());
        Ok(Some(policies))
    }

    /// The default version of a managed policy, the account's own or AWS's.
    pub(crate) async fn managed_policy(
        &self,
        plane: &Plane,
        account: AccountId,
        arn: &str,
    ) -> Result<Option<Arc<ManagedEntry>>> {
        match self.look_up(plane, account, Thing::Managed(account, arn)).await? {
            Some(Held::Managed(entry)) => Ok(Some(entry)),
            _ => Ok(None),
        }
    }

    /// The compiled form of a stored document; equal documents share one.
    pub(crate) fn compile(&self, document: &str, kind: PolicyKind) -> Result<Arc<Policy>> {
        self.shared.compile(document, kind).map(|(policy, _)| policy)
    }

    /// Forgets opened sessions that nobody asks for any more, a part of them at a time: to be called every second.
    pub fn forget_idle(&self) {
        self.opened.forget_idle(Instant::now());
    }

    /// What is known of the thing, or what the store says.
    async fn look_up(&self, plane: &Plane, account: AccountId, key: Thing<'_>) -> Result<Option<Held>> {
        self.may_answer()?;
        if let Some(known) = self.memory.find(key, &self.stamps) {
            return Ok(known);
        }
        // On the heap, so that those who find what they look for do not carry room for this.
        Box::pin(self.read_up(plane, account, key)).await
    }

    async fn read_up(&self, plane: &Plane, account: AccountId, key: Thing<'_>) -> Result<Option<Held>> {
        // Of those who miss the same thing one reads the store. Those who wait ask memory again and not the one who read:
        // they may have come after a change that it did not see.
        let _turn = self.memory.turn(key).await;
        if let Some(known) = self.memory.find(key, &self.stamps) {
            return Ok(known);
        }
        // Who asks for a user is known, and asked the store before there was a directory.
        let is_guess = !matches!(key, Thing::UserNamed(..));
        if is_guess && !self.guesses.are_left(account, Instant::now()) {
            return Err(Error::common(Common::Throttling, "Rate exceeded"));
        }
        let tick = self.stamps.now();
        let mut tx = plane.store.read().noting();
        let held = load::thing(&mut tx, &plane.sealer, &self.shared, key).await?;
        if is_guess && held.is_none() {
            self.guesses.wrong(account, Instant::now());
        }
        self.memory.keep(key, held.as_ref(), self.stamps.basis(tick, &tx.into_noted()));
        Ok(held)
    }
}

#[cfg(test)]
mod tests;
