//! `portcullis policy compare`, `grants` and `public`: questions about all requests at once.

use super::{Actions, Compare, Grants, Kind, Language, Public, files};
use crate::Failure;
use policy::{
    ContextValue, Policy, PolicyKind, Principal, PrincipalKind, Source,
    reasoning::{Access, Answer, Obstacle, Reason, Reasoning, Witness},
};
use serde_json::{Map, Value, json};
use std::{io::Write, path::Path, process::ExitCode, sync::Arc};

/// Compares in both directions. The exit code tells whether the new policy is proven to allow no more.
pub(super) fn compare(flags: &Compare, output: impl Write) -> Result<ExitCode, Failure> {
    let (new, existing) = (source(&flags.new, &flags.language)?, source(&flags.existing, &flags.language)?);
    let found = reasoning(&flags.language).equivalent(&[new], &[existing]);
    let document = json!({
        "no_more_permissive": answer(&found.first_in_second),
        "no_less_permissive": answer(&found.second_in_first),
        "equivalent": verdict(&[&found.first_in_second, &found.second_in_first]),
    });
    say(output, &document, &found.first_in_second)
}

/// Whether none of the accesses is granted.
pub(super) fn grants(flags: &Grants, output: impl Write) -> Result<ExitCode, Failure> {
    let source = source(&flags.file, &flags.language)?;
    let access = Access::parse(&flags.actions, &flags.resources)?;
    let found = reasoning(&flags.language).grants_none_of(&[source], &[access]);
    say(output, &json!({ "grants_none": answer(&found) }), &found)
}

/// Whether nothing is granted to the public.
pub(super) fn public(flags: &Public, output: impl Write) -> Result<ExitCode, Failure> {
    let source = source(&flags.file, &flags.language)?;
    let found = reasoning(&flags.language).grants_nothing_public(&[source]);
    say(output, &json!({ "grants_nothing_public": answer(&found) }), &found)
}

fn say(mut output: impl Write, document: &Value, found: &Answer) -> Result<ExitCode, Failure> {
    serde_json::to_writer_pretty(&mut output, document)?;
    writeln!(output)?;
    Ok(if found.is_yes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn reasoning(language: &Language) -> Reasoning {
    let reasoning = Reasoning::new();
    match language.actions_are {
        Actions::Any => reasoning,
        Actions::Known => {
            let names = catalog::actions_matching("*");
            reasoning
                .with_actions(names.map(|(service, action)| format!("{}:{}", service.prefix, action.name)))
        }
    }
}

fn source(path: &Path, language: &Language) -> Result<Source, Failure> {
    let text = files::read(path)?;
    let fail = |error: policy::PolicyError| {
        let place = error.position.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        format!("{}{place}: {}", path.display(), error.message)
    };
    let parsed = match language.kind.map(Kind::into) {
        Some(kind) => Policy::parse(&text, kind).map_err(fail)?,
        // A document of the one kind is refused as the other: by its principals, or by their absence.
        None => match Policy::parse(&text, PolicyKind::Identity) {
            Ok(policy) => policy,
            Err(error) => Policy::parse(&text, PolicyKind::Resource).map_err(|_| fail(error))?,
        },
    };
    Ok(Source::new(path.display().to_string(), "none", Arc::new(parsed)))
}

fn verdict(answers: &[&Answer]) -> &'static str {
    if answers.iter().any(|answer| answer.witness().is_some()) {
        return "no";
    }
    if answers.iter().all(|answer| answer.is_yes()) { "yes" } else { "unknown" }
}

fn answer(answer: &Answer) -> Value {
    match answer {
        Answer::No(request) => json!({ "answer": "no", "witness": witness(request) }),
        Answer::Unknown { reasons } => {
            json!({ "answer": "unknown", "reasons": reasons.iter().map(reason).collect::<Vec<_>>() })
        }
        Answer::Yes => json!({ "answer": "yes" }),
    }
}

/// The request in the shape that `evaluate` reads.
fn witness(witness: &Witness) -> Value {
    let value = |value: &ContextValue| match value {
        ContextValue::Many(values) => json!(values),
        ContextValue::One(value) => json!(value),
    };
    let context: Map<_, _> =
        witness.context.iter().map(|(key, found)| (key.to_owned(), value(found))).collect();
    json!({
        "principal": witness.principal.as_ref().map(principal),
        "action": witness.action,
        "resource": witness.resource,
        "context": context,
    })
}

fn principal(principal: &Principal) -> Value {
    let kind = match principal.kind() {
        PrincipalKind::Anonymous => "Anonymous",
        PrincipalKind::AssumedRole => "AssumedRole",
        PrincipalKind::Federated => "Federated",
        PrincipalKind::FederatedUser => "FederatedUser",
        PrincipalKind::Role => "Role",
        PrincipalKind::Root => "Root",
        PrincipalKind::Service => "Service",
        PrincipalKind::User => "User",
    };
    let mut members = Map::from_iter([("type".to_owned(), json!(kind))]);
    let named = principal
        .arn()
        .map(|arn| ("arn", arn))
        .or_else(|| principal.provider().map(|name| ("service", name)));
    members.extend(named.map(|(member, name)| (member.to_owned(), json!(name))));
    members.extend(principal.account().map(|account| ("account".to_owned(), json!(account))));
    Value::Object(members)
}

fn reason(reason: &Reason) -> Value {
    let obstacle = match &reason.obstacle {
        Obstacle::EmptyAccess { .. } => "no request has these actions and resources".to_owned(),
        Obstacle::KindsDiffer => "policies with and without principals are not compared".to_owned(),
        Obstacle::MixedTypes { condition } => {
            format!("a key is compared as text and as something else: {condition}")
        }
        Obstacle::PrincipalKey { key } => format!("the principal is asked about by another name: {key}"),
        Obstacle::TooComplex => "the question needs more work than it may cost".to_owned(),
        Obstacle::Unconfirmed => "a counterexample was found that evaluation does not confirm".to_owned(),
        Obstacle::Variable { element } => format!("the value of a policy variable decides: {element}"),
        _ => "the question cannot be answered".to_owned(),
    };
    let place = reason.place.as_ref().map(|place| {
        json!({
            "policy": place.policy,
            "statement": place.statement,
            "sid": place.sid,
            "line": place.position.line,
            "column": place.position.column,
        })
    });
    json!({ "reason": obstacle, "at": place })
}
