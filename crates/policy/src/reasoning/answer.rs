//! Answers, with the request that refutes or the places that stand in the way.

use std::fmt;

use crate::evaluate::policies::Source;
use crate::language::condition::{Comparison, Operator, Order, Quantifier};
use crate::language::position::Position;
use crate::language::statement::Statement;
use crate::request::context::{Context, ContextValue};
use crate::request::principal::{Principal, PrincipalKind};

/// Whether something holds for every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does: proven.
    Yes,
    /// It does not, and this is a request for which it does not; [`evaluate`](crate::evaluate) confirmed it.
    No(Box<Witness>),
    /// It could be neither proven nor refuted.
    Unknown {
        /// What stands in the way.
        reasons: Vec<Reason>,
    },
}

/// Whether two sets of policies allow the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalence {
    /// Whether the first allows nothing that the second does not.
    pub first_in_second: Answer,
    /// Whether the second allows nothing that the first does not.
    pub second_in_first: Answer,
}

/// A request that refutes. Keys it does not have are absent from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Who asks, where the policies have a Principal element; anyone otherwise.
    pub principal: Option<Principal>,
    /// The action: `service:Name`, in lower case unless the names of actions were given.
    pub action: String,
    /// The ARN of the resource, or `*`.
    pub resource: String,
    /// The condition keys that matter.
    pub context: Context,
}

/// Why an answer is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Where, if it is one place in a policy.
    pub place: Option<Place>,
    /// What.
    pub obstacle: Obstacle,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// [`Source::id`] of the policy.
    pub policy: String,
    /// The statement's place in the policy, from 0.
    pub statement: usize,
    /// The statement's id, if it has one.
    pub sid: Option<String>,
    /// Where the statement starts in the text of the policy.
    pub position: Position,
}

/// What keeps a question from being answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// No request lies in one of the accesses asked about: its actions are not among the known ones, or no policy
    /// decides over them, or no resource has such a name. `number` counts from 0.
    EmptyAccess {
        /// Which of the accesses.
        number: usize,
    },
    /// Policies with and without a Principal element, or resource control policies and others, are not compared.
    KindsDiffer,
    /// A key is compared as text and as something else.
    MixedTypes {
        /// The operator and the key.
        condition: String,
    },
    /// A condition asks about the principal by another name than the Principal elements do.
    PrincipalKey {
        /// The key.
        key: String,
    },
    /// The question needs more work than it may cost.
    TooComplex,
    /// A counterexample was found, but evaluation does not confirm it.
    Unconfirmed,
    /// A condition compares with a date too far away to be written, or without regard to case with a character that
    /// becomes several in lower case.
    Value {
        /// The operator and the key.
        condition: String,
    },
    /// The value of a policy variable decides.
    Variable {
        /// `Resource`, or the operator and the key.
        element: String,
    },
}

impl Answer {
    /// Whether it is proven.
    pub fn is_yes(&self) -> bool {
        *self == Self::Yes
    }

    /// The request that refutes, if one does.
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Self::No(witness) => Some(witness),
            Self::Unknown { .. } | Self::Yes => None,
        }
    }

    pub(super) fn unknown(obstacle: Obstacle) -> Self {
        Self::Unknown { reasons: vec![Reason { place: None, obstacle }] }
    }
}

impl Equivalence {
    /// Whether both directions are proven.
    pub fn is_yes(&self) -> bool {
        self.first_in_second.is_yes() && self.second_in_first.is_yes()
    }
}

impl Witness {
    /// The principal as policies name it: an ARN, a service or an identity provider; `*` for nobody.
    pub fn principal_name(&self) -> Option<&str> {
        let principal = self.principal.as_ref()?;
        Some(match principal.kind() {
            PrincipalKind::Anonymous => "*",
            _ => principal.arn().or(principal.provider()).unwrap_or_default(),
        })
    }
}

