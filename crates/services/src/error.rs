//! The one error type of operations: a code, a message in AWS's words for the caller, and a source for the log.

use std::{borrow::Cow, error::Error as StdError, fmt};
use wire::{ErrorAnswer, Fault, OperationDescription, Protocol, Service};

/// What models call it when something goes wrong here.
const SERVICE_FAILURE: &str = "ServiceFailure";

/// Why a request was not done. The message goes out; the source is logged and never sent.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What an operation or a step on its way returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Which error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// One that every service shares.
    Common(Common),
    /// One that the operation's model names: its code and HTTP status.
    Modelled(&'static str, u16),
}

/// Errors that every service shares; each protocol has its own spelling and status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Common {
    /// The caller may not do this.
    AccessDenied,
    /// The session is over.
    ExpiredToken,
    /// The signature's parts are not all there.
    IncompleteSignature,
    /// Something went wrong here.
    InternalFailure,
    /// No such operation.
    InvalidAction,
    /// The key or session token is not one of ours.
    InvalidClientTokenId,
    /// The request cannot be read.
    MalformedInput,
    /// The query string cannot be read.
    MalformedQueryString,
    /// The request is not signed.
    MissingAuthenticationToken,
    /// The operation exists and is not built yet.
    NotImplemented,
    /// The body is larger than the service takes.
    RequestEntityTooLarge,
    /// The request took longer than it may.
    RequestTimeout,
    /// The store cannot be reached.
    ServiceUnavailable,
    /// The signature is not the right one.
    SignatureDoesNotMatch,
    /// Too many requests.
    Throttling,
    /// The input breaks a constraint.
    Validation,
}

impl Common {
    /// The code and HTTP status as services of that protocol send them.
    ///
    /// Source: the common errors of the IAM and STS API references (query), and of the JSON services' references.
    pub fn on(self, protocol: Protocol) -> (&'static str, u16) {
        let query = matches!(protocol, Protocol::Query);
        // JSON services answer authentication failures with 400, REST services with 403.
        let refused = if matches!(protocol, Protocol::Json10 | Protocol::Json11) { 400 } else { 403 };
        match self {
            Self::AccessDenied => (if query { "AccessDenied" } else { "AccessDeniedException" }, refused),
            Self::ExpiredToken => (if query { "ExpiredToken" } else { "ExpiredTokenException" }, refused),
            Self::IncompleteSignature if query => ("IncompleteSignature", 400),
            Self::IncompleteSignature => ("IncompleteSignatureException", refused),
            Self::InternalFailure => ("InternalFailure", 500),
            Self::InvalidAction if query => ("InvalidAction", 400),
            Self::InvalidAction => ("UnknownOperationException", if refused == 400 { 400 } else { 404 }),
            Self::InvalidClientTokenId if query => ("InvalidClientTokenId", 403),
            Self::InvalidClientTokenId => ("UnrecognizedClientException", refused),
            Self::MalformedInput => (if query { "MalformedInput" } else { "SerializationException" }, 400),
            Self::MalformedQueryString => {
                (if query { "MalformedQueryString" } else { "MalformedQueryStringException" }, 400)
            }
            Self::MissingAuthenticationToken if query => ("MissingAuthenticationToken", 403),
            Self::MissingAuthenticationToken => ("MissingAuthenticationTokenException", refused),
            Self::NotImplemented => ("NotImplemented", 501),
            Self::RequestEntityTooLarge => ("RequestEntityTooLarge", 413),
            Self::RequestTimeout => ("RequestTimeout", 408),
            Self::ServiceUnavailable => {
                (if query { "ServiceUnavailable" } else { "ServiceUnavailableException" }, 503)
            }
            Self::SignatureDoesNotMatch if query => ("SignatureDoesNotMatch", 403),
            Self::SignatureDoesNotMatch => ("InvalidSignatureException", refused),
            Self::Throttling => (if query { "Throttling" } else { "ThrottlingException" }, 400),
            Self::Validation => (if query { "ValidationError" } else { "ValidationException" }, 400),
        }
    }
}

