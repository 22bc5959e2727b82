//! The context keys that policies ask for and a request lacks.

use std::collections::HashMap;

use crate::evaluate::decision::Matched;
use crate::explain::layer::Group;
use crate::language::condition::Condition;
use crate::language::statement::{Effect, Resources, Target};
use crate::language::truth::{Match, Truth};
use crate::language::variable::variables;
use crate::request::context::Context;

/// A context key that the request lacks.
#[derive(Clone, Debug)]
pub struct MissingKey<'a> {
    /// In the spelling of the statement that asks first.
    pub key: &'a str,
    /// The statements that ask: conditions on the key, or variables of it without default. Nothing else in them stands
    /// against the request, so that a value for the key might change what they say.
    pub statements: Vec<Matched<'a>>,
}

pub(crate) fn missing_keys<'a>(groups: &[Group<'a>], target: &Target<'a>) -> Vec<MissingKey<'a>> {
    let mut missing: Vec<MissingKey<'a>> = Vec::new();
    let mut places = HashMap::new();
    let statements =
        groups.iter().flat_map(|group| group.statements().map(move |matched| (matched, group.is_bounded())));
    for (matched, bounded) in statements {
        for key in asked_by(&matched, target, bounded).unwrap_or_default() {
            let place = *places.entry(key.to_lowercase()).or_insert(missing.len());
            match missing.get_mut(place) {
                None => missing.push(MissingKey { key, statements: vec![matched] }),
                Some(known) if is_last(&known.statements, &matched) => {}
                Some(known) => known.statements.push(matched),
            }
        }
    }
    missing
}

fn is_last(statements: &[Matched<'_>], matched: &Matched<'_>) -> bool {
    statements.last().is_some_and(|last| {
        std::ptr::eq(last.statement, matched.statement) && std::ptr::eq(last.source, matched.source)
    })
}

/// The missing keys that a statement asks for; none when it does not speak of the request, whatever they are.
fn asked_by<'a>(matched: &Matched<'a>, target: &Target<'a>, bounded: bool) -> Option<Vec<&'a str>> {
    let statement = matched.statement;
    let allow = statement.effect() == Effect::Allow;
    if let Some(element) = statement.principal() {
        element.naming(target.principal(), allow, bounded)?;
    }
    if !statement.actions().match_action(target.lower_action()) {
        return None;
    }
    let variables = matched.source.policy.version().has_variables();
    let mut asked = Vec::new();
    let mut ask = |truth: Truth, keys: Vec<&'a str>| {
        let holds = if allow { truth == Truth::True } else { truth != Truth::False };
        let open = holds || !keys.is_empty();
        asked.extend(keys);
        open.then_some(())
    };
    if let Some(resources) = statement.resources() {
        ask(resources.match_resource(target), resource_keys(resources, target))?;
    }
    for condition in statement.conditions() {
        let context = target.context();
        ask(condition.holds(context), condition_keys(condition, context, variables))?;
    }
    Some(asked)
}

/// The missing keys that could make a pattern match which does not yet.
fn resource_keys<'a>(resources: &'a Resources, target: &Target<'_>) -> Vec<&'a str> {
    if resources.matches(target).any(|outcome| outcome == Match::Yes) {
        return Vec::new();
    }
    let open = resources.matches(target).zip(&resources.written);
    let open = open.filter(|(outcome, _)| *outcome == Match::Unresolved);
    open.flat_map(|(_, text)| absent(text, target.context())).collect()
}

/// The missing keys that a condition needs before it surely says something.
fn condition_keys<'a>(condition: &'a Condition, context: &Context, variables: bool) -> Vec<&'a str> {
    let written = condition.written();
    let mut keys = Vec::new();
    if context.entry(condition.key()).is_none() {
        keys.push(&*written.key);
    } else if condition.holds(context) == Truth::True {
        return keys;
    }
    if variables {
        keys.extend(written.values.iter().flat_map(|text| absent(text, context)));
    }
    keys
}

/// The variables of a policy value that the request has no key for.
fn absent<'a>(text: &'a str, context: &Context) -> impl Iterator<Item = &'a str> {
    let missing = variables(text)
        .filter(|variable| !variable.has_default && context.get(variable.key).is_none())
        .map(|variable| variable.key);
    missing.filter(|key| !key.is_empty())
}
