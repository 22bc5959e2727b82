//! The language: a document's text, read once into policies, statements and the patterns they are made of.

pub(crate) mod arn_pattern;
pub(crate) mod condition;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod document;
pub(crate) mod error;
pub(crate) mod glob;
pub(crate) mod json;
pub(crate) mod policy;
pub(crate) mod position;
pub(crate) mod principal_pattern;
pub(crate) mod rules;
pub(crate) mod statement;
pub(crate) mod truth;
pub(crate) mod variable;
