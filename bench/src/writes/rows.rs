//! The rows that making users left in a store, and how fast SQLite alone commits them.

use crate::Failure;
use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// The tables that `iam:CreateUser` writes to.
const TABLES: [&str; 2] = ["iam_user", "audit_event"];
/// What they refer to.
const REFERRED: &str = "account";

/// Rows as they were stored.
pub(super) struct Rows {
    /// What makes the tables and indexes.
    schema: Vec<String>,
    /// The rows that are there before.
    referred: Vec<Vec<Value>>,
    /// For each table its rows, in the order of time: the last of each belong together.
    written: Vec<Vec<Vec<Value>>>,
}

impl Rows {
    /// The last `count` rows of each table, of the store in that data directory.
    pub(super) fn read(data: &Path, count: usize) -> Result<Self, Failure> {
        let file = std::fs::read_dir(data)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "db"))
            .ok_or("the data directory has no store")?;
        let store = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut schema = store.prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN (?, ?, ?) ORDER BY rowid",
        )?;
        let names = TABLES.into_iter().chain([REFERRED]);
        let schema =
            schema.query_map(params_from_iter(names), |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut written = Vec::new();
        for table in TABLES {
            let mut rows = read(&store, &format!("SELECT * FROM {table} ORDER BY rowid DESC LIMIT {count}"))?;
            if rows.len() < count {
                return Err(format!("{table} has {} rows, not {count}", rows.len()).into());
            }
            rows.reverse();
            written.push(rows);
        }
        let referred = read(&store, &format!("SELECT * FROM {REFERRED}"))?;
        Ok(Self { schema, referred, written })
    }

    /// Writes them to a new file, `group` rows of each table in a commit; how long that took.
    pub(super) fn commit(&self, file: &Path, group: usize) -> Result<Duration, Failure> {
        let mut store = Connection::open(file)?;
        store.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
        )?;
        for statement in &self.schema {
            store.execute_batch(statement)?;
        }
        for row in &self.referred {
            insert(&store, REFERRED, row)?;
        }
        let count = self.written.first().map_or(0, Vec::len);
        let begun = Instant::now();
        for first in (0..count).step_by(group) {
            let transaction = store.transaction()?;
            for number in first..count.min(first + group) {
                for (table, rows) in TABLES.iter().zip(&self.written) {
                    insert(&transaction, table, rows.get(number).ok_or("rows are missing")?)?;
                }
            }
            transaction.commit()?;
        }
        Ok(begun.elapsed())
    }
}

fn read(store: &Connection, query: &str) -> Result<Vec<Vec<Value>>, Failure> {
    let mut statement = store.prepare(query)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert(store: &Connection, table: &str, row: &[Value]) -> Result<(), Failure> {
    let places = vec!["?"; row.len()].join(", ");
    let mut statement = store.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})"))?;
    statement.execute(params_from_iter(row))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_rows_are_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let store = Connection::open(directory.path().join("plane.db")).unwrap();
        store
            .execute_batch(
                "CREATE TABLE account (id TEXT PRIMARY KEY);
                 CREATE TABLE iam_user (account_id TEXT REFERENCES account (id), name TEXT UNIQUE);
                 CREATE TABLE audit_event (at BIGINT, doc BLOB);
                 CREATE INDEX event ON audit_event (at);
                 INSERT INTO account VALUES ('1');
                 INSERT INTO iam_user VALUES ('1', 'early'), ('1', 'b'), ('1', 'a'), ('1', 'c');
                 INSERT INTO audit_event VALUES (1, x'00'), (2, x'01'), (3, x'02');",
            )
            .unwrap();
        let rows = Rows::read(directory.path(), 3).unwrap();
        for (name, group) in [("grouped", 2), ("single", 1)] {
            let file = directory.path().join(name);
            rows.commit(&file, group).unwrap();
            let copy = Connection::open(file).unwrap();
            let names = read(&copy, "SELECT name FROM iam_user ORDER BY rowid").unwrap();
            assert_eq!(names, ["b", "a", "c"].map(|name| vec![Value::Text(name.into())]));
            assert_eq!(read(&copy, "SELECT * FROM audit_event").unwrap(), rows.written[1]);
        }
        assert!(
            Rows::read(directory.path(), 4).is_err_and(|error| error.to_string().contains("audit_event"))
        );
    }
}
