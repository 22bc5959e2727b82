//! What has just been stored and waits for the files: they get it from memory, and the store need not be read.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Documents;

/// Memory for events that are in the store and not in the files yet, in bytes; what has no room is read back.
const BYTES: usize = 16 * 1024 * 1024;

/// Documents of batches that this process has stored, until they are asked for.
#[derive(Default)]
pub(crate) struct Written {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// By the ids of their batches.
    batches: HashMap<String, Documents>,
    bytes: usize,
}

impl Written {
    /// Keeps the documents of a batch, if there is room; else they are read back.
    pub(crate) fn keep(&self, batch: &str, documents: Documents) {
        let bytes = documents.size();
        self.take(batch);
        let mut held = self.held();
        if held.bytes + bytes <= BYTES {
            held.bytes += bytes;
            held.batches.insert(batch.to_owned(), documents);
        }
    }

    /// The documents of a batch, if they are here; then they no longer are.
    pub(crate) fn take(&self, batch: &str) -> Option<Documents> {
        let mut held = self.held();
        let documents = held.batches.remove(batch)?;
        held.bytes -= documents.size();
        Some(documents)
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(bytes: usize) -> Documents {
        Documents { text: "x".repeat(bytes), places: Vec::new() }
    }

    #[test]
    fn what_is_taken_makes_room() {
        let written = Written::default();
        written.keep("large", documents(BYTES * 2 / 3));
        written.keep("large", documents(BYTES / 2));
        written.keep("too much", documents(BYTES / 2));
        assert_eq!(written.take("too much"), None);
        assert_eq!(written.take("large"), Some(documents(BYTES / 2)));
        assert_eq!(written.take("large"), None);
        assert_eq!(written.held().bytes, 0);
        written.keep("next", documents(BYTES * 2 / 3));
        assert_eq!(written.take("next"), Some(documents(BYTES * 2 / 3)));
    }
}
