//! Derived keys, kept for the next request of the same access key.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ecdsa_key::KeyError;
use crate::presented::{Algorithm, Presented};
use crate::verify::VerifyingKey;

/// Entries of a bucket: few enough to look through, enough that keys seldom push each other out.
const WAYS: usize = 8;

/// A bounded cache of derived keys. An entry belongs to one access key, day, region and service (Version 4A: to one
/// access key) and to one secret: under another secret the key is derived anew, so a changed secret never verifies with
/// an old key. Each bucket has a lock of its own and forgets the key it has not used for longest.
pub struct KeyCache {
    buckets: Box<[RwLock<Bucket>]>,
    seed: u64,
}

#[derive(Default)]
struct Bucket {
    entries: Vec<Entry>,
    /// Counts uses; an entry keeps the count of its last one.
    clock: AtomicU64,
}

struct Entry {
    algorithm: Algorithm,
    names: [Box<str>; 4],
    secret_sha256: [u8; 32],
    key: Arc<VerifyingKey>,
    used: AtomicU64,
}

impl KeyCache {
    /// Room for `capacity` keys, rounded up to whole buckets. `seed` is random, so that nobody outside can aim at a
    /// bucket.
    pub fn new(capacity: usize, seed: u64) -> Self {
        let buckets = capacity.div_ceil(WAYS).max(1);
        Self { buckets: (0..buckets).map(|_| RwLock::default()).collect(), seed }
    }

    /// The key of `presented` under this secret, from the cache or derived.
    pub fn key(
        &self,
        presented: &Presented<'_>,
        secret_access_key: &str,
    ) -> Result<Arc<VerifyingKey>, KeyError> {
        let algorithm = presented.algorithm;
        let scope = &presented.scope;
        let names = match algorithm {
            Algorithm::V4 => [
                presented.access_key_id.as_ref(),
                &scope.date,
                scope.region.as_deref().unwrap_or_default(),
                &scope.service,
            ],
            Algorithm::V4a => [presented.access_key_id.as_ref(), "", "", ""],
        };
        let Some(bucket) = self.bucket(algorithm, names) else {
            return VerifyingKey::derive(presented, secret_access_key).map(Arc::new);
        };
        let secret_sha256: [u8; 32] = Sha256::digest(secret_access_key).into();
        if let Some(key) = read(bucket)
            .find(algorithm, names)
            .filter(|entry| entry.belongs_to(&secret_sha256))
            .map(Entry::key)
        {
            return Ok(key);
        }
        // Derived outside the lock: Version 4A takes tens of microseconds.
        let key = Arc::new(VerifyingKey::derive(presented, secret_access_key)?);
        write(bucket).insert(algorithm, names, secret_sha256, Arc::clone(&key));
        Ok(key)
    }

    fn bucket(&self, algorithm: Algorithm, names: [&str; 4]) -> Option<&RwLock<Bucket>> {
        let mut hasher = DefaultHasher::new();
        (self.seed, algorithm, names).hash(&mut hasher);
        let buckets = u64::try_from(self.buckets.len()).ok()?;
        self.buckets.get(usize::try_from(hasher.finish().checked_rem(buckets)?).ok()?)
    }
}

impl Bucket {
    fn find(&self, algorithm: Algorithm, names: [&str; 4]) -> Option<&Entry> {
        let entry = self.entries.iter().find(|entry| entry.is(algorithm, names))?;
        entry.used.store(self.clock.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        Some(entry)
    }

    fn insert(
        &mut self,
        algorithm: Algorithm,
        names: [&str; 4],
        secret_sha256: [u8; 32],
        key: Arc<VerifyingKey>,
    ) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.is(algorithm, names)) {
            entry.secret_sha256 = secret_sha256;
            entry.key = key;
            return;
        }
        if self.entries.len() >= WAYS {
            let oldest =
                self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.used.load(Ordering::Relaxed));
            if let Some((index, _)) = oldest {
                self.entries.swap_remove(index);
            }
        }
        let used = AtomicU64::new(self.clock.fetch_add(1, Ordering::Relaxed) + 1);
        self.entries.push(Entry { algorithm, names: names.map(Box::from), secret_sha256, key, used });
    }
}

impl Entry {
    fn is(&self, algorithm: Algorithm, names: [&str; 4]) -> bool {
        self.algorithm == algorithm && self.names.iter().zip(names).all(|(own, name)| **own == *name)
    }

