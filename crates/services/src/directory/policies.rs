//! Policies as the directory keeps them: with their names, to explain a decision, and fused, to make it.

use super::{
    shared::Piece,
    taken::{Charge, Taken},
    weight::Weigh,
};
use policy::{Bundle, Policies, Source};
use std::sync::Arc;

/// The policies that apply to a caller.
#[derive(Clone, Debug, Default)]
pub struct CallerPolicies {
    /// Those of the user or role; a root user has none.
    pub principal: Arc<PrincipalPolicies>,
    /// Those the session was made with; `None` when it was made without any.
    pub session: Option<Arc<SessionPolicies>>,
}

/// The policies of a user or role.
#[derive(Debug, Default)]
pub struct PrincipalPolicies {
    identity: Box<[Source]>,
    boundary: Option<Box<[Source]>>,
    bundle: Bundle,
    /// What is counted for as long as these live: their policies, and themselves.
    charges: Box<[Arc<Charge>]>,
}

/// The policies of a session.
#[derive(Debug)]
pub struct SessionPolicies {
    sources: Box<[Source]>,
    bundle: Bundle,
}

/// The policy of a resource: of a role, who may assume it.
#[derive(Debug)]
pub struct ResourcePolicy {
    source: Source,
    bundle: Bundle,
    _charge: Arc<Charge>,
}

impl CallerPolicies {
    /// All policies that apply to the caller's request, for explanations.
    pub(crate) fn with<'a>(&'a self, resource: Option<&'a ResourcePolicy>) -> Policies<'a> {
        Policies {
            identity: &self.principal.identity,
            boundary: self.principal.boundary.as_deref(),
            session: self.session.as_ref().map(|session| &*session.sources),
            resource: resource.map(|resource| &resource.source),
            ..Policies::default()
        }
    }

    /// The same, fused.
    pub(crate) fn bundles<'a>(
        &'a self,
        resource: Option<&'a ResourcePolicy>,
    ) -> impl Iterator<Item = &'a Bundle> {
        let session = self.session.iter().map(|session| &session.bundle);
        let resource = resource.into_iter().map(|resource| &resource.bundle);
        std::iter::once(&self.principal.bundle).chain(session).chain(resource)
    }
}

impl PrincipalPolicies {
    /// Fuses what is attached to a principal and its groups with its boundary.
    pub(crate) fn new(identity: Vec<Source>, boundary: Option<Vec<Source>>) -> Self {
        let bundle = Bundle::new(&Policies {
            identity: &identity,
            boundary: boundary.as_deref(),
            ..Policies::default()
        });
        Self {
            identity: identity.into(),
            boundary: boundary.map(Into::into),
            bundle,
            charges: Box::default(),
        }
    }

    /// Counts these from now on, with a line of the table that leads to them, beside the charges of their policies.
    pub(super) fn charge(&mut self, mut charges: Vec<Arc<Charge>>, taken: &Arc<Taken>, line: usize) {
        let room = (charges.len() + 1) * size_of::<Arc<Charge>>() + size_of::<Charge>();
        charges.push(taken.charge(self.weight() + room + line));
        self.charges = charges.into();
    }

    pub(super) fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub(super) fn lists(&self) -> impl Iterator<Item = &[Source]> {
        std::iter::once(&*self.identity).chain(self.boundary.as_deref())
    }
}

impl SessionPolicies {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        let bundle = Bundle::new(&Policies { session: Some(&sources), ..Policies::default() });
        Self { sources: sources.into(), bundle }
    }

    pub(super) fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }
}

impl ResourcePolicy {
    pub(super) fn new(Piece { source, charge, .. }: Piece) -> Self {
        let bundle = Bundle::new(&Policies { resource: Some(&source), ..Policies::default() });
        Self { source, bundle, _charge: charge }
    }

    pub(super) fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }
}
