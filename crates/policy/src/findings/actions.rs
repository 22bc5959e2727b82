//! The Action and NotAction elements: whether what they name exists.

use std::collections::HashMap;

use catalog::{Action, Service};

use crate::findings::covering::covers;
use crate::findings::document::{Document, Statement};
use crate::findings::place::Text;
use crate::findings::report::Report;
use crate::findings::similar::most_similar;
use crate::language::policy::PolicyKind;

/// Names that are looked for among all names of a service or all services are fewer than this in one document.
const MAX_SUGGESTIONS: usize = 50;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut judged = HashMap::new();
    let mut suggestions = 0;
    for statement in &document.statements {
        for text in statement.action_texts() {
            if document.kind == PolicyKind::ServiceControl && wildcard_within(text.value) {
                let details = format!(
                    "In a service control policy a * may only end an action. Rewrite {}.",
                    text.value
                );
                report.error("SCP_SYNTAX_ERROR_ACTION_WILDCARD", details, &[&text.place]);
            }
            if text.value.contains("${") {
                continue;
            }
            let judgement = judged.entry(text.value).or_insert_with(|| judge(text.value, report));
            let (code, mut details) = match judgement {
                Judgement::Exists | Judgement::Unknown => continue,
                Judgement::NoAction => ("INVALID_ACTION", format!("There is no action {}.", text.value)),
                Judgement::NoService => (
                    "INVALID_SERVICE_IN_ACTION",
                    format!("There is no service with the prefix of the action {}.", text.value),
                ),
            };
            if suggestions < MAX_SUGGESTIONS {
                suggestions += 1;
                if let Some(meant) = meant(text.value) {
                    details = format!("{details} Did you mean {meant}?");
                }
            }
            report.error(code, details, &[&text.place]);
        }
    }
}

enum Judgement {
    Exists,
    NoAction,
    NoService,
    /// There was no more time to find out.
    Unknown,
}

fn judge(text: &str, report: &mut Report<'_>) -> Judgement {
    if text == "*" {
        return Judgement::Exists;
    }
    let Some((prefix, name)) = text.split_once(':') else { return Judgement::NoAction };
    let Some(service) = catalog::service(prefix) else { return Judgement::NoService };
    if !name.contains(['*', '?']) {
        let exists = service.action(name).is_some();
        return if exists { Judgement::Exists } else { Judgement::NoAction };
    }
    if !report.may_spend(service.actions().len().saturating_mul(text.len().saturating_mul(4))) {
        return Judgement::Unknown;
    }
    match catalog::actions_matching(text).next() {
        Some(_) => Judgement::Exists,
        None => Judgement::NoAction,
    }
}

fn meant(text: &str) -> Option<String> {
    let (prefix, name) = text.split_once(':')?;
    match catalog::service(prefix) {
        Some(service) => {
            let similar = most_similar(name, service.actions().iter().map(|action| action.name))?;
            Some(format!("{}:{similar}", service.prefix))
        }
        None => {
            most_similar(prefix, catalog::services().iter().map(|service| service.prefix)).map(str::to_owned)
        }
    }
}

/// Whether a wildcard stands anywhere but at the end.
fn wildcard_within(text: &str) -> bool {
    text.trim_end_matches('*').contains(['*', '?'])
}

impl<'t> Statement<'t> {
    /// The values of Action or NotAction.
    pub(crate) fn action_texts(&self) -> &[Text<'t>] {
        self.actions.as_ref().map_or(&[], |actions| &actions.values)
    }

    /// The values of Action that name one existing action each, with that action.
    pub(crate) fn named_actions(
        &self,
    ) -> impl Iterator<Item = (&Text<'t>, &'static Service, &'static Action)> {
        let listed = self.actions.as_ref().filter(|actions| !actions.negated);
        let texts = listed.map_or(&[][..], |actions| &actions.values);
        texts.iter().filter_map(|text| {
            let (prefix, name) = text.value.split_once(':')?;
            let service = catalog::service(prefix)?;
            Some((text, service, service.action(name)?))
        })
    }

    /// Whether the Action element covers the action, or the NotAction element leaves it out.
    pub(crate) fn covers_action(&self, action: &str) -> bool {
        self.actions.as_ref().is_some_and(|actions| {
            let mut values = actions.values.iter();
            values.any(|text| covers(text.value, action, true)) != actions.negated
        })
    }
}
