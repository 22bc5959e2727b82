//! Audit events: looked up by every attribute, newest first, page by page; deleted when old; handed to a node's chain.

use domain::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{
    Engine, RootKey, Sealer, StoreError, Transaction,
    audit_batch::{self, AuditBatch},
    audit_chain::{self, AuditChain},
    audit_event::{self, AuditAttribute, AuditEvent, AuditLookup, AuditPosition, AuditResource},
};

use crate::fixture::{Bench, time};

fn event(bench: &Bench, at: Timestamp, id: &str) -> AuditEvent {
    let resource = |kind: &'static str, name: &str| AuditResource { kind: kind.into(), name: name.into() };
    AuditEvent {
        account_id: bench.account,
        at,
        id: id.to_owned(),
        event_name: if id < "c" { "CreateUser" } else { "ListUsers" }.into(),
        event_source: if id == "d" { "sts.amazonaws.com" } else { "iam.amazonaws.com" }.into(),
        read_only: id >= "c",
        user_name: Some("bob".into()).filter(|_| id != "a"),
        access_key_id: Some(format!("AKIA{id}").into()),
        resources: vec![
            resource("AWS::IAM::User", id),
            resource("AWS::IAM::User", "shared"),
            resource(if id == "b" { "AWS::IAM::Role" } else { "AWS::IAM::Group" }, "shared"),
        ],
        document: format!("{{\"id\":\"{id}\"}}"),
    }
}

/// Oldest first; two are of the same millisecond.
fn events(bench: &Bench) -> [AuditEvent; 4] {
    [(1, "b"), (2, "a"), (2, "c"), (3, "d")].map(|(seconds, id)| event(bench, time(seconds), id))
}

async fn store(bench: &Bench, events: &[AuditEvent], node: Option<&str>) {
    bench
        .write(async |tx| {
            for event in events.iter().rev() {
                assert!(audit_event::insert(tx, event, node).await?);
            }
            Ok(())
        })
        .await;
}

fn asked(account_id: AccountId) -> AuditLookup<'static> {
    AuditLookup { account_id, attribute: None, from: time(0), until: time(9), before: None, limit: 10 }
}

async fn ids(tx: &mut Transaction, asked: &AuditLookup<'_>) -> Result<Vec<String>, StoreError> {
    Ok(audit_event::lookup(tx, asked).await?.into_iter().map(|event| event.id).collect())
}

pub(crate) async fn events_are_looked_up(bench: &Bench) {
    let events = events(bench);
    store(bench, &events, None).await;
    let all = asked(bench.account);
    bench
        .read(async |tx| {
            let found = audit_event::lookup(tx, &all).await?;
            assert_eq!(found, events.iter().rev().cloned().collect::<Vec<_>>());
            let within = AuditLookup { from: time(2), until: time(3), ..all.clone() };
            assert_eq!(ids(tx, &within).await?, ["c", "a"]);
            let other = AccountId::parse("000000000042").unwrap();
            assert!(ids(tx, &asked(other)).await?.is_empty());

            let by: [(AuditAttribute, &str, &[&str]); 12] = [
                (AuditAttribute::AccessKeyId, "AKIAc", &["c"]),
                (AuditAttribute::EventId, "a", &["a"]),
                (AuditAttribute::EventName, "CreateUser", &["a", "b"]),
                (AuditAttribute::EventName, "createuser", &[]),
                (AuditAttribute::EventSource, "sts.amazonaws.com", &["d"]),
                (AuditAttribute::ReadOnly, "true", &["d", "c"]),
                (AuditAttribute::ReadOnly, "false", &["a", "b"]),
                (AuditAttribute::ResourceName, "shared", &["d", "c", "a", "b"]),
                (AuditAttribute::ResourceName, "b", &["b"]),
                (AuditAttribute::ResourceType, "AWS::IAM::Role", &["b"]),
                (AuditAttribute::ResourceType, "AWS::IAM::User", &["d", "c", "a", "b"]),
                (AuditAttribute::UserName, "bob", &["d", "c", "b"]),
            ];
            for (attribute, value, expected) in by {
                let attribute = Some((attribute, value));
                let found = ids(tx, &AuditLookup { attribute, ..all.clone() }).await?;
                assert_eq!(found, expected, "{attribute:?}");
                // The same, one at a time.
                let mut before: Option<AuditPosition> = None;
                let mut pages = Vec::new();
                loop {
                    let page = AuditLookup { attribute, before: before.as_ref(), limit: 1, ..all.clone() };
                    let Some(last) = audit_event::lookup(tx, &page).await?.pop() else { break };
                    pages.push(last.id.clone());
                    before = Some(AuditPosition { at: last.at, id: last.id });
                }
                assert_eq!(pages, expected, "{attribute:?}");
            }
            Ok(())
        })
        .await;
    // Once more changes nothing, neither here nor in what waits.
    let again = bench.write(async |tx| audit_event::insert(tx, &events[3], Some("n1")).await).await;
    assert!(!again);
    assert!(bench.read(async |tx| audit_chain::waiting(tx, "n1", 9).await).await.is_empty());
}

