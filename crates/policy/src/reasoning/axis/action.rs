//! The actions of requests.

use std::collections::HashMap;

use crate::evaluate::is_uncontrolled_action;
use crate::language::glob::Glob;
use crate::language::statement::Actions;
use crate::reasoning::automaton::{self, Class, Item, Word};
use crate::reasoning::axis::{Axis, Row};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::word;

/// `known` are the names of all actions there are; none where any `service:name` counts as one, in lower case.
pub(in crate::reasoning) fn axis(
    rows: &[Row<'_>],
    known: Option<&[String]>,
    budget: &mut Budget,
) -> Result<Axis<String>, TooComplex> {
    let elements: Vec<Option<Element<'_>>> = rows.iter().map(|row| Element::of(*row)).collect();
    let names = match known {
        Some(known) => known.to_vec(),
        None => spelled_out(rows, budget)?,
    };
    // What no policy controls, no policy grants.
    let names = names.into_iter().filter(|name| !is_uncontrolled_action(name)).collect();
    Axis::new(names, rows.len(), |row, name: &String| match elements.get(row) {
        Some(Some(element)) => element.holds(name, budget),
        _ => Ok(true),
    })
}

fn spelled_out(rows: &[Row<'_>], budget: &mut Budget) -> Result<Vec<String>, TooComplex> {
    let own = || [Item::One(Class::Action), Item::Many(Class::Action)];
    let domain: Word = own().into_iter().chain([Item::Character(':')]).chain(own()).collect();
    let words = |actions: &Actions| {
        actions.patterns.iter().map(|glob| word::of_glob(glob, Class::Any)).collect::<Vec<Word>>()
    };
    let mut languages: Vec<Vec<Word>> = rows.iter().filter_map(|row| actions(*row)).map(words).collect();
    languages.push(vec![word::literal("sts:getcalleridentity")]);
    automaton::texts(&[domain], &languages, budget)
}

fn actions(row: Row<'_>) -> Option<&Actions> {
    match row {
        Row::Access(access) => access.actions(),
        Row::Everything | Row::Stranger(_) => None,
        Row::Statement(statement) => Some(statement.actions()),
    }
}

/// Action or NotAction with its patterns by service, so that a name is compared with those of its own.
struct Element<'a> {
    negated: bool,
    of_service: HashMap<&'a str, Vec<&'a Glob>>,
    others: Vec<&'a Glob>,
}

impl<'a> Element<'a> {
    fn of(row: Row<'a>) -> Option<Self> {
        let actions = actions(row)?;
        let mut element = Self { negated: actions.negated, of_service: HashMap::new(), others: Vec::new() };
        for glob in &actions.patterns {
            match glob.literal_start().split_once(':') {
                Some((service, _)) => element.of_service.entry(service).or_default().push(glob),
                None => element.others.push(glob),
            }
        }
        Some(element)
    }

    fn holds(&self, name: &str, budget: &mut Budget) -> Result<bool, TooComplex> {
        let lower = name.to_lowercase();
        let own = lower.split_once(':').and_then(|(service, _)| self.of_service.get(service));
        let mut globs = own.into_iter().flatten().chain(&self.others);
        budget.spend(globs.size_hint().0.saturating_add(1))?;
        Ok(globs.any(|glob| glob.matches(&lower)) != self.negated)
    }
}
