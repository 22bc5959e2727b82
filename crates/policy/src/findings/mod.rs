//! What Access Analyzer's `ValidatePolicy` finds in a document, and what is not even a policy.
//!
//! The checks are those of AWS's policy check reference, each a plain function over the document as
//! `document` reads it; `docs/policy-findings.md` lists them all. Each file is one family of checks.

mod actions;
mod addresses;
mod condition_keys;
mod condition_values;
mod covering;
mod document;
mod finding;
mod passing;
mod place;
mod principals;
mod redundancy;
mod region;
mod report;
mod resource_control;
mod resources;
mod sids;
mod similar;
mod size;
mod trust;
mod variables;
mod version;
mod wildcard_values;

pub use finding::{Finding, FindingPosition, FindingType, Location, PathElement};

use document::Document;
use place::Place;
use report::Report;

use crate::language::json::{JsonError, MAX_DOCUMENT_BYTES, Node};
use crate::language::policy::PolicyKind;

/// The checks of a document that could be read, in no particular order: findings are ordered by their places.
const CHECKS: [fn(&Document<'_>, &mut Report<'_>); 15] = [
    version::check,
    sids::check,
    actions::check,
    resources::check,
    principals::check,
    trust::check,
    resource_control::check,
    condition_keys::check,
    condition_values::check,
    addresses::check,
    wildcard_values::check,
    variables::check,
    passing::check,
    redundancy::check,
    size_of_document,
];

/// Everything the checks find in a document that is to be a policy of a kind, in the order of the places they speak
/// of. The text need not be a policy, nor JSON: what keeps it from being one is a finding as well.
///
/// Trust policies are checked as resource policies of the type `AWS::IAM::AssumeRolePolicyDocument`, permissions
/// boundaries and session policies as identity policies.
///
/// What it costs is bounded. Documents of more than 262,144 bytes are only measured, and documents that nest deeper
/// than policies do only reported as such. There are at most 1,000 findings of at most 100 locations each, and at most
/// 20 policy variables of one value are looked at. Checks that compare values with each other or with the catalog's
/// lists (redundant actions and resources, wildcards in actions, last fields of ARNs, support of keys by actions)
/// together look at 20 million characters; a hostile document that would need more may miss some of their findings.
pub fn findings(text: &str, kind: PolicyKind) -> Vec<Finding> {
    let mut report = Report::new(text);
    if text.len() > MAX_DOCUMENT_BYTES {
        let whole = Place::stretch(0, text.len());
        size::check(kind, &whole, &mut report);
        if report.is_empty() {
            report.error("JSON_SYNTAX_ERROR", "The document is too long to be a policy.", &[&whole]);
        }
        return report.finish();
    }
    match Node::read(text) {
        Ok(root) => {
            if let Some(document) = Document::read(kind, &root, &mut report) {
                for check in CHECKS {
                    check(&document, &mut report);
                }
            }
        }
        Err(error) => not_json(&error, &mut report),
    }
    report.finish()
}

fn size_of_document(document: &Document<'_>, report: &mut Report<'_>) {
    size::check(document.kind, &document.root, report);
}

fn not_json(error: &JsonError, report: &mut Report<'_>) {
    let text = report.source;
    let byte = error.byte.unwrap_or(0).min(text.len());
    let start = (0..=byte).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
    let end =
        text.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |next| start + next.len_utf8());
    let before = text.get(..start).unwrap_or_default();
    let (line, column) =
        (before.matches('\n').count() + 1, before.chars().rev().take_while(|next| *next != '\n').count());
    let index = before.chars().count();
    let details = format!("This is not JSON at index {index}, line {line}, column {column}.");
    report.error("JSON_SYNTAX_ERROR", details, &[&Place::stretch(start, end)]);
}

#[cfg(test)]
mod tests;