pub(crate) async fn events_are_deleted_when_they_are_old(bench: &Bench) {
    let events = events(bench);
    store(bench, &events[1..], None).await;
    store(bench, &events[..1], Some("n1")).await;
    bench
        .write(async |tx| {
            // The oldest waits for its files; of the others one is taken at a time.
            assert_eq!(audit_event::delete_before(tx, bench.account, time(3), 1).await?, 1);
            assert_eq!(ids(tx, &asked(bench.account)).await?, ["d", "c", "b"]);
            assert_eq!(audit_event::delete_before(tx, bench.account, time(3), 9).await?, 1);
            assert_eq!(audit_event::delete_before(tx, bench.account, time(3), 9).await?, 0);
            assert_eq!(ids(tx, &asked(bench.account)).await?, ["d", "b"]);
            let attribute = Some((AuditAttribute::ResourceName, "shared"));
            assert_eq!(ids(tx, &AuditLookup { attribute, ..asked(bench.account) }).await?, ["d", "b"]);
            Ok(())
        })
        .await;
}

/// An id as those of events in batches: it says when.
fn id_at(at: Timestamp, number: usize) -> String {
    let at = at.as_millisecond();
    format!("{:08x}-{:04x}-7000-8000-{number:012x}", at >> 16, at & 0xFFFF)
}

/// Many events of a few kinds, several in a millisecond, over minutes; oldest first.
fn many(account_id: AccountId) -> Vec<AuditEvent> {
    let resource = |kind: &'static str, name: String| AuditResource { kind: kind.into(), name };
    (0..700usize)
        .map(|number| {
            let seconds = i64::try_from(number / 100 * 40 + number % 100 / 3).unwrap();
            let at = time(seconds);
            AuditEvent {
                account_id,
                at,
                id: id_at(at, number),
                event_name: if number % 50 == 0 { "ListUsers" } else { "GetUser" }.into(),
                event_source: if number % 7 == 0 { "sts.amazonaws.com" } else { "iam.amazonaws.com" }.into(),
                read_only: number % 90 != 0,
                user_name: Some(format!("u{}", number % 3).into()).filter(|_| number % 11 != 0),
                access_key_id: Some(format!("AKIA{}", number / 300).into()),
                resources: (0..number % 3)
                    .map(|count| {
                        resource(["AWS::IAM::User", "AWS::IAM::Role"][count], format!("r{}", number % 40))
                    })
                    .collect(),
                document: format!("{{\"number\":{number}}}"),
            }
        })
        .collect()
}

