//! Operations: `operation/<operation>.rs` with marker, input and output, and the table of them all.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::source::add;
use super::{Files, structures};
use crate::Result;
use crate::model::{Model, Operation, Pagination};
use crate::names::{constant, snake};

/// The shapes that are inputs or outputs, and are therefore defined with their operations.
pub(super) fn inline_shapes(model: &Model) -> BTreeSet<&str> {
    let shapes =
        model.operations.iter().flat_map(|operation| operation.input.iter().chain(&operation.output));
    shapes.map(String::as_str).collect()
}

/// A file for each operation, `operation/mod.rs` and `operations.rs`.
pub(super) fn files(model: &Model, files: &mut Files) -> Result<()> {
    let mut modules = String::new();
    let mut exports = String::new();
    for operation in &model.operations {
        let (module, name) = (snake(&operation.name), &operation.name);
        let doc = format!("`{}:{name}`.", model.id);
        add(files, model, &format!("operation/{module}.rs"), &doc, &[], &definition(model, operation)?);
        writeln!(modules, "pub(crate) mod {module};")?;
        writeln!(exports, "pub use {module}::{{{name}, {name}Input, {name}Output}};")?;
    }
    let doc = format!("The operations of `{}`, each with its input and output.", model.id);
    add(files, model, "operation/mod.rs", &doc, &["Operation"], &format!("{modules}\n{exports}"));
    table(model, files)
}

fn definition(model: &Model, operation: &Operation) -> Result<String> {
    let name = &operation.name;
    let output = if operation.output.is_some() { "Some(&OUTPUT)" } else { "None" };
    let mut errors = String::new();
    for error in &operation.errors {
        write!(errors, "&errors::descriptions::{}, ", constant(error))?;
    }
    let mut text = format!(
        "/// `{service}:{name}`.\n#[derive(Clone, Copy, Debug)]\npub struct {name};\n\n\
         impl Operation for {name} {{\n\
         type Input = {name}Input;\n\
         type Output = {name}Output;\n\
         type Error = Error;\n\n\
         const NAME: &'static str = {name:?};\n\
         const SERVICE: &'static Service = &SERVICE;\n\
         const DESCRIPTION: &'static OperationDescription = &DESCRIPTION;\n}}\n\n\
         pub(crate) static DESCRIPTION: OperationDescription = OperationDescription {{\n\
         name: {name:?}, method: {method:?}, uri: {uri:?}, status: {status}, signed: {signed},\n\
         input: &INPUT, output: {output}, errors: &[{errors}], pagination: {pagination},\n}};\n\n",
        service = model.id,
        method = operation.method,
        uri = operation.uri,
        status = operation.status,
        signed = operation.signed,
        pagination = pagination(operation.pagination.as_ref()),
    );
    let sides = [("Input", &operation.input), ("Output", &operation.output)];
    for (side, shape) in sides {
        let doc = format!("{side} of `{}:{name}`.", model.id);
        let type_name = format!("{name}{side}");
        match shape {
            Some(shape) => {
                let schema = format!("static {}", constant(side));
                text.push_str(&structures::definition(
                    model,
                    model.shape(shape)?,
                    &type_name,
                    &doc,
                    &schema,
                )?);
            }
            None => text.push_str(&unit(&type_name, side, &doc)),
        }
        text.push('\n');
    }
    Ok(text)
}

/// An input or output that the model does not have.
fn unit(name: &str, side: &str, doc: &str) -> String {
    let schema = match side {
        "Input" => "static INPUT: Schema = Schema::structure(\"Unit\", &[]);\n\n",
        _ => "",
    };
    format!(
        "/// {doc}\n#[derive(Clone, Debug, Default, PartialEq)]\npub struct {name};\n\n{schema}\
         impl Decode for {name} {{ fn decode(node: Node) -> Result<Self, DecodeError> {{ \
         node.into_structure().map(|_| Self) }} }}\n\n\
         impl Encode for {name} {{ fn encode(self) -> Node {{ Node::Structure(Structure::new()) }} }}\n"
    )
}

fn pagination(pagination: Option<&Pagination>) -> String {
    let Some(Pagination { input_token, output_token, limit_key, more_results, result_keys }) = pagination
    else {
        return "None".to_owned();
    };
    format!(
        "Some(Pagination {{ input_token: {input_token:?}, output_token: {output_token:?}, limit_key: {limit_key:?}, \
         more_results: {more_results:?}, result_keys: &{result_keys:?} }})"
    )
}

/// `operations.rs`: the operations as one enum.
fn table(model: &Model, files: &mut Files) -> Result<()> {
    let mut variants = String::new();
    let mut all = String::new();
    let mut descriptions = String::new();
    for operation in &model.operations {
        let (module, name) = (snake(&operation.name), &operation.name);
        writeln!(variants, "/// `{}:{name}`.\n{name},", model.id)?;
        writeln!(all, "Self::{name},")?;
        writeln!(descriptions, "Self::{name} => &operation::{module}::DESCRIPTION,")?;
    }
    let body = format!(
        "/// The operations of `{id}`, by name.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n\
         pub enum Operation {{ {variants} }}\n\n\
         impl Operation {{\n/// All of them, sorted by name.\npub const ALL: &[Self] = &[{all}];\n\n\
         /// The operation of that exact name.\npub fn from_name(name: &str) -> Option<Self> {{ \
         let position = Self::ALL.binary_search_by(|operation| operation.name().cmp(name)).ok()?; \
         Self::ALL.get(position).copied() }}\n\n\
         /// The name: what `Action` and `X-Amz-Target` call it.\n\
         pub fn name(self) -> &'static str {{ self.description().name }}\n\n\
         /// All the model says of it.\npub fn description(self) -> &'static OperationDescription {{ \
         match self {{ {descriptions} }} }} }}\n",
        id = model.id
    );
    let doc = format!("The operations of `{}`, by name.", model.id);
    add(files, model, "operations.rs", &doc, &["Operation"], &body);
    Ok(())
}
