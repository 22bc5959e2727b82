//! Policies that many entries share: equal documents are compiled once, equal sets of policies fused once. They live as
//! long as an entry holds them, and are charged to all entries together for so long.

use super::{
    PrincipalPolicies,
    taken::{Charge, Taken},
    weight::{Weigh, shared},
};
use crate::{Error, Result};
use policy::{Policy, PolicyKind, Source};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

/// SHA-256 of a content.
pub(super) type Digest = [u8; 32];

/// Bytes of a line of these tables, with those that are free or lead to what is gone.
const LINE: usize = 160;
/// Lines that lead nowhere and are not worth looking for.
const FEW: usize = 64;

/// The tables of what is shared. A lost line costs a second copy and nothing else.
#[derive(Debug)]
pub(super) struct Shared {
    compiled: Lines<(PolicyKind, Digest), Compiled>,
    fused: Lines<Digest, Weak<PrincipalPolicies>>,
    taken: Arc<Taken>,
}

/// A named policy with the digest of its document, and what is charged for it while entries hold it.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) source: Source,
    pub(super) digest: Digest,
    pub(super) charge: Arc<Charge>,
}

/// A document's policy. Sessions that hold it are not charged for it here, so the charge may be gone before it.
#[derive(Clone, Debug)]
struct Compiled {
    policy: Weak<Policy>,
    charge: Weak<Charge>,
}

impl Shared {
    /// Empty tables; what is shared is taken from this allowance.
    pub(super) fn new(taken: Arc<Taken>) -> Self {
        Self { compiled: Lines::default(), fused: Lines::default(), taken }
    }

    /// The compiled form of a document and the document's digest.
    pub(super) fn compile(&self, document: &str, kind: PolicyKind) -> Result<(Arc<Policy>, Digest)> {
        let digest: Digest = Sha256::digest(document).into();
        let key = (kind, digest);
        if let Some(policy) = self.compiled.find(&key).and_then(|known| known.policy.upgrade()) {
            return Ok((policy, digest));
        }
        // What is stored was checked when it came in: a failure here is damage, and damage allows nothing.
        let policy = Arc::new(Policy::parse(document, kind).map_err(Error::internal)?);
        let compiled = Compiled { policy: Arc::downgrade(&policy), charge: Weak::new() };
        self.compiled.keep(key, compiled, |line| line.policy.strong_count() > 0);
        Ok((policy, digest))
    }

    /// The same with a name, for an entry to hold.
    pub(super) fn piece(
        &self,
        id: &str,
        source_type: &'static str,
        document: &str,
        kind: PolicyKind,
    ) -> Result<Piece> {
        let (policy, digest) = self.compile(document, kind)?;
        let charge = self.compiled.find(&(kind, digest)).and_then(|known| known.charge.upgrade());
        let charge = charge.unwrap_or_else(|| {
            let charge = self.taken.charge(policy.weight() + LINE + shared(size_of::<Charge>()));
            let compiled = Compiled { policy: Arc::downgrade(&policy), charge: Arc::downgrade(&charge) };
            self.compiled.keep((kind, digest), compiled, |line| line.policy.strong_count() > 0);
            charge
        });
        Ok(Piece { source: Source::new(id, source_type, policy), digest, charge })
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
        if let Some(policies) = self.fused.find(&digest).and_then(|policies| policies.upgrade()) {
            return policies;
        }
        let charges = identity.iter().chain(boundary.iter().flatten()).map(|piece| piece.charge.clone());
        let charges = charges.collect();
        let mut policies = PrincipalPolicies::new(sources(identity), boundary.map(sources));
        policies.charge(charges, &self.taken, LINE);
        let policies = Arc::new(policies);
        self.fused.keep(digest, Arc::downgrade(&policies), |line| line.strong_count() > 0);
        policies
    }
}

/// Where things are that live as long as somebody holds them.
#[derive(Debug)]
struct Lines<K, V>(Mutex<Table<K, V>>);