pub(crate) async fn batches_are_looked_up_as_rows_are(bench: &Bench) {
    let of = |text: &str| AccountId::parse(text).unwrap();
    let (rows, batches, both) = (of("000000000001"), of("000000000002"), of("000000000003"));
    bench
        .write(async |tx| {
            for event in many(rows) {
                assert!(audit_event::insert(tx, &event, None).await?);
            }
            for batch in AuditBatch::pack(batches, &many(batches))? {
                assert!(audit_batch::insert(tx, &batch, None).await?);
                assert!(!audit_batch::insert(tx, &batch, Some("n1")).await?, "a second time");
            }
            // One in five has a row of its own, the others are in two batches of the same time.
            let of_both = many(both);
            let part = |keep: &dyn Fn(usize) -> bool| {
                let numbered = of_both.iter().enumerate().filter(|(number, _)| keep(*number));
                numbered.map(|(_, event)| event.clone()).collect::<Vec<_>>()
            };
            for event in part(&|number| number % 5 == 0) {
                audit_event::insert(tx, &event, None).await?;
            }
            for events in [part(&|number| number % 5 == 1), part(&|number| number % 5 > 1)] {
                // What has been stored so far is sorted in, what comes is not yet.
                audit_batch::sort_keys(tx).await?;
                for batch in AuditBatch::pack(both, &events)? {
                    audit_batch::insert(tx, &batch, None).await?;
                }
            }
            Ok(())
        })
        .await;
    look_up_many(bench, [rows, batches, both]).await;
    bench.write(audit_batch::sort_keys).await;
    look_up_many(bench, [rows, batches, both]).await;
    let report = bench.store.check(None).await.unwrap();
    assert_eq!(report.findings, []);
}

async fn look_up_many(bench: &Bench, [rows, batches, both]: [AccountId; 3]) {
    let id = id_at(time(40), 100);
    let attributes: [Option<(AuditAttribute, &str)>; 10] = [
        None,
        Some((AuditAttribute::AccessKeyId, "AKIA1")),
        Some((AuditAttribute::EventId, &id)),
        Some((AuditAttribute::EventId, "none")),
        Some((AuditAttribute::EventName, "ListUsers")),
        Some((AuditAttribute::EventSource, "sts.amazonaws.com")),
        Some((AuditAttribute::ReadOnly, "false")),
        Some((AuditAttribute::ResourceName, "r7")),
        Some((AuditAttribute::ResourceType, "AWS::IAM::Role")),
        Some((AuditAttribute::UserName, "u2")),
    ];
    bench
        .read(async |tx| {
            for attribute in attributes {
                for (from, until) in [(0, 999), (60, 170), (40, 41)] {
                    let asked = AuditLookup {
                        attribute,
                        from: time(from),
                        until: time(until),
                        limit: 1000,
                        ..asked(rows)
                    };
                    let expected = ids(tx, &asked).await?;
                    for account_id in [batches, both] {
                        let asked = AuditLookup { account_id, ..asked.clone() };
                        assert_eq!(ids(tx, &asked).await?, expected, "{attribute:?} {from} {until}");
                        let mut before: Option<AuditPosition> = None;
                        let mut pages = Vec::new();
                        loop {
                            let page = AuditLookup { before: before.as_ref(), limit: 60, ..asked.clone() };
                            let found = audit_event::lookup(tx, &page).await?;
                            let Some(last) = found.last() else { break };
                            let next = AuditPosition { at: last.at, id: last.id.clone() };
                            pages.extend(found.into_iter().map(|event| event.id));
                            before = Some(next);
                        }
                        assert_eq!(pages, expected, "{attribute:?} {from} {until}");
                    }
                }
            }
            let all = AuditLookup { limit: 1000, until: time(999), ..asked(batches) };
            let mut found = audit_event::lookup(tx, &all).await?;
            found.reverse();
            assert_eq!(found, many(batches));
            Ok(())
        })
        .await;
}

