//! The statement that came closest to allowing a request, and what about it does not fit.

use std::cmp::Reverse;

use crate::evaluate::decision::Matched;
use crate::explain::condition::{FailedCondition, unresolved};
use crate::language::arn_pattern::ArnPattern;
use crate::language::glob::Glob;
use crate::language::policy::PrincipalName;
use crate::language::principal_pattern::PrincipalElement;
use crate::language::statement::{Actions, Effect, Resources, Target};
use crate::language::truth::{Match, Truth};
use crate::language::variable::{Part, Pattern};
use crate::request::principal::Principal;

/// The statement that came closest. Of two statements the closer one is that with the better action; of two alike in
/// that the one with the better principal, then the better resource, then the fewer failing conditions, then the
/// earlier one. An element that holds is better than one that does not; of two that do not, the better one agrees with
/// the request over a longer stretch from the start before a difference or a wildcard (for resources: over more parts
/// of the ARN, then over a longer stretch of the first part that differs).
#[derive(Clone, Debug)]
pub struct NearestMiss<'a> {
    /// The statement, an Allow.
    pub statement: Matched<'a>,
    /// Every element of it that does not hold: action, principal, resource, then conditions in their order. Never
    /// empty; the statement would allow if each of them held.
    pub failures: Vec<Failure<'a>>,
}

/// An element of a statement that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure<'a> {
    /// Action or NotAction.
    Action {
        /// NotAction: one of the patterns matches.
        negated: bool,
        /// As written.
        patterns: &'a [Box<str>],
    },
    /// One operator on one key.
    Condition(FailedCondition<'a>),
    /// Principal or NotPrincipal.
    Principal {
        /// NotPrincipal: one of the names is the principal's.
        negated: bool,
        /// Whom the element names.
        names: Vec<PrincipalName<'a>>,
    },
    /// Resource or NotResource.
    Resource {
        /// NotResource: one of the patterns matches, or a variable leaves that open.
        negated: bool,
        /// As written.
        patterns: &'a [Box<str>],
        /// The variables without value in patterns that could match if they had one.
        unresolved: Vec<&'a str>,
    },
}

/// The closest of the Allow statements; none if there is none. None of them may apply.
pub(crate) fn nearest_miss<'a>(
    statements: impl Iterator<Item = Matched<'a>>,
    target: &Target<'a>,
) -> Option<NearestMiss<'a>> {
    let mut nearest: Option<(Closeness, NearestMiss<'a>)> = None;
    for statement in statements.filter(|matched| matched.statement.effect() == Effect::Allow) {
        let (closeness, failures) = compare(statement, target);
        if nearest.as_ref().is_none_or(|(closest, _)| closeness > *closest) {
            nearest = Some((closeness, NearestMiss { statement, failures }));
        }
    }
    nearest.map(|(_, miss)| miss)
}

/// How close a statement comes; the greater the closer. The fields in the order in which they count.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Closeness {
    action: Agreement,
    principal: Agreement,
    resource: Agreement,
    failing_conditions: Reverse<usize>,
}

/// How well an element agrees with the request.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    /// Not, but for a start of this length.
    Start(usize),
    Whole,
}

fn compare<'a>(matched: Matched<'a>, target: &Target<'a>) -> (Closeness, Vec<Failure<'a>>) {
    let statement = matched.statement;
    let mut closeness = Closeness {
        action: Agreement::Whole,
        principal: Agreement::Whole,
        resource: Agreement::Whole,
        failing_conditions: Reverse(0),
    };
    let mut failures = Vec::new();
    let actions = statement.actions();
    if !actions.match_action(target.lower_action()) {
        closeness.action = Agreement::Start(actions.shared_start(target.lower_action()));
        failures.push(Failure::Action { negated: actions.negated, patterns: &actions.written });
    }
    // To an Allow it does not matter whether the principal has a boundary.
    if let Some(element) = statement.principal()
        && element.naming(target.principal(), true, false).is_none()
    {
        closeness.principal = Agreement::Start(element.shared_start(target.principal()));
        let names = element.entries.iter().map(|entry| entry.name()).collect();
        failures.push(Failure::Principal { negated: element.negated, names });
    }
    if let Some(resources) = statement.resources()
        && resources.match_resource(target) != Truth::True
    {
        closeness.resource = Agreement::Start(resources.shared_start(target));
        let open = resources.matches(target).zip(&resources.written);
        let open = open.filter(|(outcome, _)| *outcome == Match::Unresolved);
        let unresolved = open.flat_map(|(_, text)| unresolved(text, target.context())).collect();
        let (negated, patterns) = (resources.negated, &*resources.written);
        failures.push(Failure::Resource { negated, patterns, unresolved });
    }
    let conditions = statement.conditions().iter();
    let failing = conditions.filter_map(|condition| FailedCondition::of(condition, target.context()));
    let before = failures.len();
    failures.extend(failing.map(Failure::Condition));
    closeness.failing_conditions = Reverse(failures.len().saturating_sub(before));
    (closeness, failures)
}

impl Actions {
    fn shared_start(&self, lower_action: &str) -> usize {
        longest(self.negated, self.patterns.iter().map(|pattern| pattern.shared_start(lower_action)))
    }
}

impl PrincipalElement {
    fn shared_start(&self, principal: &Principal) -> usize {
        let names = [
            principal.arn(),
            principal.issuer_arn(),
            principal.unique_id(),
            principal.provider(),
            principal.account(),
        ];
        let names = names.iter().flatten();
        let pairs = names.flat_map(|name| self.entries.iter().map(move |entry| (name, &entry.text)));
        longest(self.negated, pairs.map(|(name, text)| shared_start(name, text)))
    }
}

impl Resources {
    fn shared_start(&self, target: &Target<'_>) -> usize {
        longest(self.negated, self.patterns.iter().map(|pattern| pattern.shared_start(target)))
    }
}

/// Where the element lists exceptions, agreeing with one is no merit.
fn longest(negated: bool, lengths: impl Iterator<Item = usize>) -> usize {
    lengths.filter(|_| !negated).max().unwrap_or(0)
}

impl ArnPattern {
    /// Parts that match count far more than any length within a part.
    fn shared_start(&self, target: &Target<'_>) -> usize {
        const PART: usize = 1 << 20;
        let (Self::Parts(patterns), Some(parts)) = (self, target.arn()) else { return 0 };
        let mut shared = 0;
        for (pattern, part) in patterns.iter().zip(parts) {
            if pattern.matches(part, target.context()) != Match::Yes {
                return shared + pattern.shared_start(part).min(PART - 1);
            }
            shared += PART;
        }
        shared
    }
}

impl Pattern {
    fn shared_start(&self, text: &str) -> usize {
        match self {
            Self::Fixed(glob) => glob.shared_start(text),
            Self::Variable(template) => match template.parts().first() {
                Some(Part::Text(start)) => shared_start(start, text),
                _ => 0,
            },
        }
    }
}

impl Glob {
    fn shared_start(&self, text: &str) -> usize {
        shared_start(self.literal_start(), text)
    }
}

/// How many characters two texts have in common from their starts.
fn shared_start(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}
