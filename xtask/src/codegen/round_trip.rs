//! `round_trip.rs`: every shape of a service through its type and back, behind the feature `round-trip`.

use std::fmt::Write as _;

use super::errors::{split, variant};
use super::{Files, source};
use crate::Result;
use crate::model::Model;
use crate::names::field;

/// The file of one service.
pub(super) fn file(model: &Model, files: &mut Files) -> Result<()> {
    let mut arms = String::new();
    for operation in &model.operations {
        let name = &operation.name;
        writeln!(arms, "(Side::Input, {name:?}) => through::<operation::{name}Input>(node),")?;
        writeln!(arms, "(Side::Output, {name:?}) => through::<operation::{name}Output>(node),")?;
    }
    let mut errors = String::new();
    for shape in model.exceptions() {
        let name = variant(shape);
        let (message, others) = split(shape);
        let text = match message {
            Some(message) => format!("members.optional({:?})?.unwrap_or_default()", message.name),
            None => "String::new()".to_owned(),
        };
        let value = if others.is_empty() {
            format!("Error::{name}({text})")
        } else {
            let mut fields = format!("message: {text}");
            for member in others {
                let take = if member.required { "required" } else { "optional" };
                write!(fields, ", {}: members.{take}({:?})?", field(&member.name), member.name)?;
            }
            format!("Error::{name} {{ {fields} }}")
        };
        writeln!(errors, "{:?} => {value},", shape.name)?;
    }
    let members = if errors.contains("members.") { "let mut members = " } else { "" };
    let body = format!(
        "use crate::round_trip::{{Returned, Side, through}};\n\n\
         /// Decodes the type of that name and encodes it again; `None` if there is no such type.\n\
         pub fn go(side: Side, name: &str, node: Node) -> Option<Result<Returned, DecodeError>> {{ \
         match (side, name) {{ {arms} (Side::Error, name) => error(name, node).transpose().map(|error| \
         error.map(|error| Returned::Error(ModelledError::into_answer(error)))), _ => None }} }}\n\n\
         fn error(name: &str, node: Node) -> Result<Option<Error>, DecodeError> {{ \
         {members}node.into_structure()?; Ok(Some(match name {{ {errors} _ => return Ok(None) }})) }}\n"
    );
    let doc = format!("Every shape of `{}` through its type and back.", model.id);
    source::add(files, model, "round_trip.rs", &doc, &[], &body);
    Ok(())
}
