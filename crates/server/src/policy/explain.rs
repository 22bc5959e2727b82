//! `portcullis policy explain`: why a request is allowed or not.

use super::{Explain, Format, files};
use crate::Failure;
use policy::{
    ConditionCause, Explanation, FailedCondition, Failure as Miss, LayerFinding, LayerReport, Matched,
    MissingKey,
    case::{Case, Id},
    explain as explain_request,
};
use serde_json::{Value, json};
use std::{io::Write, process::ExitCode};

/// Prints an explanation for each case. The exit code tells whether every case could be read.
pub(super) fn explain(flags: &Explain, mut output: impl Write) -> Result<ExitCode, Failure> {
    let mut all_read = true;
    for line in files::read(&flags.file)?.lines().filter(|line| !line.trim_ascii().is_empty()) {
        match Case::parse(line) {
            Ok(case) => {
                let (request, policies) = (case.request(), case.policies());
                let explanation = explain_request(&request, &policies);
                match flags.format {
                    Format::Json => writeln!(output, "{}", document(case.id(), &explanation))?,
                    Format::Text => writeln!(output, "{}\n{explanation}", case.id())?,
                }
            }
            Err(error) => {
                all_read = false;
                writeln!(output, "{}", serde_json::to_string(&error)?)?;
            }
        }
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn document(id: &Id, explanation: &Explanation<'_>) -> Value {
    let decision = &explanation.decision;
    json!({
        "id": id,
        "decision": decision.outcome.name(),
        "blocked_by": decision.blocked_by.iter().map(|layer| layer.name()).collect::<Vec<_>>(),
        "message": explanation.denial_message(),
        "matched": decision.matched.iter().map(statement).collect::<Vec<_>>(),
        "layers": explanation.layers.iter().map(layer).collect::<Vec<_>>(),
        "missing_context_keys": explanation.missing_keys.iter().map(missing).collect::<Vec<_>>(),
    })
}

fn statement(matched: &Matched<'_>) -> Value {
    let span = matched.statement.span();
    json!({
        "layer": matched.layer.name(),
        "policy": matched.source.id,
        "statement": matched.statement.index(),
        "sid": matched.statement.sid(),
        "start": { "line": span.start.line, "column": span.start.column },
        "end": { "line": span.end.line, "column": span.end.column },
    })
}

fn layer(report: &LayerReport<'_>) -> Value {
    let nearest = match &report.finding {
        LayerFinding::NearestMiss(miss) => json!({
            "statement": statement(&miss.statement),
            "failures": miss.failures.iter().map(failure).collect::<Vec<_>>(),
        }),
        LayerFinding::Allows
        | LayerFinding::Denies
        | LayerFinding::NoAllowStatement
        | LayerFinding::NoPolicy
        | LayerFinding::Silent => Value::Null,
    };
    json!({
        "layer": report.layer.name(),
        "level": report.level,
        "outcome": report.outcome().name(),
        "blocks": report.blocks,
        "has_policies": !matches!(report.finding, LayerFinding::NoPolicy),
        "nearest": nearest,
    })
}

fn failure(failure: &Miss<'_>) -> Value {
    let element = |name: &str, negated: bool| if negated { format!("Not{name}") } else { name.to_owned() };
    match failure {
        Miss::Action { negated, patterns } => {
            json!({ "element": element("Action", *negated), "values": patterns })
        }
        Miss::Condition(FailedCondition { operator, key, expected, found, cause }) => json!({
            "element": "Condition",
            "operator": operator,
            "key": key,
            "values": expected,
            "found": found.map(policy::ContextValue::values),
            "cause": name(cause),
        }),
        Miss::Principal { negated, names } => json!({
            "element": element("Principal", *negated),
            "values": names.iter().map(|name| name.value).collect::<Vec<_>>(),
        }),
        Miss::Resource { negated, patterns, unresolved } => json!({
            "element": element("Resource", *negated),
            "values": patterns,
            "variables_without_value": unresolved,
        }),
    }
}

fn name(cause: &ConditionCause<'_>) -> &'static str {
    match cause {
        ConditionCause::KeyAbsent => "keyAbsent",
        ConditionCause::KeyPresent => "keyPresent",
        ConditionCause::ListOfValues => "listOfValues",
        ConditionCause::Malformed => "malformed",
        ConditionCause::Mismatch => "mismatch",
        ConditionCause::Unresolved(_) => "variableWithoutValue",
    }
}

fn missing(missing: &MissingKey<'_>) -> Value {
    json!({ "key": missing.key, "asked_by": missing.statements.iter().map(statement).collect::<Vec<_>>() })
}
