//! The rows that making users left in a store, and how fast SQLite alone commits them.
//!
//! A commit leaves the users that it made and one batch with their audit events, and the batch's keys. Of another number of users
//! a commit leaves other batches: they are packed as Portcullis packs them.

use crate::Failure;
use domain::AccountId;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use std::{
    path::Path,
    slice,
    time::{Duration, Instant},
};
use store::{
    Access, Location, Row, Store,
    audit_batch::{self, AuditBatch},
    audit_event::{self, AuditAttribute, AuditEvent, AuditLookup},
};

/// The tables that `iam:CreateUser` writes to.
const TABLES: [&str; 3] = ["iam_user", "audit_batch", "audit_batch_key"];
/// Keys that one statement writes: as many as Portcullis writes by one.
const KEYS_AT_ONCE: usize = 32;
/// What they refer to.
const REFERRED: &str = "account";

/// What was stored.
pub(super) struct Rows {
    /// What makes the tables and indexes.
    schema: Vec<String>,
    /// The rows that are there before.
    referred: Vec<Vec<Value>>,
    /// In the order of time: the last of each belong together.
    users: Vec<Vec<Value>>,
    account: AccountId,
    events: Vec<AuditEvent>,
}

impl Rows {
    /// The last `count` users of the store in that data directory, and their events.
    pub(super) fn read(data: &Path, count: usize) -> Result<Self, Failure> {
        let file = std::fs::read_dir(data)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "db"))
            .ok_or("the data directory has no store")?;
        let store = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut schema = store.prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN (?, ?, ?, ?) ORDER BY rowid",
        )?;
        let names = TABLES.into_iter().chain([REFERRED]);
        let schema =
            schema.query_map(params_from_iter(names), |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut users = read(&store, &format!("SELECT * FROM iam_user ORDER BY rowid DESC LIMIT {count}"))?;
        users.reverse();
        let referred = read(&store, &format!("SELECT * FROM {REFERRED}"))?;
        let Some(Value::Text(account)) = users.first().and_then(|user| user.first()) else {
            return Err("the store has no users".into());
        };
        let account = AccountId::parse(account)?;
        let events = waited_for(events(&file, account, count))?;
        for (what, found) in [("users", users.len()), ("events", events.len())] {
            if found < count {
                return Err(format!("the store has {found} {what}, not {count}").into());
            }
        }
        Ok(Self { schema, referred, users, account, events })
    }

    /// Writes them to a new file, `group` users in a commit; how long that took.
    pub(super) fn commit(&self, file: &Path, group: usize) -> Result<Duration, Failure> {
        let batches = waited_for(batches(self.account, &self.events, group))?;
        let mut store = Connection::open(file)?;
        store.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
        )?;
        for statement in &self.schema {
            store.execute_batch(statement)?;
        }
        for row in &self.referred {
            insert(&store, REFERRED, slice::from_ref(row))?;
        }
        let begun = Instant::now();
        for (users, batch) in self.users.chunks(group).zip(&batches) {
            let transaction = store.transaction()?;
            let [user, row, key] = TABLES;
            for (table, rows) in [(user, users), (row, &batch.rows)] {
                for row in rows {
                    insert(&transaction, table, slice::from_ref(row))?;
                }
            }
            for rows in batch.keys.chunks(KEYS_AT_ONCE) {
                insert(&transaction, key, rows)?;
            }
            transaction.commit()?;
        }
        Ok(begun.elapsed())
    }
}

/// The last `count` events of users made, in the order of time.
async fn events(file: &Path, account: AccountId, count: usize) -> Result<Vec<AuditEvent>, Failure> {
    let store = Store::open(&Location::Sqlite(file.to_owned()), Access::Tool).await?;
    let asked = AuditLookup {
        account_id: account,
        attribute: Some((AuditAttribute::EventName, "CreateUser")),
        from: Timestamp::UNIX_EPOCH,
        until: Timestamp::MAX,
        before: None,
        limit: u32::try_from(count)?,
    };
    let mut events = audit_event::lookup(&mut store.read(), &asked).await?;
    events.reverse();
    Ok(events)
}

/// What one commit leaves of its events.
struct Batch {
    rows: Vec<Vec<Value>>,
    keys: Vec<Vec<Value>>,
}

/// What commits of `group` users each leave.
async fn batches(account: AccountId, events: &[AuditEvent], group: usize) -> Result<Vec<Batch>, Failure> {
    let store = Store::open(&Location::Memory, Access::Server).await?;
    let mut batches = Vec::new();
    for events in events.chunks(group) {
        // Given up when it is dropped: the next one finds no other batch.
        let mut tx = store.write().await?;
        for batch in AuditBatch::pack(account, events)? {
            audit_batch::insert(&mut tx, &batch, None).await?;
        }
        audit_batch::sort_keys(&mut tx).await?;
        let rows = tx.query(BATCHES, &[]).await?.iter().map(batch_row).collect::<Result<_, _>>()?;
        let keys = tx.query(KEYS, &[]).await?.iter().map(key_row).collect::<Result<_, _>>()?;
        batches.push(Batch { rows, keys });
    }
    Ok(batches)
}

