//! Every operation and error of every model, between botocore's serialiser and parser and ours.
//!
//! botocore_round_trip.py makes up requests, answers and errors from botocore's own models and asks this side to read or
//! write them, one JSON line each. The interpreter is `PORTCULLIS_PYTHON`, or `python3`; it must have botocore.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shapes::round_trip::{Returned, Side, go};
use wire::{
    Answer, Kind, Node, OperationDescription, RequestParts, ResponseFormat, Schema, Service, Structure,
};

#[test]
fn botocore_agrees() {
    let python = std::env::var("PORTCULLIS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore_round_trip.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python}: {error}"));
    let mut answers = child.stdin.take().unwrap();
    let mut verdict = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let question: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if question["do"] == "done" {
            verdict = Some(question);
            break;
        }
        let answer = answer(&question).unwrap_or_else(|error| json!({ "failure": error }));
        writeln!(answers, "{answer}").unwrap();
    }
    drop(answers);
    assert!(child.wait().unwrap().success(), "{python} failed; does it have botocore?");

    let verdict = verdict.expect("a verdict");
    let failures: Vec<&str> =
        verdict["failures"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(
        failures.is_empty(),
        "{} differences:\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
    // Nothing was left out: every operation both ways, every error.
    let operations: usize = shapes::SERVICES.iter().map(|service| service.operations.len()).sum();
    let errors: usize = shapes::SERVICES.iter().map(|service| service.errors.len()).sum();
    assert_eq!(verdict["operations"], json!(operations));
    assert_eq!(verdict["errors"], json!(errors));
    assert!(verdict["checks"].as_u64().unwrap() >= (operations * 2 + errors) as u64);
}

fn answer(question: &Value) -> Result<Value, String> {
    let service = service(question)?;
    match question["do"].as_str() {
        Some("request") => request(service, question),
        Some("output") => output(service, question),
        Some("error") => error(service, question),
        other => Err(format!("{other:?}?")),
    }
}

/// Reads a request, finds nothing wrong with it, and says what its typed input holds.
fn request(service: &Service, question: &Value) -> Result<Value, String> {
    let operation = operation(service, question)?;
    let text = |name: &str| question[name].as_str().unwrap_or_default();
    let body = STANDARD.decode(text("body")).map_err(|error| error.to_string())?;
    let header = |name: &str| question["headers"].get(name)?.as_str();
    let request = RequestParts {
        method: text("method"),
        path: text("path"),
        query: text("query"),
        header: &header,
        body: &body,
    };
    if service.protocol == wire::Protocol::RestJson {
        let routed = wire::route(service, request.method, request.path, request.query);
        if routed.map(|operation| operation.name) != Some(operation.name) {
            return Err(format!("routed to {:?}", routed.map(|operation| operation.name)));
        }
    }
    let node = wire::decode_input(operation, service, &request).map_err(|error| error.to_string())?;
    if let Some(violations) = wire::violations(operation.input, &node) {
        return Err(violations);
    }
    let node = through(service, Side::Input, operation.name, node)?;
    Ok(json!({ "input": to_json(operation.input, &node) }))
}

/// Writes an answer through its typed output.
fn output(service: &Service, question: &Value) -> Result<Value, String> {
    static NOTHING: Schema = Schema::structure("Unit", &[]);
    let operation = operation(service, question)?;
    let node = from_json(operation.output.unwrap_or(&NOTHING), &question["value"])?;
    let node = through(service, Side::Output, operation.name, node)?;
    Ok(sent(wire::encode_output(operation, service, node, format(question), "request-1")))
}

/// Writes an error through its typed form.
fn error(service: &Service, question: &Value) -> Result<Value, String> {
    let shape = question["shape"].as_str().unwrap_or_default();
    let description = service.errors.iter().find(|error| error.shape == shape).ok_or("no such error")?;
    let node = from_json(description.schema, &question["value"])?;
    match go(service.id, Side::Error, shape, node) {
        Some(Ok(Returned::Error(error))) => {
            Ok(sent(wire::encode_error(service, &error, format(question), "request-1")))
        }
        other => Err(format!("{other:?}")),
    }
}

fn through(service: &Service, side: Side, name: &str, node: Node) -> Result<Node, String> {
    match go(service.id, side, name, node) {
        Some(Ok(Returned::Node(node))) => Ok(node),
        other => Err(format!("{other:?}")),
    }
}

fn service(question: &Value) -> Result<&'static Service, String> {
    let service = shapes::SERVICES.iter().find(|service| question["service"] == service.id);
    service.copied().ok_or_else(|| "no such service".to_owned())
}

