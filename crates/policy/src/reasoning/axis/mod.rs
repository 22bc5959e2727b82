//! One axis of the space of requests: finitely many cells, of which each stands for all values that no row tells apart.

pub(super) mod action;
pub(super) mod key;
pub(super) mod principal;
pub(super) mod resource;

use std::collections::HashSet;

use crate::language::statement::{Effect, Statement};
use crate::language::truth::Truth;
use crate::reasoning::access::Access;
use crate::reasoning::bits::Bits;
use crate::reasoning::budget::TooComplex;
use crate::reasoning::stranger::Stranger;
use crate::request::context::Context;
use crate::request::key::Key;
use crate::request::principal::Principal;

/// A set of requests that a question is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row<'a> {
    Access(&'a Access),
    /// Every request: what a resource control policy allows that does not deny.
    Everything,
    Statement(&'a Statement),
    Stranger(&'a Stranger),
}

impl<'a> Row<'a> {
    pub(super) fn statement(self) -> Option<&'a Statement> {
        match self {
            Self::Statement(statement) => Some(statement),
            Self::Access(_) | Self::Everything | Self::Stranger(_) => None,
        }
    }
}

/// How the request's own values are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// All requests, with the doubts that come of variables.
    Open,
    /// The requests that have certain values in some keys, and so no doubts; of other values not all are looked at.
    Fixed(&'a Fixed),
}

/// Values of the request that are fixed.
#[derive(Debug)]
pub(super) struct Fixed {
    /// The keys whose values are fixed; those that the context lacks are absent.
    pub(super) keys: Vec<Key>,
    pub(super) context: Context,
    pub(super) principal: Option<Principal>,
}

/// An axis with the cells that lie in each row.
#[derive(Clone)]
pub(super) struct Axis<C> {
    pub(super) cells: Vec<C>,
    pub(super) rows: Vec<Bits>,
}

impl<C> Axis<C> {
    /// Keeps of the cells that lie in the same rows the first.
    pub(super) fn new(
        cells: Vec<C>,
        rows: usize,
        mut lies_in: impl FnMut(usize, &C) -> Result<bool, TooComplex>,
    ) -> Result<Self, TooComplex> {
        let (mut seen, mut kept, mut columns) = (HashSet::new(), Vec::new(), Vec::new());
        for cell in cells {
            let inside = (0..rows).map(|row| lies_in(row, &cell)).collect::<Result<Vec<bool>, _>>()?;
            let column = Bits::from_fn(rows, |row| inside.get(row).copied().unwrap_or_default());
            if seen.insert(column.clone()) {
                kept.push(cell);
                columns.push(column);
            }
        }
        let of_row = |row| {
            Bits::from_fn(columns.len(), |at| columns.get(at).is_some_and(|column| column.contains(row)))
        };
        Ok(Self { rows: (0..rows).map(of_row).collect(), cells: kept })
    }
}

/// Whether a statement of this effect applies where an element of it is as true as this.
pub(super) fn applies(effect: Effect, truth: Truth) -> bool {
    match effect {
        Effect::Allow => truth == Truth::True,
        Effect::Deny => truth != Truth::False,
    }
}
