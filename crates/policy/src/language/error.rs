//! Why a document is not a policy.

use std::borrow::Cow;

use crate::language::position::{Position, PositionCursor};

/// A document that IAM would refuse. Services answer it as `MalformedPolicyDocument` with `message` as the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// The reason in IAM's words.
    pub message: Cow<'static, str>,
    /// Where in the submitted text, where one place is to blame.
    pub position: Option<Position>,
}

impl PolicyError {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), position: None }
    }

    pub(crate) fn at(message: impl Into<Cow<'static, str>>, text: &str, byte: usize) -> Self {
        Self { message: message.into(), position: Some(PositionCursor::new(text).position(byte)) }
    }
}
