//! Room for connections: in all, and for each address.

use crate::throttle::network;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    /// How many connections each address has; those without any are not in it.
    by_address: Mutex<HashMap<u128, usize>>,
    per_address: usize,
}

/// The place of one connection, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    network: u128,
    _of_all: OwnedSemaphorePermit,
}

impl Places {
    /// `per_address` zero is no limit.
    pub(super) fn new(all: usize, per_address: usize) -> Arc<Self> {
        let per_address = if per_address == 0 { usize::MAX } else { per_address };
        let all = Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { all, by_address: Mutex::default(), per_address })
    }

    /// Waits until there is room for one more connection.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Takes the place, unless the address has as many as it may.
    pub(super) fn take(self: &Arc<Self>, of_all: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let network = network(address);
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_address.entry(network).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), network, _of_all: of_all })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self.places.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_address.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_gets_so_many_places_and_gives_them_back() {
        let places = Places::new(10, 2);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let take = async |text| places.take(places.room().await.unwrap(), address(text));
        let first = take("192.0.2.1").await.unwrap();
        let _second = take("192.0.2.1").await.unwrap();
        assert!(take("192.0.2.1").await.is_none());
        let _other = take("192.0.2.2").await.unwrap();
        assert_eq!(places.all.available_permits(), 7);
        drop(first);
        assert!(take("192.0.2.1").await.is_some());
        assert_eq!(places.by_address.lock().unwrap().len(), 2);
    }
}
