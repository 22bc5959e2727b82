//! Regions of the space of requests, and the search for a point in one region that lies in none of others.

use crate::reasoning::bits::Bits;
use crate::reasoning::budget::{Budget, TooComplex};

/// The product of one set of cells on each axis.
#[derive(Clone, Debug)]
pub(super) struct Region(Box<[Bits]>);

impl Region {
    /// None when a set is empty: no request lies in the region.
    pub(super) fn new(sets: impl Iterator<Item = Bits>) -> Option<Self> {
        let sets: Box<[Bits]> = sets.collect();
        (!sets.iter().any(Bits::is_empty)).then_some(Self(sets))
    }

    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        Self::new(self.0.iter().zip(&other.0).map(|(left, right)| left.and(right)))
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(left, right)| left.meets(right))
    }

    /// A point of the region: on each axis its first cell.
    pub(super) fn point(&self) -> Vec<usize> {
        self.0.iter().map(|set| set.first().unwrap_or_default()).collect()
    }

    fn cost(&self) -> usize {
        self.0.iter().map(|set| set.words().saturating_add(1)).sum()
    }
}

/// Finds a part of `region` that lies in none of `removed`. Where a removed region cuts through, what remains is split
/// along each axis in turn; every part is followed to its end before the next, so that memory stays small.
pub(super) fn remainder(
    region: Region,
    removed: &[&Region],
    budget: &mut Budget,
) -> Result<Option<Region>, TooComplex> {
    let cost = region.cost();
    let mut open = vec![(region, 0)];
    while let Some((region, start)) = open.pop() {
        let mut cut = None;
        for (at, other) in removed.iter().enumerate().skip(start) {
            budget.spend(cost)?;
            if region.meets(other) {
                cut = Some((at, other));
                break;
            }
        }
        let Some((at, other)) = cut else { return Ok(Some(region)) };
        let mut inside = region;
        for (axis, set) in other.0.iter().enumerate() {
            let Some(own) = inside.0.get(axis) else { continue };
            let (outside, common) = (own.without(set), own.and(set));
            budget.spend(cost)?;
            if !outside.is_empty() {
                let mut part = inside.clone();
                replace(&mut part, axis, outside);
                open.push((part, at + 1));
            }
            replace(&mut inside, axis, common);
        }
    }
    Ok(None)
}

fn replace(region: &mut Region, axis: usize, set: Bits) {
    if let Some(own) = region.0.get_mut(axis) {
        *own = set;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIDE: usize = 5;

    fn region(sets: &[Vec<bool>; 3]) -> Option<Region> {
        Region::new(sets.iter().map(|set| Bits::from_fn(SIDE, |at| set[at])))
    }

    fn holds(sets: &[Vec<bool>; 3], point: [usize; 3]) -> bool {
        sets.iter().zip(point).all(|(set, at)| set[at])
    }

    proptest! {
        #[test]
        fn finds_what_remains(
            start in prop::array::uniform3(prop::collection::vec(any::<bool>(), SIDE)),
            removed in prop::collection::vec(prop::array::uniform3(prop::collection::vec(prop::bool::weighted(0.8), SIDE)), 0..5),
        ) {
            let all = (0..SIDE).flat_map(|a| (0..SIDE).flat_map(move |b| (0..SIDE).map(move |c| [a, b, c])));
            let mut left = all.filter(|point| holds(&start, *point) && !removed.iter().any(|sets| holds(sets, *point)));
            let regions: Vec<Region> = removed.iter().filter_map(region).collect();
            let found = region(&start).and_then(|start| {
                remainder(start, &regions.iter().collect::<Vec<_>>(), &mut Budget::new(1_000_000)).unwrap()
            });
            if let Some(part) = found {
                let point: [usize; 3] = part.point().try_into().unwrap();
                prop_assert!(holds(&start, point) && !removed.iter().any(|sets| holds(sets, point)));
            } else {
                prop_assert_eq!(left.next(), None);
            }
        }
    }

    #[test]
    fn stops_when_the_budget_is_spent() {
        let full = || Region::new((0..20).map(|_| Bits::from_fn(2, |_| true))).unwrap();
        let cuts: Vec<Region> = (0..20)
            .map(|own| {
                Region::new((0..20).map(|axis| Bits::from_fn(2, |at| axis != own || at == 0))).unwrap()
            })
            .collect();
        let cuts: Vec<&Region> = cuts.iter().collect();
        assert_eq!(remainder(full(), &cuts, &mut Budget::new(100)).unwrap_err(), TooComplex);
        assert!(remainder(full(), &cuts, &mut Budget::new(1_000_000)).unwrap().is_some());
    }
}
