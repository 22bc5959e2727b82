//! The constraints of a model, all at once and in AWS's words.

pub mod named;
mod path;
mod pattern;

use std::fmt::Write as _;

pub use pattern::Pattern;

use crate::{Kind, Length, Node, Range, Schema, Structure};
use path::Path;

/// More violations than this are neither looked for nor counted.
const MAX_VIOLATIONS: usize = 100;

/// Everything that is wrong with a request, in the model's order, or `None`. The text reads
/// `N validation error(s) detected: Value 'v' at 'field.path' failed to satisfy constraint: Member must ...; ...`.
pub fn violations(schema: &Schema, node: &Node) -> Option<String> {
    let mut report = Report::default();
    report.visit(schema, node, &Path::ROOT);
    match report.count {
        0 => None,
        1 => Some(format!("1 validation error detected: {}", report.text)),
        count => Some(format!("{count} validation errors detected: {}", report.text)),
    }
}

#[derive(Default)]
struct Report {
    count: usize,
    text: String,
}

impl Report {
    fn visit(&mut self, schema: &Schema, node: &Node, path: &Path<'_>) {
        if self.count >= MAX_VIOLATIONS {
            return;
        }
        match (&schema.kind, node) {
            (Kind::Structure(members) | Kind::Union(members), Node::Structure(structure)) => {
                for member in *members {
                    let path = path.member(member.name);
                    match structure.get(member.name) {
                        Some(node) => self.visit(member.schema, node, &path),
                        None if member.required => self.add_null(&path),
                        None => {}
                    }
                }
            }
            (Kind::List { member, length }, Node::List(nodes)) => {
                self.check_length(schema, node, path, *length, nodes.len());
                if is_simple(member) {
                    self.check_elements(schema, member, node, nodes, path);
                } else {
                    for (index, node) in nodes.iter().enumerate() {
                        self.visit(member, node, &path.index(index + 1));
                    }
                }
            }
            (Kind::Map { key, value, length }, Node::Map(entries)) => {
                self.check_length(schema, node, path, *length, entries.len());
                if entries.iter().any(|(text, _)| breaks_text(key, text)) {
                    let rules = rules(key, "Map keys must satisfy constraint: ");
                    self.add(schema, node, path, &rules);
                }
                if is_simple(value) {
                    if entries.iter().any(|(_, node)| breaks(value, node)) {
                        let rules = rules(value, "Map value must satisfy constraint: ");
                        self.add(schema, node, path, &rules);
                    }
                } else {
                    for (name, node) in entries {
                        self.visit(value, node, &path.key(name));
                    }
                }
            }
            _ => self.check_scalar(schema, node, path),
        }
    }

    fn check_scalar(&mut self, schema: &Schema, node: &Node, path: &Path<'_>) {
        match (&schema.kind, node) {
            (Kind::String { length, pattern, values }, Node::String(text)) => {
                if !values.is_empty() && !values.contains(&text.as_str()) {
                    self.add(schema, node, path, &value_set(values));
                }
                if let Some(pattern) = pattern.filter(|pattern| !pattern.matches(text)) {
                    self.add(schema, node, path, &must_match(pattern));
                }
                if *length != Length::ANY {
                    self.check_length(schema, node, path, *length, text.chars().count());
                }
            }
            (Kind::Blob(length), Node::Blob(bytes)) => {
                self.check_length(schema, node, path, *length, bytes.len());
            }
            (Kind::Integer(range) | Kind::Long(range), Node::Integer(number)) => {
                if let Some(min) = range.min.filter(|min| number < min) {
                    self.add(
                        schema,
                        node,
                        path,
                        &format!("Member must have value greater than or equal to {min}"),
                    );
                }
                if let Some(max) = range.max.filter(|max| number > max) {
                    self.add(
                        schema,
                        node,
                        path,
                        &format!("Member must have value less than or equal to {max}"),
                    );
                }
            }
            _ => {}
        }
    }

    /// Elements without members of their own are reported together, with all their rules, as AWS does.
    fn check_elements(
        &mut self,
        list: &Schema,
        member: &Schema,
        node: &Node,
        nodes: &[Node],
        path: &Path<'_>,
    ) {
        if nodes.iter().any(|node| breaks(member, node)) {
            self.add(list, node, path, &rules(member, "Member must satisfy constraint: "));
        }
    }

    fn check_length(&mut self, schema: &Schema, node: &Node, path: &Path<'_>, length: Length, count: usize) {
        let count = count as u64;
        if let Some(max) = length.max.filter(|max| count > *max) {
            self.add(schema, node, path, &at_most(max));
        }
        if let Some(min) = length.min.filter(|min| count < *min) {
            self.add(schema, node, path, &at_least(min));
        }
    }

    fn add_null(&mut self, path: &Path<'_>) {
        if !self.open() {
            return;
        }
        // Writing into a string cannot fail.
        let _ =
            write!(self.text, "Value null at '{path}' failed to satisfy constraint: Member must not be null");
    }

