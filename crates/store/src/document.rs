//! Records as versioned JSON documents.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Row, StoreError};

/// The form in which documents are written. A change that older programs could not read takes a new number.
pub(crate) const VERSION: i64 = 1;

/// The document of a record.
pub(crate) fn write<T: Serialize>(record: &T) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| StoreError::Statement(error.to_string()))
}

/// The record in a row's `doc`, in the form that its `doc_version` names.
pub(crate) fn read<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    let version = row.integer("doc_version")?;
    if version != VERSION {
        return Err(StoreError::Corrupt(format!("a document of version {version} is not known")));
    }
    // The parser's message says where the trouble is and may repeat a field: the position is enough.
    serde_json::from_str(row.text("doc")?).map_err(|error| {
        StoreError::Corrupt(format!("a document cannot be read at column {}", error.column()))
    })
}

/// The records of all rows.
pub(crate) fn read_all<T: DeserializeOwned>(rows: &[Row]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}
