//! What each layer of policies says to a request.

use crate::evaluate::boundary;
use crate::evaluate::decision::{Decision, Layer, Matched, Outcome};
use crate::evaluate::policies::{Policies, Source};
use crate::explain::nearest::{self, NearestMiss};
use crate::language::statement::{Effect, Target};
use crate::request::principal::{Principal, PrincipalKind};

/// What a layer, or one level of it, says to the request.
#[derive(Clone, Debug)]
pub struct LayerReport<'a> {
    /// Which layer.
    pub layer: Layer,
    /// Of service and resource control policies the level, from 0 at the organization's root.
    pub level: Option<usize>,
    /// Whether the layer stopped the request.
    pub blocks: bool,
    /// What it says, and if it stopped the request by silence, what came closest.
    pub finding: LayerFinding<'a>,
}

/// What the statements of a layer come to.
#[derive(Clone, Debug)]
pub enum LayerFinding<'a> {
    /// It allows: by a statement, for root users by itself, and resource control policies by not denying.
    Allows,
    /// A statement denies.
    Denies,
    /// The layer has policies, but none of their statements is an Allow.
    NoAllowStatement,
    /// The layer has no policy.
    NoPolicy,
    /// Statements allow other things; this one came closest. Boxed, since it is much larger than the others.
    NearestMiss(Box<NearestMiss<'a>>),
    /// No statement allows, and none has to.
    Silent,
}

impl LayerReport<'_> {
    /// The decision if this layer alone had a say.
    pub fn outcome(&self) -> Outcome {
        match self.finding {
            LayerFinding::Allows => Outcome::Allowed,
            LayerFinding::Denies => Outcome::ExplicitDeny,
            LayerFinding::NoAllowStatement
            | LayerFinding::NoPolicy
            | LayerFinding::NearestMiss(_)
            | LayerFinding::Silent => Outcome::ImplicitDeny,
        }
    }
}

/// The policies of a layer, or of one level of it, that apply to a principal.
pub(crate) struct Group<'a> {
    layer: Layer,
    level: Option<usize>,
    sources: &'a [Source],
    /// Whether no statement is needed to allow.
    allows_by_itself: bool,
    /// Whether the principal has a permissions boundary.
    bounded: bool,
}

/// The layers that have a say over the principal, as [`evaluate`](crate::evaluate()) consults them, in the order of
/// [`Layer`].
pub(crate) fn applying<'a>(
    principal: &Principal,
    policies: &Policies<'a>,
    decision: &Decision<'_>,
) -> Vec<Group<'a>> {
    let mut groups = Vec::new();
    let has_account = principal.belongs_to_account();
    let bounding = boundary(principal, policies);
    if !principal.is_service_linked() {
        groups.extend(levels(Layer::ResourceControl, policies.resource_control));
        groups.extend(levels(Layer::ServiceControl, policies.service_control).filter(|_| has_account));
    }
    groups.extend(policies.endpoint.map(|sources| Group::new(Layer::Endpoint, sources)));
    if let Some(resource) = policies.resource {
        groups.push(Group::new(resource.resource_layer(), std::slice::from_ref(resource)));
    } else if decision.blocked_by.contains(&Layer::Resource) {
        groups.push(Group::new(Layer::Resource, &[]));
    }
    if has_account {
        let identity = Group::new(Layer::Identity, policies.identity);
        groups.push(Group { allows_by_itself: principal.has_root_permissions(), ..identity });
        groups.extend(bounding.map(|sources| Group::new(Layer::Boundary, sources)));
        // A federated user without session policies has nothing of the user's.
        let session = match policies.session {
            None if principal.kind() == PrincipalKind::FederatedUser => Some(&[][..]),
            session => session,
        };
        groups.extend(session.map(|sources| Group::new(Layer::Session, sources)));
    }
    for group in &mut groups {
        group.bounded = bounding.is_some();
    }
    groups
}

fn levels(layer: Layer, levels: &[Vec<Source>]) -> impl Iterator<Item = Group<'_>> {
    levels.iter().enumerate().map(move |(level, sources)| Group {
        level: Some(level),
        allows_by_itself: layer == Layer::ResourceControl,
        ..Group::new(layer, sources)
    })
}

impl<'a> Group<'a> {
    fn new(layer: Layer, sources: &'a [Source]) -> Self {
        Self { layer, level: None, sources, allows_by_itself: false, bounded: false }
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.bounded
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = Matched<'a>> {
        let layer = self.layer;
        self.sources.iter().flat_map(move |source| {
            source.policy.statements().iter().map(move |statement| Matched { layer, source, statement })
        })
    }

    pub(crate) fn report(&self, target: &Target<'a>, decision: &Decision<'_>) -> LayerReport<'a> {
        let (mut allows, mut denies) = (self.allows_by_itself, false);
        let applies = |matched: &Matched<'_>| matched.statement.applies(target, self.bounded).is_some();
        for matched in self.statements().filter(applies) {
            match matched.statement.effect() {
                Effect::Allow => allows = true,
                Effect::Deny => denies = true,
            }
        }
        let blamed = decision.blocked_by.contains(&self.layer);
        let (blocks, finding) = match decision.outcome {
            _ if denies => (true, LayerFinding::Denies),
            _ if allows => (false, LayerFinding::Allows),
            Outcome::ImplicitDeny if blamed => (true, self.silence(target)),
            _ => (false, LayerFinding::Silent),
        };
        LayerReport { layer: self.layer, level: self.level, blocks, finding }
    }

    fn silence(&self, target: &Target<'a>) -> LayerFinding<'a> {
        if self.sources.is_empty() {
            return LayerFinding::NoPolicy;
        }
        match nearest::nearest_miss(self.statements(), target) {
            Some(miss) => LayerFinding::NearestMiss(Box::new(miss)),
            None => LayerFinding::NoAllowStatement,
        }
    }
}
