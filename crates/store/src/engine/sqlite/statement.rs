use std::sync::Arc;

use rusqlite::{
    CachedStatement, Connection,
    types::{ToSqlOutput, ValueRef},
};

use super::error::from_sqlite;
use crate::{Parameter, Parameters, Row, StoreError, Value, backup::NamedTable, row::Cell};

/// Compiles a statement, without running it.
pub(super) fn prepare(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    connection.prepare_cached(sql).map(drop).map_err(from_sqlite)
}

/// Runs a statement without parameters and rows, such as COMMIT.
pub(super) fn run(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    statement.raw_execute().map(drop).map_err(from_sqlite)
}

/// Runs a statement that returns no rows; gives the number of rows it changed.
pub(super) fn execute(
    connection: &Connection,
    sql: &'static str,
    parameters: &Parameters<'_>,
) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    bind(&mut statement, parameters)?;
    let changed = statement.raw_execute().map_err(from_sqlite)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Runs a statement and gives all rows it returns.
pub(super) fn query(
    connection: &Connection,
    sql: &'static str,
    parameters: &Parameters<'_>,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    bind(&mut statement, parameters)?;
    let columns: Arc<[Box<str>]> = statement.column_names().map(Box::from).collect();
    let mut rows = statement.raw_query();
    let mut answer = Vec::new();
    while let Some(row) = rows.next().map_err(from_sqlite)? {
        let mut cells = Vec::with_capacity(columns.len());
        for index in 0..columns.len() {
            cells.push(cell(row.get_ref(index).map_err(from_sqlite)?)?);
        }
        answer.push(Row::new(Arc::clone(&columns), cells));
    }
    Ok(answer)
}

/// Inserts rows, each with a value for every column of the table.
pub(super) fn load(
    connection: &Connection,
    table: &NamedTable,
    rows: &[Vec<Cell>],
) -> Result<(), StoreError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, columns.join(", "));
    let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, to_sqlite(&cell.value())).map_err(from_sqlite)?;
        }
        statement.raw_execute().map_err(from_sqlite)?;
    }
    Ok(())
}

fn bind(statement: &mut CachedStatement<'_>, parameters: &Parameters<'_>) -> Result<(), StoreError> {
    for (place, (name, parameter)) in (1..).zip(parameters.iter()) {
        // Mostly they are given in the order in which the statement names them, which is seen sooner than looked up.
        let index = if statement.parameter_name(place) == Some(name) {
            place
        } else {
            let index = statement.parameter_index(name).map_err(from_sqlite)?;
            index.ok_or_else(|| StoreError::Statement(format!("the statement has no parameter {name}")))?
        };
        let value = parameter.value().checked()?;
        statement.raw_bind_parameter(index, to_sqlite(&value)).map_err(from_sqlite)?;
    }
    if statement.parameter_count() == parameters.len() {
        Ok(())
    } else {
        Err(StoreError::Statement(format!(
            "the statement has {} parameters, {} are given",
            statement.parameter_count(),
            parameters.len()
        )))
    }
}

fn to_sqlite<'a>(value: &'a Value<'a>) -> ToSqlOutput<'a> {
    ToSqlOutput::Borrowed(match value {
        Value::Bytes(bytes) => ValueRef::Blob(bytes),
        Value::Integer(number) => ValueRef::Integer(*number),
        Value::Null => ValueRef::Null,
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
    })
}

fn cell(value: ValueRef<'_>) -> Result<Cell, StoreError> {
    match value {
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes.to_vec())),
        ValueRef::Integer(number) => Ok(Cell::Integer(number)),
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Real(_) => Err(StoreError::Corrupt("a column holds a fraction".into())),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Ok(Cell::Text(text.to_owned())),
            Err(_) => Err(StoreError::Corrupt("a text column is not UTF-8".into())),
        },
    }
}