const BATCHES: &str = "SELECT account_id, last_at, batch_id, doc_version, packed FROM audit_batch";
const KEYS: &str = "SELECT day, hash, last_at FROM audit_batch_key";

fn batch_row(row: &Row) -> Result<Vec<Value>, Failure> {
    Ok(vec![
        Value::Text(row.text("account_id")?.to_owned()),
        Value::Integer(row.integer("last_at")?),
        Value::Text(row.text("batch_id")?.to_owned()),
        Value::Integer(row.integer("doc_version")?),
        Value::Blob(row.bytes("packed")?.to_vec()),
    ])
}

fn key_row(row: &Row) -> Result<Vec<Value>, Failure> {
    Ok(vec![
        Value::Integer(row.integer("day")?),
        Value::Integer(row.integer("hash")?),
        Value::Integer(row.integer("last_at")?),
    ])
}

fn waited_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn read(store: &Connection, query: &str) -> Result<Vec<Vec<Value>>, Failure> {
    let mut statement = store.prepare(query)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes rows by one statement, as Portcullis does: commits within one millisecond have keys in common.
fn insert(store: &Connection, table: &str, rows: &[Vec<Value>]) -> Result<(), Failure> {
    let places = |row: &Vec<Value>| format!("({})", vec!["?"; row.len()].join(", "));
    let values = rows.iter().map(places).collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO {table} VALUES {values} ON CONFLICT DO NOTHING");
    let mut statement = store.prepare_cached(&sql)?;
    statement.execute(params_from_iter(rows.iter().flatten()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Account, IdKind, Path as IamPath, Random, UniqueId, User, UserName};
    use store::{account, user};

    struct Number(u8);

    impl Random for Number {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    /// What Portcullis does when it makes users: in two commits of two, and one of one.
    async fn fill(file: &Path) {
        let store = Store::open(&Location::Sqlite(file.to_owned()), Access::Server).await.unwrap();
        let account = Account {
            id: AccountId::parse("123456789012").unwrap(),
            name: "Test".into(),
            email: "root@example.com".into(),
            alias: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let mut tx = store.write().await.unwrap();
        account::insert(&mut tx, &account).await.unwrap();
        for number in 0..5u8 {
            let user = User {
                account_id: account.id,
                id: UniqueId::new(IdKind::User, &Number(number)),
                name: UserName::parse(&format!("user{number}")).unwrap(),
                path: IamPath::parse("/").unwrap(),
                created_at: Timestamp::UNIX_EPOCH,
                permissions_boundary: None,
                tags: vec![],
            };
            user::insert(&mut tx, &user).await.unwrap();
            let event = AuditEvent {
                account_id: account.id,
                at: Timestamp::from_second(i64::from(number)).unwrap(),
                id: format!("id-{number}"),
                event_name: "CreateUser".into(),
                event_source: "iam.amazonaws.com".into(),
                read_only: false,
                user_name: Some("root".into()),
                access_key_id: None,
                resources: vec![audit_event::AuditResource {
                    kind: "AWS::IAM::User".into(),
                    name: format!("user{number}"),
                }],
                document: format!("{{\"number\":{number}}}"),
            };
            audit_event::keep(&mut tx, event, None).await.unwrap();
            if number % 2 == 1 {
                tx.commit().await.unwrap();
                tx = store.write().await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        let mut tx = store.write().await.unwrap();
        audit_batch::sort_keys(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    #[test]
    fn the_same_rows_are_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let original = directory.path().join("plane.db");
        waited_for(async {
            fill(&original).await;
            Ok(())
        })
        .unwrap();
        let rows = Rows::read(directory.path(), 5).unwrap();
        // Commits of the same size leave the same rows.
        let (grouped, single) = (directory.path().join("grouped"), directory.path().join("single"));
        rows.commit(&grouped, 2).unwrap();
        let (original, copy) = (Connection::open(original).unwrap(), Connection::open(grouped).unwrap());
        for table in TABLES {
            let query = format!("SELECT * FROM {table} ORDER BY 1, 2, 3");
            let (of_original, of_copy) = (read(&original, &query).unwrap(), read(&copy, &query).unwrap());
            assert!(!of_original.is_empty() && of_original == of_copy, "{table}");
        }
        rows.commit(&single, 1).unwrap();
        let single = Connection::open(single).unwrap();
        let count = |table| read(&single, &format!("SELECT * FROM {table}")).unwrap().len();
        assert_eq!(TABLES.map(count), [5, 5, 5 * 6], "each with a batch and its keys");
        let error = Rows::read(directory.path(), 6).map(drop).unwrap_err().to_string();
        assert!(error.contains("users"), "{error}");
    }
}
