//! The protocols AWS clients speak, driven by static schemas: awsQuery, awsJson 1.0 and 1.1, restJson1.
//!
//! Bytes become a [`Node`] by [`decode_input`]; [`violations`] names everything wrong with it; [`Decode`] makes the
//! typed input of it. The answer goes the other way: [`Encode`], then [`encode_output`] or [`encode_error`].
//! Pure: no clock, network, disk or environment.

mod answer;
mod codec;
mod constraint;
mod error;
mod json;
mod node;
mod query;
mod redacted;
mod request;
mod rest;
mod schema;
mod sensitive;
mod service;
mod text;
mod timestamp;

pub use answer::{Answer, ErrorAnswer, ResponseFormat, encode_error, encode_output};
pub use codec::{Blob, Decode, DecodeError, Encode};
pub use constraint::{Pattern, named, violations};
pub use error::WireError;
pub use node::{Node, Structure};
pub use query::{Form, MAX_INDEX, MAX_PARAMETERS};
pub use redacted::{write_json_text, write_redacted};
pub use request::{RequestParts, decode_form, decode_input};
pub use rest::route;
pub use schema::{Kind, Length, Location, Member, Range, Schema};
pub use sensitive::Sensitive;
pub use service::{
    ErrorDescription, Fault, ModelledError, Operation, OperationDescription, Pagination, Protocol, Service,
};
