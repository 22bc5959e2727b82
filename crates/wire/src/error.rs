//! Requests that cannot be read.

use crate::{ErrorAnswer, Fault};

/// A request whose bytes do not have the form its protocol asks for. Always the client's fault, HTTP 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A form that cannot be read, or a value in it that cannot be converted.
    #[error("{0}")]
    MalformedInput(String),
    /// A JSON body that cannot be read, or a value in it that cannot be converted.
    #[error("{0}")]
    Serialization(String),
}

impl WireError {
    /// AWS's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MalformedInput(_) => "MalformedInput",
            Self::Serialization(_) => "SerializationException",
        }
    }

    /// The error as an answer.
    pub fn into_answer(self) -> ErrorAnswer {
        ErrorAnswer::new(self.code(), self.to_string(), 400, Fault::Sender)
    }
}