pub(crate) async fn keys_of_many_batches_are_sorted_in(bench: &Bench) {
    let events = many(bench.account);
    let named = AuditLookup {
        attribute: Some((AuditAttribute::ResourceName, "r7")),
        limit: 1000,
        until: time(999),
        ..asked(bench.account)
    };
    let mut expected: Vec<&str> = events
        .iter()
        .filter(|event| event.resources.iter().any(|resource| resource.name == "r7"))
        .map(|event| &*event.id)
        .collect();
    expected.reverse();
    let sqlite = bench.store.engine() == Engine::Sqlite;
    bench
        .write(async |tx| {
            // Later ones first, as they may come.
            for events in events.rchunks(10) {
                for batch in AuditBatch::pack(bench.account, events)? {
                    audit_batch::insert(tx, &batch, None).await?;
                }
            }
            let mut sorted = 0;
            while audit_batch::many_unsorted(tx).await? {
                assert_eq!(ids(tx, &named).await?, expected);
                audit_batch::sort_keys(tx).await?;
                sorted += 1;
            }
            assert_eq!(ids(tx, &named).await?, expected);
            assert_eq!(sorted > 1, sqlite, "{sorted}");
            Ok(())
        })
        .await;
}

pub(crate) async fn batches_wait_and_are_deleted(bench: &Bench) {
    let sealer = Sealer::open(&bench.store, &RootKey::generate().unwrap(), time(0)).await.unwrap();
    let chain = AuditChain { node_id: "n1".to_owned(), head: Head { sequence: 0 } };
    let events = many(bench.account);
    let packed = AuditBatch::pack(bench.account, &events).unwrap();
    assert!(packed.len() > 2);
    bench
        .write(async |tx| {
            for batch in &packed {
                audit_batch::insert(tx, batch, Some("n1")).await?;
            }
            audit_chain::insert(tx, &sealer, bench.account, &chain, b"key").await?;
            assert!(audit_batch::waiting(tx, "n2", None, 9).await?.is_empty());
            let waiting = audit_batch::waiting(tx, "n1", None, 2).await?;
            let documents: Vec<&str> = waiting.iter().flat_map(|batch| batch.documents.iter()).collect();
            let expected: Vec<&str> = events.iter().map(|event| &*event.document).collect();
            assert_eq!(documents, expected[..documents.len()]);
            assert_eq!(audit_batch::delete_before(tx, bench.account, time(999), 9).await?, 0, "all wait");
            audit_chain::advance(tx, "n1", &Head { sequence: 1 }, &[], &waiting).await?;
            let left = audit_batch::waiting(tx, "n1", None, 99).await?;
            assert_eq!(left.len(), packed.len() - 2);
            assert_eq!(audit_batch::delete_before(tx, bench.account, time(0), 9).await?, 0);
            assert_eq!(audit_batch::delete_before(tx, bench.account, time(999), 1).await?, 1);
            assert_eq!(audit_batch::delete_before(tx, bench.account, time(999), 9).await?, 1);
            let all = AuditLookup { limit: 1000, until: time(999), ..asked(bench.account) };
            assert_eq!(ids(tx, &all).await?.len(), events.len() - documents.len());
            Ok(())
        })
        .await;
    let report = bench.store.check(None).await.unwrap();
    assert_eq!(report.findings, []);
}

pub(crate) async fn events_come_with_their_transactions(bench: &Bench) {
    let events = many(bench.account);
    let (taken_back, kept) = events.split_first().unwrap();
    let mut tx = bench.store.write().await.unwrap();
    audit_event::keep(&mut tx, taken_back.clone(), Some("n1".into())).await.unwrap();
    drop(tx);
    let mut unstorable = taken_back.clone();
    unstorable.resources.push(AuditResource { kind: "AWS::IAM::User".into(), name: "a\0b".into() });
    let error = bench.try_write(async |tx| audit_event::keep(tx, unstorable.clone(), None).await).await;
    assert_eq!(error, Err(StoreError::Nul));
    let mut reading = bench.store.read();
    assert!(audit_event::keep(&mut reading, taken_back.clone(), None).await.is_err());
    drop(reading);

    // One transaction may leave several, of several accounts, in any order.
    let other = AuditEvent { account_id: AccountId::parse("000000000042").unwrap(), ..kept[0].clone() };
    bench
        .write(async |tx| {
            for event in kept[..100].iter().rev() {
                audit_event::keep(tx, event.clone(), Some("n1".into())).await?;
            }
            audit_event::keep(tx, other.clone(), None).await
        })
        .await;
    for event in &kept[100..110] {
        bench.write(async |tx| audit_event::keep(tx, event.clone(), Some("n1".into())).await).await;
    }
    let all = AuditLookup { limit: 1000, until: time(999), ..asked(bench.account) };
    bench
        .read(async |tx| {
            let mut found = audit_event::lookup(tx, &all).await?;
            found.reverse();
            assert_eq!(found, kept[..110]);
            let of_other = AuditLookup { account_id: other.account_id, ..all.clone() };
            assert_eq!(audit_event::lookup(tx, &of_other).await?, vec![other.clone()]);
            let waiting = audit_chain::waiting(tx, "n1", 999).await?.into_iter().map(|event| event.document);
            let batches = audit_batch::waiting(tx, "n1", None, 999).await?;
            let their_documents = batches.iter().flat_map(|batch| batch.documents.iter()).map(str::to_owned);
            let mut waiting: Vec<String> = waiting.chain(their_documents).collect();
            let mut expected: Vec<_> = kept[..110].iter().map(|event| event.document.clone()).collect();
            waiting.sort();
            expected.sort();
            assert_eq!(waiting, expected);
            Ok(())
        })
        .await;
    let report = bench.store.check(None).await.unwrap();
    assert_eq!(report.findings, []);
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    sequence: u64,
}

