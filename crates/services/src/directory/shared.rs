//! Policies that many entries share: equal documents are compiled once, equal sets of policies fused once. They live as
//! long as an entry holds them.

use super::PrincipalPolicies;
use crate::{Error, Result};
use moka::sync::Cache;
use policy::{Policy, PolicyKind, Source};
use sha2::{Digest as _, Sha256};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// SHA-256 of a content.
pub(super) type Digest = [u8; 32];

/// Bytes that one line of these tables takes.
const LINE: u64 = 160;
/// How long a line is kept that nobody asks for: it may lead to something that is gone.
const IDLE: Duration = Duration::from_hours(1);

/// The tables of what is shared. A lost line costs a second copy and nothing else.
#[derive(Debug)]
pub(super) struct Shared {
    compiled: Cache<(PolicyKind, Digest), Weak<Policy>>,
    fused: Cache<Digest, Weak<PrincipalPolicies>>,
}

/// A named policy with the digest of its document.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) source: Source,
    pub(super) digest: Digest,
}

impl Shared {
    /// Tables of no more than so many bytes, without what they lead to.
    pub(super) fn new(bytes: u64) -> Self {
        let lines = bytes / 2 / LINE;
        Self {
            compiled: Cache::builder().max_capacity(lines).time_to_idle(IDLE).build(),
            fused: Cache::builder().max_capacity(lines).time_to_idle(IDLE).build(),
        }
    }

    /// The compiled form of a document and the document's digest.
    pub(super) fn compile(&self, document: &str, kind: PolicyKind) -> Result<(Arc<Policy>, Digest)> {
        let digest: Digest = Sha256::digest(document).into();
        if let Some(policy) = self.compiled.get(&(kind, digest)).and_then(|policy| policy.upgrade()) {
            return Ok((policy, digest));
        }
        // What is stored was checked when it came in: a failure here is damage, and damage allows nothing.
        let policy = Arc::new(Policy::parse(document, kind).map_err(Error::internal)?);
        self.compiled.insert((kind, digest), Arc::downgrade(&policy));
        Ok((policy, digest))
    }

    /// The policies of a principal, fused.
    pub(super) fn fuse(&self, identity: Vec<Piece>, boundary: Option<Vec<Piece>>) -> Arc<PrincipalPolicies> {
        let mut content = Sha256::new();
        digest_of(&mut content, &identity);
        if let Some(boundary) = &boundary {
            content.update([1]);
            digest_of(&mut content, boundary);
        }
        let digest: Digest = content.finalize().into();
        if let Some(policies) = self.fused.get(&digest).and_then(|policies| policies.upgrade()) {
            return policies;
        }
        let policies = Arc::new(PrincipalPolicies::new(sources(identity), boundary.map(sources)));
        self.fused.insert(digest, Arc::downgrade(&policies));
        policies
    }
}

/// Feeds everything that fused policies show of their sources. Every part is preceded by its length, so that no two lists
/// come to the same bytes.
pub(super) fn digest_of(content: &mut Sha256, pieces: &[Piece]) {
    content.update((pieces.len() as u64).to_be_bytes());
    for Piece { source, digest } in pieces {
        for text in [source.id.as_str(), source.source_type.as_ref()] {
            content.update((text.len() as u64).to_be_bytes());
            content.update(text);
        }
        content.update(digest);
    }
}

pub(super) fn sources(pieces: Vec<Piece>) -> Vec<Source> {
    pieces.into_iter().map(|piece| piece.source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(shared: &Shared, id: &str, action: &str) -> Piece {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#
        );
        let (policy, digest) = shared.compile(&document, PolicyKind::Identity).unwrap();
        Piece { source: Source::new(id, "user", policy), digest }
    }

    #[test]
    fn equal_contents_are_one() {
        let shared = Shared::new(1 << 20);
        let (a, b, other) = (
            piece(&shared, "p", "iam:ListUsers"),
            piece(&shared, "p", "iam:ListUsers"),
            piece(&shared, "p", "iam:ListRoles"),
        );
        assert!(Arc::ptr_eq(&a.source.policy, &b.source.policy));
        let fused = shared.fuse(vec![a.clone()], None);
        assert!(Arc::ptr_eq(&fused, &shared.fuse(vec![b], None)));
        assert!(!Arc::ptr_eq(&fused, &shared.fuse(vec![other], None)));
        assert!(
            !Arc::ptr_eq(&fused, &shared.fuse(vec![a.clone()], Some(vec![]))),
            "a boundary that is empty"
        );
        let named = Piece { source: Source::new("q", "user", a.source.policy.clone()), digest: a.digest };
        assert!(!Arc::ptr_eq(&fused, &shared.fuse(vec![named], None)), "names are told in explanations");
    }

    #[test]
    fn what_nobody_holds_is_gone() {
        let shared = Shared::new(1 << 20);
        let policy = Arc::downgrade(&piece(&shared, "p", "iam:ListUsers").source.policy);
        assert!(policy.upgrade().is_none());
    }
}
