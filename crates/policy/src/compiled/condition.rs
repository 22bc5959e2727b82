//! Conditions with everything read beforehand: one look-up by hash, one comparison by type, no allocation.

use std::net::IpAddr;

use crate::compiled::arn::ArnMatcher;
use crate::compiled::text::{GlobMatcher, TextMatcher};
use crate::language::arn_pattern::split_arn;
use crate::language::condition::{self, Condition, Order, Quantifier, Test};
use crate::language::date::Instant;
use crate::language::decimal::Decimal;
use crate::language::truth::{Match, Truth};
use crate::language::variable::Template;
use crate::request::context::{Context, ContextValue, Entry, parse_address};
use crate::request::key::Key;

/// One operator applied to one key.
#[derive(Debug)]
pub(super) struct ConditionMatcher {
    key: Key,
    quantifier: Quantifier,
    negated: bool,
    if_exists: bool,
    /// There are no values to compare with.
    empty: bool,
    test: TestMatcher,
}

/// So few texts are sooner compared one by one, their lengths first.
const FEW: usize = 8;

/// What the request's value is compared with. `doubtful`: among the policy's values is one that cannot be read.
#[derive(Debug)]
enum TestMatcher {
    Arn(Box<[ArnMatcher]>),
    Binary { values: Box<[Box<[u8]>]>, doubtful: bool },
    Bool { has_false: bool, has_true: bool, doubtful: bool },
    Date(Bounds<Instant>),
    IgnoreCase(Box<[Template]>),
    Ip { blocks: Blocks, doubtful: bool },
    Null { when_absent: bool, when_present: bool },
    Numeric(Bounds<Number>),
    Text { exact: Box<[Box<str>]>, others: Box<[TextMatcher]> },
}

impl ConditionMatcher {
    pub(super) fn new(condition: &Condition) -> Self {
        let operator = condition.operator();
        Self {
            key: condition.key().clone(),
            quantifier: operator.quantifier,
            negated: operator.negated,
            if_exists: operator.if_exists,
            empty: condition.test().is_empty(),
            test: TestMatcher::new(condition.test()),
        }
    }

    /// Whether the request meets the condition.
    #[inline]
    pub(super) fn holds(&self, context: &Context) -> Truth {
        let entry = context.entry(&self.key).filter(|entry| !entry.value.values().is_empty());
        let is_null = |entry: &Entry| condition::is_null(&entry.value);
        if let TestMatcher::Null { when_absent, when_present } = self.test {
            return match self.quantifier {
                Quantifier::One => if entry.is_none_or(is_null) { when_absent } else { when_present }.into(),
                Quantifier::ForAllValues => Truth::True,
                Quantifier::ForAnyValue => Truth::False,
            };
        }
        match (self.quantifier, entry) {
            (Quantifier::One, None) => (self.if_exists || self.negated).into(),
            (Quantifier::One, Some(entry)) => match &entry.value {
                ContextValue::One(value) => self.compare(value, entry.address, context),
                ContextValue::Many(_) => Truth::False,
            },
            (Quantifier::ForAllValues, entry) => match entry.filter(|entry| !is_null(entry)) {
                None => Truth::True,
                Some(entry) => Truth::all(self.compare_each(entry, context)),
            },
            (Quantifier::ForAnyValue, None) => self.if_exists.into(),
            (Quantifier::ForAnyValue, Some(entry)) if is_null(entry) => Truth::False,
            (Quantifier::ForAnyValue, Some(entry)) => Truth::any(self.compare_each(entry, context)),
        }
    }

    fn compare_each(&self, entry: &Entry, context: &Context) -> impl Iterator<Item = Truth> {
        entry.value.values().iter().map(move |value| self.compare(value, entry.address, context))
    }

