//! Text against patterns: the usual shapes compared directly, variables put in without building a text.

use smallvec::SmallVec;

use crate::language::glob::{Glob, GlobPart, Shape};
use crate::language::truth::Match;
use crate::language::variable::{Pattern, Template};
use crate::request::context::Context;

/// Variables and wildcards of one value up to this number need no memory of their own.
const USUAL_PIECES: usize = 8;

/// A pattern without variables, by its shape.
#[derive(Debug)]
pub(super) enum GlobMatcher {
    Any,
    /// One star: what stands before it and what after.
    Ends(Box<str>, Box<str>),
    Exact(Box<str>),
    Other(Box<Glob>),
}

impl GlobMatcher {
    pub(super) fn new(glob: &Glob) -> Self {
        match glob.shape() {
            Shape::Any => Self::Any,
            Shape::Ends(first, last) => Self::Ends(first.into(), last.into()),
            Shape::Exact(text) => Self::Exact(text.into()),
            Shape::Other => Self::Other(Box::new(glob.clone())),
        }
    }

    #[inline]
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Ends(first, last) => {
                text.len() >= first.len() + last.len()
                    && text.starts_with(&**first)
                    && (last.is_empty() || text.ends_with(&**last))
            }
            Self::Exact(exact) => **exact == *text,
            Self::Other(glob) => glob.matches(text),
        }
    }
}

/// A pattern with or without variables.
#[derive(Debug)]
pub(super) enum TextMatcher {
    Fixed(GlobMatcher),
    Template(Template),
}

impl TextMatcher {
    pub(super) fn new(pattern: &Pattern) -> Self {
        match pattern {
            Pattern::Fixed(glob) => Self::Fixed(GlobMatcher::new(glob)),
            Pattern::Variable(template) => Self::Template(template.clone()),
        }
    }

    #[inline]
    pub(super) fn matches(&self, text: &str, context: &Context) -> Match {
        match self {
            Self::Fixed(glob) => glob.matches(text).into(),
            Self::Template(template) => template_matches(template, text, context),
        }
    }
}

fn template_matches(template: &Template, text: &str, context: &Context) -> Match {
    let mut pieces: SmallVec<[GlobPart<'_>; USUAL_PIECES]> = SmallVec::new();
    for part in template.parts() {
        match part.resolve(context) {
            Some(piece) => pieces.push(piece),
            None => return Match::Unresolved,
        }
    }
    pieces_match(&pieces, text).into()
}

/// Chunk by chunk between the stars, each at its first occurrence, as in [`Glob`].
fn pieces_match(pieces: &[GlobPart<'_>], text: &str) -> bool {
    let mut chunks = pieces.split(|piece| *piece == GlobPart::Many);
    let Some(mut rest) = chunks.next().and_then(|first| strip_from(first, text)) else { return false };
    let Some(last) = chunks.next_back() else { return rest.is_empty() };
    for chunk in chunks {
        match skip_past(chunk, rest) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    ends(last, rest)
}

fn strip_from<'t>(chunk: &[GlobPart<'_>], text: &'t str) -> Option<&'t str> {
    chunk.iter().try_fold(text, |rest, piece| match piece {
        GlobPart::Text(literal) => rest.strip_prefix(literal),
        GlobPart::Many | GlobPart::One => {
            let mut characters = rest.chars();
            characters.next().map(|_| characters.as_str())
        }
    })
}

fn skip_past<'t>(chunk: &[GlobPart<'_>], text: &'t str) -> Option<&'t str> {
    if let [GlobPart::Text(literal)] = chunk {
        return text.split_once(literal).map(|(_, after)| after);
    }
    let mut characters = text.chars();
    loop {
        if let Some(after) = strip_from(chunk, characters.as_str()) {
            return Some(after);
        }
        characters.next()?;
    }
}

fn ends(chunk: &[GlobPart<'_>], text: &str) -> bool {
    let rest = chunk.iter().rev().try_fold(text, |rest, piece| match piece {
        GlobPart::Text(literal) => rest.strip_suffix(literal),
        GlobPart::Many | GlobPart::One => {
            let mut characters = rest.chars();
            characters.next_back().map(|_| characters.as_str())
        }
    });
    rest.is_some()
}
