//! One call on its way into the trail.

use super::record;
use crate::{Cx, Error, Operation, Result};
use std::borrow::Cow;
use store::{
    Transaction,
    audit_event::{self, AuditResource},
};
use wire::{Node, OperationDescription, Service};

/// Most bytes that parameters may have to be kept. CloudTrail omits longer ones.
const PARAMETER_BYTES: usize = 100 * 1024;

/// What is known of a call before its outcome.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) cx: &'a Cx,
    pub(super) service: &'static Service,
    pub(super) operation: &'static OperationDescription,
    pub(super) parameters: Parameters,
    /// The ARN of the role that is to be assumed.
    pub(super) role: Option<String>,
    /// Orders the calls of one millisecond.
    pub(super) count: u32,
}

/// The input of a call.
#[derive(Debug)]
pub(super) enum Parameters {
    /// It was never read.
    Unread,
    /// What is shown of them.
    Read(Shown),
    /// Too long to keep.
    Omitted,
}

/// How a call ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was done; the answer's members where they are shown.
    Done(Option<Shown>),
    /// It was refused or failed.
    Failed { code: &'static str, message: String },
}

/// What is shown of an input or an answer.
#[derive(Debug)]
pub(super) struct Shown {
    /// As JSON.
    pub(super) text: Cow<'static, str>,
    /// What it names.
    pub(super) resources: Vec<AuditResource>,
}

impl<'a> Call<'a> {
    fn new(
        cx: &'a Cx,
        service: &'static Service,
        operation: &'static OperationDescription,
        parameters: Parameters,
    ) -> Self {
        Self { cx, service, operation, parameters, role: None, count: cx.plane.audit.count() }
    }

    fn failed(&self, error: &Error) -> Outcome {
        Outcome::Failed { code: error.recorded_code(self.service), message: error.message().to_owned() }
    }

    /// Lets its record wait to be written.
    fn push(self, outcome: Outcome) {
        let audit = &self.cx.plane.audit;
        if audit.takes() {
            record::write(&self, outcome, |event, document| audit.push(event, document));
        }
    }
}

/// A call under way. Dropped before it is closed, because its client went away or it took too long, it is recorded as
/// timed out.
pub(crate) struct Open<'a> {
    /// `None` once the call is recorded.
    call: Option<Call<'a>>,
}

impl<'a> Open<'a> {
    /// Begins the record of an operation on its input.
    pub(crate) fn new<O: Operation>(cx: &'a Cx, input: &Node) -> Self {
        let parameters = if size(input) > PARAMETER_BYTES {
            Parameters::Omitted
        } else {
            Parameters::Read(record::request_parameters(O::DESCRIPTION, input))
        };
        let mut call = Call::new(cx, O::SERVICE, O::DESCRIPTION, parameters);
        call.role = record::role_to_assume(O::SERVICE, O::DESCRIPTION, input);
        Self { call: Some(call) }
    }

    /// Records a change in the transaction that makes it.
    pub(crate) async fn keep(&self, tx: &mut Transaction, output: &Node) -> Result<()> {
        let Some(call) = &self.call else { return Ok(()) };
        let outcome = Outcome::Done(record::response_elements(call, output));
        let mut events = Vec::new();
        record::write(call, outcome, |event, document| events.push(event.replace(document.to_owned()).0));
        for event in events {
            audit_event::keep(tx, event, call.cx.plane.audit.node().cloned()).await?;
        }
        Ok(())
    }

    /// The record goes the way of the transaction that is being committed.
    pub(crate) fn hand_over(&mut self) -> Handed<'a> {
        Handed(self.call.take())
    }

    /// That transaction was not kept: the record is this call's again.
    pub(crate) fn take_back(&mut self, handed: Handed<'a>) {
        self.call = handed.0;
    }

    /// Ends the record of whatever is not recorded yet.
    pub(crate) fn close(mut self, outcome: &Result<Node>) {
        let Some(call) = self.call.take() else { return };
        let outcome = match outcome {
            Ok(output) => Outcome::Done(record::response_elements(&call, output)),
            Err(error) => call.failed(error),
        };
        call.push(outcome);
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            let message = "The request ended before it was answered.".to_owned();
            call.push(Outcome::Failed { code: "RequestTimeout", message });
        }
    }
}

/// A call whose record is part of a transaction.
pub(crate) struct Handed<'a>(Option<Call<'a>>);

/// Records a call that got no further than being understood: not built, or its input is not valid.
pub(crate) fn refused(
    cx: &Cx,
    service: &'static Service,
    operation: &'static OperationDescription,
    error: &Error,
) {
    let call = Call::new(cx, service, operation, Parameters::Unread);
    let outcome = call.failed(error);
    call.push(outcome);
}

/// About how many bytes a tree holds.
fn size(node: &Node) -> usize {
    let own = size_of::<Node>();
    own + match node {
        Node::String(text) => text.len(),
        Node::Blob(bytes) => bytes.len(),
        Node::List(nodes) => nodes.iter().map(size).sum(),
        Node::Map(entries) => entries.iter().map(|(key, node)| key.len() + size(node)).sum(),
        Node::Structure(structure) => structure.iter().map(|(_, node)| own + size(node)).sum(),
        Node::Document(value) => value.to_string().len(),
        Node::Boolean(_) | Node::Integer(_) | Node::Float(_) | Node::Timestamp(_) => 0,
    }
}
