//! How many bytes a policy takes, parsed and compiled: estimated from its texts, within a fifth of what is allocated.

use super::arn::ArnMatcher;
use super::condition::ConditionMatcher;
use super::statement::CompiledStatement;
use super::text::{GlobMatcher, TextMatcher};
use crate::language::arn_pattern::ArnPattern;
use crate::language::condition::{Comparison, Condition};
use crate::language::glob::Glob;
use crate::language::policy::Policy;
use crate::language::principal_pattern::PrincipalEntry;
use crate::language::statement::Statement;
use crate::language::variable::{Part, Pattern};

/// Parts of an ARN.
const PARTS: usize = 6;
/// A stretch of a pattern between stars.
const CHUNK: usize = 24;

impl Policy {
    /// Bytes that its parsed and compiled forms hold beside itself.
    pub fn heap_size(&self) -> usize {
        self.statements().iter().map(statement).sum()
    }
}

fn statement(statement: &Statement) -> usize {
    let actions = statement.actions().written.iter().map(|text| action(text));
    let resources = statement.resources().into_iter().flat_map(|resources| &resources.written);
    let principals = statement.principal().into_iter().flat_map(|element| &element.entries);
    size_of::<Statement>()
        + size_of::<CompiledStatement>()
        + statement.sid().map_or(0, text)
        + actions.sum::<usize>()
        + resources.map(|text| arn(text)).sum::<usize>()
        + principals.map(|entry| 2 * (size_of::<PrincipalEntry>() + 2 * text(&entry.text))).sum::<usize>()
        + statement.conditions().iter().map(condition).sum::<usize>()
}

/// As it is written, as a pattern, and what is left to compare of it where it is not a plain name.
fn action(name: &str) -> usize {
    let matcher = if name.contains(['*', '?']) { size_of::<GlobMatcher>() + matcher(name) } else { 0 };
    written(name) + size_of::<Glob>() + pattern(name) + matcher
}

/// Compared at once where only the last part is a pattern, and part by part elsewhere.
fn arn(name: &str) -> usize {
    let own = written(name) + size_of::<ArnPattern>() + size_of::<ArnMatcher>();
    if name == "*" {
        return own;
    }
    let start = name.rsplit_once(':').map_or("", |(start, _)| start);
    let in_parts = start.contains(['*', '?', '$']) || is_mixed(name) || name.contains("${");
    let parts = if in_parts { PARTS * size_of::<TextMatcher>() + 3 * text(":") } else { 0 };
    own + PARTS * size_of::<Pattern>() + 3 * text(":") + pattern(name) + parts + matcher(name)
}

fn condition(condition: &Condition) -> usize {
    let is_arn = condition.operator().comparison == Comparison::Arn;
    let value = |value: &str| {
        if is_arn {
            arn(value)
        } else {
            written(value) + size_of::<Pattern>() + pattern(value) + size_of::<Box<str>>() + matcher(value)
        }
    };
    let said = condition.written();
    // The key lies in three places: as it is written, read, and compiled.
    size_of::<Condition>()
        + size_of::<ConditionMatcher>()
        + text(&said.operator)
        + 3 * text(&said.key)
        + said.values.iter().map(|it| value(it)).sum::<usize>()
}

/// A text of a list of texts.
fn written(name: &str) -> usize {
    size_of::<Box<str>>() + text(name)
}

/// What the compiled form of a pattern holds.
fn matcher(name: &str) -> usize {
    pattern(name) + if is_mixed(name) { size_of::<Glob>() + size_of::<GlobMatcher>() } else { 0 }
}

/// Whether the pattern is more than a beginning, a star and an end.
fn is_mixed(name: &str) -> bool {
    name.contains('?') || name.bytes().filter(|byte| *byte == b'*').count() > 1
}

/// The text of a pattern: cut at its stars and variables, of wide characters where any character may stand.
fn pattern(name: &str) -> usize {
    let width = if name.contains('?') { size_of::<Option<char>>() } else { 1 };
    let stars = name.bytes().filter(|byte| *byte == b'*').count();
    let variables = name.matches("${").count();
    (width * name.len()).next_multiple_of(16)
        + stars.saturating_sub(1) * (CHUNK + 16)
        + variables * (2 * size_of::<Part>() + 16)
}

/// Short texts lie in blocks of sixteen bytes.
fn text(text: &str) -> usize {
    text.len().next_multiple_of(16)
}
