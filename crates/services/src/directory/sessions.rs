//! Policies of sessions by content: they are looked up with every request.

use super::{
    SessionPolicies,
    shared::Digest,
    table::{Kept, Table},
    taken::Taken,
    weight::Weigh,
};
use std::sync::Arc;

/// Fused policies of sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    entries: Table<Entry>,
    taken: Arc<Taken>,
}

#[derive(Debug)]
struct Entry {
    content: Digest,
    policies: Arc<SessionPolicies>,
}

impl Sessions {
    /// Room for so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let taken = Arc::new(Taken::new(bytes));
        Self { entries: Table::new(taken.clone()), taken }
    }

    pub(super) fn find(&self, content: Digest) -> Option<Arc<SessionPolicies>> {
        self.entries.find(&content, |entry| Some(entry.policies.clone()))
    }

    pub(super) fn keep(&self, content: Digest, policies: Arc<SessionPolicies>) {
        self.entries.keep(&content, Entry { content, policies });
    }

    /// How many there are, and how many bytes they take.
    pub(super) fn entries(&self) -> (u64, u64) {
        (self.entries.len(), self.taken.bytes())
    }
}

impl Kept for Entry {
    type Key<'a> = Digest;

    fn is(&self, content: &Digest) -> bool {
        self.content == *content
    }

    fn held(&self) -> usize {
        self.policies.weight()
    }
}