impl Place {
    pub(super) fn new(source: &Source, statement: &Statement) -> Self {
        Self {
            policy: source.id.clone(),
            statement: statement.index(),
            sid: statement.sid().map(str::to_owned),
            position: statement.span().start,
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(principal) = self.principal_name() {
            write!(formatter, "{principal} does ")?;
        }
        write!(formatter, "{} on {}", self.action, self.resource)?;
        for (number, (key, value)) in self.context.iter().enumerate() {
            let separator = if number == 0 { " with" } else { "," };
            match value {
                ContextValue::One(value) => write!(formatter, "{separator} {key} = {value:?}")?,
                ContextValue::Many(values) => write!(formatter, "{separator} {key} = {values:?}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        self.obstacle.fmt(formatter)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, statement {}", self.policy, self.statement)?;
        if let Some(sid) = &self.sid {
            write!(formatter, " ({sid})")?;
        }
        write!(formatter, ", line {} column {}", self.position.line, self.position.column)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyAccess { number } => write!(formatter, "no request lies in access {number}"),
            Self::KindsDiffer => formatter.write_str("policies of these kinds are not compared"),
            Self::MixedTypes { condition } => {
                write!(formatter, "{condition} compares a key that others compare as another type")
            }
            Self::PrincipalKey { key } => write!(formatter, "{key} depends on the principal"),
            Self::TooComplex => formatter.write_str("the question is too complex"),
            Self::Unconfirmed => formatter.write_str("evaluation does not confirm the counterexample"),
            Self::Value { condition } => write!(formatter, "{condition} has a value beyond what is decided"),
            Self::Variable { element } => write!(formatter, "{element} depends on a policy variable"),
        }
    }
}

/// The operator as policies write it.
pub(super) fn operator_name(operator: Operator) -> String {
    let prefix = match operator.quantifier {
        Quantifier::ForAllValues => "ForAllValues:",
        Quantifier::ForAnyValue => "ForAnyValue:",
        Quantifier::One => "",
    };
    let not = if operator.negated { "Not" } else { "" };
    let order = |order: Order| match order {
        Order::Equals if operator.negated => "NotEquals",
        Order::Equals => "Equals",
        Order::GreaterThan => "GreaterThan",
        Order::GreaterThanEquals => "GreaterThanEquals",
        Order::LessThan => "LessThan",
        Order::LessThanEquals => "LessThanEquals",
    };
    let name = match operator.comparison {
        Comparison::Arn => format!("Arn{not}Like"),
        Comparison::Binary => "BinaryEquals".to_owned(),
        Comparison::Bool => "Bool".to_owned(),
        Comparison::Date(compared) => format!("Date{}", order(compared)),
        Comparison::Ip => format!("{not}IpAddress"),
        Comparison::Null => "Null".to_owned(),
        Comparison::Numeric(compared) => format!("Numeric{}", order(compared)),
        Comparison::StringEquals => format!("String{not}Equals"),
        Comparison::StringEqualsIgnoreCase => format!("String{not}EqualsIgnoreCase"),
        Comparison::StringLike => format!("String{not}Like"),
    };
    let suffix = if operator.if_exists { "IfExists" } else { "" };
    format!("{prefix}{name}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_named_as_they_are_read() {
        for quantifier in ["", "ForAllValues:", "ForAnyValue:"] {
            for name in [
                "StringNotLike",
                "StringEqualsIgnoreCase",
                "StringNotEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "DateGreaterThanEquals",
                "NotIpAddress",
                "IpAddress",
                "ArnNotEquals",
                "ArnLike",
                "BinaryEquals",
                "Bool",
            ] {
                for suffix in ["", "IfExists"] {
                    let operator = Operator::parse(&format!("{quantifier}{name}{suffix}")).unwrap();
                    assert_eq!(Operator::parse(&operator_name(operator)), Some(operator));
                }
            }
        }
        assert_eq!(operator_name(Operator::parse("Null").unwrap()), "Null");
    }
}
