//! The values of one condition key: absent, one text or, where a condition says how to compare lists, a list.

use std::collections::BTreeSet;

use crate::language::arn_pattern::{ArnPattern, split_arn};
use crate::language::condition::{Asked, Condition, Quantifier, Test};
use crate::language::date::Instant;
use crate::language::statement::Statement;
use crate::language::truth::{Match, Truth};
use crate::language::variable::Pattern;
use crate::reasoning::automaton::{self, Word};
use crate::reasoning::axis::{Axis, Row, View, applies};
use crate::reasoning::bits::Bits;
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::doubt::{Doubt, Doubts, Sample};
use crate::reasoning::{representative, word};
use crate::request::context::{Context, ContextValue};
use crate::request::key::Key;

pub(in crate::reasoning) struct KeyAxis {
    pub(in crate::reasoning) key: Key,
    pub(in crate::reasoning) axis: Axis<Cell>,
    pub(in crate::reasoning) in_doubt: bool,
}

/// A value of the key.
#[derive(Clone, Debug)]
pub(in crate::reasoning) enum Cell {
    Absent,
    Many(Vec<Sample>),
    One(Sample),
}

impl Cell {
    pub(in crate::reasoning) fn value(&self) -> Option<ContextValue> {
        match self {
            Self::Absent => None,
            Self::Many(samples) => {
                Some(ContextValue::Many(samples.iter().map(|sample| sample.text.clone()).collect()))
            }
            Self::One(sample) => Some(ContextValue::One(sample.text.clone())),
        }
    }
}

/// The most lists that are told apart.
const MAX_LISTS: usize = 4_096;

