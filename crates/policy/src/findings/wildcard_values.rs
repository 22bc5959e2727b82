//! Condition values that are wildcards: those that match everything, and those that match too much.

use crate::findings::document::{Condition, Document};
use crate::findings::place::{Place, Text};
use crate::findings::report::Report;
use crate::findings::variables::has_variable;
use crate::language::arn_pattern::split_pattern;
use crate::language::condition::{Comparison, Quantifier};

/// Keys whose values a policy must name in full, as AWS's list of sensitive condition keys has them.
const SENSITIVE: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
];
/// Keys that every request of an authenticated caller comes with.
const ALWAYS_PRESENT: [&str; 6] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalType",
    "aws:SecureTransport",
];

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for condition in document.statements.iter().flat_map(|statement| &statement.conditions) {
        let name = condition.known.map_or("", |known| known.name);
        let like = matches!(condition.operator.comparison, Comparison::Arn | Comparison::StringLike);
        if SENSITIVE.contains(&name) {
            for text in &condition.values {
                check_sensitive(condition, text, like, report);
            }
        } else if name == "aws:userid" {
            for text in &condition.values {
                check_user_id(text, like, report);
            }
        } else if like
            && condition
                .values
                .iter()
                .any(|text| !text.value.is_empty() && text.value.bytes().all(|byte| byte == b'*'))
        {
            check_everything(condition, ALWAYS_PRESENT.contains(&name), report);
        }
    }
}

fn check_sensitive(condition: &Condition<'_>, text: &Text<'_>, like: bool, report: &mut Report<'_>) {
    let key = condition.key.value;
    if has_variable(text.value) {
        if is_trusted_variable(text.value) {
            return;
        }
        let details = format!("A policy variable may bring any value. Write the values of {key} in full.");
        report.error("VARIABLE_USAGE_TOO_PERMISSIVE", details, &[&text.place]);
    } else if like && text.value.contains(['*', '?']) {
        let details = format!("A wildcard may match any value. Write the values of {key} in full.");
        report.error("WILDCARD_USAGE_TOO_PERMISSIVE", details, &[&text.place]);
    }
}

/// Whether the value is one variable that brings what AWS alone decides, as in the common comparison of
/// `aws:ResourceAccount` with `${aws:PrincipalAccount}`.
fn is_trusted_variable(text: &str) -> bool {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| SENSITIVE.iter().any(|key| key.eq_ignore_ascii_case(name)))
}

/// A user id is `ID` or `ROLEID:SESSION`. Before the colon stands a whole id, or one wildcard or variable alone.
fn check_user_id(text: &Text<'_>, like: bool, report: &mut Report<'_>) {
    // Colons inside a variable do not divide the value.
    let parts = split_pattern(text.value, true);
    let (id, divided) = (parts.first().copied().unwrap_or_default(), parts.len() > 1);
    let advice = "Use it behind the colon, or as all that stands before it.";
    let one_variable = id.starts_with("${") && id.find('}') == Some(id.len().saturating_sub(1));
    if has_variable(id) && !(divided && one_variable) {
        let details = format!("This use of a policy variable in aws:userid matches too much. {advice}");
        report.error("VARIABLE_USAGE_TOO_PERMISSIVE", details, &[&text.place]);
    } else if like && !has_variable(id) && id.contains(['*', '?']) && !(divided && id == "*") {
        let details = format!("This use of a wildcard in aws:userid matches too much. {advice}");
        report.error("WILDCARD_USAGE_TOO_PERMISSIVE", details, &[&text.place]);
    }
}

/// A `*` among the values: only whether the key is there can decide.
fn check_everything(condition: &Condition<'_>, always_present: bool, report: &mut Report<'_>) {
    let operator = condition.operator;
    let (key, name, places) = (condition.key.value, condition.operator_name, [&condition.key.place]);
    // What the condition says of a request with the key, and of one without.
    let present = !operator.negated;
    let absent = match operator.quantifier {
        Quantifier::ForAllValues => true,
        Quantifier::ForAnyValue => operator.if_exists,
        Quantifier::One => operator.if_exists || operator.negated,
    };
    match (present, absent && !always_present) {
        (true, true) => always(key, name, &places, report),
        (true, false) if always_present => always(key, name, &places, report),
        (true, false) => {
            let details = format!(
                "{name} with * asks whether {key} is there. Write {{\"Null\": {{\"{key}\": \"false\"}}}}."
            );
            report.suggestion("EQUIVALENT_TO_NULL_FALSE", details, &places);
        }
        (false, true) => {
            let details = format!(
                "{name} with * asks whether {key} is absent. Write {{\"Null\": {{\"{key}\": \"true\"}}}}."
            );
            report.suggestion("EQUIVALENT_TO_NULL_TRUE", details, &places);
        }
        (false, false) => {
            let details =
                format!("{name} with * holds for no value of {key}, so the statement has no effect.");
            report.suggestion("REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION", details, &places);
        }
    }
}

fn always(key: &str, name: &str, places: &[&Place<'_>], report: &mut Report<'_>) {
    let details = format!("{name} with * holds for every request, so {key} decides nothing. Remove it.");
    report.suggestion("REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", details, places);
}
