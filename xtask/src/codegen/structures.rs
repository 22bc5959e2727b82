//! Structures and unions: `types/<structure>.rs`, and the inputs and outputs of operations.

use std::fmt::Write as _;

use super::source::add;
use super::{Files, operations, schemas};
use crate::Result;
use crate::model::{Kind, Member, Model, Shape};
use crate::names::{field, snake, type_name};

/// A file for each structure and union that is not the input or output of an operation, and `types/mod.rs`.
pub(super) fn files(model: &Model, files: &mut Files) -> Result<()> {
    let inline = operations::inline_shapes(model);
    let mut modules = Vec::new();
    for shape in model.shapes.values() {
        let name = type_name(&shape.name);
        let doc = format!("`{}` of `{}`.", shape.name, model.id);
        let body = match &shape.kind {
            Kind::Structure { .. } if !inline.contains(shape.name.as_str()) => {
                definition(model, shape, &name, &doc, "pub(crate) static SCHEMA")?
            }
            Kind::Union { members } => union(model, shape, members, &doc)?,
            Kind::String { values, .. } if !values.is_empty() => {
                modules.push((field(&shape.name), name));
                continue;
            }
            _ => continue,
        };
        let module = snake(&shape.name);
        add(files, model, &format!("types/{module}.rs"), &doc, &[], &body);
        modules.push((module, name));
    }
    let mut body = String::new();
    modules.sort();
    for (module, _) in &modules {
        writeln!(body, "pub(crate) mod {module};")?;
    }
    body.push('\n');
    for (module, name) in &modules {
        writeln!(body, "pub use {module}::{name};")?;
    }
    let doc = format!("The structures and enums of `{}`.", model.id);
    add(files, model, "types/mod.rs", &doc, &[], &body);
    Ok(())
}

/// A structure with its schema and both directions.
pub(super) fn definition(
    model: &Model,
    shape: &Shape,
    name: &str,
    doc: &str,
    schema: &str,
) -> Result<String> {
    let members = shape.members();
    let derives = derives(model, members)?;
    let mut text = format!("/// {doc}\n#[derive({derives})]\npub struct {name}");
    if members.is_empty() {
        text.push_str(";\n\n");
    } else {
        text.push_str(" {\n");
        for member in members {
            writeln!(text, "/// {}", member_doc(model, member)?)?;
            let rust_type = rust_type(model, &member.shape, shape.sensitive)?;
            let rust_type = if member.required { rust_type } else { format!("Option<{rust_type}>") };
            writeln!(text, "pub {}: {rust_type},", field(&member.name))?;
        }
        text.push_str("}\n\n");
    }
    writeln!(text, "{schema}: Schema = {};\n", schemas::structure(model, shape)?)?;
    text.push_str(&codec(name, members)?);
    Ok(text)
}

fn codec(name: &str, members: &[Member]) -> Result<String> {
    if members.is_empty() {
        return Ok(format!(
            "impl Decode for {name} {{ fn decode(node: Node) -> Result<Self, DecodeError> {{ \
             node.into_structure().map(|_| Self) }} }}\n\n\
             impl Encode for {name} {{ fn encode(self) -> Node {{ Node::Structure(Structure::new()) }} }}\n"
        ));
    }
    let mut decode = String::new();
    let mut encode = String::new();
    for member in members {
        let (rust, aws) = (field(&member.name), &member.name);
        let (take, put) = if member.required { ("required", "put") } else { ("optional", "put_optional") };
        writeln!(decode, "{rust}: members.{take}({aws:?})?,")?;
        writeln!(encode, "members.{put}({aws:?}, self.{rust});")?;
    }
    Ok(format!(
        "impl Decode for {name} {{ fn decode(node: Node) -> Result<Self, DecodeError> {{ \
         let mut members = node.into_structure()?; Ok(Self {{ {decode} }}) }} }}\n\n\
         impl Encode for {name} {{ fn encode(self) -> Node {{ \
         let mut members = Structure::with_capacity({}); {encode} Node::Structure(members) }} }}\n",
        members.len()
    ))
}