    fn belongs_to(&self, secret_sha256: &[u8; 32]) -> bool {
        self.secret_sha256.ct_eq(secret_sha256).into()
    }

    fn key(&self) -> Arc<VerifyingKey> {
        Arc::clone(&self.key)
    }
}

/// A bucket is sound after every statement, so a panic elsewhere while it was locked does no harm.
fn read(bucket: &RwLock<Bucket>) -> std::sync::RwLockReadGuard<'_, Bucket> {
    bucket.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(bucket: &RwLock<Bucket>) -> std::sync::RwLockWriteGuard<'_, Bucket> {
    bucket.write().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyCache").field("capacity", &(self.buckets.len() * WAYS)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Request};

    fn cached(cache: &KeyCache, credential: &str, algorithm: Algorithm, secret: &str) -> Arc<VerifyingKey> {
        let query = format!(
            "X-Amz-Algorithm={}&X-Amz-Credential={credential}&X-Amz-SignedHeaders=host&X-Amz-Signature=00&\
             X-Amz-Date=20260101T000000Z",
            algorithm.as_str()
        );
        let request =
            Request { method: "GET", path: "/", query: &query, headers: &[], body: Body::Bytes(b"") };
        cache.key(&Presented::find(&request).unwrap().unwrap(), secret).unwrap()
    }

    fn v4(cache: &KeyCache, credential: &str, secret: &str) -> Arc<VerifyingKey> {
        cached(cache, credential, Algorithm::V4, secret)
    }

    #[test]
    fn returns_the_same_key_for_the_same_scope_and_secret() {
        let cache = KeyCache::new(64, 1);
        let first = v4(&cache, "AK/1/r/s/t", "secret");
        assert!(Arc::ptr_eq(&first, &v4(&cache, "AK/1/r/s/t", "secret")));
        for other in ["AL/1/r/s/t", "AK/2/r/s/t", "AK/1/q/s/t", "AK/1/r/x/t"] {
            assert!(!Arc::ptr_eq(&first, &v4(&cache, other, "secret")), "{other}");
        }
    }

    #[test]
    fn a_changed_secret_never_gets_the_old_key() {
        let cache = KeyCache::new(64, 1);
        let old = v4(&cache, "AK/1/r/s/t", "old");
        let new = v4(&cache, "AK/1/r/s/t", "new");
        let (VerifyingKey::Hmac(old_key), VerifyingKey::Hmac(new_key)) = (&*old, &*new) else { panic!() };
        assert_ne!(old_key.sign(b""), new_key.sign(b""));
        assert!(Arc::ptr_eq(&new, &v4(&cache, "AK/1/r/s/t", "new")));
        assert!(!Arc::ptr_eq(&old, &v4(&cache, "AK/1/r/s/t", "old")));
    }

    #[test]
    fn version_4a_keys_serve_every_scope() {
        let cache = KeyCache::new(8, 1);
        let first = cached(&cache, "AK/1/s/t", Algorithm::V4a, "secret");
        assert!(matches!(*first, VerifyingKey::Ecdsa(_)));
        assert!(Arc::ptr_eq(&first, &cached(&cache, "AK/2/x/t", Algorithm::V4a, "secret")));
        assert!(!Arc::ptr_eq(&first, &cached(&cache, "AL/1/s/t", Algorithm::V4a, "secret")));
        assert!(matches!(*v4(&cache, "AK/1/r/s/t", "secret"), VerifyingKey::Hmac(_)));
    }

    #[test]
    fn stays_bounded_and_forgets_the_least_used() {
        let cache = KeyCache::new(1, 1);
        let kept = v4(&cache, "AK/0/r/s/t", "secret");
        for day in 1..1000 {
            v4(&cache, &format!("AK/{day}/r/s/t"), "secret");
            assert!(Arc::ptr_eq(&kept, &v4(&cache, "AK/0/r/s/t", "secret")), "{day}");
        }
        let held: usize = cache.buckets.iter().map(|bucket| write(bucket).entries.len()).sum();
        assert_eq!(held, WAYS);
    }

    #[test]
    fn serves_many_threads() {
        let cache = KeyCache::new(32, 7);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let cache = &cache;
                scope.spawn(move || {
                    for round in 0..200 {
                        let credential = format!("AK/{}/r/s/t", (round * 7 + thread) % 40);
                        v4(cache, &credential, "secret");
                    }
                });
            }
        });
    }
}
