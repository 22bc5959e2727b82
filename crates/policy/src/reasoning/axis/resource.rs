//! The resources of requests: `*`, or an ARN of a partition whose name begins with `aws`, with a service and a resource.

use crate::language::arn_pattern::{ArnPattern, split_arn};
use crate::language::statement::Effect;
use crate::language::truth::{Match, Truth};
use crate::reasoning::automaton::{self, Class, Item, Word};
use crate::reasoning::axis::{Axis, Row, View, applies};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::doubt::{Doubt, Doubts, Sample};
use crate::reasoning::word;
use crate::request::context::Context;

pub(in crate::reasoning) struct ResourceAxis {
    pub(in crate::reasoning) axis: Axis<Sample>,
    pub(in crate::reasoning) in_doubt: bool,
}

pub(in crate::reasoning) fn axis(
    rows: &[Row<'_>],
    view: View<'_>,
    budget: &mut Budget,
) -> Result<ResourceAxis, TooComplex> {
    let none = Context::new();
    let (context, open) = match view {
        View::Open => (&none, true),
        View::Fixed(fixed) => (&fixed.context, false),
    };
    let elements: Vec<Option<Element<'_>>> = rows.iter().map(|row| Element::of(*row)).collect();
    let (mut doubts, mut languages) = (Doubts::default(), Vec::new());
    for element in elements.iter().flatten() {
        let mut fixed = Vec::new();
        for pattern in element.patterns {
            budget.spend(8)?;
            if open && word::templates_of_arn(pattern).next().is_some() {
                doubts.add(Doubt::Arn(pattern), element.negated)?;
                let wider = [word::widened_arn(pattern), word::loosened_arn(pattern)];
                languages
                    .extend(wider.iter().map(|pattern| word::of_arn(pattern, context).into_iter().collect()));
            } else {
                fixed.extend(word::of_arn(pattern, context));
            }
        }
        languages.push(fixed);
    }
    languages.push(vec![word::literal("*")]);
    let mut texts = automaton::texts(&[word::literal("*"), arn()], &languages, budget)?;
    // An ARN makes the better example.
    texts.sort_by_key(|text| text == "*");
    let samples = doubts.samples(texts, budget)?;
    let axis = Axis::new(samples, rows.len(), |row, sample: &Sample| match elements.get(row) {
        Some(Some(element)) => {
            budget.spend(element.patterns.len().saturating_add(1))?;
            Ok(applies(element.effect, element.holds(sample, &doubts, context)))
        }
        _ => Ok(true),
    })?;
    Ok(ResourceAxis { axis, in_doubt: !doubts.is_empty() })
}

fn arn() -> Word {
    let colon = Item::Character(':');
    let part = Item::Many(Class::Part);
    let mut word = word::literal("arn:aws");
    word.extend([part, colon, Item::One(Class::Part), part, colon, part, colon, part, colon]);
    word.extend([Item::One(Class::Any), Item::Many(Class::Any)]);
    word
}

/// Resource or NotResource.
struct Element<'a> {
    effect: Effect,
    negated: bool,
    patterns: &'a [ArnPattern],
}

impl<'a> Element<'a> {
    fn of(row: Row<'a>) -> Option<Self> {
        match row {
            Row::Access(access) => {
                access.resources().map(|patterns| Self { effect: Effect::Allow, negated: false, patterns })
            }
            Row::Everything | Row::Stranger(_) => None,
            Row::Statement(statement) => statement.resources().map(|resources| Self {
                effect: statement.effect(),
                negated: resources.negated,
                patterns: &resources.patterns,
            }),
        }
    }

    fn holds(&self, sample: &Sample, doubts: &Doubts<'_>, context: &Context) -> Truth {
        let parts = split_arn(&sample.text);
        let matches = self.patterns.iter().map(|pattern| {
            let assumed = doubts.assumed(Doubt::Arn(pattern), sample);
            assumed.unwrap_or_else(|| pattern.matches(&sample.text, parts.as_ref(), context))
        });
        if self.negated { Match::none_of(matches) } else { Match::one_of(matches) }
    }
}
