//! What is open about a text until the rest of the request is known: whether a pattern with variables matches it, and
//! how it compares as something else than text. Each way it may turn out is tried.

use crate::language::arn_pattern::{ArnPattern, split_arn};
use crate::language::condition::Test;
use crate::language::truth::Match;
use crate::language::variable::{Pattern, Template};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::word;
use crate::request::context::Context;

/// A text that stands for many, with one way for every doubt to turn out.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) text: String,
    assumed: Box<[Match]>,
}

impl AsRef<str> for Sample {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// A comparison whose result is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Doubt<'a> {
    Arn(&'a ArnPattern),
    IgnoreCase(&'a Template),
    /// All values of a condition that compares something else than text, on a key that others compare as text.
    Test(&'a Test),
    Text(&'a Pattern),
}

/// Doubts that are open on one axis. The same comparison in two policies is one doubt.
#[derive(Debug, Default)]
pub(super) struct Doubts<'a> {
    doubts: Vec<(Doubt<'a>, bool)>,
}

/// Beyond this there are too many ways to turn out.
const MAX_DOUBTS: usize = 24;
const MAX_SAMPLES: usize = 8_192;

impl<'a> Doubts<'a> {
    /// `negated` tells whether it makes a difference that a variable has no value: only where a match counts against.
    pub(super) fn add(&mut self, doubt: Doubt<'a>, negated: bool) -> Result<(), TooComplex> {
        if let Some((_, also_negated)) = self.doubts.iter_mut().find(|(known, _)| *known == doubt) {
            *also_negated |= negated;
        } else if self.doubts.len() == MAX_DOUBTS {
            return Err(TooComplex);
        } else {
            self.doubts.push((doubt, negated));
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.doubts.is_empty()
    }

    /// Each text with every way for the doubts to turn out.
    pub(super) fn samples(&self, texts: Vec<String>, budget: &mut Budget) -> Result<Vec<Sample>, TooComplex> {
        let mut samples = Vec::new();
        for text in texts {
            let mut ways = vec![Vec::new()];
            for (doubt, negated) in &self.doubts {
                let outcomes = doubt.outcomes(&text, *negated);
                budget.spend(ways.len().saturating_mul(outcomes.len()).saturating_mul(self.doubts.len()))?;
                ways = ways
                    .iter()
                    .flat_map(|way| {
                        outcomes.iter().map(move |outcome| [way.as_slice(), &[*outcome]].concat())
                    })
                    .collect();
                if ways.len() > MAX_SAMPLES {
                    return Err(TooComplex);
                }
            }
            samples.extend(ways.into_iter().map(|way| Sample { text: text.clone(), assumed: way.into() }));
            if samples.len() > MAX_SAMPLES {
                return Err(TooComplex);
            }
        }
        Ok(samples)
    }

    /// How an open comparison is assumed to turn out; none when it is not open.
    pub(super) fn assumed(&self, doubt: Doubt<'_>, sample: &Sample) -> Option<Match> {
        let at = self.doubts.iter().position(|(known, _)| *known == doubt)?;
        sample.assumed.get(at).copied()
    }
}

impl Doubt<'_> {
    /// How the comparison with a text can turn out. The first is the one that needs nothing of the variables.
    fn outcomes(self, text: &str, negated: bool) -> Vec<Match> {
        let none = Context::new();
        let parts = split_arn(text);
        let (tight, loose) = match self {
            Self::Test(_) => return vec![Match::No, Match::Yes, Match::Malformed],
            Self::IgnoreCase(_) => (true, true),
            Self::Text(pattern) => (word::widened(pattern).matches(text, &none) == Match::Yes, true),
            Self::Arn(pattern) => (
                word::widened_arn(pattern).matches(text, parts.as_ref(), &none) == Match::Yes,
                word::loosened_arn(pattern).matches(text, parts.as_ref(), &none) == Match::Yes,
            ),
        };
        let mut outcomes = vec![Match::No];
        if tight {
            outcomes.push(Match::Yes);
        }
        if loose && negated {
            outcomes.push(Match::Unresolved);
        }
        outcomes
    }
}
