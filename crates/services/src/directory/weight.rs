//! How many bytes things take: near enough to bound the memory of all of them together.

use super::{KeyEntry, ManagedEntry, PrincipalPolicies, RoleEntry, SessionPolicies, UserEntry};
use domain::User;
use policy::{Policy, Source};
use serde::Serialize;
use std::sync::Arc;

/// Parsed and compiled forms of a policy, for each character of its document: as measured on policies of one to twelve
/// statements with conditions.
const PER_CHARACTER: usize = 11;
/// What a thing takes beside its parts: its place in the cache, its counters, what the allocator adds.
const AROUND: usize = 500;

/// Something with a weight.
pub(super) trait Weigh {
    /// Bytes. Of what is shared only its share: it is counted once for all that hold it now.
    fn weight(&self) -> usize;
}

impl Weigh for KeyEntry {
    fn weight(&self) -> usize {
        AROUND + size_of::<Self>() + record(&self.key)
    }
}

impl Weigh for UserEntry {
    fn weight(&self) -> usize {
        AROUND + size_of::<Self>() + record(&*self.user) + share(&self.policies)
    }
}

impl Weigh for User {
    fn weight(&self) -> usize {
        AROUND + size_of::<Self>() + record(self)
    }
}

impl Weigh for RoleEntry {
    fn weight(&self) -> usize {
        AROUND + size_of::<Self>() + record(&*self.role) + share(&self.policies) + self.trust.weight()
    }
}

impl Weigh for ManagedEntry {
    fn weight(&self) -> usize {
        AROUND + sources(std::slice::from_ref(&self.source))
    }
}

impl Weigh for PrincipalPolicies {
    fn weight(&self) -> usize {
        AROUND + self.bundle().size() + self.lists().map(sources).sum::<usize>()
    }
}

impl Weigh for SessionPolicies {
    fn weight(&self) -> usize {
        AROUND + self.bundle().size() + sources(self.sources())
    }
}

impl Weigh for super::ResourcePolicy {
    fn weight(&self) -> usize {
        AROUND + self.bundle().size() + sources(std::slice::from_ref(self.source()))
    }
}

impl Weigh for Policy {
    fn weight(&self) -> usize {
        AROUND + size_of::<Self>() + PER_CHARACTER * self.size()
    }
}

fn sources(sources: &[Source]) -> usize {
    sources.iter().map(|source| size_of::<Source>() + source.id.len() + share(&source.policy)).sum()
}

fn share<T: Weigh>(shared: &Arc<T>) -> usize {
    shared.weight() / Arc::strong_count(shared).max(1)
}

/// A record in memory takes about twice what it takes as JSON, for its many short texts.
fn record<T: Serialize>(record: &T) -> usize {
    serde_json::to_vec(record).map_or(0, |json| 2 * json.len())
}
