//! Sets of cells, a bit for each.

/// A subset of the cells of one axis; sets of one axis have the same length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    pub(super) fn from_fn(length: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let word = |start: usize| {
            let ends = length.min(start.saturating_add(64));
            (start..ends).filter(|&at| holds(at)).fold(0, |word, at| word | (1 << (at % 64)))
        };
        Self((0..length).step_by(64).map(word).collect())
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(left, right)| left & right).collect())
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(left, right)| left & !right).collect())
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(left, right)| left & right != 0)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The first member.
    pub(super) fn first(&self) -> Option<usize> {
        let (at, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
        usize::try_from(word.trailing_zeros()).ok().map(|bit| at * 64 + bit)
    }

    pub(super) fn words(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_set(left in proptest::collection::btree_set(0usize..150, 0..20), right in proptest::collection::btree_set(0usize..150, 0..20)) {
            let bits = |set: &BTreeSet<usize>| Bits::from_fn(150, |at| set.contains(&at));
            let (a, b) = (bits(&left), bits(&right));
            prop_assert_eq!(a.and(&b), bits(&left.intersection(&right).copied().collect()));
            prop_assert_eq!(a.without(&b), bits(&left.difference(&right).copied().collect()));
            prop_assert_eq!(a.meets(&b), !left.is_disjoint(&right));
            prop_assert_eq!(a.first(), left.first().copied());
            prop_assert_eq!(a.is_empty(), left.is_empty());
            prop_assert!((0..200).all(|at| a.contains(at) == left.contains(&at)));
        }
    }
}