    /// `address`: the value as an address where that is known already.
    #[inline]
    fn compare(&self, value: &str, address: Option<IpAddr>, context: &Context) -> Truth {
        match (self.test.compare(value, address, context), self.negated) {
            (Match::Yes, negated) => (!negated).into(),
            (Match::No, true) if self.empty => Truth::Unknown,
            (Match::No, negated) => negated.into(),
            (Match::Unresolved, false) => Truth::False,
            (Match::Malformed, _) | (Match::Unresolved, true) => Truth::Unknown,
        }
    }
}

impl TestMatcher {
    fn new(test: &Test) -> Self {
        match test {
            Test::Arn(patterns) => Self::Arn(patterns.iter().map(ArnMatcher::new).collect()),
            Test::Binary(values) => Self::Binary {
                values: values.iter().flatten().map(|value| value.as_slice().into()).collect(),
                doubtful: values.contains(&None),
            },
            Test::Bool(values) => Self::Bool {
                has_false: values.contains(&Some(false)),
                has_true: values.contains(&Some(true)),
                doubtful: values.contains(&None),
            },
            Test::Date(order, values) => Self::Date(Bounds::new(*order, values, |instant| *instant)),
            Test::IgnoreCase(templates) => Self::IgnoreCase(templates.clone()),
            Test::Ip(blocks) => Self::Ip {
                blocks: Blocks::new(blocks.iter().flatten().map(condition::AddressBlock::ends)),
                doubtful: blocks.contains(&None),
            },
            Test::Null(expected) => {
                Self::Null { when_absent: expected.contains(&true), when_present: expected.contains(&false) }
            }
            Test::Numeric(order, values) => Self::Numeric(Bounds::new(*order, values, Number::new)),
            Test::Text(patterns) => {
                let (mut exact, mut others) = (Vec::new(), Vec::new());
                for pattern in patterns {
                    match TextMatcher::new(pattern) {
                        TextMatcher::Fixed(GlobMatcher::Exact(value)) => exact.push(value),
                        other => others.push(other),
                    }
                }
                exact.sort_unstable();
                Self::Text { exact: exact.into(), others: others.into() }
            }
        }
    }

    /// How the value compares with the policy's values taken together: one that matches settles it, one that cannot
    /// be read weighs more than one that cannot be resolved.
    #[inline]
    fn compare(&self, value: &str, address: Option<IpAddr>, context: &Context) -> Match {
        match self {
            Self::Arn(matchers) => match split_arn(value) {
                Some(parts) => {
                    any_of(matchers.iter().map(|matcher| matcher.matches(value, Some(&parts), context)))
                }
                None => Match::Malformed,
            },
            Self::Binary { values, doubtful } => match condition::parse_binary(value) {
                Some(own) => settle(values.iter().any(|other| **other == *own), *doubtful),
                None => Match::Malformed,
            },
            Self::Bool { has_false, has_true, doubtful } => match condition::parse_bool(value) {
                Some(own) => settle(if own { *has_true } else { *has_false }, *doubtful),
                None => Match::Malformed,
            },
            Self::Date(bounds) => Instant::parse(value).map_or(Match::Malformed, |own| bounds.compare(&own)),
            Self::IgnoreCase(templates) => {
                any_of(templates.iter().map(|template| equals_ignoring_case(template, value, context)))
            }
            Self::Ip { blocks, doubtful } => match address.or_else(|| parse_address(value)) {
                Some(own) => settle(blocks.contains(own), *doubtful),
                None => Match::Malformed,
            },
            Self::Null { .. } => Match::Malformed,
            Self::Numeric(bounds) => {
                Number::parse(value).map_or(Match::Malformed, |own| bounds.compare(&own))
            }
            Self::Text { exact, others } => {
                let found = if exact.len() <= FEW {
                    exact.iter().any(|known| **known == *value)
                } else {
                    exact.binary_search_by(|known| (**known).cmp(value)).is_ok()
                };
                if found {
                    return Match::Yes;
                }
                any_of(others.iter().map(|matcher| matcher.matches(value, context)))
            }
        }
    }
}

