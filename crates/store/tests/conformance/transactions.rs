use std::time::Duration;

use domain::{AccessKeyOwner, User};
use store::{Access, Engine, Location, Options, Store, StoreError, access_key, setting, statements, user};

use crate::fixture::{Bench, eventually, soon};

async fn find(bench: &Bench, name: &str) -> Option<String> {
    bench.read(async |tx| setting::find(tx, name).await).await
}

pub(crate) async fn every_statement_is_accepted(bench: &Bench) {
    let mut tx = bench.store.read();
    let mut seen = 0;
    for sql in statements() {
        tx.prepare(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
    let error = tx.prepare("SELECT no_such_column FROM account").await.unwrap_err();
    assert!(matches!(error, StoreError::Statement(_)), "{error:?}");
}

pub(crate) async fn values_come_back_as_they_went(bench: &Bench) {
    const INSERT: &str = "INSERT INTO data_key (key_id, purpose, state, wrapped, created_at)
        VALUES (:key_id, :purpose, 'x', :wrapped, :created_at)";
    const SELECT: &str = "SELECT purpose, wrapped, created_at, NULLIF(purpose, purpose) AS absent
        FROM data_key WHERE key_id = :key_id";
    let texts = ["", "é ' \" \\ \u{1f600} :name $1", "a\tb\nc"];
    let numbers = [0, i64::MIN, i64::MAX];
    let bytes = [vec![], vec![0, 255, 39], (0..=255).collect::<Vec<u8>>()];
    let mut tx = bench.store.write().await.unwrap();
    for (index, text) in texts.iter().enumerate() {
        let key_id = i64::try_from(index).unwrap() + 100;
        let parameters: [(&str, &dyn store::Parameter); 4] = [
            (":created_at", &numbers[index]),
            (":wrapped", &bytes[index]),
            (":purpose", text),
            (":key_id", &key_id),
        ];
        assert_eq!(tx.execute(INSERT, &parameters).await, Ok(1));
        let row = tx.find(SELECT, &[(":key_id", &key_id)]).await.unwrap().unwrap();
        assert_eq!(row.text("purpose"), Ok(*text));
        assert_eq!(row.bytes("wrapped"), Ok(&*bytes[index]));
        assert_eq!(row.integer("created_at"), Ok(numbers[index]));
        assert_eq!(row.optional_text("absent"), Ok(None));
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn unfinished_work_is_not_seen(bench: &Bench) {
    let mut tx = bench.store.write().await.unwrap();
    setting::put(&mut tx, "a", "1").await.unwrap();
    assert_eq!(
        setting::find(&mut tx, "a").await.unwrap().as_deref(),
        Some("1"),
        "a writer sees its own work"
    );
    if bench.location == Location::Memory {
        // Readers and writers take turns there.
        let store = bench.store.clone();
        let reader = tokio::spawn(async move { setting::find(&mut store.read(), "a").await });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!reader.is_finished());
        drop(tx);
        assert_eq!(soon(reader).await.unwrap(), Ok(None));
    } else {
        assert_eq!(find(bench, "a").await, None);
        tx.commit().await.unwrap();
        assert_eq!(find(bench, "a").await.as_deref(), Some("1"));
    }
}

pub(crate) async fn a_read_transaction_is_one_snapshot(bench: &Bench) {
    if bench.location == Location::Memory {
        return;
    }
    let mut reader = bench.store.read();
    assert_eq!(setting::find(&mut reader, "a").await, Ok(None));
    bench.write(async |tx| setting::put(tx, "a", "1").await).await;
    assert_eq!(setting::find(&mut reader, "a").await, Ok(None));
    drop(reader);
    assert_eq!(find(bench, "a").await.as_deref(), Some("1"));
}

pub(crate) async fn a_read_transaction_cannot_write(bench: &Bench) {
    let mut tx = bench.store.read();
    assert_eq!(setting::put(&mut tx, "a", "1").await, Err(StoreError::ReadOnly));
    drop(tx);
    bench.write(async |tx| setting::put(tx, "b", "1").await).await;
    assert_eq!(find(bench, "a").await, None);
}

pub(crate) async fn dropped_transactions_leave_nothing(bench: &Bench) {
    for how in ["drop", "rollback"] {
        let mut tx = bench.store.write().await.unwrap();
        setting::put(&mut tx, "a", "1").await.unwrap();
        if how == "drop" {
            drop(tx);
        } else {
            tx.rollback();
        }
        assert_eq!(find(bench, "a").await, None, "{how}");
    }
    bench.write(async |tx| setting::put(tx, "b", "1").await).await;
    assert_eq!(find(bench, "a").await, None);
}

pub(crate) async fn a_failed_statement_ends_its_transaction(bench: &Bench) {
    let mut tx = bench.store.write().await.unwrap();
    setting::put(&mut tx, "a", "1").await.unwrap();
    let user = bench.user("Alice", "/");
    user::insert(&mut tx, &user).await.unwrap();
    let error = user::insert(&mut tx, &user).await.unwrap_err();
    assert_eq!(error, StoreError::Unique { table: "iam_user".into() });
    assert_eq!(setting::find(&mut tx, "a").await, Err(StoreError::Aborted));
    assert_eq!(tx.commit().await, Err(StoreError::Aborted));
    assert_eq!(find(bench, "a").await, None);
}

pub(crate) async fn parameters_must_match(bench: &Bench) {
    const SQL: &str = "SELECT value FROM setting WHERE name = :name OR value = :value";
    let cases: [&store::Parameters<'_>; 4] = [
        &[],
        &[(":name", &"a")],
        &[(":name", &"a"), (":other", &"b")],
        &[(":name", &"a"), (":value", &"b"), (":other", &"c")],
    ];
    for parameters in cases {
        let error = bench.store.read().query(SQL, parameters).await.unwrap_err();
        assert!(matches!(error, StoreError::Statement(_)), "{error:?}");
    }
    let rows = bench.store.read().query(SQL, &[(":value", &"b"), (":name", &"a")]).await;
    assert!(rows.unwrap().is_empty());
}

pub(crate) async fn violations_are_told_apart(bench: &Bench) {
    const NULL: &str = "INSERT INTO setting (name, value) VALUES ('x', :value)";
    const ORPHAN: &str = "INSERT INTO account_alias (alias, account_id) VALUES ('x', '999999999999')";
    const TAKEN: &str = "INSERT INTO account (account_id, email_key, doc_version, doc)
        VALUES ('999999999999', 'root@example.com', 1, '')";
    const PARENT: &str = "DELETE FROM account";
    bench.write(async |tx| user::insert(tx, &bench.user("Alice", "/")).await).await;
    let nothing: Option<String> = None;
    let cases: [(&str, &store::Parameters<'_>); 4] =
        [(NULL, &[(":value", &nothing)]), (ORPHAN, &[]), (TAKEN, &[]), (PARENT, &[])];
    let mut errors = Vec::new();
    for (sql, parameters) in cases {
        errors.push(bench.store.write().await.unwrap().execute(sql, parameters).await.unwrap_err());
    }
    assert!(matches!(errors[0], StoreError::Constraint(_)), "{errors:?}");
    assert!(matches!(errors[1], StoreError::Reference(_)), "{errors:?}");
    assert_eq!(errors[2], StoreError::Unique { table: "account".into() });
    assert!(matches!(errors[3], StoreError::Reference(_)), "{errors:?}");
}

/// Concurrent read-modify-write, each run again when it loses.
pub(crate) async fn no_update_is_lost(bench: &Bench) {
    let (writers, rounds) = (4, 10);
    bench.write(async |tx| setting::put(tx, "counter", "0").await).await;
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                for _ in 0..rounds {
                    // More often than Retry allows: what is asked here is that nothing is lost, not fairness.
                    while let Err(error) = increment(&store).await {
                        assert!(error.is_conflict(), "{error:?}");
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        soon(task).await.unwrap();
    }
    assert_eq!(find(bench, "counter").await, Some((writers * rounds).to_string()));
}

async fn increment(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let value: u64 = setting::find(&mut tx, "counter").await?.unwrap().parse().unwrap();
    tokio::task::yield_now().await;
    setting::put(&mut tx, "counter", &(value + 1).to_string()).await?;
    tx.commit().await
}

/// Writers side by side, some of which fail or give up: what was acknowledged is there at once, and nothing else ever.
pub(crate) async fn concurrent_writers_are_all_kept(bench: &Bench) {
    bench.write(async |tx| user::insert(tx, &bench.user("Taken", "/")).await).await;
    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let (store, namesake) = (bench.store.clone(), bench.user("TAKEN", "/"));
            tokio::spawn(async move {
                let name = format!("writer-{number}");
                let written = loop {
                    match write_one_of_many(&store, number, &name, &namesake).await {
                        Err(StoreError::Conflict(_)) => {}
                        done => break done,
                    }
                };
                match number % 4 {
                    0 => assert!(matches!(written, Err(StoreError::Unique { .. })), "{written:?}"),
                    1 => assert_eq!(written, Ok(false)),
                    _ => assert_eq!(written, Ok(true)),
                }
                let mut tx = store.read();
                let seen = setting::find(&mut tx, &name).await.unwrap().is_some();
                assert_eq!(seen, written == Ok(true), "writer {number}");
            })
        })
        .collect();
    for task in tasks {
        soon(task).await.unwrap();
    }
    for number in 0..60 {
        let seen = find(bench, &format!("writer-{number}")).await.is_some();
        assert_eq!(seen, number % 4 > 1, "writer {number}");
    }
}

/// Every fourth writer breaks a rule, every fourth gives up, the others commit. Says whether it committed.
async fn write_one_of_many(
    store: &Store,
    number: usize,
    name: &str,
    namesake: &User,
) -> Result<bool, StoreError> {
    let mut tx = store.write().await?;
    setting::put(&mut tx, name, "x").await?;
    match number % 4 {
        0 => user::insert(&mut tx, namesake).await?,
        1 => return Ok(false),
        _ => {}
    }
    tx.commit().await?;
    Ok(true)
}

/// Writers whose futures are dropped at any moment, among others that are not.
pub(crate) async fn cancelled_writers_harm_nobody(bench: &Bench) {
    let mut tasks = Vec::new();
    for number in 0..80_u64 {
        let store = bench.store.clone();
        tasks.push(tokio::spawn(async move {
            let write = async {
                loop {
                    let attempt = async {
                        let mut tx = store.write().await?;
                        setting::put(&mut tx, &format!("first-{number}"), "x").await?;
                        tokio::task::yield_now().await;
                        setting::put(&mut tx, &format!("second-{number}"), "x").await?;
                        tx.commit().await
                    };
                    match attempt.await {
                        Err(StoreError::Conflict(_)) => {}
                        done => break done,
                    }
                }
            };
            if number % 2 == 0 {
                write.await.map(|()| true)
            } else {
                let patience = Duration::from_micros(number * 40);
                tokio::time::timeout(patience, write).await.map_or(Ok(false), |done| done.map(|()| true))
            }
        }));
    }
    for (number, task) in tasks.into_iter().enumerate() {
        let acknowledged = soon(task).await.unwrap().unwrap();
        // A commit that was given up may still be on its way: both halves or neither must be there in the end.
        eventually(async || {
            let first = find(bench, &format!("first-{number}")).await;
            let second = find(bench, &format!("second-{number}")).await;
            assert!(first.is_some() || !acknowledged, "writer {number}");
            first == second
        })
        .await;
    }
    bench.write(async |tx| setting::put(tx, "after", "x").await).await;
}

pub(crate) async fn committed_work_survives_reopening(bench: &Bench) {
    let user = bench.user("Alice", "/");
    bench.write(async |tx| user::insert(tx, &user).await).await;
    let location = bench.location.clone();
    // A tool next to the server: another set of connections, as after a restart.
    let other = Store::open(&location, Access::Tool).await.unwrap();
    let mut tx = other.read();
    assert_eq!(user::find(&mut tx, bench.account, &user.id).await, Ok(Some(user)));
    let keys = access_key::count(&mut tx, bench.account, &AccessKeyOwner::Root).await;
    assert_eq!(keys, Ok(0));
    let sqlite = matches!(location, Location::Sqlite(_));
    assert_eq!(other.engine(), if sqlite { Engine::Sqlite } else { Engine::Postgres });
}

/// More than may wait are told to come back, and those who wait get their turn.
pub(crate) async fn a_full_queue_refuses_at_once(bench: &Bench) {
    let options = Options { connections: 1, queue: 2, wait: Duration::from_hours(1), ..Options::default() };
    let store = Store::open_with(&bench.location, Access::Tool, &options).await.unwrap();
    let held = store.write().await.unwrap();
    let (done, mut written) = tokio::sync::mpsc::unbounded_channel();
    for number in 0..4 {
        let (store, done) = (store.clone(), done.clone());
        tokio::spawn(async move {
            let outcome = async {
                let mut tx = store.write().await?;
                setting::put(&mut tx, &format!("waited-{number}"), "x").await?;
                tx.commit().await
            };
            done.send(outcome.await).unwrap();
        });
    }
    for _ in 0..2 {
        let refused = soon(written.recv()).await.unwrap();
        assert!(matches!(refused, Err(StoreError::Overloaded(_))), "{refused:?}");
    }
    held.rollback();
    for _ in 0..2 {
        assert_eq!(soon(written.recv()).await.unwrap(), Ok(()));
    }
}
