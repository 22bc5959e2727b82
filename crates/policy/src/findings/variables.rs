//! Policy variables: whether they are well-formed, and stand where variables mean something.

use std::ops::Range;

use crate::findings::document::{Condition, Document};
use crate::findings::place::{Place, Text};
use crate::findings::report::Report;
use crate::language::condition::Comparison;

/// Only so many variables of one value are looked at: to tell where one stands, all before it is counted.
const MAX_VARIABLES: usize = 20;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let supported = document.version.as_ref().is_some_and(|version| version.value != "2008-10-17");
    for statement in &document.statements {
        let principals =
            statement.principal.iter().flat_map(|principal| &principal.entries).map(|(_, text)| text);
        for text in statement.action_texts().iter().chain(principals) {
            check_elsewhere(text, report);
        }
        for text in statement.resource_texts() {
            check_text(text, supported, report);
        }
        for condition in &statement.conditions {
            for text in &condition.values {
                if condition.takes_variables() {
                    check_text(text, supported, report);
                } else if let Some(variable) = Variables::of(text.value).next() {
                    let place = variable.place(text, report);
                    let details = format!(
                        "{} does not take policy variables: only operators on strings and ARNs do.",
                        condition.operator_name
                    );
                    report.error("INVALID_VARIABLE_FOR_OPERATOR", details, &[&place]);
                }
            }
        }
    }
}

fn check_elsewhere(text: &Text<'_>, report: &mut Report<'_>) {
    for variable in Variables::of(text.value).filter(|variable| variable.inside.is_some()) {
        let written = text.value.get(variable.range.clone()).unwrap_or_default();
        let details = format!("Only Resource and Condition take policy variables. Remove {written}.");
        report.error("VARIABLE_UNSUPPORTED_IN_ELEMENT", details, &[&variable.place(text, report)]);
    }
}

fn check_text(text: &Text<'_>, supported: bool, report: &mut Report<'_>) {
    let mut used = false;
    for variable in Variables::of(text.value) {
        used = true;
        let place = variable.place(text, report);
        let Some(inside) = variable.inside else {
            report.error(
                "MISSING_BRACE_IN_VARIABLE",
                "The policy variable does not end. Add a }.",
                &[&place],
            );
            continue;
        };
        let (name, default) = match inside.split_once(',') {
            Some((name, default)) => (name, Some(default.trim())),
            None => (inside, None),
        };
        if name.trim().is_empty() {
            report.error(
                "EMPTY_VARIABLE",
                "The policy variable names no key. Name one or remove it.",
                &[&place],
            );
        } else if name.contains(char::is_whitespace) {
            report.error(
                "UNSUPPORTED_SPACE_IN_VARIABLE",
                "The name in a policy variable holds no blanks.",
                &[&place],
            );
        }
        let quoted =
            |default: &str| default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
        if default.is_some_and(|default| !quoted(default)) {
            let details = "The default value of a policy variable stands between single quotes.";
            report.error("MISSING_QUOTE_IN_VARIABLE", details, &[&place]);
        }
    }
    if used && !supported {
        let details = "Policy variables need the Version 2012-10-17. Without it they are plain text.";
        report.error("VARIABLE_UNSUPPORTED_IN_VERSION", details, &[&text.place]);
    }
}

/// A `${...}` in a text. `${*}`, `${?}` and `${$}` stand for the character and are no variables.
struct Variable<'a> {
    range: Range<usize>,
    /// What stands between the braces; none when there is no closing one.
    inside: Option<&'a str>,
}

impl Variable<'_> {
    fn place<'t>(&self, text: &Text<'t>, report: &Report<'_>) -> Place<'t> {
        text.part(report.source, self.range.clone())
    }
}

/// The variables of a text, in order.
struct Variables<'a> {
    text: &'a str,
    from: usize,
}

impl<'a> Variables<'a> {
    fn of(text: &'a str) -> impl Iterator<Item = Variable<'a>> {
        let all = Self { text, from: 0 }.filter(|variable| !matches!(variable.inside, Some("*" | "?" | "$")));
        all.take(MAX_VARIABLES)
    }
}

impl<'a> Iterator for Variables<'a> {
    type Item = Variable<'a>;

    fn next(&mut self) -> Option<Variable<'a>> {
        let rest = self.text.get(self.from..)?;
        let start = self.from + rest.find("${")?;
        let open = self.text.get(start + 2..)?;
        let inside = open.split_once('}').map(|(inside, _)| inside);
        let end = inside.map_or(self.text.len(), |inside| start + 2 + inside.len() + 1);
        self.from = end;
        Some(Variable { range: start..end, inside })
    }
}

/// Whether a text holds a variable.
pub(crate) fn has_variable(text: &str) -> bool {
    Variables::of(text).next().is_some()
}

impl Condition<'_> {
    fn takes_variables(&self) -> bool {
        matches!(
            self.operator.comparison,
            Comparison::Arn
                | Comparison::StringEquals
                | Comparison::StringEqualsIgnoreCase
                | Comparison::StringLike
        )
    }
}
