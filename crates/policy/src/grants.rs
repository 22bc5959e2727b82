//! Which actions identity policies grant on some resource under some condition: what reports on access list.

use crate::language::glob::Glob;
use crate::language::policy::Policy;
use crate::language::statement::{Actions, Effect, Statement};

/// The actions of policies together. Conditions and resources are not looked at where a statement allows; a statement that
/// denies counts when it denies on everything and without a condition.
#[derive(Clone, Debug, Default)]
pub struct Grants<'a> {
    allows: Vec<&'a Actions>,
    denies: Vec<&'a Actions>,
}

impl<'a> Grants<'a> {
    /// Gathers the actions of policies.
    pub fn of(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let mut grants = Self::default();
        for statement in policies.into_iter().flat_map(Policy::statements) {
            match statement.effect() {
                Effect::Allow => grants.allows.push(statement.actions()),
                Effect::Deny if is_unlimited(statement) => grants.denies.push(statement.actions()),
                Effect::Deny => {}
            }
        }
        grants
    }

    /// About how many comparisons it takes to tell what is granted of all services. `actions` says how many actions a service
    /// has, by its prefix; of none, how many there are in all.
    pub fn work(&self, actions: impl Fn(Option<&str>) -> usize) -> usize {
        let patterns = self.allows.iter().chain(&self.denies).flat_map(|listed| &listed.patterns);
        let each = patterns.map(|pattern| {
            let service = pattern.literal_start().split_once(':').map(|(service, _)| service);
            actions(service).saturating_add(1)
        });
        each.fold(0, usize::saturating_add)
    }

    /// Of a service's actions, by the service's prefix in lower case and their names, those that are granted. Takes time
    /// in proportion to the patterns that speak of the service, for each action, and to all patterns once.
    pub fn among<'n>(
        &self,
        service: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> impl Iterator<Item = &'n str> {
        let start = format!("{service}:");
        let (allows, denies) = (about(&self.allows, &start), about(&self.denies, &start));
        let names = (!allows.is_empty()).then_some(names).into_iter().flatten();
        names.filter(move |name| {
            let action = format!("{start}{}", name.to_ascii_lowercase());
            let any = |list: &[About<'_>]| list.iter().any(|about| about.matches(&action));
            any(&allows) && !any(&denies)
        })
    }
}

fn is_unlimited(statement: &Statement) -> bool {
    let everything = |written: &[Box<str>]| written.iter().any(|resource| &**resource == "*");
    statement.conditions().is_empty()
        && statement.resources().is_some_and(|listed| !listed.negated && everything(&listed.written))
}

/// The patterns of one statement that can speak of a service.
struct About<'a> {
    negated: bool,
    patterns: Vec<&'a Glob>,
}

impl About<'_> {
    fn matches(&self, action: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(action)) != self.negated
    }
}

fn about<'a>(statements: &[&'a Actions], start: &str) -> Vec<About<'a>> {
    let of = |actions: &&'a Actions| About {
        negated: actions.negated,
        patterns: actions.patterns.iter().filter(|pattern| may_begin(pattern, start)).collect(),
    };
    statements.iter().map(of).filter(|about| about.negated || !about.patterns.is_empty()).collect()
}

fn may_begin(pattern: &Glob, start: &str) -> bool {
    let literal = pattern.literal_start();
    literal.starts_with(start) || start.starts_with(literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::policy::PolicyKind;

    fn granted(statements: &str) -> Vec<&'static str> {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
        Grants::of([&policy]).among("s3", ["GetObject", "PutObject", "ListBucket"]).collect()
    }

    #[test]
    fn work_grows_with_what_patterns_may_speak_of() {
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:Get*", "*", "none:*"], "Resource": "*"},
            {"Effect": "Deny", "NotAction": ["S3:*"], "Resource": "*"}]}"#;
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        let actions = |service: Option<&str>| match service {
            None => 100,
            Some("s3") => 10,
            Some(_) => 0,
        };
        assert_eq!(Grants::of([&policy]).work(actions), 11 + 101 + 1 + 11);
        assert_eq!(Grants::of([&policy, &policy]).work(|_| usize::MAX), usize::MAX);
    }

    #[test]
    fn are_what_is_allowed_somewhere_and_not_denied_everywhere() {
        let allow =
            |action: &str| format!(r#"{{"Effect": "Allow", {action}, "Resource": "arn:aws:s3:::b"}}"#);
        let deny = |rest: &str| format!(r#"{{"Effect": "Deny", "Action": "s3:P*", {rest}}}"#);
        let all = allow(r#""Action": "*""#);
        assert_eq!(granted(&all), ["GetObject", "PutObject", "ListBucket"]);
        assert_eq!(granted(&allow(r#""Action": ["iam:*", "S3:getobject"]"#)), ["GetObject"]);
        assert_eq!(granted(&allow(r#""Action": ["s3-object-lambda:*", "s3:L*"]"#)), ["ListBucket"]);
        assert_eq!(granted(&allow(r#""NotAction": ["s3:Get*", "iam:*"]"#)), ["PutObject", "ListBucket"]);
        assert_eq!(granted(&allow(r#""NotAction": "s3:*""#)), [""; 0]);
        assert_eq!(granted(&format!("{all}, {}", deny(r#""Resource": "*""#))), ["GetObject", "ListBucket"]);
        for limited in [
            r#""Resource": "arn:aws:s3:::c""#,
            r#""Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#,
        ] {
            assert_eq!(granted(&format!("{all}, {}", deny(limited))).len(), 3, "{limited}");
        }
    }
}
