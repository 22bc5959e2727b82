//! Wildcard patterns: `*` stands for any number of characters, `?` for exactly one.
//!
//! A pattern is cut at its stars. The first piece must start the text and the last must end it; each piece between
//! is taken at its first occurrence, which is never a worse choice than a later one. So there is no backtracking
//! over stars, and the time is at most the product of the two lengths (their sum without `?`).

/// The shape of a pattern, for those that are compared more simply than the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    Any,
    /// One star: what stands before it and what after.
    Ends(&'a str, &'a str),
    Exact(&'a str),
    Other,
}

/// One part of a pattern before it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobPart<'a> {
    Many,
    One,
    Text(&'a str),
}

/// One character of a pattern, or what stands for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    Character(char),
    Many,
    One,
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    first: Chunk,
    middle: Box<[Chunk]>,
    /// The piece after the last star; none when the pattern has no star.
    last: Option<Chunk>,
}

impl Glob {
    /// Compiles a text in which every `*` and `?` is a wildcard.
    pub(crate) fn parse(text: &str) -> Self {
        Self::compile(text.split_inclusive(['*', '?']).flat_map(|piece| {
            let (plain, wildcard) = match (piece.strip_suffix('*'), piece.strip_suffix('?')) {
                (Some(plain), _) => (plain, Some(GlobPart::Many)),
                (_, Some(plain)) => (plain, Some(GlobPart::One)),
                _ => (piece, None),
            };
            std::iter::once(GlobPart::Text(plain)).chain(wildcard)
        }))
    }

    pub(crate) fn compile<'a>(parts: impl IntoIterator<Item = GlobPart<'a>>) -> Self {
        let mut chunks = Vec::new();
        let mut items: Vec<Option<char>> = Vec::new();
        for part in parts {
            match part {
                GlobPart::Many => chunks.push(Chunk::new(std::mem::take(&mut items))),
                GlobPart::One => items.push(None),
                GlobPart::Text(text) => items.extend(text.chars().map(Some)),
            }
        }
        let tail = Chunk::new(items);
        let mut chunks = chunks.into_iter();
        match chunks.next() {
            None => Self { first: tail, middle: Box::default(), last: None },
            Some(first) => {
                let middle = chunks.filter(|chunk| !chunk.is_empty()).collect();
                Self { first, middle, last: Some(tail) }
            }
        }
    }

    pub(crate) fn shape(&self) -> Shape<'_> {
        match (&self.first, &*self.middle, &self.last) {
            _ if self.matches_all() => Shape::Any,
            (Chunk::Literal(text), [], None) => Shape::Exact(text),
            (Chunk::Literal(first), [], Some(Chunk::Literal(last))) => Shape::Ends(first, last),
            _ => Shape::Other,
        }
    }

    /// What every match begins with, as far as that is one piece of plain text.
    pub(crate) fn literal_start(&self) -> &str {
        match &self.first {
            Chunk::Literal(text) => text,
            Chunk::Mixed(_) => "",
        }
    }

    /// Whether the pattern is nothing but stars.
    pub(crate) fn matches_all(&self) -> bool {
        self.first.is_empty() && self.middle.is_empty() && self.last.as_ref().is_some_and(Chunk::is_empty)
    }

    /// The pattern, character by character.
    pub(crate) fn symbols(&self) -> Vec<Symbol> {
        let mut symbols = Vec::new();
        self.first.push_symbols(&mut symbols);
        for chunk in self.middle.iter().chain(&self.last) {
            symbols.push(Symbol::Many);
            chunk.push_symbols(&mut symbols);
        }
        symbols
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = self.first.strip_from(text) else { return false };
        let Some(last) = &self.last else { return rest.is_empty() };
        for chunk in &self.middle {
            match chunk.skip_past(rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        last.ends(rest)
    }
}

/// A piece of a pattern without stars.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Chunk {
    Literal(Box<str>),
    /// `None` is a `?`.
    Mixed(Box<[Option<char>]>),
}

impl Chunk {
    fn new(items: Vec<Option<char>>) -> Self {
        match items.iter().copied().collect::<Option<String>>() {
            Some(text) => Self::Literal(text.into()),
            None => Self::Mixed(items.into()),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(text) if text.is_empty())
    }

    fn push_symbols(&self, symbols: &mut Vec<Symbol>) {
        match self {
            Self::Literal(text) => symbols.extend(text.chars().map(Symbol::Character)),
            Self::Mixed(items) => {
                symbols.extend(items.iter().map(|item| item.map_or(Symbol::One, Symbol::Character)));
            }
        }
    }

    /// What follows this chunk at the start of `text`.
    fn strip_from<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_prefix(&**literal),
            Self::Mixed(items) => {
                let mut characters = text.chars();
                for item in items {
                    let character = characters.next()?;
                    if item.is_some_and(|expected| expected != character) {
                        return None;
                    }
                }
                Some(characters.as_str())
            }
        }
    }

    /// What follows the first occurrence of this chunk in `text`.
    fn skip_past<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.split_once(&**literal).map(|(_, after)| after),
            Self::Mixed(_) => {
                let mut characters = text.chars();
                loop {
                    if let Some(after) = self.strip_from(characters.as_str()) {
                        return Some(after);
                    }
                    characters.next()?;
                }
            }
        }
    }

    /// Whether `text` ends with this chunk.
    fn ends(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => text.ends_with(&**literal),
            Self::Mixed(items) => {
                let mut characters = text.chars();
                items.iter().rev().all(|item| {
                    characters.next_back().is_some_and(|found| item.is_none_or(|expected| expected == found))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glob(pattern: &str, text: &str) -> bool {
        Glob::parse(pattern).matches(text)
    }

    /// The definition, written as it reads.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
            Some((expected, rest)) => text
                .split_first()
                .is_some_and(|(found, text)| (*expected == '?' || expected == found) && naive(rest, text)),
        }
    }

    #[test]
    fn examples() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("***", "anything: at/all", true),
            ("get*", "get", true),
            ("get*", "forget", false),
            ("*user", "createuser", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "acb", false),
            ("ab*ba", "aba", false),
            ("?", "é", true),
            ("?", "", false),
            ("a?c*?", "abcd", true),
            ("a?c*?", "abc", false),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern:?} against {text:?}");
        }
        assert!(Glob::parse("**").matches_all());
        assert!(!Glob::parse("*?").matches_all());
        assert!(!Glob::parse("").matches_all());
    }

    #[test]
    fn pathological_patterns_stay_cheap() {
        let text = "a".repeat(4_000);
        assert!(!glob(&format!("{}b", "*a".repeat(3_000)), &text));
        assert!(!glob(&format!("{}b*", "*a?".repeat(1_000)), &text));
        assert!(!glob(&format!("*{}b*", "?".repeat(2_000)), &text));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?é]{0,8}", text in "[abé]{0,10}") {
            let pattern_characters: Vec<char> = pattern.chars().collect();
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(glob(&pattern, &text), naive(&pattern_characters, &characters));
        }
    }
}
