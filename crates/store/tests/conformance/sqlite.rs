//! What holds for SQLite files alone.

use std::{os::unix::fs::MetadataExt, time::Duration};

use jiff::Timestamp;
use store::{
    Access, Changes, Location, Options, Store, StoreError,
    audit_event::{self, AuditEvent, AuditLookup},
    setting, user,
};

use crate::{
    fixture::{Bench, Fixture, eventually, soon},
    nodes::told,
};

fn file() -> (tempfile::TempDir, Location) {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("store.db"));
    (directory, location)
}

fn path(location: &Location) -> &std::path::Path {
    let Location::Sqlite(path) = location else { panic!("{location}") };
    path
}

async fn put(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    setting::put(&mut tx, name, value).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_tool_is_not() {
    let (_directory, location) = file();
    let server = Store::open(&location, Access::Server).await.unwrap();
    let second = Store::open(&location, Access::Server).await.err().unwrap();
    assert!(second.to_string().contains("already running"), "{second}");
    assert!(matches!(second, StoreError::InUse(_)), "{second:?}");
    let tool = Store::open(&location, Access::Tool).await.unwrap();
    put(&server, "a", "server").await.unwrap();
    put(&tool, "b", "tool").await.unwrap();
    let mut tx = server.read();
    assert_eq!(setting::find(&mut tx, "b").await.unwrap().as_deref(), Some("tool"));
    drop((tx, server, tool));
    Store::open(&location, Access::Server).await.unwrap();
}

#[tokio::test]
async fn a_tool_makes_nothing() {
    let (directory, location) = file();
    assert!(Store::open(&location, Access::Tool).await.is_err());
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn files_are_private() {
    let (directory, location) = file();
    let store = Store::open(&location, Access::Server).await.unwrap();
    put(&store, "a", "1").await.unwrap();
    let mut files = 0;
    for file in directory.path().read_dir().unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", file.path());
        files += 1;
    }
    assert_eq!(files, 4, "database, log, index of the log, lock");
}

#[tokio::test]
async fn commits_are_synced_to_disk() {
    let (_directory, location) = file();
    let store = Store::open(&location, Access::Server).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let row = tx.find("PRAGMA synchronous", &[]).await.unwrap().unwrap();
    assert_eq!(row.integer("synchronous"), Ok(2), "FULL");
    let row = tx.find("PRAGMA journal_mode", &[]).await.unwrap().unwrap();
    assert_eq!(row.text("journal_mode"), Ok("wal"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_wait_for_other_processes() {
    let (_directory, location) = file();
    let server = Store::open(&location, Access::Server).await.unwrap();
    let tool = Store::open(&location, Access::Tool).await.unwrap();
    let mut held = tool.write().await.unwrap();
    setting::put(&mut held, "a", "tool").await.unwrap();
    let waiting = tokio::spawn(async move { put(&server, "a", "server").await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished(), "the other process has the lock");
    held.commit().await.unwrap();
    soon(waiting).await.unwrap().unwrap();
    let mut tx = tool.read();
    assert_eq!(setting::find(&mut tx, "a").await.unwrap().as_deref(), Some("server"));
}

#[tokio::test]
async fn a_writer_does_not_wait_for_ever() {
    let (_directory, location) = file();
    let options = Options { wait: Duration::from_millis(50), readers: 1, ..Options::default() };
    let server = Store::open_with(&location, Access::Server, &options).await.unwrap();
    let tool = Store::open(&location, Access::Tool).await.unwrap();
    let held = tool.write().await.unwrap();
    let error = soon(server.write()).await.err().unwrap();
    assert!(matches!(error, StoreError::Overloaded(_)), "locked by another process: {error:?}");
    drop(held);
    let held = server.write().await.unwrap();
    let error = soon(server.write()).await.err().unwrap();
    assert!(matches!(error, StoreError::Overloaded(_)), "no turn came: {error:?}");
    drop(held);
    put(&server, "a", "1").await.unwrap();
    let mut held = server.read();
    setting::find(&mut held, "a").await.unwrap();
    let mut late = server.read();
    let error = soon(setting::find(&mut late, "a")).await.err().unwrap();
    assert!(matches!(error, StoreError::Overloaded(_)), "no connection came free: {error:?}");
    drop(held);
    server.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_writers_share_commits() {
    let bench = Fixture::sqlite();
    let Bench { store, .. } = bench.fresh().await;
    let before = store.sqlite_commits().unwrap();
    let (clients, rounds) = (32, 20);
    let writers: Vec<_> = (0..clients)
        .map(|client| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..rounds {
                    put(&store, &format!("{client}/{round}"), "x").await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        soon(writer).await.unwrap();
    }
    let commits = store.sqlite_commits().unwrap() - before;
    assert!(commits < clients * rounds / 3, "{commits} commits for {} transactions", clients * rounds);
}

/// Writers side by side, each of whom leaves an event with every change; of three changes one is taken back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_events_of_a_commit_are_stored_at_once() {
    let fixture = Fixture::sqlite();
    let Bench { store, account, .. } = fixture.fresh().await;
    let before = store.sqlite_commits().unwrap();
    let (clients, rounds) = (32, 21);
    let event = move |id: String| AuditEvent {
        account_id: account,
        at: Timestamp::from_second(1_700_000_000).unwrap(),
        document: format!("{{\"id\":\"{id}\"}}"),
        id,
        event_name: "CreateUser".into(),
        event_source: "iam.amazonaws.com".into(),
        read_only: false,
        user_name: None,
        access_key_id: None,
        resources: vec![],
    };
    let writers: Vec<_> = (0..clients)
        .map(|client| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..rounds {
                    let name = format!("{client:02}/{round:02}");
                    let mut tx = store.write().await.unwrap();
                    setting::put(&mut tx, &name, "x").await.unwrap();
                    audit_event::keep(&mut tx, event(name), Some("n".into())).await.unwrap();
                    if round % 3 < 2 {
                        tx.commit().await.unwrap();
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        soon(writer).await.unwrap();
    }
    let commits = store.sqlite_commits().unwrap() - before;
    let mut tx = store.read();
    let asked = AuditLookup {
        account_id: account,
        attribute: None,
        from: Timestamp::UNIX_EPOCH,
        until: Timestamp::MAX,
        before: None,
        limit: 10_000,
    };
    let mut found = Vec::new();
    for event in audit_event::lookup(&mut tx, &asked).await.unwrap() {
        assert!(
            setting::find(&mut tx, &event.id).await.unwrap().is_some(),
            "{}: without its change",
            event.id
        );
        found.push(event.id);
    }
    found.sort();
    let kept = (0..clients).flat_map(|client| {
        (0..rounds).filter(|round| round % 3 < 2).map(move |round| format!("{client:02}/{round:02}"))
    });
    assert_eq!(found, kept.collect::<Vec<_>>());
    let row = tx.find("SELECT COUNT(*) AS n FROM audit_batch", &[]).await.unwrap().unwrap();
    assert_eq!(u64::try_from(row.integer("n").unwrap()), Ok(commits), "one batch for each commit");
    assert!(commits < clients * rounds / 5, "{commits}");
}

#[tokio::test]
async fn the_change_log_is_written_by_tools_for_the_server() {
    let fixture = Fixture::sqlite();
    let server = fixture.fresh().await;
    let tool = server.beside().await;
    let told = told(&server.store);
    let mut follower = server.store.follow().unwrap();
    assert_eq!(follower.look().await, Ok(Changes::All), "the first look");
    let (by_server, by_tool) = (server.user("server", "/"), server.user("tool", "/"));
    server.write(async |tx| user::insert(tx, &by_server).await).await;
    assert_eq!(told.lock().unwrap().len(), 1);
    assert_eq!(follower.look().await, Ok(Changes::These(vec![])), "it has been told");
    tool.write(async |tx| user::insert(tx, &by_tool).await).await;
    assert_eq!(told.lock().unwrap().len(), 1);
    let Changes::These(changes) = follower.look().await.unwrap() else { panic!("the log is lost") };
    assert_eq!(changes.len(), 1);
}

#[tokio::test]
async fn who_listens_is_told_of_changes_that_nobody_waited_for() {
    let bench = Fixture::sqlite().fresh().await;
    let told = told(&bench.store);
    let mut tx = bench.store.write().await.unwrap();
    user::insert(&mut tx, &bench.user("alice", "/")).await.unwrap();
    // Given up as soon as it waits for the disk.
    tokio::select! {
        biased;
        committed = tx.commit() => committed.unwrap(),
        () = std::future::ready(()) => {}
    }
    eventually(async || !told.lock().unwrap().is_empty()).await;
    let found = bench.read(async |tx| user::count(tx, bench.account).await).await;
    assert_eq!(found, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_batch_is_no_larger_than_allowed() {
    let (_directory, location) = file();
    let options = Options { batch: 1, ..Options::default() };
    let store = Store::open_with(&location, Access::Server, &options).await.unwrap();
    let before = store.sqlite_commits().unwrap();
    let writers: Vec<_> = (0..20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { put(&store, &number.to_string(), "x").await })
        })
        .collect();
    for writer in writers {
        soon(writer).await.unwrap().unwrap();
    }
    assert_eq!(store.sqlite_commits().unwrap() - before, 20);
}

#[tokio::test]
async fn damage_is_found() {
    let (_directory, location) = file();
    let store = Store::open(&location, Access::Server).await.unwrap();
    for number in 0..500 {
        put(&store, &format!("setting {number}"), &"x".repeat(200)).await.unwrap();
    }
    assert_eq!(store.check(None).await.unwrap().findings, vec![]);
    drop(store);
    // The last connection to be closed copies the log into the database and removes it.
    let log = format!("{}-wal", path(&location).display());
    eventually(async || !std::fs::exists(&log).unwrap()).await;
    let mut bytes = std::fs::read(path(&location)).unwrap();
    let pages = bytes.len() / 4096;
    for page in pages / 2..pages {
        bytes[page * 4096..page * 4096 + 100].fill(0xa5);
    }
    std::fs::write(path(&location), bytes).unwrap();
    let found = match Store::open(&location, Access::Server).await {
        Ok(store) => store.check(None).await.map_or(true, |report| !report.findings.is_empty()),
        Err(error) => matches!(error, StoreError::Corrupt(_)),
    };
    assert!(found);
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_at_that_moment() {
    let (_directory, location) = file();
    let store = Store::open(&location, Access::Server).await.unwrap();
    for number in 0..20 {
        let (_elsewhere, copy) = file();
        put(&store, &number.to_string(), "x").await.unwrap();
        // What a crash would leave: the files as they are, nothing closed.
        for suffix in ["", "-wal"] {
            let with_suffix = |location| format!("{}{suffix}", path(location).display());
            std::fs::copy(with_suffix(&location), with_suffix(&copy)).unwrap();
        }
        let restarted = Store::open(&copy, Access::Server).await.unwrap();
        let mut tx = restarted.read();
        assert!(setting::find(&mut tx, &number.to_string()).await.unwrap().is_some(), "{number}");
    }
    drop(store);
    let reopened = Store::open(&location, Access::Server).await.unwrap();
    let mut tx = reopened.read();
    assert!(setting::find(&mut tx, "19").await.unwrap().is_some());
}
