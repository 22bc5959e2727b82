//! What a case answers, ready to be written as JSON.

use serde::Serialize;

use crate::case::Id;
use crate::evaluate::decision::{Decision, Matched};
use crate::language::position::Position;
use crate::language::statement::Effect;

/// The answer to a case: `{"id", "decision", "blocked_by": [...], "matched": [...]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What the case calls itself.
    pub id: Id,
    /// `allowed`, `explicitDeny` or `implicitDeny`.
    pub decision: &'static str,
    /// The layers that denied, or that had to allow and did not, by [`Layer::name`](crate::Layer::name).
    pub blocked_by: Vec<&'static str>,
    /// On an explicit deny all statements that deny, otherwise all that allow.
    pub matched: Vec<MatchedStatement>,
}

/// A statement that had a part in the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedStatement {
    /// The layer its policy belongs to, by [`Layer::name`](crate::Layer::name).
    pub layer: &'static str,
    /// The policy's place in the case, for example `identity[0]`, `resource` or `scp[1][0]`.
    pub policy: String,
    /// The statement's place in the policy, from 0.
    pub statement: usize,
    /// The statement's id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
    /// Where the statement starts in the policy's text.
    pub start: Place,
    /// Just past the statement's end.
    pub end: Place,
}

/// A place in the text of a policy; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// A case that cannot be read. Written as JSON it is `{"id"?, "error": "..."}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct CaseError {
    /// What the case calls itself, if that much could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// What is wrong, and where.
    #[serde(rename = "error")]
    pub message: String,
}

impl Answer {
    pub(super) fn new(id: &Id, decision: &Decision<'_>) -> Self {
        Self {
            id: id.clone(),
            decision: decision.outcome.name(),
            blocked_by: decision.blocked_by.iter().map(|layer| layer.name()).collect(),
            matched: decision.matched.iter().map(MatchedStatement::new).collect(),
        }
    }
}

impl MatchedStatement {
    fn new(matched: &Matched<'_>) -> Self {
        let statement = matched.statement;
        let span = statement.span();
        Self {
            layer: matched.layer.name(),
            policy: matched.source.id.clone(),
            statement: statement.index(),
            sid: statement.sid().map(str::to_owned),
            effect: match statement.effect() {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
            start: span.start.into(),
            end: span.end.into(),
        }
    }
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}
