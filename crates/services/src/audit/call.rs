//! One call on its way into the trail.

use super::record;
use crate::{Cx, Error, Operation, Plane, Result, cx::TlsDetails};
use domain::{Arn, Caller};
use jiff::Timestamp;
use std::{borrow::Cow, net::IpAddr, sync::Arc};
use store::{
    Transaction,
    audit_event::{self, AuditResource},
};
use wire::{Node, OperationDescription, Service};

/// Most bytes that parameters may have to be kept. CloudTrail omits longer ones.
const PARAMETER_BYTES: usize = 100 * 1024;

/// What is known of a call before its outcome. Cheap to make: it is written out later.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) caller: Caller,
    pub(super) service: &'static Service,
    pub(super) operation: &'static OperationDescription,
    pub(super) parameters: Parameters,
    /// The role that is to be assumed.
    pub(super) role: Option<Arn>,
    pub(super) at: Timestamp,
    /// Orders the calls of one millisecond.
    pub(super) count: u32,
    pub(super) region: String,
    pub(super) source_ip: IpAddr,
    pub(super) user_agent: Option<String>,
    pub(super) request_id: String,
    pub(super) tls: Option<TlsDetails>,
}

/// The input of a call.
#[derive(Clone, Debug)]
pub(super) enum Parameters {
    /// It was never read.
    Unread,
    /// What is shown of them.
    Read(Shown),
    /// Too long to keep.
    Omitted,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// It was done; the answer's members where they are shown.
    Done(Option<Shown>),
    /// It was refused or failed.
    Failed { code: &'static str, message: String },
}

impl Outcome {
    /// About how much memory it takes beside itself, in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Done(Some(shown)) => shown.size(),
            Self::Done(None) => 0,
            Self::Failed { message, .. } => message.len(),
        }
    }
}

/// What is shown of an input or an answer. Written at once: what is not shown of it does not wait in memory.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// As JSON.
    pub(super) text: Cow<'static, str>,
    /// What it names.
    pub(super) resources: Vec<AuditResource>,
}

impl Shown {
    /// About how much memory it takes beside itself, in bytes.
    fn size(&self) -> usize {
        let resource =
            |resource: &AuditResource| size_of_val(resource) + resource.kind.len() + resource.name.len();
        self.text.len() + self.resources.iter().map(resource).sum::<usize>()
    }
}

impl Call {
    fn new(
        cx: &Cx,
        service: &'static Service,
        operation: &'static OperationDescription,
        parameters: Parameters,
    ) -> Self {
        Self {
            caller: cx.caller.clone(),
            service,
            operation,
            parameters,
            role: None,
            at: cx.received_at,
            count: cx.plane.audit.count(),
            region: cx.region.clone(),
            source_ip: cx.source_ip,
            user_agent: cx.user_agent.clone(),
            request_id: cx.request_id.clone(),
            tls: cx.tls.clone(),
        }
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        let parameters = match &self.parameters {
            Parameters::Read(shown) => shown.size(),
            Parameters::Unread | Parameters::Omitted => 0,
        };
        let text = self.user_agent.as_ref().map_or(0, String::len) + self.region.len();
        size_of::<Self>() + parameters + text
    }

    fn failed(&self, error: &Error) -> Outcome {
        Outcome::Failed { code: error.recorded_code(self.service), message: error.message().to_owned() }
    }
}

/// A call under way. Dropped before it is closed, because its client went away or it took too long, it is recorded as
/// timed out.
pub(crate) struct Open {
    plane: Arc<Plane>,
    /// `None` once the call is recorded.
    call: Option<Call>,
}

impl Open {
    /// Begins the record of an operation on its input.
    pub(crate) fn new<O: Operation>(cx: &Cx, input: &Node) -> Self {
        let parameters = if size(input) > PARAMETER_BYTES {
            Parameters::Omitted
        } else {
            Parameters::Read(record::request_parameters(O::DESCRIPTION, input))
        };
        let mut call = Call::new(cx, O::SERVICE, O::DESCRIPTION, parameters);
        call.role = record::role_to_assume(O::SERVICE, O::DESCRIPTION, input);
        Self { plane: cx.plane.clone(), call: Some(call) }
    }

    /// Records a change in the transaction that makes it.
    pub(crate) async fn keep(&self, tx: &mut Transaction, output: &Node) -> Result<()> {
        let Some(call) = &self.call else { return Ok(()) };
        let outcome = Outcome::Done(record::response_elements(call, output));
        for event in self.plane.audit.events(call, &outcome) {
            audit_event::keep(tx, event, self.plane.audit.node().cloned()).await?;
        }
        Ok(())
    }

    /// The record goes the way of the transaction that is being committed.
    pub(crate) fn hand_over(&mut self) -> Handed {
        Handed(self.call.take())
    }

    /// That transaction was not kept: the record is this call's again.
    pub(crate) fn take_back(&mut self, handed: Handed) {
        self.call = handed.0;
    }

    /// Ends the record of whatever is not recorded yet.
    pub(crate) fn close(mut self, outcome: &Result<Node>) {
        let Some(call) = self.call.take() else { return };
        let outcome = match outcome {
            Ok(output) => Outcome::Done(record::response_elements(&call, output)),
            Err(error) => call.failed(error),
        };
        self.plane.audit.push(call, outcome);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            let message = "The request ended before it was answered.".to_owned();
            self.plane.audit.push(call, Outcome::Failed { code: "RequestTimeout", message });
        }
    }
}

/// A call whose record is part of a transaction.
pub(crate) struct Handed(Option<Call>);

/// Records a call that got no further than being understood: not built, or its input is not valid.
pub(crate) fn refused(
    cx: &Cx,
    service: &'static Service,
    operation: &'static OperationDescription,
    error: &Error,
) {
    let call = Call::new(cx, service, operation, Parameters::Unread);
    let outcome = call.failed(error);
    cx.plane.audit.push(call, outcome);
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
