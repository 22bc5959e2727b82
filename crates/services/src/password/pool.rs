//! Argon2id, few at a time and few waiting, so that sign-ins take neither the processors nor the memory away from the API, nor
//! those of one account the pool away from the others.

use crate::{Common, Error, Result};
use argon2::{Algorithm, Argon2, Params, PasswordHash as Phc, PasswordHasher, PasswordVerifier, Version};
use domain::{AccountId, PasswordHash, Random};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    thread,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};
use zeroize::Zeroizing;

/// Memory of one hash, in KiB: OWASP's first choice for Argon2id, with two passes and one lane.
///
/// Source: OWASP's Password Storage Cheat Sheet.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of a salt.
const SALT: usize = 16;
/// How many may wait for their turn.
const WAITING: usize = 64;
/// The most of one account that run and wait.
const OF_ONE_ACCOUNT: usize = 32;

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct PasswordPool {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    accounts: Arc<Mutex<HashMap<AccountId, usize>>>,
}

/// A place in the pool, given back when dropped.
struct Place {
    account: AccountId,
    accounts: Arc<Mutex<HashMap<AccountId, usize>>>,
    _admitted: OwnedSemaphorePermit,
}

impl Default for PasswordPool {
    /// Half of the processors, and one at least.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self::new((processors / 2).max(1), WAITING)
    }
}

impl PasswordPool {
    /// A pool that hashes so many at a time, and lets so many more wait.
    pub fn new(running: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(running.saturating_add(waiting))),
            accounts: Arc::default(),
        }
    }

    /// The hash of a password, under a new salt. `Throttling` when too many wait.
    pub(crate) async fn hash(
        &self,
        account: AccountId,
        password: &str,
        random: &dyn Random,
    ) -> Result<PasswordHash> {
        let mut salt = [0; SALT];
        random.fill(&mut salt);
        let password = Zeroizing::new(password.to_owned());
        self.run(account, move || {
            let phc: Phc =
                argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
            Ok(PasswordHash::new(phc.to_string()))
        })
        .await
    }

    /// Whether a password is one of those. `Throttling` when too many wait.
    pub(crate) async fn is_one_of(
        &self,
        account: AccountId,
        password: &str,
        hashes: Vec<PasswordHash>,
    ) -> Result<bool> {
        let password = Zeroizing::new(password.to_owned());
        self.run(account, move || {
            let argon2 = argon2()?;
            for hash in &hashes {
                match argon2.verify_password(password.as_bytes(), hash.expose()) {
                    Ok(()) => return Ok(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => {}
                    Err(error) => return Err(Error::internal(error)),
                }
            }
            Ok(false)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        account: AccountId,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.place(account).ok_or_else(|| Error::common(Common::Throttling, "Rate exceeded"))?;
        let running = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        let done = task::spawn_blocking(move || {
            // Held until the work is done, also when nobody waits for it any more.
            let _held = (place, running);
            work()
        });
        done.await.map_err(Error::internal)?
    }

    /// `None` when the pool, or the account's share of it, is full.
    fn place(&self, account: AccountId) -> Option<Place> {
        let admitted = self.admitted.clone().try_acquire_owned().ok()?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = accounts.entry(account).or_default();
        if *held >= OF_ONE_ACCOUNT {
            return None;
        }
        *held += 1;
        Some(Place { account, accounts: self.accounts.clone(), _admitted: admitted })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = accounts.entry(self.account) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn account(number: u64) -> AccountId {
        AccountId::from_number(number).unwrap()
    }

    #[tokio::test]
    async fn hashes_say_how_they_were_made() {
        let pool = PasswordPool::default();
        let hash = pool.hash(account(1), "correct horse", &Zeros).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
        assert!(pool.is_one_of(account(1), "correct horse", vec![hash.clone()]).await.unwrap());
        assert!(!pool.is_one_of(account(1), "Correct horse", vec![hash]).await.unwrap());
    }

    #[tokio::test]
    async fn older_parameters_still_verify() {
        let params = Params::new(64, 1, 1, None).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let phc: Phc = old.hash_password_with_salt(b"secret", &[7; 16]).unwrap();
        let pool = PasswordPool::default();
        assert!(
            pool.is_one_of(account(1), "secret", vec![PasswordHash::new(phc.to_string())]).await.unwrap()
        );
        let broken = pool.is_one_of(account(1), "secret", vec![PasswordHash::new("nonsense".into())]).await;
        assert!(broken.unwrap_err().is(Common::InternalFailure), "never taken for a wrong password");
    }

    #[tokio::test]
    async fn a_full_pool_throttles() {
        let pool = PasswordPool::new(1, 1);
        let held = pool.running.clone().acquire_owned().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..2 {
            let pool = pool.clone();
            waiting.push(tokio::spawn(async move { pool.hash(account(1), "x", &Zeros).await }));
        }
        while pool.admitted.available_permits() > 0 {
            task::yield_now().await;
        }
        assert!(pool.hash(account(1), "x", &Zeros).await.unwrap_err().is(Common::Throttling));
        drop(held);
        for done in waiting {
            done.await.unwrap().unwrap();
        }
        assert_eq!(pool.admitted.available_permits(), 2);
    }

    #[tokio::test]
    async fn one_account_does_not_take_all_places() {
        let pool = PasswordPool::new(1, WAITING);
        let held: Vec<_> = (0..OF_ONE_ACCOUNT).map(|_| pool.place(account(1)).unwrap()).collect();
        assert!(pool.hash(account(1), "x", &Zeros).await.unwrap_err().is(Common::Throttling));
        pool.hash(account(2), "x", &Zeros).await.unwrap();
        drop(held);
        pool.hash(account(1), "x", &Zeros).await.unwrap();
        assert!(pool.accounts.lock().unwrap().is_empty(), "nothing is left of who has none");
    }
}
