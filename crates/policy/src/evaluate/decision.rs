//! The answer to a request, with its reasons.

use crate::evaluate::policies::Source;
use crate::language::statement::Statement;

/// Allowed or not, and in which of the two ways not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Allowed by every layer that has a say.
    Allowed,
    /// A statement denies.
    ExplicitDeny,
    /// No statement denies, but a layer that must allow does not.
    ImplicitDeny,
}

/// A layer of policies, in the order in which denials are blamed on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Resource control policies.
    ResourceControl,
    /// Service control policies.
    ServiceControl,
    /// The policy of the VPC endpoint.
    Endpoint,
    /// The resource's policy.
    Resource,
    /// The role's trust policy, a resource policy with a name of its own.
    Trust,
    /// Identity policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

/// A statement that had a part in the decision.
#[derive(Clone, Copy, Debug)]
pub struct Matched<'a> {
    /// The layer its policy belongs to.
    pub layer: Layer,
    /// The policy it stands in.
    pub source: &'a Source,
    /// The statement, with its index, id and position.
    pub statement: &'a Statement,
}

/// What was decided and why.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// Allowed or not.
    pub outcome: Outcome,
    /// The layers that denied, or that had to allow and did not; each once, in the order of [`Layer`].
    pub blocked_by: Vec<Layer>,
    /// On an explicit deny all statements that deny, otherwise all that allow.
    pub matched: Vec<Matched<'a>>,
    /// Whether principal and resource belong to different accounts; denials then give no reason.
    pub cross_account: bool,
}

impl Decision<'_> {
    /// Whether the request may go on.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}

impl Outcome {
    pub(crate) const ALL: [Self; 3] = [Self::Allowed, Self::ExplicitDeny, Self::ImplicitDeny];

    /// `allowed`, `explicitDeny` or `implicitDeny`: `EvalDecision` of simulations.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ExplicitDeny => "explicitDeny",
            Self::ImplicitDeny => "implicitDeny",
        }
    }
}

impl Layer {
    pub(crate) const ALL: [Self; 8] = [
        Self::ResourceControl,
        Self::ServiceControl,
        Self::Endpoint,
        Self::Resource,
        Self::Trust,
        Self::Identity,
        Self::Boundary,
        Self::Session,
    ];

    /// A short name: `identity`, `boundary`, `session`, `resource`, `trust`, `scp`, `rcp`, `endpoint`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Endpoint => "endpoint",
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::ResourceControl => "rcp",
            Self::ServiceControl => "scp",
            Self::Session => "session",
            Self::Trust => "trust",
        }
    }
}
