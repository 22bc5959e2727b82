/// A text that is not what it claims to be. Names the kind of value, never echoes the text: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct ParseError {
    /// What the text was read as, in AWS's word.
    pub kind: &'static str,
}

impl ParseError {
    pub(crate) const fn new(kind: &'static str) -> Self {
        Self { kind }
    }
}
