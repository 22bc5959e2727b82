//! The schema, as the steps that lead to it. Each step is one text for both engines.

use aws_lc_rs::digest;

use crate::{Engine, Retry, Row, Store, StoreError, Transaction, node};

/// One step of the schema.
pub(crate) struct Migration {
    /// 1, 2, 3 ... without gaps.
    version: i64,
    /// The oldest program that may work on a store which has taken this step, by the newest step it knows. One less than
    /// `version` lets nodes be replaced one after the other; `version` itself wants all older nodes stopped first.
    works_with: i64,
    /// Statements in PostgreSQL's words.
    sql: &'static str,
}

/// All steps. A step that has been released never changes: stores remember its checksum.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, works_with: 1, sql: include_str!("schema/0001.sql") },
    // A program that does not know the change log would leave the others in the dark.
    Migration { version: 2, works_with: 2, sql: include_str!("schema/0002-nodes.sql") },
    // A program that does not know these columns leaves them empty.
    Migration { version: 3, works_with: 2, sql: include_str!("schema/0003-audit.sql") },
    // A program that does not know of batches would not find their events, and does not tell of names that are taken.
    Migration { version: 4, works_with: 4, sql: include_str!("schema/0004-audit-batch.sql") },
    // A program that does not know these credentials would delete users and leave them behind.
    Migration { version: 5, works_with: 5, sql: include_str!("schema/0005-credentials.sql") },
    // A program that does not know instance profiles would delete the roles that are in them.
    Migration { version: 6, works_with: 6, sql: include_str!("schema/0006-profiles.sql") },
    // A program that does not know these keys would delete the data keys that they are sealed under.
    Migration { version: 7, works_with: 7, sql: include_str!("schema/0007-providers.sql") },
    // A program that does not know imported policies would take them for policies that do not exist.
    Migration { version: 8, works_with: 8, sql: include_str!("schema/0008-reports.sql") },
];

/// The newest version of the schema that this program knows.
pub fn schema_version() -> i64 {
    newest_of(MIGRATIONS)
}

fn newest_of(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

impl Migration {
    /// SHA-256 of the text, in hexadecimal.
    fn checksum(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.sql.as_bytes());
        digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

/// The text for that engine. SQLite compares text bytewise by itself, and has no collation of that name. It can do without a
/// table beside the index of its primary key, which PostgreSQL cannot.
fn in_words_of(engine: Engine, sql: &str) -> String {
    match engine {
        Engine::Postgres => sql.to_owned(),
        Engine::Sqlite => sql.replace(" COLLATE \"C\"", "").replace("/* WITHOUT ROWID */", "WITHOUT ROWID"),
    }
}

/// Takes the steps the store has not taken yet, all in one transaction. Several nodes may try at once: one does it.
pub(crate) async fn migrate(store: &Store, migrations: &[Migration]) -> Result<(), StoreError> {
    // A store that cannot be written to can still be served from.
    if missing_of(store, migrations).await?.is_empty() {
        return Ok(());
    }
    let mut retry = Retry::new();
    loop {
        match attempt(store, migrations).await {
            Err(error) if is_race(&error) && retry.again().await => {}
            done => return done,
        }
    }
}

/// Makes the schema as it is after the first `version` steps, in a store that must have none yet.
pub(crate) async fn make(tx: &mut Transaction, engine: Engine, version: i64) -> Result<(), StoreError> {
    tx.script(&in_words_of(engine, TABLE)).await?;
    if !tx.query(LIST, &[]).await?.is_empty() {
        return Err(StoreError::Schema("the store is not empty".into()));
    }
    take(tx, engine, MIGRATIONS.iter().filter(|migration| migration.version <= version)).await
}

/// Takes the steps behind `version`.
pub(crate) async fn advance(tx: &mut Transaction, engine: Engine, version: i64) -> Result<(), StoreError> {
    take(tx, engine, MIGRATIONS.iter().filter(|migration| migration.version > version)).await
}

/// The newest step of the program: its number and checksum.
pub(crate) fn newest() -> (i64, String) {
    MIGRATIONS.last().map(|migration| (migration.version, migration.checksum())).unwrap_or_default()
}

/// The numbers of all steps.
pub(crate) fn all() -> Vec<i64> {
    MIGRATIONS.iter().map(|migration| migration.version).collect()
}

/// Whether the program has a step of that number and checksum.
pub(crate) fn is_known(version: i64, checksum: &str) -> bool {
    MIGRATIONS.iter().any(|migration| migration.version == version && migration.checksum() == checksum)
}

/// Fails on a store that has taken steps which this program does not know: for work that has to reach all there is.
pub(crate) async fn require_all_known(tx: &mut Transaction) -> Result<(), StoreError> {
    let taken = tx.query(LIST, &[]).await?;
    match taken.get(MIGRATIONS.len()) {
        None => Ok(()),
        Some(row) => Err(StoreError::Schema(format!(
            "the store's schema has version {}, and this program does not know all that is in it: use the newer program for \
             this",
            row.integer("version")?
        ))),
    }
}

/// The numbers of the steps that the store has not taken yet.
pub(crate) async fn missing(store: &Store) -> Result<Vec<i64>, StoreError> {
    missing_of(store, MIGRATIONS).await
}

async fn missing_of(store: &Store, migrations: &[Migration]) -> Result<Vec<i64>, StoreError> {
    let rows = match store.read().query(LIST, &[]).await {
        // There is no such table: the store is empty.
        Err(StoreError::Statement(_)) => Vec::new(),
        rows => rows?,
    };
    let works_with = works_with(&mut store.read()).await.unwrap_or_default();
    Ok(pending(&rows, migrations, works_with)?.iter().map(|migration| migration.version).collect())
}

/// Fails unless the store has taken all steps and no others.
pub(crate) async fn require_current(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.read();
    let rows = tx.query(LIST, &[]).await.map_err(|error| match error {
        StoreError::Statement(_) => {
            StoreError::Schema("the store is empty: start the server on it first".into())
        }
        other => other,
    })?;
    drop(tx);
    // A store that is older than this table has taken no step of a newer program.
    let works_with = works_with(&mut store.read()).await.unwrap_or_default();
    if pending(&rows, MIGRATIONS, works_with)?.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Schema(
            "the store's schema is older than this program: run `portcullis migrate`, or restart the server"
                .into(),
        ))
    }
}

