//! Three-valued truth: what cannot be evaluated must count against the request, whichever way the statement points.

/// The result of testing a request against one element of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    False,
    True,
    /// Not evaluable. An Allow statement then does not match and a Deny statement does.
    Unknown,
}

impl Truth {
    /// False wins over unknown: one element that surely fails decides the statement.
    pub(crate) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::False => Self::False,
            Self::True => other(),
            Self::Unknown => match other() {
                Self::False => Self::False,
                Self::True | Self::Unknown => Self::Unknown,
            },
        }
    }

    /// True when every member is, false when one surely is not.
    pub(crate) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for truth in truths {
            match truth {
                Self::False => return Self::False,
                Self::Unknown => result = Self::Unknown,
                Self::True => {}
            }
        }
        result
    }

    /// True when one member surely is, false when none can be.
    pub(crate) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::False;
        for truth in truths {
            match truth {
                Self::True => return Self::True,
                Self::Unknown => result = Self::Unknown,
                Self::False => {}
            }
        }
        result
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// How one value of a policy element compares with one value of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    No,
    Yes,
    /// A policy variable has no value: the policy value equals nothing.
    Unresolved,
    /// One of the two values is not of the type the operator compares.
    Malformed,
}

impl Match {
    /// "One of these": an unresolved value equals nothing, so it does not help and does not hurt.
    pub(crate) fn one_of(matches: impl IntoIterator<Item = Self>) -> Truth {
        Truth::any(matches.into_iter().map(|one| match one {
            Self::Yes => Truth::True,
            Self::No | Self::Unresolved => Truth::False,
            Self::Malformed => Truth::Unknown,
        }))
    }

    /// "None of these": unless another value settles it, an unresolved value leaves the answer open. So does a list
    /// without values, which says nothing.
    pub(crate) fn none_of(matches: impl IntoIterator<Item = Self>) -> Truth {
        let mut matches = matches.into_iter().peekable();
        if matches.peek().is_none() {
            return Truth::Unknown;
        }
        Truth::all(matches.map(|one| match one {
            Self::Yes => Truth::False,
            Self::No => Truth::True,
            Self::Unresolved | Self::Malformed => Truth::Unknown,
        }))
    }
}

impl From<bool> for Match {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_settles_and_true_settles_or() {
        use Truth::{False, True, Unknown};
        let rows = [
            (True, True, True, True),
            (True, False, False, True),
            (True, Unknown, Unknown, True),
            (False, Unknown, False, Unknown),
            (False, False, False, False),
            (Unknown, Unknown, Unknown, Unknown),
        ];
        for (left, right, and, or) in rows {
            assert_eq!(left.and(|| right), and, "{left:?} and {right:?}");
            assert_eq!(right.and(|| left), and, "{right:?} and {left:?}");
            assert_eq!(Truth::all([left, right]), and);
            assert_eq!(Truth::any([left, right]), or);
            assert_eq!(Truth::any([right, left]), or);
        }
    }

    #[test]
    fn unresolved_hurts_only_what_is_negated() {
        assert_eq!(Match::one_of([Match::Unresolved, Match::No]), Truth::False);
        assert_eq!(Match::one_of([Match::Unresolved, Match::Yes]), Truth::True);
        assert_eq!(Match::one_of([Match::Malformed, Match::No]), Truth::Unknown);
        assert_eq!(Match::none_of([Match::Unresolved, Match::No]), Truth::Unknown);
        assert_eq!(Match::none_of([Match::Unresolved, Match::Yes]), Truth::False);
        assert_eq!(Match::none_of([Match::No]), Truth::True);
        assert_eq!(Match::one_of([]), Truth::False);
        assert_eq!(Match::none_of([]), Truth::Unknown);
    }
}