pub(crate) async fn a_chain_takes_what_waits(bench: &Bench) {
    let sealer = Sealer::open(&bench.store, &RootKey::generate().unwrap(), time(0)).await.unwrap();
    store(bench, &events(bench), Some("n1")).await;
    store(bench, &[event(bench, time(4), "e")], Some("n2")).await;
    store(bench, &[event(bench, time(5), "f")], None).await;
    let chain = AuditChain { node_id: "n1".to_owned(), head: Head { sequence: 0 } };
    bench
        .write(async |tx| {
            audit_chain::insert(tx, &sealer, bench.account, &chain, b"key").await?;
            assert_eq!(audit_chain::find(tx, "n1").await?, Some(Head { sequence: 0 }));
            assert_eq!(audit_chain::find::<Head>(tx, "n2").await?, None);
            let key = audit_chain::find_signing_key(tx, &sealer, bench.account, "n1").await?;
            assert_eq!(key.as_deref().map(Vec::as_slice), Some(&b"key"[..]));

            let ids = |waiting: &[audit_chain::WaitingEvent]| {
                waiting.iter().map(|event| event.id.clone()).collect::<Vec<_>>()
            };
            let waiting = audit_chain::waiting(tx, "n1", 3).await?;
            assert_eq!(ids(&waiting), ["a", "b", "c"]);
            assert_eq!((waiting[0].at, waiting[0].document.as_str()), (time(2), "{\"id\":\"a\"}"));
            assert_eq!(audit_chain::find_waiting(tx, "n1", "a").await?.as_ref(), Some(&waiting[0]));
            assert_eq!(audit_chain::find_waiting(tx, "n2", "a").await?, None);
            audit_chain::advance(tx, "n1", &Head { sequence: 2 }, &waiting[..2], &[]).await?;
            assert_eq!(audit_chain::find_waiting(tx, "n1", "a").await?, None);
            assert_eq!(ids(&audit_chain::waiting(tx, "n1", 9).await?), ["c", "d"]);
            assert_eq!(ids(&audit_chain::waiting(tx, "n2", 9).await?), ["e"]);
            let all = audit_chain::list::<Head>(tx).await?;
            assert_eq!(all, [AuditChain { node_id: "n1".to_owned(), head: Head { sequence: 2 } }]);
            Ok(())
        })
        .await;
    let error =
        bench.try_write(async |tx| audit_chain::advance(tx, "n3", &Head { sequence: 1 }, &[], &[]).await);
    assert_eq!(error.await, Err(StoreError::NotFound { kind: "audit chain" }));
    let error = bench
        .try_write(async |tx| audit_chain::insert(tx, &sealer, bench.account, &chain, b"key").await)
        .await;
    assert_eq!(error, Err(StoreError::Unique { table: "audit_chain".into() }));
}
