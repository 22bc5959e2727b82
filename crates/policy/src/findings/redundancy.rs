//! What could be left away: actions and resources that others of the list cover, statements that stand twice.

use std::collections::{HashMap, HashSet};

use crate::findings::covering::{covers_within, redundant};
use crate::findings::document::{Document, Listed, Statement};
use crate::findings::place::{Place, Text};
use crate::findings::report::Report;
use crate::language::arn_pattern::split_pattern;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        if let Some(actions) = &statement.actions {
            let places = redundant_in(
                actions,
                |steps, wide, narrow| covers_within(steps, wide, narrow, true),
                true,
                report,
            );
            if let Some((_, example)) = places.first() {
                let count = places.len();
                let details = format!(
                    "{count} action(s) are covered by others of the list, such as {example}. Remove them."
                );
                report.suggestion("REDUNDANT_ACTION", details, &only_places(&places));
            }
        }
        if let Some(resources) = &statement.resources {
            let places = redundant_in(resources, covers_arn, false, report);
            if !places.is_empty() {
                let count = places.len();
                let details = format!(
                    "{count} resource ARN(s) are covered by others of the list. Look at its wildcards."
                );
                report.suggestion("REDUNDANT_RESOURCE", details, &only_places(&places));
            }
        }
    }
    check_statements(document, report);
}

fn only_places<'p, 't>(found: &[(&'p Place<'t>, &str)]) -> Vec<&'p Place<'t>> {
    found.iter().map(|(place, _)| *place).collect()
}

/// Where values stand that others of the list cover, in their order.
fn redundant_in<'p, 't>(
    listed: &'p Listed<'t>,
    covers: impl Fn(&mut usize, &str, &str) -> bool,
    ignore_case: bool,
    report: &mut Report<'_>,
) -> Vec<(&'p Place<'t>, &'t str)> {
    // Values that stand twice are found by hashing, so that only different ones are compared with each other.
    let mut seen = HashSet::new();
    let mut found: Vec<&Text<'t>> = Vec::new();
    let mut distinct: Vec<&Text<'t>> = Vec::new();
    for text in &listed.values {
        let name = if ignore_case { text.value.to_ascii_lowercase() } else { text.value.to_owned() };
        if seen.insert(name) { distinct.push(text) } else { found.push(text) }
    }
    let patterns: Vec<&str> = distinct.iter().map(|text| text.value).collect();
    let covered = redundant(&patterns, covers, &mut report.budget);
    found.extend(covered.into_iter().filter_map(|index| distinct.get(index).copied()));
    found.sort_by_key(|text| text.place.start);
    found.into_iter().map(|text| (&text.place, text.value)).collect()
}

/// Field by field: no wildcard reaches over the colon that ends its field.
fn covers_arn(steps: &mut usize, wide: &str, narrow: &str) -> bool {
    if wide == "*" {
        return true;
    }
    *steps = steps.saturating_sub(wide.len().saturating_add(narrow.len()));
    let (wide, narrow) = (split_pattern(wide, true), split_pattern(narrow, true));
    wide.len() == narrow.len()
        && wide.iter().zip(narrow).all(|(wide, narrow)| covers_within(steps, wide, narrow, false))
}

fn check_statements(document: &Document<'_>, report: &mut Report<'_>) {
    let mut seen: HashMap<String, &Statement<'_>> = HashMap::new();
    for statement in &document.statements {
        if let Some(first) = seen.get(&meaning(statement)) {
            let details = "Two statements say the same. Remove one.";
            report.suggestion("REDUNDANT_STATEMENT", details, &[&first.place, &statement.place]);
        } else {
            seen.insert(meaning(statement), statement);
        }
    }
}

/// What the statement says, the same for statements that differ in their Sid or in the order of their lists alone.
fn meaning(statement: &Statement<'_>) -> String {
    let list = |values: &[Text<'_>], ignore_case: bool| {
        let text = |text: &Text<'_>| {
            if ignore_case { text.value.to_ascii_lowercase() } else { text.value.to_owned() }
        };
        let mut texts: Vec<String> = values.iter().map(text).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let listed = |listed: &Option<Listed<'_>>, ignore_case| {
        listed.as_ref().map(|listed| (listed.negated, list(&listed.values, ignore_case)))
    };
    let principal = statement.principal.as_ref().map(|principal| {
        let mut names: Vec<_> = principal
            .entries
            .iter()
            .map(|(principal_type, text)| (principal_type.name(), text.value))
            .collect();
        names.sort_unstable();
        (principal.negated, principal.everyone, names)
    });
    let mut conditions: Vec<_> = statement
        .conditions
        .iter()
        .map(|condition| {
            let key = condition.key.value.to_ascii_lowercase();
            (condition.operator_name, key, list(&condition.values, false))
        })
        .collect();
    conditions.sort();
    let (actions, resources) = (listed(&statement.actions, true), listed(&statement.resources, false));
    format!("{:?}", (statement.effect, actions, resources, principal, statement.conditional, conditions))
}
