//! Fills a store: what an API call has made once is copied, row by row, under other names and ids.

use crate::Failure;
use rusqlite::{Connection, params};
use std::path::Path;

/// Policies that an account may have on AWS, less those that are made while measuring.
pub(super) const MOST_POLICIES: usize = 1200;
/// A user that is copied, and a group that it is in.
pub(super) const SEED: &str = "seed";
pub(super) const GROUP: &str = "group";
/// AWS's policy that all users have.
pub(super) const ATTACHED: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
pub(super) const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Makes `users` users, half as many roles, and as many policies up to [`MOST_POLICIES`], of those that are there by the
/// names of seeds.
pub(super) fn fill(data: &Path, users: usize) -> Result<(), Failure> {
    let file = std::fs::read_dir(data)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "db"))
        .ok_or("the data directory has no store")?;
    let mut store = Connection::open(file)?;
    let tx = store.transaction()?;
    for number in 0..users {
        let id = format!("AIDA{number:017}");
        let name = format!("user-{number:06}");
        tx.execute(
            "INSERT INTO iam_user SELECT account_id, ?1, ?2, '/', NULL, doc_version,
             replace(replace(replace(doc, user_id, ?1), '\"seed\"', '\"' || ?2 || '\"'), '/seed/', '/')
             FROM iam_user WHERE name_key = 'seed'",
            params![id, name],
        )?;
        for policy in [ATTACHED.to_owned(), arn(&tx, number % MOST_POLICIES.min(users))?] {
            tx.execute(
                "INSERT INTO iam_attachment SELECT account_id, 'user', ?1, ?2 FROM iam_user WHERE user_id = ?1",
                params![id, policy],
            )?;
        }
        if number % 2 == 0 {
            let id = format!("AROA{number:017}");
            tx.execute(
                "INSERT INTO iam_role SELECT account_id, ?1, ?2, path, NULL, doc_version,
                 replace(replace(doc, role_id, ?1), '\"seed\"', '\"' || ?2 || '\"')
                 FROM iam_role WHERE name_key = 'seed'",
                params![id, format!("role-{number:06}")],
            )?;
        }
    }
    for number in 0..users.min(MOST_POLICIES) {
        let id = format!("ANPA{number:017}");
        let name = format!("policy-{number:06}");
        tx.execute(
            "INSERT INTO iam_policy SELECT account_id, ?1, ?2, path, ?3, default_version, doc_version,
             replace(replace(doc, policy_id, ?1), '\"seed\"', '\"' || ?2 || '\"')
             FROM iam_policy WHERE name_key = 'seed'",
            params![id, name, arn(&tx, number)?],
        )?;
        tx.execute(
            "INSERT INTO iam_policy_version SELECT v.account_id, ?1, v.version, v.doc_version, v.doc
             FROM iam_policy_version v JOIN iam_policy p ON p.policy_id = v.policy_id WHERE p.name_key = 'seed'",
            params![id],
        )?;
    }
    // Three whose names come last: who looks for them among all users has far to go.
    tx.execute(
        "INSERT INTO iam_membership SELECT g.account_id, g.group_id, u.user_id FROM iam_group g
         JOIN (SELECT account_id, user_id FROM iam_user ORDER BY name_key DESC LIMIT 3) u
         ON u.account_id = g.account_id",
        [],
    )?;
    tx.commit()?;
    Ok(())
}

fn arn(store: &Connection, number: usize) -> Result<String, Failure> {
    let account: String = store.query_row("SELECT account_id FROM account", [], |row| row.get(0))?;
    Ok(format!("arn:aws:iam::{account}:policy/policy-{number:06}"))
}
