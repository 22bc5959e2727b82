use tokio_postgres::{Error, error::SqlState};

use crate::StoreError;

/// What a PostgreSQL error means to the store, outside COMMIT.
#[expect(clippy::needless_pass_by_value, reason = "passed by name to map_err")]
pub(super) fn from_postgres(error: Error) -> StoreError {
    let Some(failure) = error.as_db_error() else {
        // Without the server's own words it is the connection, or a value that could not be sent or read.
        return if error.is_closed() || std::error::Error::source(&error).is_some_and(is_io) {
            StoreError::unavailable(describe(&error))
        } else {
            StoreError::Statement(describe(&error))
        };
    };
    let code = failure.code();
    // The message alone: DETAIL repeats values of the row.
    let text = format!("{} ({})", failure.message(), code.code());
    if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
        return StoreError::Conflict(text);
    }
    // Another node changed the schema under a prepared statement; the statement is prepared anew on the next attempt.
    if *code == SqlState::FEATURE_NOT_SUPPORTED && failure.message().contains("cached plan") {
        return StoreError::Conflict(text);
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Unique { table: failure.table().unwrap_or_default().to_owned() };
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return StoreError::Reference(text);
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return StoreError::ReadOnly;
    }
    match code.code().get(..2) {
        Some("23") => StoreError::Constraint(text),
        // Connection, authorization, resources, operator intervention, system error.
        Some("08" | "28" | "53" | "57" | "58") => StoreError::unavailable(text),
        Some("XX") => StoreError::Corrupt(text),
        _ => StoreError::Statement(text),
    }
}

/// What an error of COMMIT means: unless the server itself says that it rolled back, the outcome is not known.
pub(super) fn from_commit(error: Error) -> StoreError {
    let answered = error.as_db_error().is_some();
    match from_postgres(error) {
        StoreError::Unavailable { detail, .. } => StoreError::indeterminate(detail),
        other if answered => other,
        other => StoreError::indeterminate(other),
    }
}

fn is_io(source: &(dyn std::error::Error + 'static)) -> bool {
    source.is::<std::io::Error>()
}

/// The error with its cause, which tokio-postgres leaves out.
pub(super) fn describe(error: &Error) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