#[derive(Debug)]
struct Table<K, V> {
    lines: HashMap<K, V>,
    /// How many more may come before those that lead nowhere go.
    left: usize,
}

impl<K, V> Default for Lines<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Table { lines: HashMap::new(), left: FEW }))
    }
}

impl<K: Eq + Hash, V: Clone> Lines<K, V> {
    fn find(&self, key: &K) -> Option<V> {
        self.table().lines.get(key).cloned()
    }

    /// Now and then, lines that lead nowhere go first: what they led to keeps its memory until then.
    fn keep(&self, key: K, value: V, leads_on: impl Fn(&V) -> bool) {
        let mut table = self.table();
        if table.left == 0 {
            table.lines.retain(|_, line| leads_on(line));
            let held = table.lines.len();
            table.lines.shrink_to(2 * held);
            table.left = FEW.max(held / 4);
        }
        table.left -= 1;
        table.lines.insert(key, value);
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn table(&self) -> MutexGuard<'_, Table<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Feeds everything that fused policies show of their sources. Every part is preceded by its length, so that no two lists
/// come to the same bytes.
pub(super) fn digest_of(content: &mut Sha256, pieces: &[Piece]) {
    content.update((pieces.len() as u64).to_be_bytes());
    for Piece { source, digest, .. } in pieces {
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
        shared.piece(id, "user", &document, PolicyKind::Identity).unwrap()
    }

    fn new() -> (Shared, Arc<Taken>) {
        let taken = Arc::new(Taken::new(1 << 20));
        (Shared::new(taken.clone()), taken)
    }

    #[test]
    fn equal_contents_are_one() {
        let (shared, _) = new();
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
        let named = Piece { source: Source::new("q", "user", a.source.policy.clone()), ..a };
        assert!(!Arc::ptr_eq(&fused, &shared.fuse(vec![named], None)), "names are told in explanations");
    }

    #[test]
    fn what_nobody_holds_is_gone() {
        let (shared, taken) = new();
        let policy = Arc::downgrade(&piece(&shared, "p", "iam:ListUsers").source.policy);
        assert!(policy.upgrade().is_none());
        assert_eq!(taken.bytes(), 0);
    }

    #[test]
    fn what_many_hold_is_charged_once_until_nobody_does() {
        let (shared, taken) = new();
        let own = piece(&shared, "p", "iam:ListUsers");
        let one = taken.bytes();
        assert!(one > 0);
        let again = piece(&shared, "q", "iam:ListUsers");
        assert_eq!(taken.bytes(), one);
        let fused = shared.fuse(vec![own.clone(), again], None);
        let all = taken.bytes();
        assert!(all > one);
        let same = shared.fuse(vec![own.clone(), piece(&shared, "q", "iam:ListUsers")], None);
        drop((own, fused));
        assert_eq!(taken.bytes(), all);
        // A session that holds the policy on is charged for it elsewhere.
        let policy = same.lists().flatten().next().unwrap().policy.clone();
        drop(same);
        assert_eq!(taken.bytes(), 0);
        let back = piece(&shared, "p", "iam:ListUsers");
        assert!(Arc::ptr_eq(&back.source.policy, &policy));
        assert_eq!(taken.bytes(), one);
    }

    #[test]
    fn lines_that_lead_nowhere_make_room() {
        let lines = Lines::default();
        let kept: Vec<_> = (0..100).map(Arc::new).collect();
        for number in 0..10_000 {
            let gone = Arc::new(number);
            let held = kept.get(number).unwrap_or(&gone);
            lines.keep(number, Arc::downgrade(held), |line: &Weak<usize>| line.strong_count() > 0);
        }
        for (number, held) in kept.iter().enumerate() {
            assert!(lines.find(&number).and_then(|line| line.upgrade()).is_some_and(|it| it == *held));
        }
        assert!(lines.table().lines.capacity() < 1000);
    }
}