async fn attempt(store: &Store, migrations: &[Migration]) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.script(&in_words_of(store.engine(), TABLE)).await?;
    let rows = tx.query(LIST, &[]).await?;
    let works_with = works_with(&mut tx).await?;
    let pending = pending(&rows, migrations, works_with)?;
    let Some(needed) = pending.iter().map(|migration| migration.works_with).max() else {
        tx.rollback();
        return Ok(());
    };
    // On SQLite this process is the only one that serves, and is only just starting.
    if store.engine() == Engine::Postgres && rows.len() >= NODES_SINCE {
        require_no_older_node(&mut tx, needed).await?;
    }
    take(&mut tx, store.engine(), pending).await?;
    tx.commit().await
}

async fn take<'a>(
    tx: &mut Transaction,
    engine: Engine,
    migrations: impl IntoIterator<Item = &'a Migration>,
) -> Result<(), StoreError> {
    let mut needed = works_with(tx).await?.unwrap_or(0);
    for migration in migrations {
        tx.script(&in_words_of(engine, migration.sql)).await?;
        tx.execute(INSERT, &[(":version", &migration.version), (":checksum", &migration.checksum())]).await?;
        tracing::info!(version = migration.version, "the schema has a new version");
        needed = needed.max(migration.works_with);
    }
    tx.execute(FORGET_WORKS_WITH, &[]).await?;
    tx.execute(WORKS_WITH, &[(":version", &needed)]).await?;
    Ok(())
}

/// Refuses a step that nodes which are running now do not understand.
async fn require_no_older_node(tx: &mut Transaction, needed: i64) -> Result<(), StoreError> {
    match node::find_older(tx, needed).await? {
        None => Ok(()),
        Some((name, program_version)) => Err(StoreError::Schema(format!(
            "the node {name} (version {program_version}) does not understand the schema that this program needs: stop all \
             nodes of that version first"
        ))),
    }
}

/// The oldest program that may work on the store as it is.
async fn works_with(tx: &mut Transaction) -> Result<Option<i64>, StoreError> {
    tx.find(FIND_WORKS_WITH, &[]).await?.map(|row| row.integer("version")).transpose()
}

/// Two nodes that create the same table at the same time see one of these.
fn is_race(error: &StoreError) -> bool {
    match error {
        StoreError::Unique { .. } => true,
        StoreError::Statement(text) => text.contains("42P07"),
        other => other.is_conflict(),
    }
}

/// The steps still to be taken, given those the store remembers.
fn pending<'a>(
    taken: &[Row],
    migrations: &'a [Migration],
    works_with: Option<i64>,
) -> Result<&'a [Migration], StoreError> {
    for (index, row) in taken.iter().enumerate() {
        let version = row.integer("version")?;
        let Some(migration) = migrations.get(index) else {
            // Steps of a newer program, which says whether this one may go on beside it.
            if works_with.is_some_and(|oldest| oldest <= newest_of(migrations)) {
                return Ok(&[]);
            }
            return Err(StoreError::Schema(format!(
                "the store's schema has version {version}, newer than this program: use a newer program"
            )));
        };
        if migration.version != version || migration.checksum() != row.text("checksum")? {
            return Err(StoreError::Schema(format!(
                "version {version} of the store's schema is not the one this program knows"
            )));
        }
    }
    Ok(migrations.get(taken.len()..).unwrap_or_default())
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT NOT NULL PRIMARY KEY,
    checksum TEXT COLLATE \"C\" NOT NULL
);
CREATE TABLE IF NOT EXISTS schema_works_with (
    version BIGINT NOT NULL PRIMARY KEY
)";
const INSERT: &str = "INSERT INTO schema_migration (version, checksum) VALUES (:version, :checksum)";
const LIST: &str = "SELECT version, checksum FROM schema_migration ORDER BY version";

