//! Sessions that were opened from their tokens, for the next request with the same token.

use super::{
    table::{Kept, Table},
    taken::Taken,
    weight::{Weigh, block},
};
use crate::session_token;
use domain::{AccessKeyId, Session};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use store::SessionSealer;
use subtle::ConstantTimeEq;

/// How long a session is kept that nobody asks for, so that its secret does not stay for long.
const IDLE: Duration = Duration::from_mins(15);

/// Opened sessions by access key, each with its token. A token is opened again when it is another one, and when the keys
/// that seal tokens have changed since: what no key opens any more is not opened from here either.
#[derive(Debug)]
pub(super) struct Opened {
    entries: Table<Entry>,
    taken: Arc<Taken>,
    since: Instant,
}

#[derive(Debug)]
struct Entry {
    id: AccessKeyId,
    token: Box<str>,
    session: Arc<Session>,
    /// The changes of the keys before it was opened.
    changes: u64,
    /// Seconds after the beginning: when it was last asked for.
    asked: AtomicU64,
}

impl Opened {
    /// Room for so many bytes.
    pub(super) fn new(bytes: u64, now: Instant) -> Self {
        let taken = Arc::new(Taken::new(bytes));
        Self { entries: Table::new(taken.clone()), taken, since: now }
    }

    /// The session of a token that came with `id`; `None` for anything that was not minted here for that key.
    pub(super) fn session(
        &self,
        token: &str,
        id: &AccessKeyId,
        sealer: &SessionSealer,
        now: Instant,
    ) -> Option<Arc<Session>> {
        let changes = sealer.changes();
        let second = self.second(now);
        let known = self.entries.find(&id, |entry| entry.session(token, changes, second));
        if known.is_some() {
            return known;
        }
        let session = Arc::new(session_token::open(token, id, sealer)?);
        let (token, asked) = (token.into(), AtomicU64::new(second));
        self.entries.keep(&id, Entry { id: id.clone(), token, session: session.clone(), changes, asked });
        Some(session)
    }

    /// Forgets some of those that nobody asks for any more: all of them after a minute of being called every second.
    pub(super) fn forget_idle(&self, now: Instant) {
        let second = self.second(now);
        self.entries.sweep(|entry| entry.is_idle(second));
    }

    /// How many there are, and how many bytes they take.
    pub(super) fn entries(&self) -> (u64, u64) {
        (self.entries.len(), self.taken.bytes())
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.since).as_secs()
    }
}

impl Entry {
    fn session(&self, token: &str, changes: u64, second: u64) -> Option<Arc<Session>> {
        let is_good = self.changes == changes
            && !self.is_idle(second)
            && bool::from(self.token.as_bytes().ct_eq(token.as_bytes()));
        // Who has another token does not keep this one's secret here.
        if is_good && self.asked.load(Ordering::Relaxed) < second {
            self.asked.store(second, Ordering::Relaxed);
        }
        is_good.then(|| self.session.clone())
    }

    fn is_idle(&self, second: u64) -> bool {
        second.saturating_sub(self.asked.load(Ordering::Relaxed)) >= IDLE.as_secs()
    }
}

impl Kept for Entry {
    type Key<'a> = &'a AccessKeyId;

    fn is(&self, id: &&AccessKeyId) -> bool {
        self.id == **id
    }

    fn held(&self) -> usize {
        block(self.token.len()) + self.session.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, Random, SecretAccessKey, SessionPrincipal};
    use jiff::Timestamp;
    use store::{Access, Location, RootKey, Sealer, Store};

    #[derive(Debug)]
    struct Same(u8);

    impl Random for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    async fn sealer() -> Sealer {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        Sealer::open(&store, &RootKey::generate().unwrap(), Timestamp::UNIX_EPOCH).await.unwrap()
    }

    fn session(random: u8) -> Session {
        Session {
            secret_access_key: SecretAccessKey::new(&Same(random)),
            account_id: AccountId::parse("123456789012").unwrap(),
            principal: SessionPrincipal::Root,
            issued_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
            mfa_authenticated_at: None,
            source_identity: None,
            tags: Vec::new(),
            transitive_tag_keys: Vec::new(),
            policy: None,
            policy_arns: Vec::new(),
        }
    }

    #[tokio::test]
    async fn opens_what_is_opened_without_it_and_nothing_else() {
        let (sealer, other) = (sealer().await, sealer().await);
        let now = Instant::now();
        let opened = Opened::new(1 << 20, now);
        let first = session_token::mint(&session(1), sealer.sessions(), &Same(1)).unwrap();
        // Another session under the same key, as no two have it, and one of other keys.
        let namesake = session_token::mint(&session(2), sealer.sessions(), &Same(1)).unwrap();
        let foreign = session_token::mint(&session(3), other.sessions(), &Same(1)).unwrap();
        let elsewhere = session_token::mint(&session(4), sealer.sessions(), &Same(4)).unwrap();
        assert_eq!(first.access_key_id, namesake.access_key_id);
        let changed = first.session_token.replacen('A', "B", 1);
        let tokens = [&first, &namesake, &foreign, &elsewhere].map(|minted| minted.session_token.clone());
        let tokens = tokens.into_iter().chain([
            changed,
            String::new(),
            first.session_token.get(1..).unwrap().to_owned(),
        ]);
        let tokens: Vec<String> = tokens.collect();
        let mut found = 0;
        for _ in 0..3 {
            for token in &tokens {
                for id in [&first.access_key_id, &elsewhere.access_key_id] {
                    let plain = session_token::open(token, id, sealer.sessions());
                    let kept = opened.session(token, id, sealer.sessions(), now);
                    assert_eq!(kept.as_deref(), plain.as_ref());
                    found += usize::from(plain.is_some());
                }
            }
        }
        assert_eq!(found, 9, "three tokens are good, each with its key");
        let token = &first.session_token;
        let before = opened.session(token, &first.access_key_id, sealer.sessions(), now).unwrap();
        let again = opened.session(token, &first.access_key_id, sealer.sessions(), now).unwrap();
        assert!(Arc::ptr_eq(&before, &again));
    }

    #[tokio::test]
    async fn what_nobody_asks_for_is_forgotten() {
        let sealer = sealer().await;
        let begun = Instant::now();
        let opened = Opened::new(1 << 20, begun);
        let minted = [1, 2]
            .map(|random| session_token::mint(&session(random), sealer.sessions(), &Same(random)).unwrap());
        let ask = |which: usize, after: Duration| {
            let minted = &minted[which];
            opened.session(&minted.session_token, &minted.access_key_id, sealer.sessions(), begun + after)
        };
        let before = [0, 1].map(|which| ask(which, Duration::ZERO).unwrap());
        assert!(Arc::ptr_eq(&before[0], &ask(0, IDLE / 2).unwrap()));
        let wrong = opened.session("wrong", &minted[1].access_key_id, sealer.sessions(), begun + IDLE / 2);
        assert_eq!(wrong, None);
        for _ in 0..1000 {
            opened.forget_idle(begun + IDLE);
        }
        assert_eq!(opened.entries().0, 1);
        assert!(Arc::ptr_eq(&before[0], &ask(0, IDLE).unwrap()), "it was asked for");
        assert!(!Arc::ptr_eq(&before[0], &ask(0, 3 * IDLE).unwrap()), "though not swept away yet");
    }
}
