use rusqlite::{Error, ErrorCode, ffi};

use crate::StoreError;

/// What an SQLite error means to the store.
#[expect(clippy::needless_pass_by_value, reason = "passed by name to map_err")]
pub(super) fn from_sqlite(error: Error) -> StoreError {
    let Error::SqliteFailure(failure, message) = &error else {
        return StoreError::Statement(error.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Conflict(text),
        ErrorCode::ConstraintViolation => constraint(failure.extended_code, text),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(text),
        ErrorCode::ReadOnly => StoreError::ReadOnly,
        ErrorCode::CannotOpen
        | ErrorCode::DiskFull
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::NoLargeFileSupport
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::SystemIoFailure => {
            StoreError::unavailable(format!("{text} (SQLite code {})", failure.extended_code))
        }
        _ => StoreError::Statement(text),
    }
}

fn constraint(extended_code: i32, text: String) -> StoreError {
    match extended_code {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Reference(text),
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID | ffi::SQLITE_CONSTRAINT_UNIQUE => {
            StoreError::Unique { table: table_of(&text) }
        }
        _ => StoreError::Constraint(text),
    }
}

/// The table in `UNIQUE constraint failed: TABLE.COLUMN, TABLE.COLUMN`.
fn table_of(text: &str) -> String {
    let columns = text.rsplit(": ").next().unwrap_or_default();
    columns.split('.').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_violations_name_their_table() {
        assert_eq!(table_of("UNIQUE constraint failed: iam_user.account_id, iam_user.name_key"), "iam_user");
    }
}
