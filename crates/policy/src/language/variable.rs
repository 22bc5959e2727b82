//! Policy variables: `${key}`, `${key, 'default'}` and the literals `${*}`, `${?}` and `${$}`.
//!
//! A value that a variable brings in is plain text: a `*` in it is no wildcard, so that whoever controls a tag or a
//! session name cannot widen a policy.

use std::borrow::Cow;

use crate::language::glob::{Glob, GlobPart};
use crate::language::truth::Match;
use crate::request::context::{Context, ContextValue};
use crate::request::key::Key;

/// Which of its characters have a meaning of their own in a policy value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// `${...}` is replaced: version 2012-10-17 and an element that takes variables.
    pub(crate) variables: bool,
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
}

/// A policy value ready to be compared with text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// No variables: compiled once.
    Fixed(Glob),
    Variable(Template),
}

impl Pattern {
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Self {
        let template = Template::parse(text, syntax);
        if template.has_variables() {
            return Self::Variable(template);
        }
        let parts = template.parts.iter().filter_map(Part::fixed);
        Self::Fixed(Glob::compile(parts))
    }

    /// Whether the pattern is nothing but stars.
    pub(crate) fn matches_all(&self) -> bool {
        matches!(self, Self::Fixed(glob) if glob.matches_all())
    }

    pub(crate) fn matches(&self, text: &str, context: &Context) -> Match {
        self.glob(context).map_or(Match::Unresolved, |glob| glob.matches(text).into())
    }

    /// The pattern with every variable replaced; none when one has no value.
    pub(crate) fn glob(&self, context: &Context) -> Option<Cow<'_, Glob>> {
        match self {
            Self::Fixed(glob) => Some(Cow::Borrowed(glob)),
            Self::Variable(template) => {
                let parts = template.parts.iter().map(|part| part.resolve(context));
                let parts: Vec<_> = parts.collect::<Option<_>>()?;
                Some(Cow::Owned(Glob::compile(parts)))
            }
        }
    }
}

/// A policy value cut into plain text, wildcards and variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Box<[Part]>,
}

impl Template {
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        // Looked for no more once it is known to be missing, so that a run of `${` costs no square time.
        let mut closes = syntax.variables;
        while let Some(character) = rest.chars().next() {
            if closes && let Some(open) = rest.strip_prefix("${") {
                if let Some((inside, after)) = open.split_once('}') {
                    rest = after;
                    if matches!(inside, "*" | "?" | "$") {
                        plain.push_str(inside);
                    } else {
                        Part::push_plain(&mut parts, &mut plain);
                        parts.push(Part::variable(inside));
                    }
                    continue;
                }
                closes = false;
            }
            rest = rest.strip_prefix(character).unwrap_or_default();
            match character {
                '*' if syntax.wildcards => {
                    Part::push_plain(&mut parts, &mut plain);
                    parts.push(Part::Many);
                }
                '?' if syntax.wildcards => {
                    Part::push_plain(&mut parts, &mut plain);
                    parts.push(Part::One);
                }
                other => plain.push(other),
            }
        }
        Part::push_plain(&mut parts, &mut plain);
        Self { parts: parts.into() }
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn has_variables(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable { .. }))
    }

    /// The text with every variable replaced; none when one has no value. For templates without wildcards.
    pub(crate) fn resolve<'a>(&'a self, context: &'a Context) -> Option<Cow<'a, str>> {
        if let [Part::Text(text)] = &*self.parts {
            return Some(Cow::Borrowed(text));
        }
        let mut resolved = String::new();
        for part in &self.parts {
            resolved.push_str(part.resolve_text(context)?);
        }
        Some(Cow::Owned(resolved))
    }
}

/// A variable as the document has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variable<'a> {
    /// The key in its own spelling.
    pub(crate) key: &'a str,
    pub(crate) has_default: bool,
}

/// The variables in the text of a policy value, in their order, each as often as it occurs.
pub(crate) fn variables(text: &str) -> impl Iterator<Item = Variable<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, open) = rest.split_once("${")?;
            let (inside, after) = open.split_once('}')?;
            rest = after;
            if !matches!(inside, "*" | "?" | "$") {
                let (key, has_default) =
                    inside.split_once(',').map_or((inside, false), |(key, _)| (key, true));
                return Some(Variable { key: key.trim(), has_default });
            }
        }
    })
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Many,
    One,
    Text(Box<str>),
    Variable { key: Key, default: Option<Box<str>> },
}

impl Part {
    fn push_plain(parts: &mut Vec<Self>, plain: &mut String) {
        if !plain.is_empty() {
            parts.push(Self::Text(std::mem::take(plain).into()));
        }
    }

    fn variable(inside: &str) -> Self {
        let (key, default) = match inside.split_once(',') {
            None => (inside, None),
            Some((key, default)) => {
                let default = default.trim();
                let unquoted = default.strip_prefix('\'').and_then(|default| default.strip_suffix('\''));
                (key, Some(unquoted.unwrap_or(default).into()))
            }
        };
        Self::Variable { key: key.trim().into(), default }
    }

