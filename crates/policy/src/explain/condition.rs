//! Why a condition does not hold.

use crate::language::condition::{Condition, Quantifier, Test, is_null};
use crate::language::truth::{Match, Truth};
use crate::language::variable::variables;
use crate::request::context::{Context, ContextValue};

/// A condition that does not surely hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCondition<'a> {
    /// The operator as written, for example `ForAnyValue:StringLike`.
    pub operator: &'a str,
    /// The key as written.
    pub key: &'a str,
    /// The policy's values as written.
    pub expected: &'a [Box<str>],
    /// The request's value; none when the request lacks the key.
    pub found: Option<&'a ContextValue>,
    /// What is wrong.
    pub cause: ConditionCause<'a>,
}

/// Why a condition does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionCause<'a> {
    /// The request lacks the key, or has it with an empty list (for `Null`: with nothing but empty text).
    KeyAbsent,
    /// `Null` asks that the key be absent, and it is there.
    KeyPresent,
    /// The request's value is a list, and the operator has neither `ForAllValues` nor `ForAnyValue`.
    ListOfValues,
    /// The request's value or one of the policy's is not of the type that the operator compares.
    Malformed,
    /// The values do not stand to each other as the operator demands.
    Mismatch,
    /// Variables in the policy's values have no value: the request lacks their keys, or has lists there.
    Unresolved(Vec<&'a str>),
}

impl<'a> FailedCondition<'a> {
    /// None when the condition surely holds.
    pub(crate) fn of(condition: &'a Condition, context: &'a Context) -> Option<Self> {
        if condition.holds(context) == Truth::True {
            return None;
        }
        let written = condition.written();
        let found = context.entry(condition.key()).map(|entry| &entry.value);
        let cause = cause(condition, found, context);
        Some(Self { operator: &written.operator, key: &written.key, expected: &written.values, found, cause })
    }
}

fn cause<'a>(
    condition: &'a Condition,
    found: Option<&ContextValue>,
    context: &'a Context,
) -> ConditionCause<'a> {
    let Some(found) = found.filter(|value| !value.values().is_empty()) else {
        return ConditionCause::KeyAbsent;
    };
    if matches!(condition.test(), Test::Null(_)) {
        return if is_null(found) { ConditionCause::KeyAbsent } else { ConditionCause::KeyPresent };
    }
    if condition.operator().quantifier == Quantifier::One && matches!(found, ContextValue::Many(_)) {
        return ConditionCause::ListOfValues;
    }
    let any = |combine: fn(&mut dyn Iterator<Item = Match>) -> Truth| {
        let mut values = found.values().iter();
        values.any(|value| condition.test().compare(value, context, combine) == Truth::True)
    };
    if any(|mut matches| Iterator::any(&mut matches, |outcome| outcome == Match::Malformed).into()) {
        return ConditionCause::Malformed;
    }
    if any(|mut matches| Iterator::any(&mut matches, |outcome| outcome == Match::Unresolved).into()) {
        let values = condition.written().values.iter();
        return ConditionCause::Unresolved(values.flat_map(|text| unresolved(text, context)).collect());
    }
    ConditionCause::Mismatch
}

/// The variables of a policy value that have no value, in their own spelling.
pub(crate) fn unresolved<'a>(text: &'a str, context: &Context) -> impl Iterator<Item = &'a str> {
    variables(text).filter_map(|variable| match context.get(variable.key) {
        Some(ContextValue::One(_)) => None,
        None if variable.has_default => None,
        Some(ContextValue::Many(_)) | None => Some(variable.key),
    })
}