const FIND_WORKS_WITH: &str = "SELECT version FROM schema_works_with";
const FORGET_WORKS_WITH: &str = "DELETE FROM schema_works_with";
const WORKS_WITH: &str = "INSERT INTO schema_works_with (version) VALUES (:version)";
/// From when on there is a table of nodes.
const NODES_SINCE: usize = 2;

pub(crate) const SQL: &[&str] = &[INSERT, LIST, FIND_WORKS_WITH, FORGET_WORKS_WITH, WORKS_WITH];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Location};

    /// Everything SQLite knows of the schema.
    const SCHEMA: &str = "SELECT type, name, tbl_name, COALESCE(sql, '') AS sql FROM sqlite_master
        ORDER BY type, name";

    async fn schema(store: &Store) -> Vec<String> {
        let rows = store.read().query(SCHEMA, &[]).await.unwrap();
        let columns = ["type", "name", "tbl_name", "sql"];
        rows.iter().map(|row| columns.map(|column| row.text(column).unwrap()).join("|")).collect()
    }

    async fn open(path: &std::path::Path) -> Store {
        Store::open(&Location::Sqlite(path.to_owned()), Access::Server).await.unwrap()
    }

    #[tokio::test]
    async fn from_every_version_the_steps_lead_to_the_fresh_schema() {
        let directory = tempfile::tempdir().unwrap();
        let fresh = schema(&open(&directory.path().join("fresh")).await).await;
        assert!(fresh.len() > 10, "{fresh:?}");
        for taken in 0..=MIGRATIONS.len() {
            let path = directory.path().join(taken.to_string());
            let older = Store::unmigrated(&Location::Sqlite(path.clone())).unwrap();
            migrate(&older, &MIGRATIONS[..taken]).await.unwrap();
            drop(older);
            let store = open(&path).await;
            assert_eq!(schema(&store).await, fresh, "from version {taken}");
        }
    }

    #[tokio::test]
    async fn steps_are_numbered_and_taken_once() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(migration.version).unwrap(), index + 1);
        }
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let before = schema(&store).await;
        migrate(&store, MIGRATIONS).await.unwrap();
        assert_eq!(schema(&store).await, before);
    }

    #[tokio::test]
    async fn a_newer_or_altered_schema_is_refused() {
        let store = Store::unmigrated(&Location::Memory).unwrap();
        let two = [
            Migration { version: 1, works_with: 1, sql: "CREATE TABLE a (b BIGINT)" },
            Migration { version: 2, works_with: 2, sql: "CREATE TABLE c (d BIGINT)" },
        ];
        migrate(&store, &two).await.unwrap();
        let newer = migrate(&store, &two[..1]).await;
        assert!(matches!(&newer, Err(StoreError::Schema(text)) if text.contains("newer")), "{newer:?}");
        let altered = [Migration { version: 1, works_with: 1, sql: "CREATE TABLE a (b TEXT)" }];
        let altered = migrate(&store, &altered).await;
        assert!(
            matches!(&altered, Err(StoreError::Schema(text)) if text.contains("version 1")),
            "{altered:?}"
        );
    }

    #[tokio::test]
    async fn nodes_may_be_replaced_one_after_the_other_where_a_step_allows_it() {
        let store = Store::unmigrated(&Location::Memory).unwrap();
        let steps = [
            Migration { version: 1, works_with: 1, sql: "CREATE TABLE a (b BIGINT)" },
            Migration { version: 2, works_with: 1, sql: "CREATE TABLE c (d BIGINT)" },
            Migration { version: 3, works_with: 2, sql: "CREATE TABLE e (f BIGINT)" },
        ];
        migrate(&store, &steps[..2]).await.unwrap();
        assert_eq!(migrate(&store, &steps[..1]).await, Ok(()), "the program before");
        migrate(&store, &steps).await.unwrap();
        assert_eq!(migrate(&store, &steps[..2]).await, Ok(()), "the program before");
        assert!(
            matches!(migrate(&store, &steps[..1]).await, Err(StoreError::Schema(_))),
            "the one before that"
        );
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing() {
        let store = Store::unmigrated(&Location::Memory).unwrap();
        let broken = [
            Migration { version: 1, works_with: 1, sql: "CREATE TABLE a (b BIGINT)" },
            Migration {
                version: 2,
                works_with: 2,
                sql: "CREATE TABLE c (d BIGINT); CREATE TABLE a (b BIGINT)",
            },
        ];
        assert!(migrate(&store, &broken).await.is_err());
        assert_eq!(schema(&store).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn tools_do_not_make_schemas() {
        let store = Store::unmigrated(&Location::Memory).unwrap();
        assert!(matches!(require_current(&store).await, Err(StoreError::Schema(_))));
        migrate(&store, MIGRATIONS).await.unwrap();
        assert_eq!(require_current(&store).await, Ok(()));
    }
}
