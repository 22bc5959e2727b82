//! How many bytes things take: near enough to bound the memory of all of them together.

use super::{KeyEntry, ManagedEntry, PrincipalPolicies, RoleEntry, SessionPolicies, UserEntry};
use domain::{Tag, User};
use policy::{Policy, Source};
use serde::Serialize;
use std::sync::Arc;

/// Parsed and compiled forms of a policy, for each character of its document: as measured on policies of one to twelve
/// statements with conditions.
const PER_CHARACTER: usize = 11;
/// What a thing takes beside its parts: its place in the cache, its counters, what the allocator adds.
const AROUND: usize = 400;
/// What a part takes that is by itself: the counters of an `Arc`, what the allocator adds.
const APART: usize = 24;
/// The longest text that lies in its record and not beside it, in bytes.
const INLINE: usize = 23;

/// Something with a weight.
pub(super) trait Weigh {
    /// Bytes. Of what is shared only its share: it is counted once for all that hold it now.
    fn weight(&self) -> usize;
}

impl Weigh for KeyEntry {
    fn weight(&self) -> usize {
        let secret = APART + self.secret.expose().len();
        AROUND + APART + size_of::<Self>() + secret + self.user.as_deref().map_or(0, entry)
    }
}

impl Weigh for UserEntry {
    fn weight(&self) -> usize {
        AROUND + entry(self)
    }
}

impl Weigh for User {
    fn weight(&self) -> usize {
        AROUND + user(self)
    }
}

/// A user with its policies, without a place of its own in the cache.
fn entry(entry: &UserEntry) -> usize {
    APART + size_of::<UserEntry>() + user(&entry.user) + share(&entry.policies)
}

fn user(user: &User) -> usize {
    let texts = [user.id.as_str(), user.name.as_str(), user.path.as_str()];
    let beside = texts.iter().filter(|text| text.len() > INLINE).map(|text| APART + text.len());
    let boundary = user.permissions_boundary.iter().map(|boundary| APART + boundary.policy_arn.len());
    let tags = user.tags.iter().map(|tag| size_of::<Tag>() + 2 * APART + tag.key.len() + tag.value.len());
    APART + size_of::<User>() + beside.chain(boundary).chain(tags).sum::<usize>()
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
