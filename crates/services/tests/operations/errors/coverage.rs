//! Whether the tables name all that the model lists and nothing else, and what that comes to.

use super::{
    check::COMMON,
    table::{How, Of, Reason},
    tables::TABLES,
};
use crate::plane::UNLISTED;
use std::collections::{BTreeMap, BTreeSet};

/// What comes on all operations alike, unless a table says otherwise: see [`a_broken_store_is_told`](super::check).
const ALIKE: &str = "ServiceFailure";
/// What comes on none.
const NOWHERE: (&str, Reason) = ("ConcurrentModification", Reason::RunAgain);

/// Why the error does not come; `None` where it does. There is one answer, unless the tables forget the error or contradict
/// themselves.
fn reasons(of: &Of, code: &str) -> BTreeSet<Option<Reason>> {
    let rows = of.errors.iter().filter(|row| row.code == code);
    let mut reasons: BTreeSet<Option<Reason>> = rows
        .map(|row| match row.how {
            How::Call { .. } | How::Race { .. } => None,
            How::Never(reason) => Some(reason),
        })
        .collect();
    if reasons.is_empty() && code == ALIKE {
        reasons.insert(None);
    }
    if reasons.is_empty() && code == NOWHERE.0 {
        reasons.insert(Some(NOWHERE.1));
    }
    reasons
}

#[test]
fn the_tables_name_what_the_model_lists_and_nothing_else() {
    let mut tables: BTreeMap<&str, &Of> = BTreeMap::new();
    for of in TABLES.iter().flat_map(|table| table.operations) {
        assert!(tables.insert(of.operation, of).is_none(), "{} is there twice", of.operation);
    }
    let mut counts: BTreeMap<Option<Reason>, usize> = BTreeMap::new();
    for operation in shapes::iam::SERVICE.operations {
        let of = tables.remove(operation.name).unwrap_or_else(|| panic!("{} is missing", operation.name));
        for error in operation.errors {
            let reasons = reasons(of, error.code);
            let [reason] = reasons.into_iter().collect::<Vec<_>>().try_into().unwrap_or_else(|reasons| {
                panic!("{} {}: forgotten, or it comes and does not: {reasons:?}", operation.name, error.code)
            });
            *counts.entry(reason).or_default() += 1;
        }
        for row in of.errors {
            let is_listed = operation.errors.iter().any(|error| error.code == row.code);
            let is_unlisted = matches!(row.how, How::Call { is_modelled: false, .. });
            assert_ne!(is_listed, is_unlisted, "{} {}", operation.name, row.code);
            let is_known = COMMON.iter().any(|(code, _)| *code == row.code)
                || UNLISTED.contains(&(operation.name, row.code));
            assert!(is_listed || is_known, "{} {}", operation.name, row.code);
        }
    }
    assert!(tables.is_empty(), "not in the model: {:?}", tables.keys());
    let counts: Vec<String> = counts
        .iter()
        .map(|(reason, count)| {
            reason.map_or_else(|| format!("comes {count}"), |reason| format!("{reason:?} {count}"))
        })
        .collect();
    insta::assert_snapshot!(counts.join("\n"), @"
    comes 480
    AtOnce 6
    Idempotent 1
    IsOrganization 10
    NothingGrows 36
    NoOtherService 1
    NoStore 1
    RefusedBefore 14
    RunAgain 47
    Unknown 5
    ");
}
