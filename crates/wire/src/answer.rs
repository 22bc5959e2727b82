//! Answers, whatever the protocol.

use std::borrow::Cow;

use crate::{
    ErrorDescription, Fault, Location, Node, OperationDescription, Protocol, Schema, Service, Structure,
    json, query, text, timestamp,
};

/// An answer, ready to be sent. The caller adds the request id and date headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type; none is sent with an empty body.
    pub content_type: &'static str,
    /// Further headers, lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a query service answers in; other protocols have no choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseFormat {
    /// JSON, for clients that ask for it.
    Json,
    /// XML.
    #[default]
    Xml,
}

impl ResponseFormat {
    /// What the `Accept` header asks for.
    pub fn from_accept(accept: Option<&str>) -> Self {
        let media_types = accept.unwrap_or_default().split(',');
        let first = media_types
            .map(|media_type| media_type.split(';').next().unwrap_or_default().trim())
            .find(|media_type| matches!(*media_type, "application/json" | "text/xml" | "application/xml"));
        match first {
            Some("application/json") => Self::Json,
            _ => Self::Xml,
        }
    }
}

/// An error, ready to be encoded.
#[derive(Clone, Debug)]
pub struct ErrorAnswer {
    /// The code: `NoSuchEntity`.
    pub code: Cow<'static, str>,
    /// The text for the client.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// Whose fault it is.
    pub fault: Fault,
    /// The modelled shape that `members` belong to; `None` for errors common to all services.
    pub shape: Option<&'static ErrorDescription>,
    /// The members of the shape, the message among them. Query services send code and message alone.
    pub members: Structure,
}

impl ErrorAnswer {
    /// An error common to all services, with nothing but code and message.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        status: u16,
        fault: Fault,
    ) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status,
            fault,
            shape: None,
            members: Structure::new(),
        }
    }

    /// An error of a model.
    pub fn modelled(
        shape: &'static ErrorDescription,
        message: impl Into<String>,
        members: Structure,
    ) -> Self {
        Self {
            code: Cow::Borrowed(shape.code),
            message: message.into(),
            status: shape.status,
            fault: shape.fault,
            shape: Some(shape),
            members,
        }
    }
}

/// Writes the output of an operation.
#[expect(
    clippy::needless_pass_by_value,
    reason = "an output is sent once; what it held is wiped or dropped here"
)]
pub fn encode_output(
    operation: &OperationDescription,
    service: &Service,
    output: Node,
    format: ResponseFormat,
    request_id: &str,
) -> Answer {
    let content_type = content_type(service.protocol, format);
    let mut answer = Answer { status: operation.status, content_type, headers: Vec::new(), body: Vec::new() };
    match service.protocol {
        Protocol::Query => {
            answer.body = match format {
                ResponseFormat::Json => query::json_success(operation, &output, request_id),
                ResponseFormat::Xml => query::xml_success(operation, service, &output, request_id),
            };
        }
        Protocol::Json10 | Protocol::Json11 => {
            if let Some(schema) = operation.output {
                answer.body.reserve(256);
                json::encode_value(schema, &output, &mut answer.body);
            }
        }
        Protocol::RestJson => {
            if let (Some(schema), Node::Structure(output)) = (operation.output, &output) {
                rest_output(schema, output, &mut answer);
            }
        }
    }
    answer
}

/// Writes an error.
pub fn encode_error(
    service: &Service,
    error: &ErrorAnswer,
    format: ResponseFormat,
    request_id: &str,
) -> Answer {
    let mut headers = Vec::new();
    let body = match (service.protocol, format) {
        (Protocol::Query, ResponseFormat::Json) => query::json_error(error, request_id),
        (Protocol::Query, ResponseFormat::Xml) => query::xml_error(service, error, request_id),
        (Protocol::Json10 | Protocol::Json11 | Protocol::RestJson, _) => {
            headers.push(("x-amzn-errortype", error.code.clone().into_owned()));
            let mut body = Vec::with_capacity(256);
            json::encode_error(error, &mut body);
            body
        }
    };
    Answer { status: error.status, content_type: content_type(service.protocol, format), headers, body }
}

/// Exactly these, without a charset: some clients compare the whole value.
fn content_type(protocol: Protocol, format: ResponseFormat) -> &'static str {
    match (protocol, format) {
        (Protocol::Json10, _) => "application/x-amz-json-1.0",
        (Protocol::Json11, _) => "application/x-amz-json-1.1",
        (Protocol::Query, ResponseFormat::Xml) => "text/xml",
        (Protocol::Query, ResponseFormat::Json) | (Protocol::RestJson, _) => "application/json",
    }
}

/// Spreads members over status, headers and body.
fn rest_output(schema: &Schema, output: &Structure, answer: &mut Answer) {
    let mut payload = None;
    for member in schema.members() {
        match (member.location, output.get(member.name)) {
            (Location::Header, Some(node)) => answer.headers.push((member.wire_name, header(node))),
            (Location::StatusCode, Some(Node::Integer(status))) => {
                answer.status = u16::try_from(*status).unwrap_or(answer.status);
            }
            (Location::Payload, node) => payload = Some((member, node)),
            _ => {}
        }
    }
    match payload {
        Some((member, Some(node))) => json::encode_value(member.schema, node, &mut answer.body),
        Some((_, None)) => {}
        None => json::encode_body(schema, output, &mut answer.body),
    }
}

fn header(node: &Node) -> String {
    let mut bytes = Vec::new();
    match node {
        Node::String(text) => return text.clone(),
        Node::Boolean(value) => return value.to_string(),
        Node::Integer(value) => return value.to_string(),
        Node::Float(value) => return value.to_string(),
        Node::Timestamp(value) => timestamp::write_iso(*value, &mut bytes),
        Node::Blob(value) => text::write_base64(value, &mut bytes),
        Node::Document(value) => return value.to_string(),
        Node::List(_) | Node::Map(_) | Node::Structure(_) => {}
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