pub(in crate::reasoning) fn axis(
    key: &Key,
    rows: &[Row<'_>],
    view: View<'_>,
    budget: &mut Budget,
) -> Result<KeyAxis, TooComplex> {
    let none = Context::new();
    let context = match view {
        View::Open => &none,
        View::Fixed(fixed) => &fixed.context,
    };
    let mut of_rows = Vec::with_capacity(rows.len());
    for row in rows {
        let all = row.statement().map(Statement::conditions).unwrap_or_default();
        budget.spend(all.len().saturating_add(1))?;
        of_rows.push(all.iter().filter(|condition| condition.key() == key).collect::<Vec<_>>());
    }
    let conditions: Vec<&Condition> = of_rows.iter().flatten().copied().collect();

    let mut values = Values { open: matches!(view, View::Open), ..Values::default() };
    for row in rows {
        if let Row::Stranger(stranger) = row {
            values.languages.extend(stranger.word(key).map(|word| vec![word]));
        }
    }
    let doubts = &mut Doubts::default();
    let cells = match view {
        View::Fixed(fixed) if fixed.keys.contains(key) => {
            let value = context.get(key.as_str()).map(|value| value.values().to_vec()).unwrap_or_default();
            let samples = doubts.samples(value, budget)?;
            if samples.is_empty() { vec![Cell::Absent] } else { samples.into_iter().map(Cell::One).collect() }
        }
        _ => {
            let texts = values.texts(&conditions, context, doubts, budget)?;
            let samples = doubts.samples(texts, budget)?;
            let lists = lists(&conditions, &samples, doubts, context, budget)?;
            let ones = samples.into_iter().map(Cell::One);
            std::iter::once(Cell::Absent).chain(ones).chain(lists.into_iter().map(Cell::Many)).collect()
        }
    };
    let axis = Axis::new(cells, rows.len(), |row, cell: &Cell| {
        if let Some(Row::Stranger(stranger)) = rows.get(row) {
            return Ok(stranger.may_have(key, cell.value().as_ref(), &conditions));
        }
        let Some(statement) = rows.get(row).and_then(|row| row.statement()) else { return Ok(true) };
        for condition in of_rows.get(row).into_iter().flatten() {
            budget.spend(4)?;
            if !applies(statement.effect(), holds(condition, cell, doubts, context)) {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    Ok(KeyAxis { key: key.clone(), axis, in_doubt: !doubts.is_empty() })
}

fn holds(condition: &Condition, cell: &Cell, doubts: &Doubts<'_>, context: &Context) -> Truth {
    let value = match cell {
        Cell::Absent => None,
        Cell::Many(samples) => Some(Asked::Many(samples)),
        Cell::One(sample) => Some(Asked::One(sample)),
    };
    condition.holds_for(value, |sample| compare(condition, sample, doubts, context))
}

/// Compares as evaluation does, but for what is assumed about doubts.
fn compare(condition: &Condition, sample: &Sample, doubts: &Doubts<'_>, context: &Context) -> Truth {
    if doubts.is_empty() {
        return condition.compare(&sample.text, context);
    }
    let combine = |matches: &mut dyn Iterator<Item = Match>| {
        if condition.operator().negated { Match::none_of(matches) } else { Match::one_of(matches) }
    };
    match condition.test() {
        Test::Arn(patterns) => {
            let parts = split_arn(&sample.text);
            if parts.is_none() {
                return combine(&mut std::iter::once(Match::Malformed));
            }
            combine(&mut patterns.iter().map(|pattern| {
                let assumed = doubts.assumed(Doubt::Arn(pattern), sample);
                assumed.unwrap_or_else(|| pattern.matches(&sample.text, parts.as_ref(), context))
            }))
        }
        Test::IgnoreCase(templates) => combine(&mut templates.iter().map(|template| {
            let assumed = doubts.assumed(Doubt::IgnoreCase(template), sample);
            assumed.unwrap_or_else(|| Test::compare_folded(template, &sample.text, context))
        })),
        Test::Text(patterns) => combine(&mut patterns.iter().map(|pattern| {
            let assumed = doubts.assumed(Doubt::Text(pattern), sample);
            assumed.unwrap_or_else(|| pattern.matches(&sample.text, context))
        })),
        test => match doubts.assumed(Doubt::Test(test), sample) {
            Some(assumed) => combine(&mut std::iter::once(assumed)),
            None => condition.compare(&sample.text, context),
        },
    }
}

/// What the conditions on a key tell apart.
#[derive(Default)]
struct Values {
    /// Whether variables are in doubt.
    open: bool,
    languages: Vec<Vec<Word>>,
}

/// What a test takes values for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Address,
    Bytes,
    Date,
    Number,
    Text,
}

impl Family {
    fn of(test: &Test) -> Option<Self> {
        match test {
            Test::Arn(_) | Test::Bool(_) | Test::IgnoreCase(_) | Test::Text(_) => Some(Self::Text),
            Test::Binary(_) => Some(Self::Bytes),
            Test::Date(..) => Some(Self::Date),
            Test::Ip(_) => Some(Self::Address),
            Test::Null(_) => None,
            Test::Numeric(..) => Some(Self::Number),
        }
    }
}

impl Values {
    /// Texts that stand for all that the key can have, less welcome ones last.
    fn texts<'a>(
        &mut self,
        conditions: &[&'a Condition],
        context: &Context,
        doubts: &mut Doubts<'a>,
        budget: &mut Budget,
    ) -> Result<Vec<String>, TooComplex> {
        let families: BTreeSet<Family> =
            conditions.iter().filter_map(|condition| Family::of(condition.test())).collect();
        let only = families.first().filter(|family| families.len() == 1 && **family != Family::Text);
        let typed =
            only.filter(|_| self.languages.is_empty()).and_then(|family| of_family(*family, conditions));
        let mut texts = match typed {
            Some(texts) => {
                budget.spend(texts.len().saturating_mul(8))?;
                texts
            }
            None => self.mixed(conditions, &families, context, doubts, budget)?,
        };
        texts.retain(|text| !text.is_empty());
        texts.extend([representative::MALFORMED.to_owned(), String::new()]);
        Ok(texts)
    }

    fn mixed<'a>(
        &mut self,
        conditions: &[&'a Condition],
        families: &BTreeSet<Family>,
        context: &Context,
        doubts: &mut Doubts<'a>,
        budget: &mut Budget,
    ) -> Result<Vec<String>, TooComplex> {
        let mut more = Vec::new();
        for condition in conditions {
            let (test, negated) = (condition.test(), condition.operator().negated);
            match test {
                Test::Arn(patterns) => {
                    self.languages.push(vec![word::any_arn()]);
                    self.add_arns(patterns, negated, context, doubts, budget)?;
                }
                Test::Bool(_) => {
                    let both = ["true", "false"].map(automaton::folded_word);
                    self.languages.extend(both.into_iter().flatten().map(|word| vec![word]));
                }
                Test::IgnoreCase(templates) => {
                    for template in templates {
                        budget.spend(8)?;
                        let in_doubt = self.open && template.has_variables();
                        let resolved = template.resolve(context).filter(|_| !in_doubt);
                        match resolved.as_deref().map(automaton::folded_word) {
                            Some(Some(word)) => self.languages.push(vec![word]),
                            _ if self.open => doubts.add(Doubt::IgnoreCase(template), negated)?,
                            _ => more.extend(resolved.map(std::borrow::Cow::into_owned)),
                        }
                    }
                }
                Test::Text(patterns) => self.add_patterns(patterns, negated, context, doubts, budget)?,
                Test::Null(_) => {}
                Test::Binary(_) | Test::Date(..) | Test::Ip(_) | Test::Numeric(..) => {
                    if self.open {
                        doubts.add(Doubt::Test(test), negated)?;
                    }
                }
            }
        }
        self.languages.push(vec![Word::new()]);
        let mut texts = automaton::texts(&[word::any()], &self.languages, budget)?;
        texts.append(&mut more);
        if !self.open {
            texts.extend(families.iter().filter_map(|family| of_family(*family, conditions)).flatten());
        }
        Ok(texts)
    }

    fn add_patterns<'a>(
        &mut self,
        patterns: &'a [Pattern],
        negated: bool,
        context: &Context,
        doubts: &mut Doubts<'a>,
        budget: &mut Budget,
    ) -> Result<(), TooComplex> {
        let mut fixed = Vec::new();
        for pattern in patterns {
            budget.spend(8)?;
            if self.open && word::template(pattern).is_some() {
                doubts.add(Doubt::Text(pattern), negated)?;
                let wider = word::of_pattern(&word::widened(pattern), context);
                self.languages.push(wider.into_iter().collect());
            } else {
                fixed.extend(word::of_pattern(pattern, context));
            }
        }
        self.languages.push(fixed);
        Ok(())
    }

    fn add_arns<'a>(
        &mut self,
        patterns: &'a [ArnPattern],
        negated: bool,
        context: &Context,
        doubts: &mut Doubts<'a>,
        budget: &mut Budget,
    ) -> Result<(), TooComplex> {
        let mut fixed = Vec::new();
        for pattern in patterns {
            budget.spend(8)?;
            if self.open && word::templates_of_arn(pattern).next().is_some() {
                doubts.add(Doubt::Arn(pattern), negated)?;
                for wider in [word::widened_arn(pattern), word::loosened_arn(pattern)] {
                    self.languages.push(word::of_arn(&wider, context).into_iter().collect());
                }
            } else {
                fixed.extend(word::of_arn(pattern, context));
            }
        }
        self.languages.push(fixed);
        Ok(())
    }
}

/// Values that stand for all that a type has; none for text, and where they cannot be written.
fn of_family(family: Family, conditions: &[&Condition]) -> Option<Vec<String>> {
    let tests = || conditions.iter().map(|condition| condition.test());
    match family {
        Family::Address => {
            let blocks = tests().filter_map(|test| match test {
                Test::Ip(blocks) => Some(blocks.iter().flatten()),
                _ => None,
            });
            Some(representative::addresses(blocks.flatten()))
        }
        Family::Bytes => {
            let known = tests().filter_map(|test| match test {
                Test::Binary(values) => Some(values.iter().flatten().map(Vec::as_slice)),
                _ => None,
            });
            Some(representative::bytes(&known.flatten().collect()))
        }
        Family::Date => {
            let bounds: BTreeSet<Instant> = tests()
                .filter_map(|test| match test {
                    Test::Date(_, values) => Some(values.iter().flatten().copied()),
                    _ => None,
                })
                .flatten()
                .collect();
            representative::dates(&bounds)
        }
        Family::Number => {
            let bounds = tests().filter_map(|test| match test {
                Test::Numeric(_, values) => Some(values.iter().flatten().cloned()),
                _ => None,
            });
            Some(representative::numbers(&bounds.flatten().collect()))
        }
        Family::Text => None,
    }
}

/// Lists that stand for all that the conditions with set operators tell apart: all such a condition asks of a list is
/// whether it has a value of some sort, so for every combination of sorts that can be had one list is made.
fn lists(
    conditions: &[&Condition],
    samples: &[Sample],
    doubts: &Doubts<'_>,
    context: &Context,
    budget: &mut Budget,
) -> Result<Vec<Vec<Sample>>, TooComplex> {
    let mut sorts: Vec<Bits> = Vec::new();
    let quantified = |condition: &&&Condition| condition.operator().quantifier != Quantifier::One;
    for condition in conditions.iter().filter(quantified) {
        budget.spend(samples.len().saturating_mul(8))?;
        let truths: Vec<Truth> =
            samples.iter().map(|sample| compare(condition, sample, doubts, context)).collect();
        let sort = |wanted: fn(Truth) -> bool| {
            Bits::from_fn(truths.len(), |at| truths.get(at).copied().is_some_and(wanted))
        };
        sorts.extend(match condition.operator().quantifier {
            Quantifier::ForAllValues => {
                [sort(|truth| truth != Truth::True), sort(|truth| truth == Truth::False)]
            }
            Quantifier::ForAnyValue | Quantifier::One => {
                [sort(|truth| truth == Truth::True), sort(|truth| truth != Truth::False)]
            }
        });
    }
    if sorts.is_empty() {
        return Ok(Vec::new());
    }
    sorts.push(Bits::from_fn(samples.len(), |at| {
        samples.get(at).is_some_and(|sample| !sample.text.is_empty())
    }));
    let (mut distinct, mut seen) = (Vec::new(), std::collections::HashSet::new());
    distinct.extend(sorts.into_iter().filter(|sort| !sort.is_empty() && seen.insert(sort.clone())));

    // What may be in the list, and the sorts it must have a value of.
    let mut choices: Vec<(Bits, Vec<&Bits>)> = vec![(Bits::from_fn(samples.len(), |_| true), Vec::new())];
    for sort in &distinct {
        let mut next = Vec::new();
        for (allowed, wanted) in choices {
            budget.spend(allowed.words().saturating_mul(wanted.len().saturating_add(2)))?;
            let without = allowed.without(sort);
            if !without.is_empty() && wanted.iter().all(|wanted| wanted.meets(&without)) {
                next.push((without, wanted.clone()));
            }
            if allowed.meets(sort) {
                next.push((allowed, [wanted, vec![sort]].concat()));
            }
        }
        if next.len() > MAX_LISTS {
            return Err(TooComplex);
        }
        choices = next;
    }
    let list = |(allowed, wanted): (Bits, Vec<&Bits>)| {
        let mut members: Vec<usize> =
            wanted.iter().filter_map(|wanted| wanted.and(&allowed).first()).collect();
        if members.is_empty() {
            members.extend(allowed.first());
        }
        members.sort_unstable();
        members.dedup();
        members.into_iter().filter_map(|at| samples.get(at).cloned()).collect()
    };
    Ok(choices.into_iter().map(list).collect())
}
