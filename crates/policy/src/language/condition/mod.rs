//! The Condition element: operators, keys and values.

mod operator;
mod test;
mod value;

pub(crate) use operator::{Comparison, Operator, Order, Quantifier};
pub(crate) use test::{InvalidValue, Test, fold_case};
pub(crate) use value::{AddressBlock, parse_binary, parse_bool};

use crate::language::truth::{Match, Truth};
use crate::request::context::{Context, ContextValue};
use crate::request::key::Key;

/// One operator applied to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    operator: Operator,
    key: Key,
    /// What the operator compares with, read once.
    test: Test,
    written: Written,
}

/// A condition as the document has it, for whoever explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) operator: Box<str>,
    pub(crate) key: Box<str>,
    pub(crate) values: Box<[Box<str>]>,
}

impl Condition {
    pub(crate) fn new(operator: Operator, test: Test, written: Written) -> Self {
        Self { operator, key: (&*written.key).into(), test, written }
    }

    pub(crate) fn operator(&self) -> Operator {
        self.operator
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn test(&self) -> &Test {
        &self.test
    }

    pub(crate) fn written(&self) -> &Written {
        &self.written
    }

    /// Whether the request meets the condition.
    pub(crate) fn holds(&self, context: &Context) -> Truth {
        let value = context.entry(&self.key).map(|entry| Asked::from(&entry.value));
        self.holds_for(value, |value| self.compare(value, context))
    }

    /// Whether a value meets the condition, none where the key is absent; `compare` tells how one text stands to the
    /// values of the policy.
    pub(crate) fn holds_for<V: AsRef<str>>(
        &self,
        value: Option<Asked<'_, V>>,
        compare: impl Fn(&V) -> Truth,
    ) -> Truth {
        let value = value.filter(|value| !value.values().is_empty());
        if let Test::Null(expected) = &self.test {
            return match self.operator.quantifier {
                Quantifier::One => expected.contains(&value.is_none_or(|value| value.is_null())).into(),
                // What AWS says of them, useless as it is.
                Quantifier::ForAllValues => Truth::True,
                Quantifier::ForAnyValue => Truth::False,
            };
        }
        match self.operator.quantifier {
            Quantifier::One => match value {
                None => (self.operator.if_exists || self.operator.negated).into(),
                Some(Asked::One(value)) => compare(value),
                // AWS does not compare a list without being told how.
                Some(Asked::Many(_)) => Truth::False,
            },
            Quantifier::ForAllValues => match value.filter(|value| !value.is_null()) {
                None => Truth::True,
                Some(value) => Truth::all(value.values().iter().map(compare)),
            },
            Quantifier::ForAnyValue => match value {
                None => self.operator.if_exists.into(),
                Some(value) if value.is_null() => Truth::False,
                Some(value) => Truth::any(value.values().iter().map(compare)),
            },
        }
    }

    /// Compares one value of the request with all values of the policy: with one of them, or with none when negated.
    pub(crate) fn compare(&self, value: &str, context: &Context) -> Truth {
        let combine: fn(&mut dyn Iterator<Item = Match>) -> Truth = if self.operator.negated {
            |matches| Match::none_of(matches)
        } else {
            |matches| Match::one_of(matches)
        };
        self.test.compare(value, context, combine)
    }
}

/// The value of a key as a condition looks at it.
pub(crate) enum Asked<'a, V> {
    One(&'a V),
    Many(&'a [V]),
}

impl<V: AsRef<str>> Asked<'_, V> {
    fn values(&self) -> &[V] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// AWS calls a key null that is absent or has nothing but empty text.
    fn is_null(&self) -> bool {
        self.values().iter().all(|value| value.as_ref().is_empty())
    }
}

impl<'a> From<&'a ContextValue> for Asked<'a, String> {
    fn from(value: &'a ContextValue) -> Self {
        match value {
            ContextValue::One(value) => Self::One(value),
            ContextValue::Many(values) => Self::Many(values),
        }
    }
}

