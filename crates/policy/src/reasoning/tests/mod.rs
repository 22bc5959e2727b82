mod cases;
mod samples;

use std::sync::Arc;

use super::*;
use crate::language::policy::Policy;

fn policies(kind: PolicyKind, statements: &[&str]) -> Vec<Source> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(","));
    let policy = Policy::parse(&text, kind).unwrap_or_else(|error| panic!("{error:?}: {text}"));
    vec![Source::new("policy", "user-managed", Arc::new(policy))]
}

fn identity(statements: &[&str]) -> Vec<Source> {
    policies(PolicyKind::Identity, statements)
}

fn resource(statements: &[&str]) -> Vec<Source> {
    policies(PolicyKind::Resource, statements)
}

/// `yes`, the witness, or the reasons.
fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Yes => "yes".to_owned(),
        Answer::No(witness) => format!("no: {witness}"),
        Answer::Unknown { reasons } => {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            format!("unknown: {}", reasons.join("; "))
        }
    }
}

fn compared(new: &[Source], existing: &[Source]) -> String {
    shown(&Reasoning::new().no_more_permissive(new, existing))
}
