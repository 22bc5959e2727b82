//! Explanations as plain text: what was decided, by whom, and what to look at first.

use std::fmt::{self, Display, Formatter, Write};

use crate::evaluate::decision::{Layer, Matched, Outcome};
use crate::explain::condition::{ConditionCause, FailedCondition};
use crate::explain::layer::{LayerFinding, LayerReport};
use crate::explain::nearest::Failure;
use crate::explain::{Explanation, MissingKey};
use crate::request::Request;
use crate::request::context::ContextValue;
use crate::request::principal::PrincipalKind;

/// Lists are cut after this many members.
const MOST_SHOWN: usize = 5;

impl Display for Explanation<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Request { action, resource, .. } = *self.request;
        let outcome = self.decision.outcome.name();
        writeln!(f, "{outcome}: {} on {} by {}", Plain(action), Plain(resource), Plain(self.caller()))?;
        match self.decision.outcome {
            Outcome::Allowed if self.layers.is_empty() => writeln!(f, "No policy controls this action.")?,
            Outcome::Allowed if self.decision.matched.is_empty() => {
                writeln!(f, "Allowed without a statement: root users need none in their account.")?;
            }
            Outcome::Allowed => statements(f, "Allowed by", &self.decision.matched)?,
            Outcome::ExplicitDeny => statements(f, "Denied by", &self.decision.matched)?,
            Outcome::ImplicitDeny => {
                for report in self.blocking() {
                    silence(f, report, self.request)?;
                }
            }
        }
        for MissingKey { key, statements } in &self.missing_keys {
            let statements = Listed::new(statements.iter().map(Named));
            writeln!(f, "Missing from the request: {}, asked for by {statements}", Plain(key))?;
        }
        Ok(())
    }
}

fn statements(f: &mut Formatter<'_>, intent: &str, matched: &[Matched<'_>]) -> fmt::Result {
    for matched in matched {
        writeln!(f, "{intent} the {} {}", matched.layer.policy_type(), Named(matched))?;
    }
    Ok(())
}

fn silence(f: &mut Formatter<'_>, report: &LayerReport<'_>, request: &Request<'_>) -> fmt::Result {
    write!(f, "No {}", report.layer.policy_type())?;
    if let Some(level) = report.level {
        write!(f, " at level {level}")?;
    }
    write!(f, " allows it: ")?;
    match &report.finding {
        LayerFinding::NearestMiss(miss) => {
            writeln!(f, "closest is {}, but", Named(&miss.statement))?;
            miss.failures.iter().try_for_each(|failure| writeln!(f, "  {}", Failed(failure, request)))
        }
        LayerFinding::NoPolicy => writeln!(f, "there is none"),
        LayerFinding::Allows
        | LayerFinding::Denies
        | LayerFinding::NoAllowStatement
        | LayerFinding::Silent => writeln!(f, "no statement allows anything"),
    }
}

/// A statement by the name of its policy, its number from 1 and its line.
struct Named<'a>(&'a Matched<'a>);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Matched { layer, source, statement } = self.0;
        match (source.id.as_str(), layer) {
            ("", Layer::Trust) => write!(f, "of the role")?,
            ("", _) => write!(f, "of the resource")?,
            (id, _) => write!(f, "{}", Plain(id))?,
        }
        write!(f, ", statement {}", statement.index().saturating_add(1))?;
        if let Some(sid) = statement.sid() {
            write!(f, " {}", Plain(sid))?;
        }
        write!(f, " (line {})", statement.span().start.line)
    }
}

struct Failed<'a>(&'a Failure<'a>, &'a Request<'a>);

impl Display for Failed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(failure, request) = self;
        let none_of = |negated: bool| if negated { "is one of" } else { "is none of" };
        match failure {
            Failure::Action { negated, patterns } => {
                let element = if *negated { "NotAction" } else { "Action" };
                let patterns = Listed::new(patterns.iter().map(|text| Plain(text)));
                write!(f, "{element}: {} {} {patterns}", Plain(request.action), none_of(*negated))
            }
            Failure::Principal { negated, names } => {
                let element = if *negated { "NotPrincipal" } else { "Principal" };
                let names = Listed::new(names.iter().map(|name| Plain(name.value)));
                write!(f, "{element}: the caller {} {names}", none_of(*negated))?;
                if request.principal.kind() == PrincipalKind::Federated {
                    write!(f, "; identity providers must be named themselves")?;
                }
                Ok(())
            }
            Failure::Resource { negated, patterns, unresolved } => {
                let element = if *negated { "NotResource" } else { "Resource" };
                let patterns = Listed::new(patterns.iter().map(|text| Plain(text)));
                write!(f, "{element}: {} {} {patterns}", Plain(request.resource), none_of(*negated))?;
                without_value(f, unresolved)
            }
            Failure::Condition(failed) => condition(f, failed),
        }
    }
}

fn condition(f: &mut Formatter<'_>, failed: &FailedCondition<'_>) -> fmt::Result {
    let expected = Listed::new(failed.expected.iter().map(|text| Quoted(text)));
    write!(f, "Condition {} {} {expected}: ", Plain(failed.operator), Plain(failed.key))?;
    let found = || {
        Listed::new(
            failed.found.map(ContextValue::values).unwrap_or_default().iter().map(|text| Quoted(text)),
        )
    };
    match &failed.cause {
        ConditionCause::KeyAbsent if failed.found.is_some() => write!(f, "the request has it empty"),
        ConditionCause::KeyAbsent => write!(f, "the request lacks it"),
        ConditionCause::ListOfValues => {
            write!(f, "the request has the list {}, which needs ForAllValues or ForAnyValue", found())
        }
        ConditionCause::Malformed => {
            write!(f, "the request has {}; one of the values is not of the operator's type", found())
        }
        ConditionCause::KeyPresent | ConditionCause::Mismatch => write!(f, "the request has {}", found()),
        ConditionCause::Unresolved(keys) => {
            write!(f, "the request has {}", found())?;
            without_value(f, keys)
        }
    }
}

fn without_value(f: &mut Formatter<'_>, variables: &[&str]) -> fmt::Result {
    if variables.is_empty() {
        return Ok(());
    }
    write!(f, "; no single value for {}", Listed::new(variables.iter().map(|key| Plain(key))))
}

/// The first of many things with commas, and how many more there are.
struct Listed(String);

impl Listed {
    fn new<T: Display>(things: impl ExactSizeIterator<Item = T>) -> Self {
        let more = things.len().saturating_sub(MOST_SHOWN);
        let mut shown: Vec<String> = things.take(MOST_SHOWN).map(|thing| thing.to_string()).collect();
        match (shown.is_empty(), more) {
            (true, _) => shown.push("nothing".to_owned()),
            (false, 0) => {}
            (false, more) => shown.push(format!("{more} more")),
        }
        Self(shown.join(", "))
    }
}

impl Display for Listed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text of others that must not steer a terminal.
struct Plain<'a>(&'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if character.is_control() || is_bidirectional(character) {
                write!(f, "{}", character.escape_default())
            } else {
                f.write_char(character)
            }
        })
    }
}

/// Characters that turn the order of those around them.
fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Plain(self.0))
    }
}
