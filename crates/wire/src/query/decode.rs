//! Parameters to nodes: `Tags.member.1.Key=a` by the schema.
//!
//! The parameters are sorted, so that everything below a name is one range of the slice: no name is copied, no map
//! built, and the work is bounded by the size of schema and request.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use super::form::Parameter;
use crate::{Form, Kind, Member, Node, Schema, Structure, WireError, text};

/// Indices of lists and maps may not exceed this.
pub const MAX_INDEX: u32 = 1_000_000;

/// Reads the input of an operation. Parameters the schema does not know are ignored.
pub(crate) fn decode(schema: &Schema, mut form: Form<'_>) -> Result<Node, WireError> {
    structure(schema.members(), form.parameters(), 0).map(Node::Structure)
}

/// `parameters` all begin with the same `offset` bytes, a prefix that ends in a dot.
fn structure(
    members: &'static [Member],
    parameters: &mut [Parameter<'_>],
    offset: usize,
) -> Result<Structure, WireError> {
    let mut structure = Structure::with_capacity(members.len().min(parameters.len()));
    for member in members {
        if let Some(node) = member_value(member.schema, parameters, offset, member.wire_name)? {
            structure.set(member.name, node);
        }
    }
    Ok(structure)
}

/// The value called `name` among `parameters`.
fn member_value(
    schema: &Schema,
    parameters: &mut [Parameter<'_>],
    offset: usize,
    name: &str,
) -> Result<Option<Node>, WireError> {
    let exact = exact(parameters, offset, name)
        .and_then(|position| parameters.get_mut(position))
        .map(|parameter| std::mem::take(&mut parameter.value));
    if is_scalar(schema) {
        return exact.map(|value| scalar(schema, value)).transpose();
    }
    let below = below(parameters, offset, name);
    let nested = parameters.get_mut(below).unwrap_or_default();
    compound(schema, exact.as_deref(), nested, offset + name.len() + 1)
}

fn compound(
    schema: &Schema,
    exact: Option<&str>,
    nested: &mut [Parameter<'_>],
    offset: usize,
) -> Result<Option<Node>, WireError> {
    if nested.is_empty() {
        return match (&schema.kind, exact) {
            // How clients say "empty": the name of the list alone.
            (Kind::List { .. }, Some("")) => Ok(Some(Node::List(Vec::new()))),
            (Kind::Map { .. }, Some("")) => Ok(Some(Node::Map(Vec::new()))),
            (_, None | Some("")) => Ok(None),
            (_, Some(_)) => Err(malformed("Unrecognized collection type class java.lang.String")),
        };
    }
    match schema.kind {
        Kind::List { member, .. } => list(member, nested, offset).map(Some),
        Kind::Map { value, .. } => map(value, nested, offset).map(Some),
        Kind::Structure(members) => structure(members, nested, offset).map(Node::Structure).map(Some),
        Kind::Union(members) => {
            let union = structure(members, nested, offset)?;
            match union.len() {
                1 => Ok(Some(Node::Structure(union))),
                _ => Err(malformed("Exactly one member of a union must be set")),
            }
        }
        _ => Ok(None),
    }
}

fn list(member: &Schema, parameters: &mut [Parameter<'_>], offset: usize) -> Result<Node, WireError> {
    let below_member = below(parameters, offset, "member");
    let parameters = parameters.get_mut(below_member).unwrap_or_default();
    let offset = offset + "member.".len();
    let mut nodes = Vec::new();
    for group in groups(parameters, offset)? {
        let group_parameters = parameters.get_mut(group.range).unwrap_or_default();
        let after_index = offset + group.digits;
        let (exact, nested) = split_exact(group_parameters, after_index);
        let node = if is_scalar(member) {
            exact.map(|value| scalar(member, value)).transpose()?
        } else {
            compound(member, exact.as_deref(), nested, after_index + 1)?
        };
        nodes.extend(node);
    }
    Ok(Node::List(nodes))
}

fn map(value: &Schema, parameters: &mut [Parameter<'_>], offset: usize) -> Result<Node, WireError> {
    let below_entry = below(parameters, offset, "entry");
    let parameters = parameters.get_mut(below_entry).unwrap_or_default();
    let offset = offset + "entry.".len();
    let mut entries: Vec<(String, Node)> = Vec::new();
    for group in groups(parameters, offset)? {
        let group_parameters = parameters.get_mut(group.range).unwrap_or_default();
        let after_index = offset + group.digits + 1;
        let key = exact(group_parameters, after_index, "key")
            .and_then(|position| group_parameters.get_mut(position))
            .map(|parameter| std::mem::take(&mut parameter.value).into_owned());
        let node = member_value(value, group_parameters, after_index, "value")?;
        let (Some(key), Some(node)) = (key, node) else {
            return Err(malformed("Every entry of a map has a key and a value"));
        };
        entries.push((key, node));
    }
    first_of_each_key(&mut entries);
    Ok(Node::Map(entries))
}

/// Of entries with the same key the first stays, as with parameters.
fn first_of_each_key(entries: &mut Vec<(String, Node)>) {
    let mut seen = std::collections::HashSet::with_capacity(entries.len());
    entries.retain(|(key, _)| seen.insert(key.clone()));
}

/// The parameters of one index: `1`, `1.Key`, `1.Value`.
struct Group {
    index: u32,
    digits: usize,
    range: Range<usize>,
}

/// Groups by the number at `offset`, in the order of the numbers, whatever order and gaps they came with. Names
/// without a number there are unknown parameters.
fn groups(parameters: &[Parameter<'_>], offset: usize) -> Result<Vec<Group>, WireError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut previous: &[u8] = b"";
    for (position, parameter) in parameters.iter().enumerate() {
        let suffix = suffix(parameter, offset);
        let digits = suffix.iter().position(|byte| *byte == b'.').unwrap_or(suffix.len());
        let text = suffix.get(..digits).unwrap_or_default();
        if let Some(group) = groups.last_mut()
            && group.range.end == position
            && previous == text
        {
            group.range.end = position + 1;
            continue;
        }
        if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
            continue;
        }
        let index = std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .filter(|index| *index <= MAX_INDEX)
            .ok_or_else(|| malformed("The index of a list is too large"))?;
        previous = text;
        groups.push(Group { index, digits, range: position..position + 1 });
    }
    groups.sort_by_key(|group| group.index);
    // `1` and `01` are the same element: the first counts.
    groups.dedup_by_key(|group| group.index);
    Ok(groups)
}

/// Takes the value of the parameter that ends at `offset`, which sorts before all that go on.
fn split_exact<'p, 'a>(
    parameters: &'p mut [Parameter<'a>],
    offset: usize,
) -> (Option<Cow<'a, str>>, &'p mut [Parameter<'a>]) {
    let own = usize::from(parameters.first().is_some_and(|first| first.name.len() == offset));
    let (exact, nested) = parameters.split_at_mut(own);
    (exact.first_mut().map(|parameter| std::mem::take(&mut parameter.value)), nested)
}

fn exact(parameters: &[Parameter<'_>], offset: usize, name: &str) -> Option<usize> {
    parameters.binary_search_by(|parameter| suffix(parameter, offset).cmp(name.as_bytes())).ok()
}

/// The range of the names that begin with `name` and a dot.
fn below(parameters: &[Parameter<'_>], offset: usize, name: &str) -> Range<usize> {
    let order = |parameter: &Parameter<'_>| {
        let suffix = suffix(parameter, offset);
        match suffix.split_at_checked(name.len()) {
            Some((head, tail)) => head
                .cmp(name.as_bytes())
                .then_with(|| tail.first().map_or(Ordering::Less, |byte| byte.cmp(&b'.'))),
            // Shorter than the name: equal as far as it goes means before it.
            None => suffix.cmp(name.as_bytes()),
        }
    };
    let start = parameters.partition_point(|parameter| order(parameter) == Ordering::Less);
    let end = parameters.partition_point(|parameter| order(parameter) != Ordering::Greater);
    start..end
}

fn suffix<'p>(parameter: &'p Parameter<'_>, offset: usize) -> &'p [u8] {
    parameter.name.as_bytes().get(offset..).unwrap_or_default()
}

fn is_scalar(schema: &Schema) -> bool {
    !matches!(schema.kind, Kind::List { .. } | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_))
}

fn scalar(schema: &Schema, value: Cow<'_, str>) -> Result<Node, WireError> {
    text::parse(schema, value).map_err(WireError::MalformedInput)
}

fn malformed(message: &str) -> WireError {
    WireError::MalformedInput(message.to_owned())
}

#[cfg(test)]
mod tests;
