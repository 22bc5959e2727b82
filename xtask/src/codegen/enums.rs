//! Open enums: `types/<enum>.rs`. A value the model does not know is kept as it came.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Files;
use super::source::add;
use crate::Result;
use crate::model::{Kind, Model};
use crate::names::{snake, type_name, variant};

/// A file for each string shape with values.
pub(super) fn files(model: &Model, files: &mut Files) -> Result<()> {
    for shape in model.shapes.values() {
        if let Kind::String { values, .. } = &shape.kind
            && !values.is_empty()
        {
            let doc = format!("`{}` of `{}`.", shape.name, model.id);
            let body = definition(&type_name(&shape.name), &doc, values)?;
            let own: Vec<String> = values.iter().map(|value| variant(value)).collect();
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            add(files, model, &format!("types/{}.rs", snake(&shape.name)), &doc, &own, &body);
        }
    }
    Ok(())
}

fn definition(name: &str, doc: &str, values: &[String]) -> Result<String> {
    let mut variants = String::new();
    let mut to_text = String::new();
    let mut from_text = String::new();
    let mut seen = BTreeSet::new();
    for value in values {
        let mut variant = variant(value);
        // Values may differ in case alone: `INVALID_REQUEST` and `invalid_request`.
        if seen.contains(&variant) && !value.contains(|letter: char| letter.is_ascii_uppercase()) {
            variant.push_str("Lowercase");
        }
        if !seen.insert(variant.clone()) {
            return Err(format!("{name}: two variants called {variant}").into());
        }
        writeln!(variants, "/// `{value}`.\n{variant},")?;
        writeln!(to_text, "Self::{variant} => {value:?},")?;
        writeln!(from_text, "{value:?} => Self::{variant},")?;
    }
    Ok(format!(
        "/// {doc}\n#[derive(Clone, Debug, PartialEq, Eq)]\npub enum {name} {{ {variants}\n\
         /// A value that the model does not know.\nUnknown(String), }}\n\n\
         impl {name} {{\n/// The value on the wire.\npub fn as_str(&self) -> &str {{ match self {{ {to_text} \
         Self::Unknown(value) => value, }} }} }}\n\n\
         impl From<&str> for {name} {{ fn from(value: &str) -> Self {{ match value {{ {from_text} \
         _ => Self::Unknown(value.to_owned()), }} }} }}\n\n\
         impl Decode for {name} {{ fn decode(node: Node) -> Result<Self, DecodeError> {{ \
         node.into_text().map(|value| Self::from(value.as_str())) }} }}\n\n\
         impl Encode for {name} {{ fn encode(self) -> Node {{ Node::String(self.as_str().to_owned()) }} }}\n"
    ))
}
