use std::sync::atomic::{AtomicUsize, Ordering};

use crate::StoreError;

/// Those who wait for something, counted.
#[derive(Default)]
pub(super) struct Queue {
    waiting: AtomicUsize,
}

/// One who waits, for as long as this lives: also when its future is dropped.
pub(super) struct Waiting<'a>(&'a Queue);

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Joins the queue, unless so many are in it already.
    pub(super) fn join(&self, most: usize) -> Result<Waiting<'_>, StoreError> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(self);
        if before < most {
            Ok(waiting)
        } else {
            Err(StoreError::Overloaded("too many transactions wait".into()))
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
