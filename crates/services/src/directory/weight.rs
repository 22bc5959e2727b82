//! How many bytes things take, in the blocks that the allocator gives. `tests/directory_memory.rs` holds it to what is
//! really given.

use super::{KeyEntry, ManagedEntry, PrincipalPolicies, RoleEntry, SessionPolicies, UserEntry};
use domain::{Role, Session, SessionPrincipal, Tag, User};
use policy::{Policy, Source};

/// The longest text that lies in its record and not beside it, in bytes.
const INLINE: usize = 23;
/// What an `Arc` adds to what it holds.
const COUNTS: usize = 2 * size_of::<usize>();

/// The block that the allocator gives for so many bytes: of sixteen and sixteen bytes up to 128, then of four sizes to the
/// next power of two.
pub(super) const fn block(bytes: usize) -> usize {
    let step = match bytes {
        0 => return 0,
        1..=128 => 16,
        _ => bytes.next_power_of_two() / 8,
    };
    bytes.next_multiple_of(step)
}

/// The block of an `Arc` around so many bytes.
pub(super) const fn shared(bytes: usize) -> usize {
    block(COUNTS + bytes)
}

/// Something with a weight.
pub(super) trait Weigh {
    /// Bytes, with its own block. Policies that others hold too are not in it: they are charged by themselves.
    fn weight(&self) -> usize;
}

impl Weigh for KeyEntry {
    fn weight(&self) -> usize {
        let secret = block(self.secret.expose().len());
        let user = self.user.as_ref().map_or(0, |entry| entry.user.weight());
        shared(size_of::<Self>()) + text(self.key.id.as_str()) + text(self.key.owner.as_str()) + secret + user
    }
}

impl Weigh for UserEntry {
    fn weight(&self) -> usize {
        shared(size_of::<Self>()) + self.user.weight()
    }
}

impl Weigh for User {
    fn weight(&self) -> usize {
        let texts = [self.id.as_str(), self.name.as_str(), self.path.as_str()];
        let boundary = self.permissions_boundary.as_ref().map_or(0, |it| string(&it.policy_arn));
        shared(size_of::<Self>()) + texts.map(text).iter().sum::<usize>() + boundary + tags(&self.tags)
    }
}

impl Weigh for Role {
    fn weight(&self) -> usize {
        let texts = [self.id.as_str(), self.name.as_str(), self.path.as_str()];
        let boundary = self.permissions_boundary.iter().map(|boundary| &boundary.policy_arn);
        let strings = boundary.chain(&self.description).chain([&self.trust_policy]).map(string);
        let trusted = self.trusted_principals.iter().map(|(arn, id)| string(arn) + text(id.as_str()));
        let template = self.source_template.iter().map(|template| {
            let values = template.values.iter();
            let value = |(name, values): (&String, &Vec<String>)| {
                NODE + string(name) + list(values) + values.iter().map(string).sum::<usize>()
            };
            string(&template.arn) + values.map(value).sum::<usize>()
        });
        shared(size_of::<Self>())
            + texts.map(text).iter().sum::<usize>()
            + strings.chain(trusted).chain(template).sum::<usize>()
            + list(&self.trusted_principals)
            + tags(&self.tags)
    }
}

/// The share of a name and its values in a node of a tree.
const NODE: usize = 96;

impl Weigh for RoleEntry {
    fn weight(&self) -> usize {
        let trust = &self.trust;
        let trust = shared(size_of_val(&**trust)) + trust.bundle().heap_size() + source(trust.source());
        shared(size_of::<Self>()) + self.role.weight() + trust
    }
}

impl Weigh for ManagedEntry {
    fn weight(&self) -> usize {
        shared(size_of::<Self>()) + source(&self.piece.source)
    }
}

impl Weigh for PrincipalPolicies {
    fn weight(&self) -> usize {
        shared(size_of::<Self>()) + self.bundle().heap_size() + self.lists().map(sources).sum::<usize>()
    }
}

impl Weigh for SessionPolicies {
    /// With the policies themselves, whoever else holds them.
    fn weight(&self) -> usize {
        let policies = self.sources().iter().map(|source| source.policy.weight());
        shared(size_of::<Self>())
            + self.bundle().heap_size()
            + sources(self.sources())
            + policies.sum::<usize>()
    }
}

impl Weigh for Policy {
    fn weight(&self) -> usize {
        shared(size_of::<Self>()) + self.heap_size()
    }
}

impl Weigh for Session {
    fn weight(&self) -> usize {
        let name = match &self.principal {
            SessionPrincipal::Root => 0,
            SessionPrincipal::User { id } => text(id.as_str()),
            SessionPrincipal::Role { id, name, session_name } => {
                text(id.as_str()) + text(name.as_str()) + text(session_name.as_str())
            }
        };
        let strings = self.policy_arns.iter().chain(&self.transitive_tag_keys);
        let strings = strings.chain(&self.policy).chain(&self.source_identity).map(string).sum::<usize>();
        let secret = block(self.secret_access_key.expose().len());
        let lists = list(&self.policy_arns) + list(&self.transitive_tag_keys) + tags(&self.tags);
        shared(size_of::<Self>()) + name + strings + secret + lists
    }
}

fn tags(tags: &Vec<Tag>) -> usize {
    list(tags) + tags.iter().map(|tag| string(&tag.key) + string(&tag.value)).sum::<usize>()
}

fn sources(sources: &[Source]) -> usize {
    block(size_of_val(sources)) + sources.iter().map(source).sum::<usize>()
}

/// What a named policy holds beside itself and the policy.
fn source(source: &Source) -> usize {
    string(&source.id)
}

/// The text of a name or an id, where it has no room in the record.
fn text(text: &str) -> usize {
    if text.len() > INLINE { shared(text.len()) } else { 0 }
}

fn string(text: &String) -> usize {
    block(text.capacity())
}

fn list<T>(list: &Vec<T>) -> usize {
    block(list.capacity() * size_of::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_those_of_the_allocator() {
        let sizes = [0, 1, 16, 17, 40, 128, 129, 160, 161, 200, 256, 257, 321, 1000, 1025];
        assert_eq!(sizes.map(block), [0, 16, 16, 32, 48, 128, 160, 160, 192, 224, 256, 320, 384, 1024, 1280]);
    }
}