fn operation(service: &Service, question: &Value) -> Result<&'static OperationDescription, String> {
    let name = question["operation"].as_str().unwrap_or_default();
    service.operation(name).ok_or_else(|| "no such operation".to_owned())
}

fn format(question: &Value) -> ResponseFormat {
    ResponseFormat::from_accept(question["accept"].as_str())
}

fn sent(answer: Answer) -> Value {
    let mut headers = serde_json::Map::new();
    headers.insert("content-type".to_owned(), json!(answer.content_type));
    headers.extend(answer.headers.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    json!({ "status": answer.status, "headers": headers, "body": STANDARD.encode(answer.body) })
}

/// Times as milliseconds, bytes as base64, members by their names in the model.
fn to_json(schema: &Schema, node: &Node) -> Value {
    match (&schema.kind, node) {
        (Kind::Structure(members) | Kind::Union(members), Node::Structure(structure)) => members
            .iter()
            .filter_map(|member| {
                Some((member.name.to_owned(), to_json(member.schema, structure.get(member.name)?)))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        (Kind::List { member, .. }, Node::List(nodes)) => {
            nodes.iter().map(|node| to_json(member, node)).collect()
        }
        (Kind::Map { value, .. }, Node::Map(entries)) => entries
            .iter()
            .map(|(key, node)| (key.clone(), to_json(value, node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        (_, Node::Boolean(value)) => json!(value),
        (_, Node::Integer(value)) => json!(value),
        (_, Node::Float(value)) => json!(value),
        (_, Node::String(value)) => json!(value),
        (_, Node::Blob(value)) => json!(STANDARD.encode(value)),
        (_, Node::Timestamp(value)) => json!(value.as_millisecond()),
        (_, Node::Document(value)) => value.clone(),
        (kind, node) => json!({ "mismatch": format!("{kind:?} {}", node.kind()) }),
    }
}

fn from_json(schema: &Schema, value: &Value) -> Result<Node, String> {
    let wrong = || format!("{value} is no {}", schema.name);
    Ok(match schema.kind {
        Kind::Structure(members) | Kind::Union(members) => {
            let mut structure = Structure::new();
            for (name, value) in value.as_object().ok_or_else(wrong)? {
                let member = members.iter().find(|member| member.name == name).ok_or_else(wrong)?;
                structure.set(member.name, from_json(member.schema, value)?);
            }
            Node::Structure(structure)
        }
        Kind::List { member, .. } => {
            let values = value.as_array().ok_or_else(wrong)?;
            Node::List(values.iter().map(|value| from_json(member, value)).collect::<Result<_, _>>()?)
        }
        Kind::Map { value: schema, .. } => {
            let entries = value.as_object().ok_or_else(wrong)?.iter();
            let entries = entries.map(|(key, value)| Ok((key.clone(), from_json(schema, value)?)));
            Node::Map(entries.collect::<Result<_, String>>()?)
        }
        Kind::Boolean => Node::Boolean(value.as_bool().ok_or_else(wrong)?),
        Kind::Blob(_) => {
            Node::Blob(STANDARD.decode(value.as_str().ok_or_else(wrong)?).map_err(|error| error.to_string())?)
        }
        Kind::Document => Node::Document(value.clone()),
        Kind::Float => Node::Float(value.as_f64().ok_or_else(wrong)?),
        Kind::Integer(_) | Kind::Long(_) => Node::Integer(value.as_i64().ok_or_else(wrong)?),
        Kind::String { .. } => Node::String(value.as_str().ok_or_else(wrong)?.to_owned()),
        Kind::Timestamp => {
            let milliseconds = value.as_i64().ok_or_else(wrong)?;
            Node::Timestamp(
                jiff::Timestamp::from_millisecond(milliseconds).map_err(|error| error.to_string())?,
            )
        }
    })
}
