//! Memory that is counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Bytes that are taken of an allowance, by all who share it.
#[derive(Debug)]
pub(super) struct Taken {
    bytes: AtomicU64,
    allowance: u64,
}

/// Bytes that are taken until this is dropped: of what many hold and nobody owns.
#[derive(Debug)]
pub(super) struct Charge {
    bytes: u64,
    taken: Arc<Taken>,
}

impl Taken {
    /// Nothing yet.
    pub(super) fn new(allowance: u64) -> Self {
        Self { bytes: AtomicU64::new(0), allowance }
    }

    pub(super) fn allowance(&self) -> u64 {
        self.allowance
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn is_too_much(&self) -> bool {
        self.bytes() > self.allowance
    }

    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// What was added before.
    pub(super) fn subtract(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Adds, until what it gives is dropped.
    pub(super) fn charge(self: &Arc<Self>, bytes: usize) -> Arc<Charge> {
        let bytes = bytes as u64;
        self.add(bytes);
        Arc::new(Charge { bytes, taken: self.clone() })
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.taken.subtract(self.bytes);
    }
}