    fn fixed(&self) -> Option<GlobPart<'_>> {
        match self {
            Self::Many => Some(GlobPart::Many),
            Self::One => Some(GlobPart::One),
            Self::Text(text) => Some(GlobPart::Text(text)),
            Self::Variable { .. } => None,
        }
    }

    /// Keys that hold several values cannot stand in for one text.
    pub(crate) fn resolve<'a>(&'a self, context: &'a Context) -> Option<GlobPart<'a>> {
        let Self::Variable { key, default } = self else { return self.fixed() };
        match context.entry(key).map(|entry| &entry.value) {
            Some(ContextValue::One(value)) => Some(GlobPart::Text(value)),
            Some(ContextValue::Many(_)) => None,
            None => default.as_deref().map(GlobPart::Text),
        }
    }

    /// The text the part stands for, in templates without wildcards.
    pub(crate) fn resolve_text<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        self.resolve(context).map(|part| match part {
            GlobPart::Many => "*",
            GlobPart::One => "?",
            GlobPart::Text(text) => text,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIKE: Syntax = Syntax { variables: true, wildcards: true };
    const EXACT: Syntax = Syntax { variables: true, wildcards: false };

    fn context() -> Context {
        let mut context = Context::new();
        context.insert("aws:username", "ann");
        context.insert("aws:PrincipalTag/Team", "a*b");
        context.insert("aws:TagKeys", vec!["x".to_owned(), "y".to_owned()]);
        context
    }

    fn matches(pattern: &str, text: &str, syntax: Syntax) -> Match {
        Pattern::parse(pattern, syntax).matches(text, &context())
    }

    #[test]
    fn variables_defaults_and_literals() {
        for (pattern, text, expected) in [
            ("home/${aws:username}/*", "home/ann/x", Match::Yes),
            ("home/${AWS:UserName}/*", "home/bob/x", Match::No),
            ("${ aws:username }", "ann", Match::Yes),
            ("${aws:userid}", "ann", Match::Unresolved),
            ("${aws:userid, 'nobody'}", "nobody", Match::Yes),
            ("${aws:userid,''}", "", Match::Yes),
            ("${aws:username, 'nobody'}", "ann", Match::Yes),
            ("${aws:TagKeys}", "x", Match::Unresolved),
            ("${aws:TagKeys, 'x'}", "x", Match::Unresolved),
            ("a${*}c", "abc", Match::No),
            ("a${*}c", "a*c", Match::Yes),
            ("a${?}c", "a?c", Match::Yes),
            ("${$}{aws:username}", "${aws:username}", Match::Yes),
            ("$aws", "$aws", Match::Yes),
            ("${aws", "${aws", Match::Yes),
        ] {
            assert_eq!(matches(pattern, text, LIKE), expected, "{pattern:?} against {text:?}");
        }
    }

    #[test]
    fn wildcards_in_a_value_are_plain_text() {
        assert_eq!(matches("${aws:PrincipalTag/team}", "a*b", LIKE), Match::Yes);
        assert_eq!(matches("${aws:PrincipalTag/team}", "aXb", LIKE), Match::No);
    }

    #[test]
    fn wildcards_and_variables_only_where_the_syntax_has_them() {
        assert_eq!(matches("a*", "ab", EXACT), Match::No);
        assert_eq!(matches("a*", "a*", EXACT), Match::Yes);
        let literal = Syntax { variables: false, wildcards: true };
        assert_eq!(matches("${aws:username}", "ann", literal), Match::No);
        assert_eq!(matches("${aws:username}", "${aws:username}", literal), Match::Yes);
    }

    proptest! {
        #[test]
        fn a_variable_matches_exactly_its_value(before in "[a-z/]{0,4}", value in "[a-z*?$\\{\\}]{0,6}", after in "[a-z/]{0,4}", other in "[a-z*?$]{0,6}") {
            let mut context = Context::new();
            context.insert("k:v", value.clone());
            let pattern = Pattern::parse(&format!("{before}${{k:v}}{after}"), LIKE);
            prop_assert_eq!(pattern.matches(&format!("{before}{value}{after}"), &context), Match::Yes);
            prop_assert_eq!(pattern.matches(&format!("{before}{other}{after}"), &context), Match::from(value == other));
        }

        #[test]
        fn the_variables_of_a_text_are_those_of_its_template(text in "([a-zK:,' ]|\\$\\{|\\}|\\$|\\*|\\?){0,24}") {
            let template = Template::parse(&text, LIKE);
            let parsed: Vec<_> = template.parts().iter().filter_map(|part| match part {
                Part::Variable { key, default } => Some((key.clone(), default.is_some())),
                _ => None,
            }).collect();
            let read: Vec<_> =
                variables(&text).map(|variable| (Key::from(variable.key), variable.has_default)).collect();
            prop_assert_eq!(read, parsed);
        }

        #[test]
        fn any_text_parses_and_matches_itself_when_literal(text in "\\PC{0,40}") {
            let literal = Syntax { variables: false, wildcards: false };
            prop_assert_eq!(Pattern::parse(&text, literal).matches(&text, &Context::new()), Match::Yes);
            let _ = Pattern::parse(&text, LIKE).matches(&text, &Context::new());
        }
    }
}