pub(crate) fn is_null(value: &ContextValue) -> bool {
    Asked::from(value).is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The truth of `{operator: {"k:k": values}}` in a context where the key has `value`.
    fn holds(operator: &str, values: &[&str], value: impl Into<Option<ContextValue>>) -> Truth {
        let mut context = Context::new();
        context.insert("aws:username", "ann");
        if let Some(value) = value.into() {
            context.insert("k:k", value);
        }
        let written = Written {
            operator: operator.into(),
            key: "K:k".into(),
            values: values.iter().map(|&value| value.into()).collect(),
        };
        let operator = Operator::parse(operator).unwrap();
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        let test = Test::parse(operator, &values, true).unwrap();
        Condition::new(operator, test, written).holds(&context)
    }

    fn one(value: &str) -> ContextValue {
        value.into()
    }

    fn many(values: &[&str]) -> ContextValue {
        values.into()
    }

    #[test]
    fn operators_on_one_value() {
        use Truth::{False, True, Unknown};
        let rows: &[(&str, &[&str], &str, Truth)] = &[
            ("StringEquals", &["a", "b"], "b", True),
            ("StringEquals", &["a", "b"], "B", False),
            ("StringEquals", &["a*"], "ab", False),
            ("StringEquals", &["${aws:username}"], "ann", True),
            ("StringEquals", &["${aws:userid}"], "ann", False),
            ("StringEquals", &[], "a", False),
            ("StringNotEquals", &["a", "b"], "c", True),
            ("StringNotEquals", &["a", "b"], "b", False),
            ("StringNotEquals", &["${aws:userid}"], "ann", Unknown),
            ("StringNotEquals", &[], "a", Unknown),
            ("NumericNotEquals", &[], "1", Unknown),
            ("NotIpAddress", &[], "10.0.0.1", Unknown),
            ("ArnNotLike", &[], "arn:aws:s3:::b", Unknown),
            ("StringNotEqualsIfExists", &[], "a", Unknown),
            ("StringEqualsIgnoreCase", &["É${aws:username}"], "éANN", True),
            ("StringEqualsIgnoreCase", &["abc"], "aBd", False),
            ("StringNotEqualsIgnoreCase", &["abc"], "ABC", False),
            ("StringLike", &["a*c?"], "abbbcd", True),
            ("StringLike", &["a*c?"], "abbbc", False),
            ("StringLike", &["A*"], "ab", False),
            ("StringNotLike", &["a*", "b*"], "c", True),
            ("StringNotLike", &["a*", "b*"], "bc", False),
            ("NumericEquals", &["10.0"], "10", True),
            ("NumericNotEquals", &["10.0"], "10", False),
            ("NumericLessThan", &["10"], "9.99", True),
            ("NumericLessThan", &["10"], "10", False),
            ("NumericLessThanEquals", &["10"], "10", True),
            ("NumericGreaterThan", &["10"], "10.000000000000000000001", True),
            ("NumericGreaterThanEquals", &["10"], "9", False),
            ("NumericLessThan", &["10"], "many", Unknown),
            ("NumericNotEquals", &["10"], "many", Unknown),
            ("NumericLessThan", &["${aws:username}"], "1", Unknown),
            ("DateLessThan", &["2024-01-02T00:00:00Z"], "2024-01-01T23:59:59Z", True),
            ("DateLessThan", &["2024-01-02T00:00:00Z"], "1704153600", False),
            ("DateEquals", &["1704153600"], "2024-01-02", True),
            ("DateNotEquals", &["2024-01-02"], "2024-01-02T00:00:01Z", True),
            ("DateGreaterThanEquals", &["2024-01-02"], "2024-01-02T00:00:00Z", True),
            ("DateGreaterThan", &["2024-01-02"], "2024-01-02T00:00:00Z", False),
            ("DateLessThanEquals", &["2024-01-02"], "today", Unknown),
            ("Bool", &["true"], "TRUE", True),
            ("Bool", &["True"], "false", False),
            ("Bool", &["true", "false"], "false", True),
            ("Bool", &["true"], "yes", Unknown),
            ("BinaryEquals", &["QmluYXJ5"], "QmluYXJ5", True),
            ("BinaryEquals", &["QmluYXJ5"], "AAAA", False),
            ("BinaryEquals", &["QmluYXJ5"], "not base64", Unknown),
            ("IpAddress", &["10.0.0.0/8", "192.0.2.7"], "10.255.0.1", True),
            ("IpAddress", &["10.0.0.5/8"], "10.1.1.1", True),
            ("IpAddress", &["192.0.2.7"], "192.0.2.8", False),
            ("IpAddress", &["0.0.0.0/0"], "2001:db8::1", False),
            ("IpAddress", &["2001:db8::/32"], "2001:db8:1::1", True),
            ("IpAddress", &["::/0"], "192.0.2.8", False),
            ("IpAddress", &["192.0.2.0/24"], "::ffff:192.0.2.8", True),
            ("NotIpAddress", &["192.0.2.0/24"], "::ffff:192.0.2.8", False),
            ("IpAddress", &["::ffff:192.0.2.0/120"], "192.0.2.8", True),
            ("IpAddress", &["::ffff:192.0.2.7"], "192.0.2.7", True),
            ("IpAddress", &["::ffff:192.0.2.7"], "192.0.2.8", False),
            ("IpAddress", &["::ffff:0:0/95"], "192.0.2.8", False),
            ("NotIpAddress", &["10.0.0.0/8"], "11.0.0.1", True),
            ("NotIpAddress", &["10.0.0.0/8"], "10.0.0.1", False),
            ("NotIpAddress", &["10.0.0.0/8"], "localhost", Unknown),
            ("ArnEquals", &["arn:aws:iam::*:user/*"], "arn:aws:iam::1:user/a/b", True),
            ("ArnLike", &["arn:aws:iam::*:user/*"], "arn:aws:iam::1:role/a", False),
            ("ArnLike", &["arn:aws:*:user/*"], "arn:aws:iam::1:user/a", False),
            ("ArnLike", &["arn:aws:iam::1:user/${aws:username}"], "arn:aws:iam::1:user/ann", True),
            ("ArnNotLike", &["arn:aws:iam::*:user/*"], "arn:aws:iam::1:role/a", True),
            ("ArnNotEquals", &["arn:aws:iam::*:user/*"], "arn:aws:iam::1:user/a", False),
            ("ArnLike", &["*"], "no arn", Unknown),
            ("Null", &["true"], "x", False),
            ("Null", &["false"], "x", True),
            ("Null", &["false"], "", False),
        ];
        for (operator, values, value, expected) in rows {
            assert_eq!(holds(operator, values, one(value)), *expected, "{operator} {values:?} on {value:?}");
        }
    }

    #[test]
    fn absent_keys() {
        use Truth::{False, True};
        for (operator, expected) in [
            ("StringEquals", False),
            ("StringNotEquals", True),
            ("StringEqualsIfExists", True),
            ("StringNotEqualsIfExists", True),
            ("ForAllValues:StringEquals", True),
            ("ForAnyValue:StringEquals", False),
            ("ForAllValues:StringNotEquals", True),
            ("ForAnyValue:StringNotEquals", False),
            ("ForAnyValue:StringEqualsIfExists", True),
            ("ForAllValues:StringLikeIfExists", True),
        ] {
            assert_eq!(holds(operator, &["a"], None), expected, "{operator}, absent");
            assert_eq!(holds(operator, &["a"], many(&[])), expected, "{operator}, empty list");
        }
        assert_eq!(holds("Null", &["true"], None), True);
        assert_eq!(holds("Null", &["false"], None), False);
        assert_eq!(holds("Null", &["true"], many(&[])), True);
        assert_eq!(holds("BoolIfExists", &["false"], None), True);
        assert_eq!(holds("Bool", &["false"], None), False);
        assert_eq!(holds("NotIpAddress", &["10.0.0.0/8"], None), True);
    }

    #[test]
    fn lists() {
        use Truth::{False, True, Unknown};
        let rows: &[(&str, &[&str], &[&str], Truth)] = &[
            ("ForAllValues:StringEquals", &["a", "b"], &["a", "b", "a"], True),
            ("ForAllValues:StringEquals", &["a", "b"], &["a", "c"], False),
            ("ForAllValues:StringEquals", &["a"], &[""], True),
            ("ForAnyValue:StringEquals", &["a", "b"], &["c", "b"], True),
            ("ForAnyValue:StringEquals", &["a", "b"], &["c"], False),
            ("ForAllValues:StringNotEquals", &["a", "b"], &["c", "d"], True),
            ("ForAllValues:StringNotEquals", &["a", "b"], &["c", "a"], False),
            ("ForAnyValue:StringNotEquals", &["a", "b"], &["c", "a"], True),
            ("ForAnyValue:StringNotEquals", &["a", "b"], &["b", "a"], False),
            ("ForAnyValue:StringEquals", &[""], &[""], False),
            ("ForAnyValue:StringNotEquals", &["a"], &["", ""], False),
            ("ForAnyValue:StringNotEqualsIfExists", &["a"], &[""], False),
            ("ForAnyValue:StringNotEquals", &["a"], &["", "b"], True),
            ("ForAllValues:Null", &["true"], &["a"], True),
            ("ForAnyValue:Null", &["false"], &["a"], False),
            ("ForAllValues:NumericLessThan", &["5"], &["1", "x"], Unknown),
            ("ForAllValues:NumericLessThan", &["5"], &["7", "x"], False),
            ("ForAnyValue:NumericLessThan", &["5"], &["1", "x"], True),
            ("StringEquals", &["a"], &["a"], False),
            ("StringNotEquals", &["a"], &["b"], False),
            ("StringEqualsIfExists", &["a"], &["a"], False),
        ];
        for (operator, values, list, expected) in rows {
            assert_eq!(holds(operator, values, many(list)), *expected, "{operator} {values:?} on {list:?}");
        }
        assert_eq!(holds("ForAnyValue:StringNotEquals", &["a"], one("")), False);
        assert_eq!(holds("ForAllValues:Null", &["false"], None), True);
        assert_eq!(holds("ForAnyValue:Null", &["true"], None), False);
        assert_eq!(holds("ForAllValues:StringLike", &["a*"], one("ab")), True);
        assert_eq!(holds("ForAnyValue:StringLike", &["a*"], one("ba")), False);
    }
}
