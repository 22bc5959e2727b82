//! The names of condition operators, taken apart.

/// An operator as written, for example `ForAnyValue:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) quantifier: Quantifier,
    pub(crate) comparison: Comparison,
    /// The value must match none of the policy's values instead of one.
    pub(crate) negated: bool,
    pub(crate) if_exists: bool,
}

/// How a list of values in the request is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    ForAllValues,
    ForAnyValue,
    /// No prefix: the key has one value.
    One,
}

/// What is compared, before negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// ArnEquals and ArnLike are the same.
    Arn,
    Binary,
    Bool,
    Date(Order),
    Ip,
    Null,
    Numeric(Order),
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
}

/// How the request's value must stand to the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equals,
    GreaterThan,
    GreaterThanEquals,
    LessThan,
    LessThanEquals,
}

impl Operator {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (Quantifier::ForAllValues, rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (Quantifier::ForAnyValue, rest)
        } else {
            (Quantifier::One, name)
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (comparison, negated) = parse_comparison(name)?;
        if comparison == Comparison::Null && if_exists {
            return None;
        }
        Some(Self { quantifier, comparison, negated, if_exists })
    }
}

impl Order {
    pub(crate) fn holds<T: Ord>(self, value: &T, bound: &T) -> bool {
        match self {
            Self::Equals => value == bound,
            Self::GreaterThan => value > bound,
            Self::GreaterThanEquals => value >= bound,
            Self::LessThan => value < bound,
            Self::LessThanEquals => value <= bound,
        }
    }

    /// NotEquals is Equals, negated; the others have no negation of their own.
    fn parse(name: &str) -> Option<(Self, bool)> {
        Some(match name {
            "Equals" => (Self::Equals, false),
            "GreaterThan" => (Self::GreaterThan, false),
            "GreaterThanEquals" => (Self::GreaterThanEquals, false),
            "LessThan" => (Self::LessThan, false),
            "LessThanEquals" => (Self::LessThanEquals, false),
            "NotEquals" => (Self::Equals, true),
            _ => return None,
        })
    }
}

fn parse_comparison(name: &str) -> Option<(Comparison, bool)> {
    if let Some(order) = name.strip_prefix("Numeric") {
        return Order::parse(order).map(|(order, negated)| (Comparison::Numeric(order), negated));
    }
    if let Some(order) = name.strip_prefix("Date") {
        return Order::parse(order).map(|(order, negated)| (Comparison::Date(order), negated));
    }
    Some(match name {
        "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
        "BinaryEquals" => (Comparison::Binary, false),
        "Bool" => (Comparison::Bool, false),
        "IpAddress" => (Comparison::Ip, false),
        "NotIpAddress" => (Comparison::Ip, true),
        "Null" => (Comparison::Null, false),
        "StringEquals" => (Comparison::StringEquals, false),
        "StringEqualsIgnoreCase" => (Comparison::StringEqualsIgnoreCase, false),
        "StringLike" => (Comparison::StringLike, false),
        "StringNotEquals" => (Comparison::StringEquals, true),
        "StringNotEqualsIgnoreCase" => (Comparison::StringEqualsIgnoreCase, true),
        "StringNotLike" => (Comparison::StringLike, true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_there_is() {
        let orders =
            ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
        let mut names: Vec<String> = orders.iter().map(|order| format!("Numeric{order}")).collect();
        names.extend(orders.iter().map(|order| format!("Date{order}")));
        names.extend(
            "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike \
             Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnNotEquals ArnLike ArnNotLike"
                .split(' ')
                .map(str::to_owned),
        );
        assert_eq!(names.len(), 26);
        for name in &names {
            for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
                for suffix in ["", "IfExists"] {
                    let operator = Operator::parse(&format!("{prefix}{name}{suffix}")).unwrap();
                    assert_eq!(operator.negated, name.contains("Not"), "{name}");
                    assert_eq!(operator.if_exists, suffix == "IfExists");
                    assert_eq!(operator.quantifier == Quantifier::One, prefix.is_empty());
                }
            }
        }
        assert!(Operator::parse("Null").is_some());
        for name in [
            "",
            "NullIfExists",
            "stringEquals",
            "StringMatches",
            "ForAllValues:",
            "ForSomeValues:Bool",
            "Numeric",
        ] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
