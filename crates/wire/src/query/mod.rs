//! awsQuery: forms in, XML or JSON out.

mod decode;
mod form;
mod json;
mod xml;

pub use decode::MAX_INDEX;
pub(crate) use decode::decode;
pub use form::{Form, MAX_PARAMETERS};
pub(crate) use json::{error as json_error, success as json_success};
pub(crate) use xml::{error as xml_error, success as xml_success};
