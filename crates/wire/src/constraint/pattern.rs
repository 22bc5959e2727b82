//! The patterns of a model.

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// No pattern of the models compiles to more than this many bytes.
const MAX_COMPILED: usize = 4 << 20;

/// A pattern that a whole text must match, compiled when first asked.
pub struct Pattern {
    text: &'static str,
    check: Check,
}

enum Check {
    Compiled(OnceLock<Option<Regex>>),
    Function(fn(&str) -> bool),
}

impl Pattern {
    /// A pattern as the model writes it: in Java's dialect, as AWS's services read it.
    pub const fn new(text: &'static str) -> Self {
        Self { text, check: Check::Compiled(OnceLock::new()) }
    }

    /// A pattern that needs a function, because it looks ahead.
    pub const fn function(text: &'static str, matches: fn(&str) -> bool) -> Self {
        Self { text, check: Check::Function(matches) }
    }

    /// The pattern as the model writes it and error texts show it.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Whether the whole of `text` matches. Nothing matches a pattern that does not compile.
    pub fn matches(&self, text: &str) -> bool {
        match &self.check {
            Check::Compiled(regex) => regex
                .get_or_init(|| compile(self.text).ok())
                .as_ref()
                .is_some_and(|regex| regex.is_match(text)),
            Check::Function(matches) => matches(text),
        }
    }

    /// Whether the pattern can match anything at all: it compiles, or has a function.
    pub fn is_usable(&self) -> bool {
        match &self.check {
            Check::Compiled(regex) => regex.get_or_init(|| compile(self.text).ok()).is_some(),
            Check::Function(_) => true,
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    let anchored = format!(r"\A(?:{})\z", translate(text));
    RegexBuilder::new(&anchored).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build()
}

/// Java's `\d \s \w` and `\b` are ASCII, those of the `regex` crate are Unicode.
fn translate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some('s') => out.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => out.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('w') => out.push_str("[0-9A-Za-z_]"),
            Some('W') => out.push_str("[^0-9A-Za-z_]"),
            Some('b') => out.push_str(r"(?-u:\b)"),
            Some(escaped) => out.extend(['\\', escaped]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_text_in_ascii() {
        let names = Pattern::new(r"[\w+=,.@-]+");
        assert!(names.matches("Jane.Doe@example"));
        for text in ["", "a b", "J\u{fc}rgen", "x\n"] {
            assert!(!names.matches(text), "{text:?}");
        }
        assert!(!Pattern::new(r"^\d{12}$").matches("\u{661}23456789012"), "only ASCII digits count");
        assert!(!Pattern::new(r"^a$").matches("a\n"), "no match before a last line break");
    }

    #[test]
    fn alternatives_are_whole_too() {
        let path = Pattern::new(r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)");
        assert!(path.matches("/") && path.matches("/division/team/"));
        assert!(!path.matches("/division") && !path.matches("//x"));
    }

    #[test]
    fn what_does_not_compile_matches_nothing() {
        let broken = Pattern::new("a(?!b)");
        assert!(!broken.is_usable() && !broken.matches("a"));
    }
}
