//! A decision asked for in JSON: one request and every policy that applies to it. `portcullis policy evaluate` reads
//! such cases, and so does the table of decisions in `tests/conformance`.
//!
//! ```json
//! {"id": "...",
//!  "request": {
//!    "principal": {"type": "User|Role|AssumedRole|FederatedUser|Federated|Root|Service|Anonymous",
//!                  "arn"?, "account"?, "service"?, "issuer"?},
//!    "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_account"?: "111122223333",
//!    "context"?: {"aws:SourceIp": "192.0.2.7", "aws:TagKeys": ["a", "b"]}},
//!  "policies"?: {"identity"?: [POLICY], "boundary"?: [POLICY], "session"?: [POLICY], "resource"?: POLICY,
//!                "scp"?: [[POLICY]], "rcp"?: [[POLICY]], "endpoint"?: [POLICY]},
//!  "expect"?: {"decision": "allowed|implicitDeny|explicitDeny", "blocked_by": ["identity"]},
//!  "why"?: "..."}
//! ```
//!
//! - Members that are not named here are errors, and so are members that come twice. Absent or null members are left
//!   to their defaults: no identity policies, no limit by the other layers.
//! - `account` says nothing of principals that have none.
//! - A POLICY is a JSON object or a string that holds the document. Positions in the answer count from the start of the
//!   object or of the string's content.
//! - A context value that is a string belongs to a key with one value, a list to a key with many.
//! - `scp` and `rcp` have one list for each level, from the organization's root down to the account.
//! - Keys that follow from the principal are filled in unless the context has them: `aws:PrincipalArn`,
//!   `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName`,
//!   `aws:PrincipalServiceNamesList`, `aws:username` and, where it is known, `aws:userid`; `aws:ResourceAccount` likewise. No other key is made up: a key that AWS would
//!   have sent, such as `aws:SecureTransport`, must be given.
//! - Who the principal is, beyond its ARN, is read from the context: see [`Case::parse`].

mod answer;
mod demand;
mod form;
mod id;
mod principal;

pub use answer::{Answer, CaseError, MatchedStatement, Place};
pub use id::Id;

use std::sync::Arc;

use crate::case::form::{Document, Form, PoliciesForm};
use crate::evaluate::decision::{Decision, Layer, Outcome};
use crate::evaluate::evaluate;
use crate::evaluate::policies::{Policies, Source};
use crate::language::policy::{Policy, PolicyKind};
use crate::request::context::Context;
use crate::request::principal::Principal;
use crate::request::{Request, is_account_id};

/// The longest case read, in bytes: room for any set of policies that AWS lets apply to one request.
pub const MAX_CASE_BYTES: usize = 4 * 1_048_576;

const MAX_MESSAGE_CHARACTERS: usize = 400;

/// One request with the policies that apply to it.
#[derive(Debug)]
pub struct Case {
    id: Id,
    principal: Principal,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    identity: Vec<Source>,
    boundary: Option<Vec<Source>>,
    session: Option<Vec<Source>>,
    resource_policy: Option<Source>,
    resource_policy_required: bool,
    service_control: Vec<Vec<Source>>,
    resource_control: Vec<Vec<Source>>,
    endpoint: Option<Vec<Source>>,
    expectation: Option<Expectation>,
    why: Option<String>,
}

/// What a case is expected to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Allowed or not.
    pub outcome: Outcome,
    /// The layers that deny or that had to allow and did not, in the order of [`Layer`]; `None` when the case leaves
    /// them open.
    pub blocked_by: Option<Vec<Layer>>,
}

