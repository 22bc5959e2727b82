//! Where something stands in the text of a policy.

/// A place in the submitted text. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1; a line ends with a line feed.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

/// A stretch of the submitted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// Just past the last character.
    pub end: Position,
    /// Byte offset of `start`.
    pub start_byte: usize,
    /// Byte offset of `end`.
    pub end_byte: usize,
}

/// Turns ascending byte offsets into positions in one pass over the text.
pub(crate) struct PositionCursor<'a> {
    rest: &'a str,
    byte: usize,
    at: Position,
}

impl<'a> PositionCursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text, byte: 0, at: Position { line: 1, column: 1 } }
    }

    /// The position of `byte`, which must not lie before an earlier one.
    pub(crate) fn position(&mut self, byte: usize) -> Position {
        let mut characters = self.rest.chars();
        while self.byte < byte {
            let Some(character) = characters.next() else { break };
            self.byte += character.len_utf8();
            if character == '\n' {
                self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
            } else {
                self.at.column = self.at.column.saturating_add(1);
            }
        }
        self.rest = characters.as_str();
        self.at
    }

    /// The span from `start` to `end`, both byte offsets.
    pub(crate) fn span(&mut self, start: usize, end: usize) -> Span {
        Span { start: self.position(start), end: self.position(end), start_byte: start, end_byte: end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_and_lines_from_one() {
        let text = "{\n  \"é\": 1}";
        let mut cursor = PositionCursor::new(text);
        assert_eq!(cursor.position(0), Position { line: 1, column: 1 });
        assert_eq!(cursor.position(1), Position { line: 1, column: 2 });
        assert_eq!(cursor.position(4), Position { line: 2, column: 3 });
        assert_eq!(cursor.position(8), Position { line: 2, column: 6 }, "é is one column, two bytes");
        assert_eq!(cursor.position(999), Position { line: 2, column: 10 });
    }
}
