//! The values of a condition, read once into the type that its operator compares.

use crate::language::arn_pattern::{self, ArnPattern};
use crate::language::condition::operator::{Comparison, Operator, Order};
use crate::language::condition::value::{self, AddressBlock};
use crate::language::date::Instant;
use crate::language::decimal::Decimal;
use crate::language::truth::{Match, Truth};
use crate::language::variable::{Pattern, Syntax, Template};
use crate::request::context::{self, Context};

/// Typed values. `None` stands for a value that holds a policy variable where variables have no meaning: it can be
/// saved but not evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Arn(Box<[ArnPattern]>),
    Binary(Box<[Option<Vec<u8>>]>),
    Bool(Box<[Option<bool>]>),
    Date(Order, Box<[Option<Instant>]>),
    IgnoreCase(Box<[Template]>),
    Ip(Box<[Option<AddressBlock>]>),
    Null(Box<[bool]>),
    Numeric(Order, Box<[Option<Decimal>]>),
    Text(Box<[Pattern]>),
}

/// Why values cannot be read; IAM has one message for dates and another for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidValue {
    Date,
    Other,
}

impl Test {
    /// Reads the values an operator compares with; `variables` tells whether `${...}` is a variable.
    pub(crate) fn parse(
        operator: Operator,
        values: &[String],
        variables: bool,
    ) -> Result<Self, InvalidValue> {
        let typed = Values { texts: values, variables };
        Ok(match operator.comparison {
            Comparison::Arn => {
                Self::Arn(values.iter().map(|text| ArnPattern::parse(text, variables)).collect())
            }
            Comparison::Binary => Self::Binary(typed.read(value::parse_binary)?),
            Comparison::Bool => Self::Bool(typed.read(value::parse_bool)?),
            Comparison::Date(order) => {
                Self::Date(order, typed.read(Instant::parse).map_err(|_| InvalidValue::Date)?)
            }
            Comparison::Ip => Self::Ip(typed.read(AddressBlock::parse)?),
            Comparison::Null => {
                let expected: Option<_> = values.iter().map(|text| value::parse_bool(text)).collect();
                Self::Null(expected.ok_or(InvalidValue::Other)?)
            }
            Comparison::Numeric(order) => Self::Numeric(order, typed.read(Decimal::parse)?),
            Comparison::StringEquals => Self::Text(typed.patterns(false)),
            Comparison::StringEqualsIgnoreCase => {
                let syntax = Syntax { variables, wildcards: false };
                Self::IgnoreCase(values.iter().map(|text| Template::parse(text, syntax)).collect())
            }
            Comparison::StringLike => Self::Text(typed.patterns(true)),
        })
    }

    /// Whether there are no values to compare with.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Arn(values) => values.is_empty(),
            Self::Binary(values) => values.is_empty(),
            Self::Bool(values) => values.is_empty(),
            Self::Date(_, values) => values.is_empty(),
            Self::IgnoreCase(values) => values.is_empty(),
            Self::Ip(values) => values.is_empty(),
            Self::Null(values) => values.is_empty(),
            Self::Numeric(_, values) => values.is_empty(),
            Self::Text(values) => values.is_empty(),
        }
    }

    /// Compares one value of the request with each of these and combines the answers.
    pub(crate) fn compare(
        &self,
        text: &str,
        context: &Context,
        combine: fn(&mut dyn Iterator<Item = Match>) -> Truth,
    ) -> Truth {
        match self {
            Self::Arn(patterns) => match arn_pattern::split_arn(text) {
                Some(parts) => {
                    combine(&mut patterns.iter().map(|pattern| pattern.matches(text, Some(&parts), context)))
                }
                None => combine(&mut std::iter::once(Match::Malformed)),
            },
            Self::Binary(values) => {
                typed(values, value::parse_binary(text), combine, |own, other| own == other)
            }
            Self::Bool(values) => typed(values, value::parse_bool(text), combine, |own, other| own == other),
            Self::Date(order, values) => {
                typed(values, Instant::parse(text), combine, |own, bound| order.holds(own, bound))
            }
            Self::IgnoreCase(templates) => {
                combine(&mut templates.iter().map(|template| Self::compare_folded(template, text, context)))
            }
            Self::Ip(blocks) => typed(blocks, context::parse_address(text), combine, |address, block| {
                block.contains(*address)
            }),
            // Null asks about presence, which the condition answers before values are compared.
            Self::Null(_) => Truth::Unknown,
            Self::Numeric(order, values) => {
                typed(values, Decimal::parse(text), combine, |own, bound| order.holds(own, bound))
            }
            Self::Text(patterns) => {
                combine(&mut patterns.iter().map(|pattern| pattern.matches(text, context)))
            }
        }
    }

    /// Compares without regard to case.
    pub(crate) fn compare_folded(template: &Template, text: &str, context: &Context) -> Match {
        match template.resolve(context) {
            Some(resolved) => fold_case(&resolved).eq(fold_case(text)).into(),
            None => Match::Unresolved,
        }
    }
}

/// The text without regard to case: each character in lower case, whatever stands beside it.
pub(crate) fn fold_case(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn typed<V, T>(
    values: &[Option<T>],
    own: Option<V>,
    combine: fn(&mut dyn Iterator<Item = Match>) -> Truth,
    holds: impl Fn(&V, &T) -> bool,
) -> Truth {
    let Some(own) = own else { return combine(&mut std::iter::once(Match::Malformed)) };
    combine(&mut values.iter().map(|value| match value {
        Some(value) => holds(&own, value).into(),
        None => Match::Malformed,
    }))
}

struct Values<'a> {
    texts: &'a [String],
    variables: bool,
}

impl Values<'_> {
    fn read<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Box<[Option<T>]>, InvalidValue> {
        let read = |text: &String| match parse(text) {
            Some(value) => Ok(Some(value)),
            None if self.variables && text.contains("${") => Ok(None),
            None => Err(InvalidValue::Other),
        };
        self.texts.iter().map(read).collect()
    }

    fn patterns(&self, wildcards: bool) -> Box<[Pattern]> {
        let syntax = Syntax { variables: self.variables, wildcards };
        self.texts.iter().map(|text| Pattern::parse(text, syntax)).collect()
    }
}