fn union(model: &Model, shape: &Shape, members: &[Member], doc: &str) -> Result<String> {
    let name = type_name(&shape.name);
    let mut variants = String::new();
    let mut decode = String::new();
    let mut encode = String::new();
    for member in members {
        let (variant, aws) = (type_name(&member.name), &member.name);
        writeln!(variants, "/// {}", member_doc(model, member)?)?;
        writeln!(variants, "{variant}({}),", rust_type(model, &member.shape, shape.sensitive)?)?;
        writeln!(decode, "({aws:?}, node) => Decode::decode(node).map(Self::{variant}),")?;
        writeln!(encode, "Self::{variant}(value) => members.put({aws:?}, value),")?;
    }
    Ok(format!(
        "/// {doc} Exactly one of its members is set.\n#[derive(Clone, Debug, PartialEq)]\n\
         pub enum {name} {{ {variants} }}\n\n\
         pub(crate) static SCHEMA: Schema = {};\n\n\
         impl Decode for {name} {{ fn decode(node: Node) -> Result<Self, DecodeError> {{ \
         match node.into_structure()?.only()? {{ {decode} _ => Err(DecodeError::Union), }} }} }}\n\n\
         impl Encode for {name} {{ fn encode(self) -> Node {{ \
         let mut members = Structure::with_capacity(1); match self {{ {encode} }} Node::Structure(members) }} }}\n",
        schemas::structure(model, shape)?
    ))
}

/// The Rust type of a shape. Strings and blobs directly in a sensitive structure are sensitive themselves.
pub(super) fn rust_type(model: &Model, name: &str, in_sensitive: bool) -> Result<String> {
    let shape = model.shape(name)?;
    let sensitive = shape.sensitive || in_sensitive;
    let guarded = |inner: &str| if sensitive { format!("Sensitive<{inner}>") } else { inner.to_owned() };
    Ok(match &shape.kind {
        Kind::Blob => guarded("Blob"),
        Kind::Boolean => "bool".to_owned(),
        Kind::Document => "serde_json::Value".to_owned(),
        Kind::Float => "f64".to_owned(),
        Kind::Integer => "i32".to_owned(),
        Kind::Long => "i64".to_owned(),
        Kind::Timestamp => "Timestamp".to_owned(),
        Kind::List { member } => format!("Vec<{}>", rust_type(model, member, false)?),
        Kind::Map { value, .. } => format!("BTreeMap<String, {}>", rust_type(model, value, false)?),
        Kind::String { values, .. } if values.is_empty() => guarded("String"),
        Kind::String { .. } if shape.sensitive => return Err(format!("{name} is a sensitive enum").into()),
        Kind::String { .. } | Kind::Structure { .. } | Kind::Union { .. } => {
            format!("types::{}", type_name(&shape.name))
        }
        Kind::Exception { .. } => return Err(format!("{name} is an exception inside a shape").into()),
    })
}

fn derives(model: &Model, members: &[Member]) -> Result<&'static str> {
    for member in members.iter().filter(|member| member.required) {
        if !has_default(model, &member.shape)? {
            return Ok("Clone, Debug, PartialEq");
        }
    }
    Ok("Clone, Debug, Default, PartialEq")
}

/// Enums and unions have no value that would be right by default.
fn has_default(model: &Model, name: &str) -> Result<bool> {
    let shape = model.shape(name)?;
    Ok(match &shape.kind {
        Kind::String { values, .. } => values.is_empty(),
        Kind::Union { .. } => false,
        Kind::Structure { members } => derives(model, members)?.contains("Default"),
        _ => true,
    })
}

/// `RoleName`, with its bounds in words.
fn member_doc(model: &Model, member: &Member) -> Result<String> {
    let shape = model.shape(&member.shape)?;
    let mut text = format!("`{}`", member.name);
    match member.location {
        "Header" => write!(text, ", the header `{}`", member.wire_name)?,
        "Query" => write!(text, ", the query parameter `{}`", member.wire_name)?,
        _ if member.wire_name != member.name => write!(text, ", on the wire `{}`", member.wire_name)?,
        _ => {}
    }
    let unit = match shape.kind {
        Kind::String { .. } => " characters",
        Kind::Blob => " bytes",
        Kind::List { .. } => " elements",
        Kind::Map { .. } => " entries",
        _ => "",
    };
    match (shape.min, shape.max) {
        (Some(min), Some(max)) if min == max => write!(text, ": {min}{unit}")?,
        (Some(min), Some(max)) => write!(text, ": {min} to {max}{unit}")?,
        (Some(1), None) => write!(text, ": at least 1{}", unit.trim_end_matches('s'))?,
        (Some(min), None) => write!(text, ": at least {min}{unit}")?,
        (None, Some(max)) => write!(text, ": up to {max}{unit}")?,
        (None, None) => {}
    }
    text.push('.');
    Ok(text)
}