impl Case {
    /// Reads a case, or says what is wrong with it: the JSON, the principal, or which policy and why. Nothing in it is
    /// left out of the decision.
    ///
    /// What the principal's ARN does not tell is taken from elsewhere:
    /// - The unique id (`AIDA...`, `AROA...`) by which saved policies name users and roles is the start of
    ///   `aws:userid`. A case whose resource policy denies by unique id must give it.
    /// - A session's ARN does not hold its role's path. The role's ARN is `issuer`, else `aws:PrincipalArn`, else the one
    ///   that the resource's or endpoint's policy names as principal with the same account and role name: names of roles
    ///   are unique in an account whatever their path, so that it can be no other; when it names two, the case must say
    ///   which. Else the role has no path.
    /// - `issuer` of a `FederatedUser` is the ARN of the user or root user who asked for the session. A case whose
    ///   resource policy denies users of the account must give it.
    /// - A role whose ARN has the path `aws-service-role/` is a service-linked role. Of a session's role the case itself must
    ///   tell that ARN.
    ///
    /// The resource policy of a request to assume a role, and to tag the session or set its source identity or context,
    /// is the role's trust policy; like the policy of a KMS key it must allow, and without it nothing is allowed.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        Form::read(text)
            .and_then(Self::build)
            .map_err(|message| CaseError { id: form::read_id(text), message: shortened(message) })
    }

    /// What the case calls itself.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Why the answer is the expected one, as the case says.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// The answer that the case expects, if it says.
    pub fn expectation(&self) -> Option<&Expectation> {
        self.expectation.as_ref()
    }

    /// Whether the decision is the expected one; `None` when the case does not say what it expects.
    pub fn is_as_expected(&self) -> Option<bool> {
        let Expectation { outcome, blocked_by } = self.expectation.as_ref()?;
        let decision = self.decision();
        let same_layers = blocked_by.as_ref().is_none_or(|layers| *layers == decision.blocked_by);
        Some(decision.outcome == *outcome && same_layers)
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        }
    }

    /// The policies. Their sources are called by their place in the case, for example `identity[0]` or `scp[1][0]`.
    pub fn policies(&self) -> Policies<'_> {
        Policies {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            session: self.session.as_deref(),
            resource: self.resource_policy.as_ref(),
            resource_policy_required: self.resource_policy_required,
            service_control: &self.service_control,
            resource_control: &self.resource_control,
            endpoint: self.endpoint.as_deref(),
        }
    }

    /// Decides the request.
    pub fn decision(&self) -> Decision<'_> {
        evaluate(&self.request(), &self.policies())
    }

    /// Decides the request and writes the answer down.
    pub fn answer(&self) -> Answer {
        Answer::new(&self.id, &self.decision())
    }

    fn build(form: Form<'_>) -> Result<Self, String> {
        let request = form.request;
        let resource_account = request.resource_account;
        if resource_account.as_deref().is_some_and(|account| !is_account_id(account)) {
            return Err("request.resource_account: must be the 12 digits of an account".to_owned());
        }
        let is_trust = demand::is_of_trust(&request.action, &request.resource);
        let kind = if is_trust { PolicyKind::Trust } else { PolicyKind::Resource };
        let policies = form.policies.unwrap_or_default();
        let one = |document: Document<'_>| source("resource".to_owned(), &document, kind);
        let mut resource_policy = policies.resource.map(one).transpose()?;
        if is_trust && resource_policy.is_none() {
            resource_policy = Some(Source::new("resource", "resource", Arc::new(Policy::empty(kind))));
        }
        let endpoint = optional_list("endpoint", policies.endpoint, PolicyKind::Resource)?;

        let naming = resource_policy.iter().chain(endpoint.iter().flatten());
        let naming: Vec<&Policy> = naming.map(|source| &*source.policy).collect();
        let given = request.context.unwrap_or_default().0;
        let principal = principal::build(request.principal, &given, &naming)
            .map_err(|message| format!("request.principal: {message}"))?;
        let mut context = Context::new();
        context.insert_principal(&principal);
        let asked = Request {
            principal: &principal,
            action: &request.action,
            resource: &request.resource,
            resource_account: resource_account.as_deref(),
            context: &context,
        };
        let owner = asked.owner().map(str::to_owned);
        if let Some(owner) = owner {
            context.insert("aws:ResourceAccount", owner);
        }
        for (key, value) in given {
            context.insert(key, value);
        }
        let PoliciesForm { identity, boundary, session, scp, rcp, .. } = policies;
        Ok(Self {
            id: form.id,
            principal,
            resource_policy_required: demand::is_kms_key(&request.resource),
            action: request.action,
            resource: request.resource,
            resource_account,
            context,
            identity: list("identity", identity.unwrap_or_default(), PolicyKind::Identity)?,
            boundary: optional_list("boundary", boundary, PolicyKind::Boundary)?,
            session: optional_list("session", session, PolicyKind::Session)?,
            resource_policy,
            service_control: levels("scp", scp, PolicyKind::ServiceControl)?,
            resource_control: levels("rcp", rcp, PolicyKind::ResourceControl)?,
            endpoint,
            expectation: form.expect.map(|expect| expect.read()).transpose()?,
            why: form.why,
        })
    }
}

/// Messages repeat what they complain of, which may be long.
fn shortened(message: String) -> String {
    match message.char_indices().nth(MAX_MESSAGE_CHARACTERS).and_then(|(end, _)| message.get(..end)) {
        Some(start) => format!("{start}..."),
        None => message,
    }
}

fn source(name: String, document: &Document<'_>, kind: PolicyKind) -> Result<Source, String> {
    match Policy::parse_any_version(&document.0, kind) {
        Ok(policy) => {
            let layer = name.split('[').next().unwrap_or_default().to_owned();
            Ok(Source::new(name, layer, Arc::new(policy)))
        }
        Err(error) => {
            let place =
                error.position.map(|place| format!(" (line {}, column {})", place.line, place.column));
            Err(format!("policies.{name}: {}{}", error.message, place.unwrap_or_default()))
        }
    }
}

fn list(name: &str, documents: Vec<Document<'_>>, kind: PolicyKind) -> Result<Vec<Source>, String> {
    let numbered = documents.into_iter().enumerate();
    numbered.map(|(number, document)| source(format!("{name}[{number}]"), &document, kind)).collect()
}

fn optional_list(
    name: &str,
    documents: Option<Vec<Document<'_>>>,
    kind: PolicyKind,
) -> Result<Option<Vec<Source>>, String> {
    documents.map(|documents| list(name, documents, kind)).transpose()
}

fn levels(
    name: &str,
    levels: Option<Vec<Vec<Document<'_>>>>,
    kind: PolicyKind,
) -> Result<Vec<Vec<Source>>, String> {
    let numbered = levels.unwrap_or_default().into_iter().enumerate();
    numbered.map(|(number, level)| list(&format!("{name}[{number}]"), level, kind)).collect()
}

#[cfg(test)]
mod tests;
