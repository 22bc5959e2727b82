//! ARNs against patterns. Where only the last part has a star the whole text is compared at once.

use crate::compiled::text::{TextMatcher, has_ends};
use crate::language::arn_pattern::{ArnParts, ArnPattern};
use crate::language::truth::Match;
use crate::request::context::Context;

/// An ARN pattern by its shape.
#[derive(Debug)]
pub(super) enum ArnMatcher {
    Any,
    /// Six parts, plain but for one star in the last: what stands before the star and what after.
    Ends(Box<str>, Box<str>),
    /// Six plain parts.
    Exact(Box<str>),
    Parts(Box<[TextMatcher]>),
    Whole(TextMatcher),
}

impl ArnMatcher {
    pub(super) fn new(pattern: &ArnPattern) -> Self {
        match pattern {
            ArnPattern::Any => Self::Any,
            ArnPattern::Whole(pattern) => Self::Whole(TextMatcher::new(pattern)),
            ArnPattern::Parts(parts) => Self::of_parts(parts.iter().map(TextMatcher::new).collect()),
        }
    }

    fn of_parts(parts: Box<[TextMatcher]>) -> Self {
        if let Some((TextMatcher::Exact(_) | TextMatcher::Any | TextMatcher::Ends(..), start)) =
            parts.split_last()
            && start.len() == 5
            && let Some(start) = plain_start(start)
        {
            match parts.last() {
                Some(TextMatcher::Any) => return Self::Ends(start.into(), "".into()),
                Some(TextMatcher::Ends(first, last)) => {
                    return Self::Ends(format!("{start}{first}").into(), last.clone());
                }
                Some(TextMatcher::Exact(last)) => return Self::Exact(format!("{start}{last}").into()),
                _ => {}
            }
        }
        Self::Parts(parts)
    }

    /// Compares with a whole text and its parts; `parts` is none when the text is no ARN.
    #[inline]
    pub(super) fn matches(&self, whole: &str, parts: Option<&ArnParts<'_>>, context: &Context) -> Match {
        match self {
            Self::Any => Match::Yes,
            Self::Ends(first, last) => has_ends(whole, first, last).into(),
            Self::Exact(exact) => (**exact == *whole).into(),
            Self::Parts(matchers) => parts.map_or(Match::No, |parts| all_parts(matchers, parts, context)),
            Self::Whole(matcher) => matcher.matches(whole, context),
        }
    }
}

/// `arn:partition:service:region:account:` when none of the parts holds anything but plain text. Such a text is
/// followed by a resource in ARNs alone, cut in the same places.
fn plain_start(parts: &[TextMatcher]) -> Option<String> {
    let mut start = String::new();
    for part in parts {
        match part {
            TextMatcher::Exact(text) if !text.contains(':') => start.push_str(text),
            _ => return None,
        }
        start.push(':');
    }
    start.starts_with("arn:").then_some(start)
}

fn all_parts(matchers: &[TextMatcher], parts: &ArnParts<'_>, context: &Context) -> Match {
    let mut result = Match::Yes;
    for (matcher, part) in matchers.iter().zip(parts) {
        match matcher.matches(part, context) {
            Match::Yes => {}
            Match::Unresolved => result = Match::Unresolved,
            Match::No | Match::Malformed => return Match::No,
        }
    }
    result
}
