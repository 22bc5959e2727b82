//! JSON bodies: awsJson 1.0 and 1.1, restJson1, and JSON answers of query services.

mod decode;
mod encode;

pub(crate) use decode::{decode, decode_body};
pub(crate) use encode::{body as encode_body, error as encode_error, value as encode_value, write_string};
