//! Several processes on one store: the change log, leases, nodes.

use std::sync::{Arc, Mutex};

use domain::{AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, PolicyOwner, SecretAccessKey};
use store::{
    Changes, Entity, Store, StoreError, access_key, attachment, change_log, lease, node, setting, user,
};

use crate::fixture::{Bench, Counting, soon, time};

/// The entities of a look, sorted.
fn these(changes: Changes) -> Vec<Entity> {
    match changes {
        Changes::All => panic!("the follower has lost the log"),
        Changes::These(mut entities) => {
            entities.sort();
            entities
        }
    }
}

pub(crate) async fn the_change_log_tells_what_was_committed(bench: &Bench) {
    let other = bench.beside().await;
    let mut follower = bench.store.follow().unwrap();
    assert_eq!(follower.look().await, Ok(Changes::All), "the first look");
    assert_eq!(these(follower.look().await.unwrap()), []);
    let alice = bench.user("Alice", "/");
    let owner = PolicyOwner::User(alice.id.clone());
    other
        .write(async |tx| {
            user::insert(tx, &alice).await?;
            attachment::insert(tx, bench.account, &owner, "arn:aws:iam::aws:policy/X").await.map(drop)
        })
        .await;
    other.write(async |tx| setting::put(tx, "nothing", "that memory is built from").await).await;
    let mut given_up = other.store.write().await.unwrap();
    user::insert(&mut given_up, &bench.user("Bob", "/")).await.unwrap();
    given_up.rollback();
    let told = [Entity::user(bench.account, &alice.id)];
    let named = Entity::user_name(bench.account, &alice.name.key());
    assert_eq!(these(follower.look().await.unwrap()), [told[0].clone(), named]);
    assert_eq!(these(follower.look().await.unwrap()), [], "once is enough");
    let mut late = bench.store.follow().unwrap();
    assert_eq!(late.look().await, Ok(Changes::All));
    other
        .write(async |tx| attachment::delete(tx, bench.account, &owner, "arn:aws:iam::aws:policy/X").await)
        .await;
    for follower in [&mut follower, &mut late] {
        assert_eq!(these(follower.look().await.unwrap()), told);
    }
}

/// What the store of this process tells of its own changes, from now on.
pub(crate) fn told(store: &Store) -> Arc<Mutex<Vec<Entity>>> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    store.on_change(move |written| listener.lock().unwrap().extend(written.iter().cloned()));
    told
}

pub(crate) async fn the_committing_process_is_told_before_the_acknowledgement(bench: &Bench) {
    let told = told(&bench.store);
    let alice = bench.user("Alice", "/");
    bench.write(async |tx| user::insert(tx, &alice).await).await;
    assert_eq!(*told.lock().unwrap(), [Entity::user_name(bench.account, &alice.name.key())]);
    bench.read(async |tx| user::find(tx, bench.account, &alice.id).await.map(drop)).await;
    assert_eq!(told.lock().unwrap().len(), 1);
}

pub(crate) async fn a_pruned_log_is_missed_by_nobody_who_looks_often_enough(bench: &Bench) {
    let other = bench.beside().await;
    let (mut often, mut seldom) = (bench.store.follow().unwrap(), bench.store.follow().unwrap());
    for follower in [&mut often, &mut seldom] {
        assert_eq!(follower.look().await, Ok(Changes::All));
    }
    let mut pruned = Vec::new();
    for round in 0..4 {
        let user = bench.user(&format!("user-{round}"), "/");
        other.write(async |tx| user::insert(tx, &user).await).await;
        pruned.push(bench.write(async |tx| change_log::prune(tx).await).await);
        let told = these(soon(often.look()).await.unwrap());
        assert_eq!(told, [Entity::user_name(bench.account, &user.name.key())], "round {round}");
    }
    // The first pruning only leaves its mark; each further one deletes what the one before had seen.
    assert_eq!(pruned, [0, 1, 1, 1]);
    assert_eq!(seldom.look().await, Ok(Changes::All), "what it has not seen is gone");
    let user = bench.user("last", "/");
    for _ in 0..3 {
        bench.write(async |tx| change_log::prune(tx).await).await;
        assert_eq!(these(often.look().await.unwrap()), []);
    }
    other.write(async |tx| user::insert(tx, &user).await).await;
    let told = [Entity::user_name(bench.account, &user.name.key())];
    assert_eq!(these(often.look().await.unwrap()), told, "rows are numbered on after the log was empty");
}

