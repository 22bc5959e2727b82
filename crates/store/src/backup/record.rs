//! The content of a backup: records one after the other, the same whatever the engine.
//!
//! ```text
//! begin  'B', version of the schema (8 bytes), its checksum (text), when it was made (8 bytes, milliseconds since 1970)
//! key    'K', the root key, 32 bytes: only in a backup under a passphrase
//! table  'T', name (text), number of columns (2 bytes), for each column name (text) and type ('i', 'b' or 't')
//! row    'R', a value for each column of the table before: 'n', 'i' and 8 bytes, 'b' or 't' and a text
//! end    'E', how many rows there are in all (8 bytes)
//! ```
//!
//! Numbers are big-endian; a text is its length (4 bytes) and its bytes.

use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::BackupError;
use crate::{row::Cell, table::Type};

/// A record as it is read.
#[derive(Debug, PartialEq)]
pub(super) enum Record {
    Begin(Begin),
    RootKey(Zeroizing<[u8; 32]>),
    Table(NamedTable),
    Row(Vec<Cell>),
    End { rows: u64 },
}

/// What a backup says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Begin {
    pub(super) schema: i64,
    pub(super) checksum: String,
    pub(super) made_at: i64,
}

/// A table by its name, with the columns its rows have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedTable {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Type)>,
}

/// The longest text or bytes, far above any document.
const MAX_TEXT: u32 = 64 * 1024 * 1024;
/// The longest name of a table or column, as PostgreSQL has it.
const MAX_NAME: usize = 63;
const MAX_COLUMNS: u16 = 100;

pub(super) fn write_begin(out: &mut impl Write, begin: &Begin) -> Result<(), BackupError> {
    out.write_all(b"B")?;
    out.write_all(&begin.schema.to_be_bytes())?;
    write_text(out, begin.checksum.as_bytes())?;
    Ok(out.write_all(&begin.made_at.to_be_bytes())?)
}

pub(super) fn write_root_key(out: &mut impl Write, key: &[u8; 32]) -> Result<(), BackupError> {
    out.write_all(b"K")?;
    Ok(out.write_all(key)?)
}

pub(super) fn write_table(
    out: &mut impl Write,
    name: &str,
    columns: &[(&str, Type)],
) -> Result<(), BackupError> {
    out.write_all(b"T")?;
    write_text(out, name.as_bytes())?;
    let number = u16::try_from(columns.len()).map_err(|_| BackupError::Content("too many columns"))?;
    out.write_all(&number.to_be_bytes())?;
    for (column, kind) in columns {
        write_text(out, column.as_bytes())?;
        out.write_all(match kind {
            Type::Integer => b"i",
            Type::Bytes => b"b",
            Type::Text => b"t",
        })?;
    }
    Ok(())
}

pub(super) fn write_row(out: &mut impl Write, cells: &[Cell]) -> Result<(), BackupError> {
    out.write_all(b"R")?;
    for cell in cells {
        match cell {
            Cell::Null => out.write_all(b"n")?,
            Cell::Integer(number) => {
                out.write_all(b"i")?;
                out.write_all(&number.to_be_bytes())?;
            }
            Cell::Bytes(bytes) => {
                out.write_all(b"b")?;
                write_text(out, bytes)?;
            }
            Cell::Text(text) => {
                out.write_all(b"t")?;
                write_text(out, text.as_bytes())?;
            }
        }
    }
    Ok(())
}

pub(super) fn write_end(out: &mut impl Write, rows: u64) -> Result<(), BackupError> {
    out.write_all(b"E")?;
    Ok(out.write_all(&rows.to_be_bytes())?)
}

fn write_text(out: &mut impl Write, bytes: &[u8]) -> Result<(), BackupError> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= MAX_TEXT);
    out.write_all(&length.ok_or(BackupError::Content("a value is too long"))?.to_be_bytes())?;
    Ok(out.write_all(bytes)?)
}

/// The next record. `columns` are those of the table before, of which a row must be.
pub(super) fn read(from: &mut impl Read, columns: &[(String, Type)]) -> Result<Record, BackupError> {
    Ok(match byte(from)? {
        b'B' => Record::Begin(Begin {
            schema: i64::from_be_bytes(array(from)?),
            checksum: text(from)?,
            made_at: i64::from_be_bytes(array(from)?),
        }),
        b'K' => Record::RootKey(Zeroizing::new(array(from)?)),
        b'T' => Record::Table(read_table(from)?),
        b'R' => Record::Row(columns.iter().map(|column| read_cell(from, column)).collect::<Result<_, _>>()?),
        b'E' => Record::End { rows: u64::from_be_bytes(array(from)?) },
        _ => return Err(BackupError::Content("a record is of no known kind")),
    })
}