fn any_of(matches: impl Iterator<Item = Match>) -> Match {
    let mut result = Match::No;
    for one in matches {
        match one {
            Match::Yes => return Match::Yes,
            Match::Malformed => result = Match::Malformed,
            Match::Unresolved if result == Match::No => result = Match::Unresolved,
            Match::No | Match::Unresolved => {}
        }
    }
    result
}

fn settle(yes: bool, doubtful: bool) -> Match {
    match (yes, doubtful) {
        (true, _) => Match::Yes,
        (false, true) => Match::Malformed,
        (false, false) => Match::No,
    }
}

fn equals_ignoring_case(template: &Template, value: &str, context: &Context) -> Match {
    let mut rest = condition::fold_case(value);
    for part in template.parts() {
        let Some(text) = part.resolve_text(context) else { return Match::Unresolved };
        if !condition::fold_case(text).all(|character| rest.next() == Some(character)) {
            // A later variable may still be unresolved, which then is the answer.
            let unresolved = template.parts().iter().any(|part| part.resolve_text(context).is_none());
            return if unresolved { Match::Unresolved } else { Match::No };
        }
    }
    rest.next().is_none().into()
}

/// The bounds of an ordering operator. Of many the loosest decides, so that one is kept.
#[derive(Debug)]
struct Bounds<T> {
    order: Order,
    values: Box<[T]>,
    doubtful: bool,
}

impl<T: Ord + Clone> Bounds<T> {
    fn new<V>(order: Order, values: &[Option<V>], convert: impl Fn(&V) -> T) -> Self {
        let readable = values.iter().flatten().map(convert);
        let kept: Vec<T> = match order {
            Order::Equals => readable.collect(),
            Order::GreaterThan | Order::GreaterThanEquals => readable.min().into_iter().collect(),
            Order::LessThan | Order::LessThanEquals => readable.max().into_iter().collect(),
        };
        Self { order, values: kept.into(), doubtful: values.iter().any(Option::is_none) }
    }

    fn compare(&self, own: &T) -> Match {
        settle(self.values.iter().any(|bound| self.order.holds(own, bound)), self.doubtful)
    }
}

/// A number; the usual ones need no memory of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Number {
    Other(Decimal),
    Small(i64),
}

impl Number {
    fn new(decimal: &Decimal) -> Self {
        decimal.to_i64().map_or_else(|| Self::Other(decimal.clone()), Self::Small)
    }

    fn parse(text: &str) -> Option<Self> {
        let is_small = text.len() <= 18 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(small) if is_small => Some(Self::Small(small)),
            _ => Decimal::parse(text).map(|decimal| Self::new(&decimal)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Small(own), Self::Small(other)) => own.cmp(other),
            (Self::Small(own), Self::Other(other)) => Decimal::from(*own).cmp(other),
            (Self::Other(own), Self::Small(other)) => own.cmp(&Decimal::from(*other)),
            (Self::Other(own), Self::Other(other)) => own.cmp(other),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Addresses as sorted ranges that do not touch.
#[derive(Debug)]
struct Blocks {
    v4: Box<[(u32, u32)]>,
    v6: Box<[(u128, u128)]>,
}

impl Blocks {
    fn new(blocks: impl Iterator<Item = (IpAddr, IpAddr)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for ends in blocks {
            match ends {
                (IpAddr::V4(first), IpAddr::V4(last)) => v4.push((first.to_bits(), last.to_bits())),
                (IpAddr::V6(first), IpAddr::V6(last)) => v6.push((first.to_bits(), last.to_bits())),
                _ => {}
            }
        }
        Self { v4: merge(v4), v6: merge(v6) }
    }

    #[inline]
    fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => in_ranges(&self.v4, address.to_bits()),
            IpAddr::V6(address) => in_ranges(&self.v6, address.to_bits()),
        }
    }
}

fn in_ranges<T: Ord + Copy>(ranges: &[(T, T)], value: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= value);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, last)| value <= *last)
}

fn merge<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Box<[(T, T)]> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let overlaps = next.0 <= kept.1;
        if overlaps {
            kept.1 = kept.1.max(next.1);
        }
        overlaps
    });
    ranges.into()
}
