//! What is tried with each table.

use super::table::{How, Of, Row, Table};
use crate::{
    in_words::{NOBODY, Plane, description},
    plane::Refused,
    support::at_once,
};
use std::fmt::Write as _;

/// The errors that all services share and no model lists, with their statuses.
pub const COMMON: [(&str, u16); 2] = [("AccessDenied", 403), ("ValidationError", 400)];
/// What anybody may do by default, as AWS lets them: take a request for delegation whose id they know.
const ANYBODY: [&str; 1] = ["AssociateDelegationRequest"];
/// What reads no store.
const NO_STORE: [&str; 3] =
    ["GetContextKeysForCustomPolicy", "GetRoleTemplateVersion", "SimulateCustomPolicy"];
/// Elements that no two runs have alike: markers are sealed, certificates are made for the run.
const VARIES: [&str; 3] = ["CertificateBody", "CertificateId", "Marker"];
/// How often two calls are made at the same time before they count as never meeting.
const ROUNDS: usize = 20;

/// The good calls are good, so that what is refused is refused for what is different; and their answers are these bytes.
pub async fn good_calls_succeed(thing: &str, table: &Table) {
    let mut all = String::new();
    for of in table.operations {
        let answer = table.made().await.call(of.operation, &[of.good]).await;
        let output = answer.unwrap_or_else(|error| panic!("{} {}: {error:?}", of.operation, of.good));
        let answer = wire::encode_output(
            description(of.operation),
            &shapes::iam::SERVICE,
            output,
            wire::ResponseFormat::Xml,
            "00000000-0000-0000-0000-000000000000",
        );
        let body =
            VARIES.iter().fold(String::from_utf8(answer.body).unwrap(), |body, name| emptied(&body, name));
        writeln!(all, "== {}\n{} {}\n{body}", of.operation, answer.status, answer.content_type).unwrap();
    }
    insta::assert_snapshot!(thing, all);
}

/// The XML with all elements of that name, which have no others in them, emptied.
fn emptied(xml: &str, name: &str) -> String {
    let begin = format!("<{name}>");
    let mut pieces = xml.split(&begin);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |xml, piece| xml + &begin + piece.trim_start_matches(|letter| letter != '<'))
}

/// All errors of a table, on one plane where nothing has to be different: who is refused changes nothing.
pub async fn every_error_comes(table: &Table) {
    let shared = table.made().await;
    for of in table.operations {
        for row in of.errors {
            let Some((refused, what)) = provoked(table, &shared, of, row).await else { continue };
            assert_eq!(refused.code, row.code, "{what}: {}", refused.message);
            let modelled = shapes::iam::SERVICE.errors.iter().map(|error| (error.code, error.status));
            let expected = modelled.chain(COMMON).find(|(code, _)| *code == row.code);
            assert_eq!(Some((refused.code, refused.status)), expected, "{what}");
            let expected =
                if row.message.is_empty() { &refused.message } else { &shared.filled(row.message) };
            assert_eq!(refused.message, *expected, "{what}");
        }
    }
}

/// What the call of the row is refused with, and what it was.
async fn provoked(table: &Table, shared: &Plane, of: &Of, row: &Row) -> Option<(Refused, String)> {
    match row.how {
        How::Call { but, after, with, .. } => {
            let own = if after.is_empty() && with.is_none() { None } else { Some(table.made().await) };
            let plane = own.as_ref().unwrap_or(shared);
            plane.take(after).await;
            if let Some(with) = with {
                with(plane).await;
            }
            let what = format!("{} but {but}", of.operation);
            let answer = plane.call(of.operation, &[of.good, but]).await;
            Some((answer.err().unwrap_or_else(|| panic!("{what}: it is not refused")), what))
        }
        How::Race { buts, after } => {
            let plane = table.made().await;
            for _ in 0..ROUNDS {
                plane.take(after).await;
                let calls = buts.map(|but| {
                    let plane = &plane;
                    async move { plane.call(of.operation, &[of.good, but]).await }
                });
                let mut refused = at_once(calls).await.into_iter().filter_map(Result::err);
                if let Some(refused) = refused.find(|refused| refused.code == row.code) {
                    return Some((refused, of.operation.to_owned()));
                }
            }
            panic!("{}: no two calls have met", of.operation)
        }
        How::Never(_) => None,
    }
}

/// `AccessDenied`, which no operation lists, for who has no permission.
pub async fn nobody_is_allowed(table: &Table) {
    let plane = table.made().await;
    for of in table.operations.iter().filter(|of| !ANYBODY.contains(&of.operation)) {
        let answer = plane.call(of.operation, &[of.good, &format!("@{NOBODY}")]).await;
        let refused = answer.err().unwrap_or_else(|| panic!("{}: it is not denied", of.operation));
        assert_eq!((refused.code, refused.status), ("AccessDenied", 403), "{}: {refused:?}", of.operation);
    }
}

/// `ValidationError`, which no operation lists, where something is missing.
pub async fn what_is_missing_is_named(table: &Table) {
    let plane = table.made().await;
    for of in table.operations {
        let wire::Kind::Structure(members) = description(of.operation).input.kind else { continue };
        if !members.iter().any(|member| member.required) {
            continue;
        }
        let refused = plane.call(of.operation, &[]).await.unwrap_err();
        assert_eq!((refused.code, refused.status), ("ValidationError", 400), "{}", of.operation);
        assert!(refused.message.contains("Member must not be null"), "{refused:?}");
    }
}

/// `ServiceFailure`, where the store fails; `InternalFailure`, which no operation lists, from those that do not list it.
pub async fn a_broken_store_is_told(table: &Table) {
    let plane = table.made().await;
    let mut calls = Vec::new();
    for of in table.operations {
        calls.push(plane.begun(of.operation, &[of.good]).await);
    }
    plane.break_store().await;
    for (of, call) in table.operations.iter().zip(calls) {
        let answer = call.await.map(drop).map_err(|refused| (refused.code, refused.status));
        let is_listed = description(of.operation).errors.iter().any(|error| error.code == "ServiceFailure");
        let code = if is_listed { "ServiceFailure" } else { "InternalFailure" };
        let expected = if NO_STORE.contains(&of.operation) { Ok(()) } else { Err((code, 500)) };
        assert_eq!(answer, expected, "{}", of.operation);
    }
}
