//! Where things stand in a document: paths and byte offsets, turned into the API's locations at the end.

use std::ops::Range;

use smallvec::SmallVec;

use crate::findings::finding::{FindingPosition, PathElement};
use crate::language::json::{Node, Value};

/// A place: the way to it, and the byte offsets of its first character and of the one after its last.
#[derive(Clone, Debug)]
pub(crate) struct Place<'t> {
    steps: SmallVec<[Step<'t>; 6]>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Clone, Copy, Debug)]
enum Step<'t> {
    Index(usize),
    Key(&'t str),
    Substring { start: usize, length: usize },
    Value(&'t str),
}

/// A member of an object, with the place of its name and that of its value.
pub(crate) struct Member<'t> {
    pub(crate) name: &'t str,
    pub(crate) key: Place<'t>,
    pub(crate) node: &'t Node<'t>,
    pub(crate) value: Place<'t>,
}

/// A string of the document, or a number or boolean as written.
#[derive(Clone, Debug)]
pub(crate) struct Text<'t> {
    pub(crate) value: &'t str,
    pub(crate) place: Place<'t>,
}

impl<'t> Place<'t> {
    /// The whole document.
    pub(crate) fn root(node: &Node<'_>) -> Self {
        Self { steps: SmallVec::new(), start: node.start, end: node.end }
    }

    /// A stretch of the document that no path leads to.
    pub(crate) fn stretch(start: usize, end: usize) -> Self {
        Self { steps: SmallVec::new(), start, end }
    }

    pub(crate) fn path(&self) -> Vec<PathElement> {
        let elements = self.steps.iter().map(|step| match *step {
            Step::Index(index) => PathElement::Index(index),
            Step::Key(name) => PathElement::Key(name.to_owned()),
            Step::Substring { start, length } => PathElement::Substring { start, length },
            Step::Value(name) => PathElement::Value(name.to_owned()),
        });
        elements.collect()
    }

    /// The members of an object that stands here; none when it is no object.
    pub(crate) fn members(&self, source: &str, node: &'t Node<'t>) -> Option<Vec<Member<'t>>> {
        let Value::Object(members) = &node.value else { return None };
        let mut from = node.start.saturating_add(1);
        let member = |(name, value): &'t (String, Node<'t>)| {
            // Between two values stand a comma, the name, a colon and white space.
            let between = source.get(from..value.start).unwrap_or_default();
            let key = between.trim_start_matches([',', ' ', '\t', '\r', '\n']);
            let start = value.start.saturating_sub(key.len());
            let end = start.saturating_add(key.trim_end_matches([':', ' ', '\t', '\r', '\n']).len());
            from = value.end;
            Member {
                name,
                key: self.step(Step::Key(name), start, end),
                node: value,
                value: self.step(Step::Value(name), value.start, value.end),
            }
        };
        Some(members.iter().map(member).collect())
    }

    /// The elements of a list that stands here, or the one value that stands for a list of itself.
    pub(crate) fn elements(&self, node: &'t Node<'t>) -> Vec<(&'t Node<'t>, Self)> {
        match &node.value {
            Value::Array(elements) => {
                let place = |(index, element): (usize, &'t Node<'t>)| {
                    (element, self.step(Step::Index(index), element.start, element.end))
                };
                elements.iter().enumerate().map(place).collect()
            }
            _ => vec![(node, self.clone())],
        }
    }

    fn step(&self, step: Step<'t>, start: usize, end: usize) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps, start, end }
    }
}

impl<'t> Text<'t> {
    /// A string, number or boolean; none for anything else.
    pub(crate) fn scalar(node: &'t Node<'t>, place: Place<'t>) -> Option<Self> {
        let value = match &node.value {
            Value::String(text) => text.as_str(),
            Value::Number(digits) => digits,
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Array(_) | Value::Null | Value::Object(_) => return None,
        };
        Some(Self { value, place })
    }

    /// Part of the string, given by byte offsets in its value.
    pub(crate) fn part(&self, source: &str, bytes: Range<usize>) -> Place<'t> {
        let characters = |text: Option<&str>| text.unwrap_or_default().chars().count();
        let start = characters(self.value.get(..bytes.start));
        let length = characters(self.value.get(bytes));
        let raw = source.get(self.place.start..self.place.end).unwrap_or_default();
        let offset = |index| self.place.start.saturating_add(raw_offset(raw, index));
        let (first, last) = (offset(start), offset(start.saturating_add(length)));
        self.place.step(Step::Substring { start, length }, first, last)
    }
}

/// The byte offset, in a JSON string with its quotes, of the character with an index in its value.
fn raw_offset(raw: &str, index: usize) -> usize {
    let mut rest = raw.strip_prefix('"').unwrap_or(raw);
    for _ in 0..index {
        let escape = match rest.as_bytes() {
            // A pair of surrogates is one character.
            [b'\\', b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B', ..] => 12,
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => rest.chars().next().map_or(0, char::len_utf8),
        };
        rest = rest.get(escape..).unwrap_or_default();
    }
    raw.len().saturating_sub(rest.len())
}

/// Byte offsets of a text and the positions they stand for, found in one pass.
pub(crate) struct Positions(Vec<(usize, FindingPosition)>);

impl Positions {
    pub(crate) fn find(text: &str, mut bytes: Vec<usize>) -> Self {
        bytes.sort_unstable();
        bytes.dedup();
        let mut at = FindingPosition { line: 1, column: 0, offset: 0 };
        let mut characters = text.char_indices().peekable();
        let mut positions = Vec::with_capacity(bytes.len());
        for byte in bytes {
            while let Some((_, character)) = characters.next_if(|(place, _)| *place < byte) {
                at.offset += 1;
                (at.line, at.column) =
                    if character == '\n' { (at.line + 1, 0) } else { (at.line, at.column + 1) };
            }
            positions.push((byte, at));
        }
        Self(positions)
    }

    /// The position of one of the offsets.
    pub(crate) fn get(&self, byte: usize) -> FindingPosition {
        let found = self.0.binary_search_by_key(&byte, |(byte, _)| *byte);
        found.ok().and_then(|index| self.0.get(index)).map(|(_, position)| *position).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parts_are_found_in_the_text() {
        let source = "{ \"a\\n\" :\t1,\n\"b\": [\"x\\u00e9\\ud83d\\ude00\\\"y\"] }";
        let root = Node::read(source).unwrap();
        let place = Place::root(&root);
        let members = place.members(source, &root).unwrap();
        let raw = |place: &Place<'_>| source.get(place.start..place.end).unwrap().to_owned();
        assert_eq!((raw(&members[0].key), raw(&members[0].value)), ("\"a\\n\"".to_owned(), "1".to_owned()));
        assert_eq!(raw(&members[1].key), "\"b\"");
        let (node, place) = members[1].value.elements(members[1].node).remove(0);
        let text = Text::scalar(node, place).unwrap();
        assert_eq!(text.value, "xé😀\"y");
        let part = text.part(source, 1..7);
        assert_eq!(raw(&part), "\\u00e9\\ud83d\\ude00");
        assert_eq!(part.path().last(), Some(&PathElement::Substring { start: 1, length: 2 }));
        assert_eq!(raw(&text.part(source, 8..9)), "y");
    }

    #[test]
    fn positions_count_characters() {
        let positions = Positions::find("aé\nb", vec![4, 1, 5, 3]);
        let at = |byte| {
            let FindingPosition { line, column, offset } = positions.get(byte);
            (line, column, offset)
        };
        assert_eq!((at(1), at(3), at(4), at(5)), ((1, 1, 1), (1, 2, 2), (2, 0, 3), (2, 1, 4)));
    }
}
