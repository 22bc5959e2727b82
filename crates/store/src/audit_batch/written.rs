//! What has just been stored and waits for the files: they get it from memory, and the store need not be read.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::audit_chain::WaitingEvent;

/// Memory for events that are in the store and not in the files yet, in bytes; what has no room is read back.
const BYTES: usize = 16 * 1024 * 1024;

/// Events of batches that this process has stored, until they are asked for.
#[derive(Default)]
pub(crate) struct Written {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// By the ids of their batches.
    batches: HashMap<String, Vec<WaitingEvent>>,
    bytes: usize,
}

impl Written {
    /// Keeps the events of a batch, all of them, if there is room. Without events, they are read back.
    pub(crate) fn keep(&self, batch: &str, events: Vec<WaitingEvent>) {
        let bytes = bytes(&events);
        self.take(batch);
        let mut held = self.held();
        if held.bytes + bytes <= BYTES && !events.is_empty() {
            held.bytes += bytes;
            held.batches.insert(batch.to_owned(), events);
        }
    }

    /// The events of a batch, if they are here; then they no longer are.
    pub(crate) fn take(&self, batch: &str) -> Option<Vec<WaitingEvent>> {
        let mut held = self.held();
        let events = held.batches.remove(batch)?;
        held.bytes -= bytes(&events);
        Some(events)
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how much memory they take.
fn bytes(events: &[WaitingEvent]) -> usize {
    events.iter().map(|event| size_of::<WaitingEvent>() + event.id.len() + event.document.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn events(bytes: usize) -> Vec<WaitingEvent> {
        vec![WaitingEvent { id: "id".into(), at: Timestamp::UNIX_EPOCH, document: "x".repeat(bytes) }]
    }

    #[test]
    fn what_is_taken_makes_room() {
        let written = Written::default();
        written.keep("large", events(BYTES * 2 / 3));
        written.keep("large", events(BYTES / 2));
        written.keep("too much", events(BYTES / 2));
        written.keep("none", Vec::new());
        assert_eq!((written.take("too much"), written.take("none")), (None, None));
        assert_eq!(written.take("large"), Some(events(BYTES / 2)));
        assert_eq!(written.take("large"), None);
        assert_eq!(written.held().bytes, 0);
        written.keep("next", events(BYTES * 2 / 3));
        assert_eq!(written.take("next"), Some(events(BYTES * 2 / 3)));
    }
}
