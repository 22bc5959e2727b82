//! What `DecodeAuthorizationMessage` shows of a denial.
//!
//! The document has the shape of the examples in the AWS CLI's reference of the operation; AWS describes it nowhere
//! else.

use serde::Serialize;

use crate::evaluate::decision::{Decision, Matched, Outcome};
use crate::language::condition::Condition;
use crate::language::statement::{Effect, Statement};
use crate::request::Request;
use crate::request::principal::Principal;

impl Decision<'_> {
    /// The JSON document of `DecodedMessage`: the decision, the statements that matched (see [`Decision::matched`]) and
    /// the request with its condition keys in lower case. It tells what only those may know who may call
    /// `sts:DecodeAuthorizationMessage`.
    pub fn decoded_message(&self, request: &Request<'_>) -> String {
        let principal = request.principal;
        let statements =
            self.matched.iter().map(|matched| MatchedStatement::of(matched, principal)).collect();
        let conditions = request.context.iter().map(|(key, value)| Key::of(key, value.values())).collect();
        let message = Message {
            allowed: self.is_allowed(),
            explicit_deny: self.outcome == Outcome::ExplicitDeny,
            matched_statements: Items { items: statements },
            failures: Items { items: [] },
            context: Context {
                principal: Caller {
                    id: principal.user_id().map(Into::into),
                    name: principal.user_name(),
                    arn: principal.arn(),
                },
                action: request.action,
                resource: request.resource,
                conditions: Items { items: conditions },
            },
        };
        // Maps with keys that are no strings are all that cannot be written, and here are none.
        serde_json::to_string(&message).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    allowed: bool,
    explicit_deny: bool,
    matched_statements: Items<Vec<MatchedStatement<'a>>>,
    failures: Items<[&'a str; 0]>,
    context: Context<'a>,
}

#[derive(Serialize)]
struct Items<T> {
    items: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchedStatement<'a> {
    statement_id: &'a str,
    effect: &'static str,
    principals: Items<Vec<Value<'a>>>,
    principal_groups: Items<[Value<'a>; 0]>,
    actions: Items<Vec<Value<'a>>>,
    resources: Items<Vec<Value<'a>>>,
    conditions: Items<Vec<Key<'a>>>,
}

#[derive(Serialize)]
struct Value<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
    values: Items<Vec<Value<'a>>>,
}

#[derive(Serialize)]
struct Context<'a> {
    principal: Caller<'a>,
    action: &'a str,
    resource: &'a str,
    conditions: Items<Vec<Key<'a>>>,
}

#[derive(Serialize)]
struct Caller<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a str>,
}

impl<'a> MatchedStatement<'a> {
    fn of(matched: &Matched<'a>, principal: &'a Principal) -> Self {
        let statement = matched.statement;
        let conditions = statement.conditions().iter().map(Condition::written);
        Self {
            statement_id: statement.sid().unwrap_or_default(),
            effect: match statement.effect() {
                Effect::Allow => "ALLOW",
                Effect::Deny => "DENY",
            },
            principals: Items { items: principals(statement, principal) },
            principal_groups: Items { items: [] },
            actions: values(&statement.actions().written),
            resources: statement
                .resources()
                .map_or(Items { items: Vec::new() }, |resources| values(&resources.written)),
            conditions: Items {
                items: conditions.map(|written| Key::of(&written.key, &written.values)).collect(),
            },
        }
    }
}

/// Whom a statement names or, where its kind of policy names nobody, whose policy it is.
fn principals<'a>(statement: &'a Statement, principal: &'a Principal) -> Vec<Value<'a>> {
    match statement.principal() {
        Some(element) => element.entries.iter().map(|entry| Value { value: &entry.text }).collect(),
        None => {
            principal.unique_id().or(principal.account()).map(|value| Value { value }).into_iter().collect()
        }
    }
}

impl<'a> Key<'a> {
    fn of(key: &'a str, texts: &'a [impl AsRef<str>]) -> Self {
        Self { key, values: values(texts) }
    }
}

fn values(texts: &[impl AsRef<str>]) -> Items<Vec<Value<'_>>> {
    Items { items: texts.iter().map(|text| Value { value: text.as_ref() }).collect() }
}