fn read_table(from: &mut impl Read) -> Result<NamedTable, BackupError> {
    let name = identifier(from)?;
    let number = u16::from_be_bytes(array(from)?);
    if number == 0 || number > MAX_COLUMNS {
        return Err(BackupError::Content("a table has no columns, or too many"));
    }
    let mut columns = Vec::new();
    for _ in 0..number {
        let column = identifier(from)?;
        let kind = match byte(from)? {
            b'i' => Type::Integer,
            b'b' => Type::Bytes,
            b't' => Type::Text,
            _ => return Err(BackupError::Content("a column is of no known type")),
        };
        columns.push((column, kind));
    }
    Ok(NamedTable { name, columns })
}

fn read_cell(from: &mut impl Read, (_, kind): &(String, Type)) -> Result<Cell, BackupError> {
    let cell = match byte(from)? {
        b'n' => Cell::Null,
        b'i' => Cell::Integer(i64::from_be_bytes(array(from)?)),
        b'b' => Cell::Bytes(bytes(from)?),
        b't' => Cell::Text(text(from)?),
        _ => return Err(BackupError::Content("a value is of no known type")),
    };
    if kind.holds(&cell) {
        Ok(cell)
    } else {
        Err(BackupError::Content("a value is not of its column's type"))
    }
}

/// A name that can stand in a statement as it is.
fn identifier(from: &mut impl Read) -> Result<String, BackupError> {
    let name = text(from)?;
    let valid = name.len() <= MAX_NAME
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if valid { Ok(name) } else { Err(BackupError::Content("a table or column has no proper name")) }
}

fn text(from: &mut impl Read) -> Result<String, BackupError> {
    String::from_utf8(bytes(from)?).map_err(|_| BackupError::Content("a text is not UTF-8"))
}

fn bytes(from: &mut impl Read) -> Result<Vec<u8>, BackupError> {
    let length = u32::from_be_bytes(array(from)?);
    if length > MAX_TEXT {
        return Err(BackupError::Content("a value is too long"));
    }
    // Grows with what is really there.
    let mut bytes = Vec::new();
    let read = from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if u32::try_from(read) == Ok(length) { Ok(bytes) } else { Err(BackupError::Truncated) }
}

fn byte(from: &mut impl Read) -> Result<u8, BackupError> {
    array(from).map(u8::from_be_bytes)
}

fn array<const N: usize>(from: &mut impl Read) -> Result<[u8; N], BackupError> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            any::<i64>().prop_map(Cell::Integer),
            any::<Vec<u8>>().prop_map(Cell::Bytes),
            any::<String>().prop_map(Cell::Text),
        ]
    }

    fn kind(cell: &Cell) -> Type {
        match cell {
            Cell::Integer(_) => Type::Integer,
            Cell::Bytes(_) => Type::Bytes,
            Cell::Null | Cell::Text(_) => Type::Text,
        }
    }

    proptest! {
        #[test]
        fn rows_are_read_as_written(cells in prop::collection::vec(cell(), 1..6)) {
            let columns: Vec<(String, Type)> =
                cells.iter().enumerate().map(|(i, cell)| (format!("c{i}"), kind(cell))).collect();
            let named: Vec<(&str, Type)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
            let mut bytes = Vec::new();
            write_table(&mut bytes, "a_table", &named).unwrap();
            write_row(&mut bytes, &cells).unwrap();
            let mut from = &bytes[..];
            let table = NamedTable { name: "a_table".into(), columns: columns.clone() };
            prop_assert_eq!(read(&mut from, &[]).unwrap(), Record::Table(table));
            prop_assert_eq!(read(&mut from, &columns).unwrap(), Record::Row(cells));
            prop_assert!(from.is_empty());
        }

        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let mut from = &bytes[..];
            let columns = [("a".to_owned(), Type::Text), ("b".to_owned(), Type::Bytes)];
            while read(&mut from, &columns).is_ok() {}
        }
    }

    #[test]
    fn names_that_are_no_identifiers_are_refused() {
        for name in ["", "a b", "a;", "A", "1a", "é", "a\"", &"a".repeat(64)] {
            let mut bytes = Vec::new();
            write_table(&mut bytes, name, &[("a", Type::Text)]).unwrap();
            assert!(matches!(read(&mut &bytes[..], &[]), Err(BackupError::Content(_))), "{name}");
        }
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        let mut bytes = vec![b'T'];
        bytes.extend_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(read(&mut &bytes[..], &[]), Err(BackupError::Content(_))));
        let mut bytes = vec![b'T'];
        bytes.extend_from_slice(&MAX_TEXT.to_be_bytes());
        assert!(matches!(read(&mut &bytes[..], &[]), Err(BackupError::Truncated)));
    }
}
