//! The table of decisions in `conformance/cases.jsonl`: what AWS's documentation says, one case a line, each with the
//! reason and, where there is one, the title of the page it comes from. Expectations are written by hand.

#![expect(clippy::panic, reason = "a case that cannot be read fails the test")]

use std::collections::HashSet;

use policy::case::{Answer, Case};
use policy::{Bundle, Layer, Outcome, Query, decide};

const CASES: &str = include_str!("conformance/cases.jsonl");

fn cases() -> impl Iterator<Item = Case> {
    CASES.lines().map(|line| Case::parse(line).unwrap_or_else(|error| panic!("{:?}: {error}", error.id)))
}

#[test]
fn every_case_answers_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let decision = case.decision();
        let expected = case.expectation().expect("every case says what it expects");
        assert!(expected.blocked_by.is_some(), "{}: every case names the layers", case.id());
        if case.is_as_expected() != Some(true) {
            let found = (decision.outcome, &decision.blocked_by);
            wrong.push(format!("{}: {found:?} instead of {expected:?}: {:?}", case.id(), case.why()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn compiled_policies_decide_alike() {
    for case in cases() {
        let (request, decision) = (case.request(), case.decision());
        let bundle = Bundle::new(&case.policies());
        let verdict = decide(&Query::new(&request), &[&bundle]);
        let blocked_by: Vec<Layer> = verdict.blocked_by().collect();
        assert_eq!(verdict.outcome(), decision.outcome, "{}", case.id());
        match decision.outcome {
            Outcome::ExplicitDeny => assert!(
                blocked_by.len() == 1 && blocked_by.iter().all(|layer| decision.blocked_by.contains(layer)),
                "{}: {blocked_by:?}",
                case.id()
            ),
            Outcome::Allowed | Outcome::ImplicitDeny => {
                assert_eq!(blocked_by, decision.blocked_by, "{}", case.id());
            }
        }
    }
}

#[test]
fn answers_blame_a_statement_for_every_explicit_deny() {
    for case in cases() {
        let Answer { id, decision, blocked_by, matched } = case.answer();
        assert_eq!(&id, case.id());
        let effect = if decision == "explicitDeny" { "Deny" } else { "Allow" };
        assert!(matched.iter().all(|statement| statement.effect == effect), "{id}");
        if decision == "explicitDeny" {
            let layers: HashSet<&str> = matched.iter().map(|statement| statement.layer).collect();
            assert_eq!(layers, blocked_by.into_iter().collect(), "{id}");
        }
    }
}

#[test]
fn cases_are_told_apart_and_give_their_reasons() {
    let mut ids = HashSet::new();
    let mut outcomes = HashSet::new();
    for case in cases() {
        assert!(ids.insert(case.id().clone()), "{} comes twice", case.id());
        assert!(case.why().is_some_and(|why| !why.is_empty()), "{} has no reason", case.id());
        outcomes.insert(case.expectation().map(|expected| expected.outcome));
    }
    assert!(ids.len() >= 150 && outcomes.len() == 3, "{} cases", ids.len());
}
