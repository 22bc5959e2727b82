//! Requests to nodes, whatever the protocol.

use crate::{Form, Node, OperationDescription, Protocol, Service, Structure, WireError, json, query, rest};

/// What a request says, apart from who sends it.
#[derive(Clone, Copy)]
pub struct RequestParts<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, as sent.
    pub path: &'a str,
    /// The query string, as sent, without the question mark.
    pub query: &'a str,
    /// Looks a header up by its lower-case name.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// Reads the input of an operation from a form that is parsed already. What is missing or out of bounds is left to
/// [`violations`](crate::violations).
pub fn decode_form(operation: &OperationDescription, form: Form<'_>) -> Result<Node, WireError> {
    query::decode(operation.input, form)
}

/// Reads the input of an operation. What is missing or out of bounds is left to [`violations`](crate::violations).
pub fn decode_input(
    operation: &OperationDescription,
    service: &Service,
    request: &RequestParts<'_>,
) -> Result<Node, WireError> {
    match service.protocol {
        Protocol::Query => decode_form(operation, Form::parse(request.query, request.body)?),
        Protocol::Json10 | Protocol::Json11 => {
            let node = json::decode(operation.input, request.body)?;
            Ok(node.unwrap_or_else(|| Node::Structure(Structure::new())))
        }
        Protocol::RestJson => rest::decode(operation, request),
    }
}
