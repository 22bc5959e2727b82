//! What the model says of a service and its operations.

use crate::{Decode, Encode, ErrorAnswer, Schema};

/// A service of AWS, as its model describes it.
#[derive(Debug)]
pub struct Service {
    /// The name of the model: `iam`, `sso-oidc` ...
    pub id: &'static str,
    /// How clients speak to it.
    pub protocol: Protocol,
    /// The `Version` of queries: `2010-05-08`.
    pub api_version: &'static str,
    /// What precedes the operation in `X-Amz-Target`, without the dot.
    pub target_prefix: Option<&'static str>,
    /// The XML namespace of answers.
    pub xml_namespace: Option<&'static str>,
    /// The service name in credential scopes.
    pub signing_name: &'static str,
    /// The first label of AWS's host names: `iam`, `portal.sso`.
    pub endpoint_prefix: &'static str,
    /// All operations, sorted by name.
    pub operations: &'static [&'static OperationDescription],
    /// All modelled errors, sorted by shape name.
    pub errors: &'static [&'static ErrorDescription],
}

impl Service {
    /// The operation of that exact name.
    pub fn operation(&self, name: &str) -> Option<&'static OperationDescription> {
        let position = self.operations.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
        self.operations.get(position).copied()
    }
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// awsJson 1.0.
    Json10,
    /// awsJson 1.1.
    Json11,
    /// awsQuery: forms in, XML out.
    Query,
    /// restJson1.
    RestJson,
}

impl Protocol {
    /// The code under which [`violations`](crate::violations) are reported, with HTTP 400.
    pub const fn validation_code(self) -> &'static str {
        match self {
            Self::Query => "ValidationError",
            Self::Json10 | Self::Json11 | Self::RestJson => "ValidationException",
        }
    }
}

/// An operation of a service.
#[derive(Debug)]
pub struct OperationDescription {
    /// Its name: `CreateRole`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// Path and literal query of the request: `/`, `/token?aws_iam=t`.
    pub uri: &'static str,
    /// The HTTP status of success.
    pub status: u16,
    /// Whether requests carry a signature; otherwise the operation takes anyone.
    pub signed: bool,
    /// The request.
    pub input: &'static Schema,
    /// The answer; `None` where the model has none, which differs on the wire from an empty one.
    pub output: Option<&'static Schema>,
    /// The errors the model lists for it.
    pub errors: &'static [&'static ErrorDescription],
    /// How to page through answers.
    pub pagination: Option<Pagination>,
}

/// Which members page through answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// The request member that takes the token.
    pub input_token: &'static str,
    /// The answer member that gives the token.
    pub output_token: &'static str,
    /// The request member that bounds the page.
    pub limit_key: Option<&'static str>,
    /// The answer member that says whether more follows.
    pub more_results: Option<&'static str>,
    /// The answer members that hold the page.
    pub result_keys: &'static [&'static str],
}

/// An error of a model.
#[derive(Debug)]
pub struct ErrorDescription {
    /// The shape: `NoSuchEntityException`.
    pub shape: &'static str,
    /// The code on the wire: `NoSuchEntity`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Whose fault it is.
    pub fault: Fault,
    /// The members.
    pub schema: &'static Schema,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service's.
    Receiver,
    /// The client's.
    Sender,
}

impl Fault {
    /// The `Type` in error documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receiver => "Receiver",
            Self::Sender => "Sender",
        }
    }
}

/// An operation as a type: the zero-size marker that ties its shapes together.
pub trait Operation: Send + Sync + 'static {
    /// The request.
    type Input: Decode + Encode + Clone + Send + Sync;
    /// The answer.
    type Output: Decode + Encode + Send;
    /// The modelled errors of the service.
    type Error: ModelledError;
    /// Its name: `CreateRole`.
    const NAME: &'static str;
    /// The service it belongs to.
    const SERVICE: &'static Service;
    /// All the model says of it.
    const DESCRIPTION: &'static OperationDescription;

    /// The schema of the request.
    fn input() -> &'static Schema {
        Self::DESCRIPTION.input
    }

    /// The schema of the answer; a structure without members where the model has none.
    fn output() -> &'static Schema {
        static NOTHING: Schema = Schema::structure("Unit", &[]);
        Self::DESCRIPTION.output.unwrap_or(&NOTHING)
    }
}

/// The errors a service's model lists, as a type.
pub trait ModelledError: std::error::Error + Send + Sync + 'static {
    /// Which error it is.
    fn description(&self) -> &'static ErrorDescription;

    /// The text for the client.
    fn message(&self) -> &str;

    /// The error with all its members, ready to be encoded.
    fn into_answer(self) -> ErrorAnswer;
}
