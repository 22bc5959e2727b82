//! What a check tells: one finding, and where in the document it stands.

/// One finding about a document, in the shape of Access Analyzer's `ValidatePolicyFinding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the finding means for the policy.
    pub finding_type: FindingType,
    /// AWS's name of the check, such as `INVALID_ACTION`.
    pub issue_code: &'static str,
    /// The finding for people to read.
    pub details: String,
    /// The places it speaks of, at most 100.
    pub locations: Vec<Location>,
}

/// What a finding means for the policy, as the API spells it in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingType {
    /// Some part of the policy does not work.
    Error,
    /// The policy allows more than it should.
    SecurityWarning,
    /// The policy could be better written, without an effect on access.
    Suggestion,
    /// The policy does not follow best practice.
    Warning,
}

/// A place in a document, by its path and by its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The way from the whole document, which is the empty path, to the place.
    pub path: Vec<PathElement>,
    /// The first character.
    pub start: FindingPosition,
    /// Just past the last character.
    pub end: FindingPosition,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathElement {
    /// The element of a list with this index, from 0.
    Index(usize),
    /// The member name itself, not its value.
    Key(String),
    /// Part of a string.
    Substring {
        /// Its first character, from 0, escapes counted as the character they stand for.
        start: usize,
        /// How many characters it has.
        length: usize,
    },
    /// The value of the member with this name.
    Value(String),
}

/// A position as Access Analyzer counts: the units of columns and offsets are characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingPosition {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 0.
    pub column: usize,
    /// Characters before it in the whole document.
    pub offset: usize,
}

impl Finding {
    /// Where AWS's documentation speaks of the check.
    pub fn learn_more_link(&self) -> String {
        let anchor = self.issue_code.to_ascii_lowercase().replace('_', "-");
        let kind = self.finding_type.anchor();
        let page =
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";
        format!("{page}#access-analyzer-reference-policy-checks-{kind}-{anchor}")
    }
}

impl FindingType {
    /// The value of the API's `findingType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::SecurityWarning => "SECURITY_WARNING",
            Self::Suggestion => "SUGGESTION",
            Self::Warning => "WARNING",
        }
    }

    fn anchor(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::SecurityWarning => "security-warning",
            Self::Suggestion => "suggestion",
            Self::Warning => "general-warning",
        }
    }
}
