//! The space of requests as a question sees it: a region for each row, and what stands for a point.

use std::collections::BTreeMap;

use crate::language::statement::Statement;
use crate::reasoning::answer::Witness;
use crate::reasoning::axis::principal::{self, Names};
use crate::reasoning::axis::{Axis, Row, View, key, resource};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::doubt::Sample;
use crate::reasoning::region::{Region, remainder};
use crate::reasoning::stranger;
use crate::request::context::Context;
use crate::request::key::Key;
use crate::request::principal::Principal;

/// What a request must lie in to be a counterexample: in one row of each list, and in none of the others.
#[derive(Debug)]
pub(super) struct Counterexample {
    pub(super) each: Vec<Vec<usize>>,
    pub(super) none: Vec<usize>,
}

/// A point is one cell on each axis: the action, the resource, each key, and the principal where policies name one.
pub(super) struct Space {
    actions: Axis<String>,
    resources: Axis<Sample>,
    keys: Vec<key::KeyAxis>,
    principals: Option<Axis<Principal>>,
    /// None where no request lies in the row.
    regions: Vec<Option<Region>>,
    /// Whether some points may stand for no request, because of variables or of mixed types.
    pub(super) in_doubt: bool,
}

/// The most sets of cells: axes times rows.
const MAX_SETS: usize = 1 << 18;

impl Space {
    /// `actions` is the axis of the same rows.
    pub(super) fn new(
        rows: &[Row<'_>],
        view: View<'_>,
        actions: Axis<String>,
        budget: &mut Budget,
    ) -> Result<Self, TooComplex> {
        let mut by_key: BTreeMap<&str, (&Key, Vec<usize>)> = BTreeMap::new();
        for (number, row) in rows.iter().enumerate() {
            for condition in row.statement().into_iter().flat_map(Statement::conditions) {
                budget.spend(1)?;
                let key = condition.key();
                by_key.entry(key.as_str()).or_insert_with(|| (key, Vec::new())).1.push(number);
            }
        }
        if by_key.len().saturating_add(3).saturating_mul(rows.len()) > MAX_SETS {
            return Err(TooComplex);
        }
        let resources = resource::axis(rows, view, budget)?;
        let mut keys = Vec::with_capacity(by_key.len());
        for (key, _) in by_key.values() {
            keys.push(key::axis(key, rows, view, budget)?);
        }
        let principals = match view {
            _ if rows
                .iter()
                .all(|row| row.statement().is_none_or(|statement| statement.principal().is_none())) =>
            {
                None
            }
            View::Fixed(fixed) if fixed.principal.is_some() => {
                Some(fixed.principal.clone().into_iter().collect())
            }
            _ => Some(principals(rows, &[], budget)?),
        };
        let principals = principals.map(|all| principal::axis(rows, all, budget)).transpose()?;

        let region = |row: usize| {
            let principals = principals.as_ref().map(|axis| &axis.rows);
            let keys = keys.iter().map(|key| &key.axis.rows);
            let axes = [&actions.rows, &resources.axis.rows].into_iter().chain(keys).chain(principals);
            Region::new(axes.filter_map(|rows| rows.get(row).cloned()))
        };
        let regions = (0..rows.len()).map(region).collect();
        let in_doubt = resources.in_doubt || keys.iter().any(|key| key.in_doubt);
        Ok(Self { actions, resources: resources.axis, keys, principals, regions, in_doubt })
    }

    /// Whether no request at all lies in a row.
    pub(super) fn is_empty(&self, row: usize) -> bool {
        self.regions.get(row).is_none_or(Option::is_none)
    }

    pub(super) fn find(
        &self,
        counterexample: &Counterexample,
        budget: &mut Budget,
    ) -> Result<Option<Vec<usize>>, TooComplex> {
        let region = |row: &usize| self.regions.get(*row).and_then(Option::as_ref);
        let none: Vec<&Region> = counterexample.none.iter().filter_map(region).collect();
        let Some((first, others)) = counterexample.each.split_first() else { return Ok(None) };
        let mut starts: Vec<(Region, &[Vec<usize>])> =
            first.iter().rev().filter_map(region).map(|region| (region.clone(), others)).collect();
        while let Some((start, others)) = starts.pop() {
            match others.split_first() {
                None => {
                    if let Some(part) = remainder(start, &none, budget)? {
                        return Ok(Some(part.point()));
                    }
                }
                Some((next, others)) => {
                    for region in next.iter().rev().filter_map(region) {
                        budget.spend(self.keys.len().saturating_add(4))?;
                        starts.extend(start.and(region).map(|both| (both, others)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// What a point stands for.
    pub(super) fn witness(&self, point: &[usize]) -> Option<Witness> {
        let mut cells = point.iter().copied();
        let action = self.actions.cells.get(cells.next()?)?.clone();
        let resource = self.resources.cells.get(cells.next()?)?.text.clone();
        let mut context = Context::new();
        for key in &self.keys {
            if let Some(value) = key.axis.cells.get(cells.next()?)?.value() {
                context.insert(key.key.as_str(), value);
            }
        }
        let principal = match &self.principals {
            None => None,
            Some(principals) => Some(principals.cells.get(cells.next()?)?.clone()),
        };
        Some(Witness { principal, action, resource, context })
    }

    /// The keys that conditions ask about.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().map(|key| &key.key)
    }

    /// The texts that a key can have, of those that are looked at.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        let axis = self.keys.iter().filter(move |axis| axis.key.as_str() == key);
        axis.flat_map(|axis| &axis.axis.cells).filter_map(|cell| match cell {
            key::Cell::One(sample) => Some(sample.text.as_str()),
            key::Cell::Absent | key::Cell::Many(_) => None,
        })
    }
}

/// The principals to look at: `more` are accounts and ARNs that conditions tell apart.
pub(super) fn principals(
    rows: &[Row<'_>],
    more: &[&str],
    budget: &mut Budget,
) -> Result<Vec<Principal>, TooComplex> {
    let mut names = Names::of(rows);
    for name in more {
        names.add(name);
    }
    let stranger = rows.iter().find_map(|row| match row {
        Row::Stranger(stranger) => Some(stranger.account().to_owned()),
        _ => None,
    });
    names.principals(&stranger.unwrap_or_else(|| stranger::unknown_account(rows, &names)), budget)
}
