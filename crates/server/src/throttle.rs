//! How many requests an address and a caller may make: AWS's `Throttling` beyond.

use domain::{Caller, Principal};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use services::{Common, Error, Result};
use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
};

/// Requests per second, and how many may come at once. A rate of zero is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rates {
    /// From one address; of IPv6 from one /64.
    pub(crate) address_rate: u32,
    /// From one address at once.
    pub(crate) address_burst: u32,
    /// By one user, role or root user, with whatever key or session.
    pub(crate) caller_rate: u32,
    /// By one caller at once.
    pub(crate) caller_burst: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self { address_rate: 20_000, address_burst: 40_000, caller_rate: 10_000, caller_burst: 20_000 }
    }
}

impl Rates {
    /// No limits, for planes that serve one test.
    pub(crate) fn unlimited() -> Self {
        Self { address_rate: 0, address_burst: 0, caller_rate: 0, caller_burst: 0 }
    }
}

/// Counts requests by address and by caller.
#[derive(Debug)]
pub(crate) struct Throttle {
    addresses: Option<DefaultKeyedRateLimiter<u128>>,
    callers: Option<DefaultKeyedRateLimiter<u64>>,
    /// Callers are known by a hash, so that counting one makes no copy of its id; the seed is this process's own.
    hasher: RandomState,
}

impl Throttle {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            addresses: quota(rates.address_rate, rates.address_burst).map(RateLimiter::keyed),
            callers: quota(rates.caller_rate, rates.caller_burst).map(RateLimiter::keyed),
            hasher: RandomState::new(),
        }
    }

    /// Counts a request from an address.
    pub(crate) fn address(&self, address: IpAddr) -> Result<()> {
        let allowed =
            self.addresses.as_ref().is_none_or(|limiter| limiter.check_key(&network(address)).is_ok());
        if allowed { Ok(()) } else { Err(exceeded()) }
    }

    /// Counts a request by a caller whose signature was found right: nobody spends another's requests.
    pub(crate) fn caller(&self, caller: &Caller) -> Result<()> {
        let Some(limiter) = &self.callers else { return Ok(()) };
        let id = match &caller.principal {
            Principal::AssumedRole { role, .. } => role.id.as_str(),
            Principal::Root => "",
            Principal::User(user) => user.id.as_str(),
        };
        let key = self.hasher.hash_one((caller.account_id.number(), id));
        if limiter.check_key(&key).is_ok() { Ok(()) } else { Err(exceeded()) }
    }

    /// Forgets those whose allowance is whole again. To be called from time to time: what is kept then is bounded by how
    /// many come in that time.
    pub(crate) fn forget_idle(&self) {
        if let Some(limiter) = &self.addresses {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        if let Some(limiter) = &self.callers {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// The network that counts as one address: who has an IPv6 address usually has a /64 of them.
pub(crate) fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

fn quota(rate: u32, burst: u32) -> Option<Quota> {
    let rate = NonZeroU32::new(rate)?;
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Some(Quota::per_second(rate).allow_burst(burst.max(NonZeroU32::MIN)))
}

fn exceeded() -> Error {
    Error::common(Common::Throttling, "Rate exceeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_own_allowance() {
        // So slow that no allowance comes back while the test runs.
        let throttle = Throttle::new(Rates { address_rate: 1, address_burst: 3, ..Rates::unlimited() });
        let ask = |address: &str| throttle.address(address.parse().unwrap()).is_ok();
        assert_eq!([(); 5].map(|()| ask("192.0.2.1")), [true, true, true, false, false]);
        assert!(ask("192.0.2.2"));
        assert_eq!([(); 4].map(|()| ask("2001:db8::1")), [true, true, true, false]);
        assert!(!ask("2001:db8::ffff:1"), "another address of the same /64");
        assert!(ask("2001:db8:0:1::1"));
        assert!(!ask("::ffff:192.0.2.1"), "IPv4 in IPv6 clothes");
    }

    #[test]
    fn no_rate_is_no_limit() {
        let throttle = Throttle::new(Rates::unlimited());
        assert!((0..1_000_000).all(|_| throttle.address(IpAddr::from([192, 0, 2, 1])).is_ok()));
    }

    #[test]
    fn who_is_idle_is_forgotten() {
        let throttle =
            Throttle::new(Rates { address_rate: u32::MAX, address_burst: 1, ..Rates::unlimited() });
        for last in 0..100 {
            let _ = throttle.address(IpAddr::from([192, 0, 2, last]));
        }
        let kept = || throttle.addresses.as_ref().unwrap().len();
        // A billionth of a second later every allowance is whole again.
        while kept() > 0 {
            throttle.forget_idle();
        }
    }
}