pub(crate) async fn a_lease_has_one_holder(bench: &Bench) {
    let take = async |holder: &str, now: i64, until: i64| {
        bench.write(async |tx| lease::take(tx, "job", holder, time(now), time(until)).await).await
    };
    assert!(take("a", 0, 10).await);
    assert!(!take("b", 9, 19).await, "held");
    assert!(take("a", 9, 20).await, "extended");
    assert!(!take("b", 19, 29).await, "held on");
    assert!(take("b", 20, 30).await, "run out");
    let found = bench.read(async |tx| lease::find(tx, "job").await).await;
    assert_eq!(found, Some(("b".to_owned(), time(30))));
    assert!(!bench.write(async |tx| lease::delete(tx, "job", "a").await).await, "not its own");
    assert!(bench.write(async |tx| lease::delete(tx, "job", "b").await).await);
    assert!(take("a", 21, 31).await, "given up");
}

pub(crate) async fn of_many_who_take_a_lease_one_gets_it(bench: &Bench) {
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                loop {
                    let attempt = async {
                        let mut tx = store.write().await?;
                        let holder = number.to_string();
                        let taken = lease::take(&mut tx, "job", &holder, time(0), time(10)).await?;
                        tx.commit().await?;
                        Ok(taken)
                    };
                    match attempt.await {
                        Err(StoreError::Conflict(_)) => {}
                        done => break done.unwrap(),
                    }
                }
            })
        })
        .collect();
    let mut holders = 0;
    for task in tasks {
        holders += u32::from(soon(task).await.unwrap());
    }
    assert_eq!(holders, 1);
}

pub(crate) async fn nodes_come_and_go(bench: &Bench) {
    let node = |id: &str, seen| node::Node {
        id: id.to_owned(),
        name: format!("name of {id}"),
        program_version: "1.2.3".to_owned(),
        schema_version: store::schema_version(),
        started_at: time(0),
        seen_at: time(seen),
    };
    for (id, seen) in [("a", 0), ("b", 1), ("c", 2), ("a", 5)] {
        bench.write(async |tx| node::put(tx, &node(id, seen)).await).await;
    }
    let list = async |since| bench.read(async |tx| node::list(tx, time(since), 10).await).await;
    assert_eq!(list(2).await, [node("a", 5), node("c", 2)]);
    assert_eq!(bench.write(async |tx| node::delete_before(tx, time(2)).await).await, 1);
    assert!(bench.write(async |tx| node::delete(tx, "c").await).await);
    assert_eq!(list(0).await, [node("a", 5)]);
}

/// What a noting transaction reads is named by the functions that read it.
pub(crate) async fn readings_are_noted(bench: &Bench) {
    let sealer = bench.sealer().await;
    let key = AccessKey {
        account_id: bench.account,
        id: AccessKeyId::long_term(bench.account, &Counting),
        owner: AccessKeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: time(0),
    };
    let mut tx = bench.store.read().noting();
    let found = access_key::find_with_secret(&mut tx, &sealer, bench.account, &key.id).await;
    assert!(found.unwrap().is_none());
    let noted = tx.into_noted();
    let told = told(&bench.store);
    let secret = SecretAccessKey::new(&Counting);
    bench.write(async |tx| access_key::insert(tx, &sealer, &key, &secret).await).await;
    let written = told.lock().unwrap().clone();
    assert_eq!(written, noted.into_iter().collect::<Vec<_>>(), "what was looked for in vain was written");
    let mut tx = bench.store.read().noting();
    let error = setting::find(&mut tx, "unnamed").await.unwrap_err();
    assert!(matches!(error, StoreError::Statement(_)), "{error:?}");
}