impl Error {
    /// A common error with its message.
    pub fn common(common: Common, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Code::Common(common), message: message.into(), source: None }
    }

    /// An error of the operation's model.
    pub fn modelled(code: &'static str, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: Code::Modelled(code, status), message: message.into(), source: None }
    }

    /// The caller may not do this; the message says who, what and why.
    pub fn access_denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::common(Common::AccessDenied, message)
    }

    /// The input breaks a rule that the model does not state.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::common(Common::Validation, message)
    }

    /// Something went wrong here: the caller learns no more than that.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "We encountered an internal error. Please try again.".into();
        Self { code: Code::Common(Common::InternalFailure), message, source: Some(source.into()) }
    }

    /// Which error it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The code and HTTP status as services of that protocol send them.
    pub fn on(&self, protocol: Protocol) -> (&'static str, u16) {
        match self.code {
            Code::Common(common) => common.on(protocol),
            Code::Modelled(code, status) => (code, status),
        }
    }

    /// The code as the audit trail has it: CloudTrail names modelled errors by their shapes.
    pub(crate) fn recorded_code(&self, service: &Service) -> &'static str {
        let (code, _) = self.on(service.protocol);
        match self.code {
            Code::Common(_) => code,
            Code::Modelled(..) => {
                service.errors.iter().find(|error| error.code == code).map_or(code, |error| error.shape)
            }
        }
    }

    /// The same as the operation's model has it, where that lists an error of its own for what goes wrong here.
    pub(crate) fn modelled_by(self, operation: &OperationDescription) -> Self {
        let own = operation.errors.iter().find(|error| error.code == SERVICE_FAILURE);
        match own {
            Some(own) if self.is(Common::InternalFailure) => {
                Self { code: Code::Modelled(own.code, own.status), ..self }
            }
            _ => self,
        }
    }

    /// Whether it is that common error.
    pub fn is(&self, common: Common) -> bool {
        self.code == Code::Common(common)
    }

    /// The error as services of that protocol send it.
    pub fn into_answer(self, protocol: Protocol) -> ErrorAnswer {
        let (code, status) = self.on(protocol);
        let fault = if status < 500 { Fault::Sender } else { Fault::Receiver };
        ErrorAnswer::new(code, self.message, status, fault)
    }

    /// The text for the caller.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the transaction lost against another and the whole of it may be tried again.
    pub fn is_conflict(&self) -> bool {
        let store = self.source.as_ref().and_then(|source| source.downcast_ref::<store::StoreError>());
        store.is_some_and(store::StoreError::is_conflict)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<store::StoreError> for Error {
    fn from(error: store::StoreError) -> Self {
        let mut outside = Self::internal("");
        if matches!(error, store::StoreError::Nul) {
            outside = Self::validation("A value holds a character that is not allowed: NUL.");
        } else if matches!(error, store::StoreError::Overloaded(_)) {
            outside = Self::common(Common::Throttling, "Rate exceeded");
        } else if error.is_unavailable() || error.is_conflict() {
            // A conflict that is left after all attempts is one that another attempt may not meet.
            outside = Self::common(
                Common::ServiceUnavailable,
                "The service is unavailable. Please try again shortly.",
            );
        }
        outside.source = Some(Box::new(error));
        outside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::StoreError;

    #[test]
    fn a_store_in_trouble_asks_to_come_back() {
        let on = |error: StoreError| Error::from(error).on(Protocol::Query);
        assert_eq!(on(StoreError::Overloaded("full".into())), ("Throttling", 400));
        let unavailable = StoreError::Unavailable { detail: "gone".into(), indeterminate: false };
        assert_eq!(on(unavailable), ("ServiceUnavailable", 503));
        assert_eq!(on(StoreError::Conflict("lost".into())), ("ServiceUnavailable", 503));
        assert_eq!(on(StoreError::Aborted), ("InternalFailure", 500));
    }
}
