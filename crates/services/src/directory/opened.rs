//! Sessions that were opened from their tokens, for the next request with the same token.

use crate::session_token;
use domain::{AccessKeyId, Session, Tag};
use moka::sync::Cache;
use std::{sync::Arc, time::Duration};
use store::SessionSealer;
use subtle::ConstantTimeEq;

/// How long a session is kept that nobody asks for, so that its secret does not stay for long.
const IDLE: Duration = Duration::from_mins(15);
/// What a session takes beside its texts: its place in the cache, its counters, what the allocator adds.
const AROUND: usize = 700;

/// Opened sessions by access key, each with its token. A token is opened again when it is another one, and when the keys
/// that seal tokens have changed since: what no key opens any more is not opened from here either.
#[derive(Debug)]
pub(super) struct Opened(Cache<AccessKeyId, Arc<Entry>>);

#[derive(Debug)]
struct Entry {
    token: Box<str>,
    session: Arc<Session>,
    /// The changes of the keys before it was opened.
    changes: u64,
}

impl Opened {
    /// Room for so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let weigh = |_: &AccessKeyId, entry: &Arc<Entry>| u32::try_from(entry.weight()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).time_to_idle(IDLE).build())
    }

    /// The session of a token that came with `id`; `None` for anything that was not minted here for that key.
    pub(super) fn session(
        &self,
        token: &str,
        id: &AccessKeyId,
        sealer: &SessionSealer,
    ) -> Option<Arc<Session>> {
        let changes = sealer.changes();
        if let Some(entry) = self.0.get(id)
            && entry.changes == changes
            && bool::from(entry.token.as_bytes().ct_eq(token.as_bytes()))
        {
            return Some(entry.session.clone());
        }
        let session = Arc::new(session_token::open(token, id, sealer)?);
        let entry = Entry { token: token.into(), session: session.clone(), changes };
        self.0.insert(id.clone(), Arc::new(entry));
        Some(session)
    }

    /// How many there are, and about how many bytes they take.
    pub(super) fn entries(&self) -> (u64, u64) {
        self.0.run_pending_tasks();
        (self.0.entry_count(), self.0.weighted_size())
    }
}

impl Entry {
    fn weight(&self) -> usize {
        let session = &*self.session;
        let tag = |tag: &Tag| size_of::<Tag>() + tag.key.len() + tag.value.len();
        let texts = session.policy_arns.iter().chain(&session.transitive_tag_keys);
        let texts = texts.chain(&session.policy).map(|text| size_of::<String>() + text.len());
        let parts = texts.chain(session.tags.iter().map(tag)).sum::<usize>();
        AROUND + size_of::<Session>() + self.token.len() + parts
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
        let opened = Opened::new(1 << 20);
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
                    let kept = opened.session(token, id, sealer.sessions());
                    assert_eq!(kept.as_deref(), plain.as_ref());
                    found += usize::from(plain.is_some());
                }
            }
        }
        assert_eq!(found, 9, "three tokens are good, each with its key");
        let token = &first.session_token;
        let before = opened.session(token, &first.access_key_id, sealer.sessions()).unwrap();
        let again = opened.session(token, &first.access_key_id, sealer.sessions()).unwrap();
        assert!(Arc::ptr_eq(&before, &again));
    }
}
