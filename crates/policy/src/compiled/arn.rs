//! ARNs against patterns. Where only the last part has a star the whole text is compared at once.

use crate::compiled::text::{GlobMatcher, TextMatcher};
use crate::language::arn_pattern::{ArnParts, ArnPattern};
use crate::language::truth::Match;
use crate::request::context::Context;

/// An ARN pattern by its shape.
#[derive(Debug)]
pub(super) enum ArnMatcher {
    Any,
    /// Six parts, plain but for at most one star in the last: compared with the text as a whole.
    AtOnce(GlobMatcher),
    Parts(Box<[TextMatcher]>),
    /// Compared with the text as a whole, be it an ARN or not.
    Whole(TextMatcher),
}

impl ArnMatcher {
    pub(super) fn new(pattern: &ArnPattern) -> Self {
        match pattern {
            ArnPattern::Any => Self::Any,
            ArnPattern::Whole(pattern) => Self::Whole(TextMatcher::new(pattern)),
            ArnPattern::Parts(parts) => {
                let parts: Box<[_]> = parts.iter().map(TextMatcher::new).collect();
                joined(&parts).map_or(Self::Parts(parts), Self::AtOnce)
            }
        }
    }

    /// Compares with a whole text and its parts; `parts` is none when the text is no ARN.
    #[inline]
    pub(super) fn matches(&self, whole: &str, parts: Option<&ArnParts<'_>>, context: &Context) -> Match {
        match self {
            Self::Any => Match::Yes,
            Self::AtOnce(matcher) => matcher.matches(whole).into(),
            Self::Parts(matchers) => parts.map_or(Match::No, |parts| all_parts(matchers, parts, context)),
            Self::Whole(matcher) => matcher.matches(whole, context),
        }
    }
}

/// One pattern for all six parts, when the first five hold plain text alone. Whatever begins with them is an ARN, cut
/// in the same places.
fn joined(parts: &[TextMatcher]) -> Option<GlobMatcher> {
    let [start @ .., TextMatcher::Fixed(last)] = parts else { return None };
    if start.len() != 5 {
        return None;
    }
    let mut text = String::new();
    for part in start {
        match part {
            TextMatcher::Fixed(GlobMatcher::Exact(plain)) if !plain.contains(':') => text.push_str(plain),
            _ => return None,
        }
        text.push(':');
    }
    if !text.starts_with("arn:") {
        return None;
    }
    match last {
        GlobMatcher::Any => Some(GlobMatcher::Ends(text.into(), "".into())),
        GlobMatcher::Ends(first, last) => {
            Some(GlobMatcher::Ends(format!("{text}{first}").into(), last.clone()))
        }
        GlobMatcher::Exact(plain) => Some(GlobMatcher::Exact(format!("{text}{plain}").into())),
        GlobMatcher::Other(_) => None,
    }
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
