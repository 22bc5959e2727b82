use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;

use crate::{Parameter, StoreError, Value};

/// One row of an answer, read by column name. A missing column, NULL or another type than asked for is an error, so that
/// a statement and its reader cannot drift apart unseen.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[Box<str>]>,
    cells: Vec<Cell>,
}

/// A value on its way out of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Bytes(Vec<u8>),
    Integer(i64),
    Null,
    Text(String),
}

impl Parameter for Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Integer(number) => Value::Integer(*number),
            Self::Null => Value::Null,
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
        }
    }
}

impl Row {
    pub(crate) fn new(columns: Arc<[Box<str>]>, cells: Vec<Cell>) -> Self {
        Self { columns, cells }
    }

    /// All values, in the order of the statement's columns.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// A TEXT column.
    pub fn text(&self, column: &str) -> Result<&str, StoreError> {
        self.optional_text(column)?.ok_or_else(|| wrong(column, "NULL"))
    }

    /// A BIGINT column.
    pub fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| wrong(column, "NULL"))
    }

    /// A BYTEA column.
    pub fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| wrong(column, "NULL"))
    }

    /// A BIGINT column that holds milliseconds since 1970.
    pub fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.integer(column)?).map_err(|_| wrong(column, "out of range"))
    }

    /// A BIGINT column that counts.
    pub fn count(&self, column: &str) -> Result<u64, StoreError> {
        u64::try_from(self.integer(column)?).map_err(|_| wrong(column, "negative"))
    }

    /// A TEXT column that may be NULL.
    pub fn optional_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
        match self.cell(column)? {
            Cell::Text(text) => Ok(Some(text)),
            Cell::Null => Ok(None),
            Cell::Bytes(_) | Cell::Integer(_) => Err(wrong(column, "not text")),
        }
    }

    /// A BIGINT column that may be NULL.
    pub fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.cell(column)? {
            Cell::Integer(number) => Ok(Some(*number)),
            Cell::Null => Ok(None),
            Cell::Bytes(_) | Cell::Text(_) => Err(wrong(column, "not an integer")),
        }
    }

    /// A BYTEA column that may be NULL.
    pub fn optional_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        match self.cell(column)? {
            Cell::Bytes(bytes) => Ok(Some(bytes)),
            Cell::Null => Ok(None),
            Cell::Integer(_) | Cell::Text(_) => Err(wrong(column, "not bytes")),
        }
    }

    fn cell(&self, column: &str) -> Result<&Cell, StoreError> {
        let index = self.columns.iter().position(|name| **name == *column);
        index
            .and_then(|index| self.cells.get(index))
            .ok_or_else(|| StoreError::Statement(format!("the answer has no column {column}")))
    }
}

fn wrong(column: &str, what: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} is {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_only_as_what_they_are() {
        let columns: Arc<[Box<str>]> = ["t", "i", "b", "n"].map(Box::from).into();
        let row = Row::new(
            columns,
            vec![Cell::Text("x".into()), Cell::Integer(-7), Cell::Bytes(vec![1]), Cell::Null],
        );
        assert_eq!(row.text("t"), Ok("x"));
        assert_eq!(row.integer("i"), Ok(-7));
        assert_eq!(row.bytes("b"), Ok(&[1][..]));
        assert_eq!(row.optional_text("n"), Ok(None));
        assert!(matches!(row.text("n"), Err(StoreError::Corrupt(_))));
        assert!(matches!(row.text("i"), Err(StoreError::Corrupt(_))));
        assert!(matches!(row.count("i"), Err(StoreError::Corrupt(_))));
        assert!(matches!(row.text("absent"), Err(StoreError::Statement(_))));
    }
}
