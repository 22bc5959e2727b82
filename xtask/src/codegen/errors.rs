//! Modelled errors: `errors/mod.rs` with the enum, `errors/descriptions.rs` with code, status and members.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::source::add;
use super::structures::rust_type;
use super::{Files, schemas};
use crate::Result;
use crate::model::{Kind, Member, Model, Shape};
use crate::names::{constant, field, type_name};

/// Both files.
pub(super) fn files(model: &Model, files: &mut Files) -> Result<()> {
    let doc = format!("The modelled errors of `{}`.", model.id);
    let own: Vec<String> = model.exceptions().map(variant).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).chain(["Error"]).collect();
    add(files, model, "errors/mod.rs", &doc, &own, &definition(model)?);
    let doc = format!("Codes, statuses and members of the errors of `{}`.", model.id);
    add(files, model, "errors/descriptions.rs", &doc, &[], &descriptions(model)?);
    Ok(())
}

/// The variant of an exception: its name without `Exception`.
pub(super) fn variant(shape: &Shape) -> String {
    type_name(shape.name.strip_suffix("Exception").unwrap_or(&shape.name))
}

/// The member that holds the text, and the others.
pub(super) fn split(shape: &Shape) -> (Option<&Member>, Vec<&Member>) {
    let members = shape.members();
    let message = members
        .iter()
        .find(|member| member.wire_name.eq_ignore_ascii_case("message"))
        .or_else(|| members.iter().find(|member| member.wire_name == "error_description"));
    let others = members.iter().filter(|member| message.is_none_or(|message| message.name != member.name));
    (message, others.collect())
}

fn definition(model: &Model) -> Result<String> {
    let mut variants = String::new();
    let mut descriptions = String::new();
    let mut messages = Vec::new();
    // Variants that are encoded alike, from members of the same types, share an arm.
    let mut arms: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for shape in model.exceptions() {
        let name = variant(shape);
        let (message, others) = split(shape);
        writeln!(variants, "/// `{}`.", shape.name)?;
        let mut puts = match message {
            Some(message) => format!("members.put({:?}, message.clone());", message.name),
            None => String::new(),
        };
        let fields = if others.is_empty() {
            writeln!(variants, "{name}(String),")?;
            messages.push(format!("Self::{name}(message)"));
            arms.entry((puts, String::new())).or_default().push(format!("Self::{name}(message)"));
            "(..)"
        } else {
            writeln!(variants, "{name} {{\n/// The text for the client.\nmessage: String,")?;
            messages.push(format!("Self::{name} {{ message, .. }}"));
            let mut names = String::new();
            let mut types = String::new();
            for member in others {
                let rust = field(&member.name);
                let rust_type = rust_type(model, &member.shape, shape.sensitive)?;
                let rust_type = if member.required { rust_type } else { format!("Option<{rust_type}>") };
                writeln!(variants, "/// `{}`.\n{rust}: {rust_type},", member.name)?;
                let put = if member.required { "put" } else { "put_optional" };
                writeln!(puts, "members.{put}({:?}, {rust});", member.name)?;
                write!(names, ", {rust}")?;
                write!(types, "{rust_type}, ")?;
            }
            variants.push_str("},\n");
            arms.entry((puts, types)).or_default().push(format!("Self::{name} {{ message{names} }}"));
            "{ .. }"
        };
        writeln!(descriptions, "Self::{name} {fields} => &descriptions::{},", constant(&shape.name))?;
    }
    let mut answers = String::new();
    for ((puts, _), patterns) in arms {
        writeln!(answers, "{} => {{ {puts} message }}", patterns.join(" | "))?;
    }
    // CloudTrail's errors have no members at all.
    let mutable = if answers.contains("members.") { "mut " } else { "" };
    Ok(format!(
        "pub(crate) mod descriptions;\n\n\
         /// The errors that the model of `{id}` lists.\n#[derive(Clone, Debug, PartialEq)]\n\
         pub enum Error {{ {variants} }}\n\n\
         impl Error {{\n/// The code on the wire.\npub fn code(&self) -> &'static str {{ self.description().code }}\n\n\
         /// The HTTP status.\npub fn status(&self) -> u16 {{ self.description().status }} }}\n\n\
         impl ModelledError for Error {{\n\
         fn description(&self) -> &'static ErrorDescription {{ match self {{ {descriptions} }} }}\n\n\
         fn message(&self) -> &str {{ match self {{ {messages} => message }} }}\n\n\
         fn into_answer(self) -> ErrorAnswer {{ let description = self.description(); \
         let {mutable}members = Structure::new(); let message = match self {{ {answers} }}; \
         ErrorAnswer::modelled(description, message, members) }} }}\n\n\
         impl fmt::Display for Error {{ fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{ \
         write!(f, \"{{}}: {{}}\", self.code(), self.message()) }} }}\n\n\
         impl std::error::Error for Error {{}}\n",
        id = model.id,
        messages = messages.join(" | "),
    ))
}

fn descriptions(model: &Model) -> Result<String> {
    let mut text = String::new();
    let mut all = String::new();
    for shape in model.exceptions() {
        let Kind::Exception { code, status, sender, .. } = &shape.kind else { continue };
        let name = constant(&shape.name);
        write!(all, "&{name}, ")?;
        let fault = if *sender { "Sender" } else { "Receiver" };
        writeln!(
            text,
            "pub(crate) static {name}: ErrorDescription = ErrorDescription {{ shape: {:?}, code: {code:?}, \
             status: {status}, fault: Fault::{fault}, schema: &{name}_SCHEMA }};\n\
             static {name}_SCHEMA: Schema = {};\n",
            shape.name,
            schemas::structure(model, shape)?
        )?;
    }
    Ok(format!(
        "/// All of them, sorted by shape.\npub(crate) static ALL: &[&ErrorDescription] = &[{all}];\n\n{text}"
    ))
}