    fn add(&mut self, schema: &Schema, node: &Node, path: &Path<'_>, rule: &str) {
        if !self.open() {
            return;
        }
        self.text.push_str("Value ");
        if !schema.sensitive && !holds_secrets(schema) {
            self.text.push('\'');
            echo(node, &mut self.text);
            self.text.push_str("' ");
        }
        let _ = write!(self.text, "at '{path}' failed to satisfy constraint: {rule}");
    }

    /// Counts one more and separates it from the last; `false` when there are enough.
    fn open(&mut self) -> bool {
        if self.count >= MAX_VIOLATIONS {
            return false;
        }
        if self.count > 0 {
            self.text.push_str("; ");
        }
        self.count += 1;
        true
    }
}

/// Shapes without members, elements or entries of their own.
fn is_simple(schema: &Schema) -> bool {
    !matches!(schema.kind, Kind::List { .. } | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_))
}

fn holds_secrets(schema: &Schema) -> bool {
    match schema.kind {
        Kind::List { member, .. } => member.sensitive,
        Kind::Map { key, value, .. } => key.sensitive || value.sensitive,
        _ => false,
    }
}

fn breaks(schema: &Schema, node: &Node) -> bool {
    match (&schema.kind, node) {
        (_, Node::String(text)) => breaks_text(schema, text),
        (Kind::Blob(length), Node::Blob(bytes)) => outside(*length, bytes.len()),
        (Kind::Integer(Range { min, max }) | Kind::Long(Range { min, max }), Node::Integer(number)) => {
            min.is_some_and(|min| *number < min) || max.is_some_and(|max| *number > max)
        }
        _ => false,
    }
}

fn breaks_text(schema: &Schema, text: &str) -> bool {
    match &schema.kind {
        Kind::String { length, pattern, values } => {
            (!values.is_empty() && !values.contains(&text))
                || (*length != Length::ANY && outside(*length, text.chars().count()))
                || pattern.is_some_and(|pattern| !pattern.matches(text))
        }
        _ => false,
    }
}

fn outside(length: Length, count: usize) -> bool {
    let count = count as u64;
    length.min.is_some_and(|min| count < min) || length.max.is_some_and(|max| count > max)
}

/// All rules of the elements, the broken and the kept ones, as AWS lists them.
fn rules(schema: &Schema, intro: &str) -> String {
    let mut rules = Vec::new();
    match &schema.kind {
        Kind::String { length, pattern, values } => {
            if !values.is_empty() {
                rules.push(value_set(values));
            }
            rules.extend(length.max.map(at_most));
            rules.extend(length.min.map(at_least));
            rules.extend(pattern.map(must_match));
        }
        Kind::Blob(length) => {
            rules.extend(length.max.map(at_most));
            rules.extend(length.min.map(at_least));
        }
        Kind::Integer(range) | Kind::Long(range) => {
            rules.extend(range.max.map(|max| format!("Member must have value less than or equal to {max}")));
            rules.extend(
                range.min.map(|min| format!("Member must have value greater than or equal to {min}")),
            );
        }
        _ => {}
    }
    format!("{intro}[{}]", rules.join(", "))
}

fn value_set(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

fn must_match(pattern: &Pattern) -> String {
    format!("Member must satisfy regular expression pattern: {}", pattern.text())
}

fn at_most(max: u64) -> String {
    format!("Member must have length less than or equal to {max}")
}

fn at_least(min: u64) -> String {
    format!("Member must have length greater than or equal to {min}")
}

/// Scalars as they are, collections as `[a, b]`, entries and members as `{k=v}`. Bytes are never shown.
fn echo(node: &Node, out: &mut String) {
    let written = match node {
        Node::Boolean(value) => write!(out, "{value}"),
        Node::Integer(value) => write!(out, "{value}"),
        Node::Float(value) => write!(out, "{value}"),
        Node::String(text) => out.write_str(text),
        Node::Timestamp(value) => write!(out, "{value}"),
        Node::Blob(bytes) => write!(out, "{} bytes", bytes.len()),
        Node::Document(_) => out.write_str("document"),
        Node::List(nodes) => {
            out.push('[');
            for (index, node) in nodes.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                echo(node, out);
            }
            out.write_str("]")
        }
        Node::Map(entries) => {
            out.push('{');
            for (index, (key, node)) in entries.iter().enumerate() {
                let _ = write!(out, "{}{key}=", if index > 0 { ", " } else { "" });
                echo(node, out);
            }
            out.write_str("}")
        }
        Node::Structure(structure) => echo_members(structure, out),
    };
    // Writing into a string cannot fail.
    let _ = written;
}

/// Members may be sensitive each on its own, so only their names are shown.
fn echo_members(structure: &Structure, out: &mut String) -> std::fmt::Result {
    out.push('{');
    for (index, (name, _)) in structure.iter().enumerate() {
        write!(out, "{}{name}", if index > 0 { ", " } else { "" })?;
    }
    out.write_str("}")
}

#[cfg(test)]
mod tests;
