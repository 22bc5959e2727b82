//! Answers in JSON, for clients of query services that accept it.

use crate::json::{encode_value, write_string};
use crate::{ErrorAnswer, Node, OperationDescription};

/// `{"XResponse":{"XResult":{...},"ResponseMetadata":{"RequestId":...}}}`.
pub(crate) fn success(operation: &OperationDescription, output: &Node, request_id: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(operation.name.as_bytes());
    out.extend_from_slice(b"Response\":{");
    if let Some(schema) = operation.output {
        out.push(b'"');
        out.extend_from_slice(operation.name.as_bytes());
        out.extend_from_slice(b"Result\":");
        encode_value(schema, output, &mut out);
        out.push(b',');
    }
    out.extend_from_slice(b"\"ResponseMetadata\":{\"RequestId\":");
    write_string(request_id, &mut out);
    out.extend_from_slice(b"}}}");
    out
}

/// `{"Error":{"Code":...,"Message":...,"Type":...},"RequestId":...}`.
pub(crate) fn error(error: &ErrorAnswer, request_id: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"{\"Error\":{\"Code\":");
    write_string(&error.code, &mut out);
    out.extend_from_slice(b",\"Message\":");
    write_string(&error.message, &mut out);
    out.extend_from_slice(b",\"Type\":");
    write_string(error.fault.as_str(), &mut out);
    out.extend_from_slice(b"},\"RequestId\":");
    write_string(request_id, &mut out);
    out.push(b'}');
    out
}
