//! Schemas: the table of a service's simple, list and map shapes, and the expressions for structures.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::source::{add, literal};
use super::{Files, operations};
use crate::Result;
use crate::model::{Kind, Member, Model, Shape};
use crate::names::{constant, field};

/// `schemas.rs`: every shape that is not a structure, once.
pub(super) fn file(model: &Model, files: &mut Files) -> Result<()> {
    let mut body = String::new();
    let mut names = BTreeSet::new();
    for shape in model.shapes.values() {
        let name = constant(&shape.name);
        if matches!(shape.kind, Kind::Exception { .. } | Kind::Structure { .. } | Kind::Union { .. }) {
            continue;
        }
        if !names.insert(name.clone()) {
            return Err(format!("{}: two schemas called {name}", model.id).into());
        }
        if let Kind::String { pattern: Some(pattern), function, .. } = &shape.kind {
            let pattern = literal(pattern);
            let pattern = match function {
                Some(function) => format!("Pattern::function({pattern}, named::{function})"),
                None => format!("Pattern::new({pattern})"),
            };
            writeln!(body, "static {name}_PATTERN: Pattern = {pattern};")?;
        }
        let sensitive = if shape.sensitive { ".sensitive()" } else { "" };
        writeln!(body, "pub(crate) static {name}: Schema = {}{sensitive};\n", simple(model, shape)?)?;
    }
    let doc = format!("The simple shapes, lists and maps of `{}`.", model.id);
    add(files, model, "schemas.rs", &doc, &["schemas"], &body.replace("&schemas::", "&"));
    Ok(())
}

fn simple(model: &Model, shape: &Shape) -> Result<String> {
    let name = &shape.name;
    let own = constant(name);
    Ok(match &shape.kind {
        Kind::Blob => format!("Schema::blob({name:?}, {})", bounds("Length", shape)),
        Kind::Boolean => format!("Schema::boolean({name:?})"),
        Kind::Document => format!("Schema::document({name:?})"),
        Kind::Float => format!("Schema::float({name:?})"),
        Kind::Integer => format!("Schema::integer({name:?}, {})", bounds("Range", shape)),
        Kind::Long => format!("Schema::long({name:?}, {})", bounds("Range", shape)),
        Kind::Timestamp => format!("Schema::timestamp({name:?})"),
        Kind::List { member } => {
            format!("Schema::list({name:?}, &{}, {})", path(model, member)?, bounds("Length", shape))
        }
        Kind::Map { key, value } => {
            let (key, value) = (path(model, key)?, path(model, value)?);
            format!("Schema::map({name:?}, &{key}, &{value}, {})", bounds("Length", shape))
        }
        Kind::String { pattern: Some(_), values, .. } if values.is_empty() => {
            format!("Schema::pattern({name:?}, {}, &{own}_PATTERN)", bounds("Length", shape))
        }
        Kind::String { pattern: None, values, .. } if values.is_empty() => {
            format!("Schema::string({name:?}, {})", bounds("Length", shape))
        }
        Kind::String { pattern: None, values, .. } => {
            format!("Schema::values({name:?}, {}, &{values:?})", bounds("Length", shape))
        }
        Kind::String { .. } => return Err(format!("{name} has values and a pattern").into()),
        Kind::Exception { .. } | Kind::Structure { .. } | Kind::Union { .. } => {
            return Err(format!("{name} is not simple").into());
        }
    })
}

/// The expression for a structure's or union's schema.
pub(super) fn structure(model: &Model, shape: &Shape) -> Result<String> {
    let mut members = String::new();
    for member in shape.members() {
        write!(members, "{}, ", member_schema(model, member)?)?;
    }
    let constructor = if matches!(shape.kind, Kind::Union { .. }) { "union" } else { "structure" };
    let sensitive = if shape.sensitive { ".sensitive()" } else { "" };
    Ok(format!("Schema::{constructor}({:?}, &[{members}]){sensitive}", shape.name))
}

fn member_schema(model: &Model, member: &Member) -> Result<String> {
    let Member { name, wire_name, shape, required, location } = member;
    let constructor = if *required { "required" } else { "optional" };
    let mut text = format!("Member::{constructor}({name:?}, &{})", path(model, shape)?);
    if wire_name != name {
        write!(text, ".named({wire_name:?})")?;
    }
    if *location != "Body" {
        write!(text, ".in_(Location::{location})")?;
    }
    Ok(text)
}

/// Where the schema of a shape is.
pub(super) fn path(model: &Model, name: &str) -> Result<String> {
    let shape = model.shape(name)?;
    Ok(match shape.kind {
        Kind::Structure { .. } | Kind::Union { .. } => {
            if operations::inline_shapes(model).contains(name) {
                return Err(format!("{name} is both an input or output and part of another shape").into());
            }
            format!("types::{}::SCHEMA", field(name))
        }
        _ => format!("schemas::{}", constant(name)),
    })
}

fn bounds(kind: &str, shape: &Shape) -> String {
    match (shape.min.map(number), shape.max.map(number)) {
        (None, None) => format!("{kind}::ANY"),
        (Some(min), None) => format!("{kind}::min({min})"),
        (None, Some(max)) => format!("{kind}::max({max})"),
        (Some(min), Some(max)) => format!("{kind}::between({min}, {max})"),
    }
}

/// A number with its thousands set apart.
fn number(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && digits.len() > 4 && (digits.len() - position).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (given, text) in [(0, "0"), (1024, "1024"), (131_072, "131_072"), (-10_000_000, "-10_000_000")] {
            assert_eq!(number(given), text);
        }
    }
}
