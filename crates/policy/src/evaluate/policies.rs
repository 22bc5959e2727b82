//! The policies that apply to one request.

use std::borrow::Cow;
use std::sync::Arc;

use crate::evaluate::decision::Layer;
use crate::language::policy::{Policy, PolicyKind};

/// So many levels of service control policies are read; with more, nothing is allowed.
pub(crate) const MAX_LEVELS: usize = 56;

/// A policy and what to call it in explanations.
#[derive(Clone, Debug)]
pub struct Source {
    /// The policy's ARN or, for inline policies, its name. `SourcePolicyId` of simulations is made of it.
    pub id: String,
    /// Where it is attached or what it is, for example `user`, `group`, `role`, `aws-managed`, `user-managed`:
    /// `SourcePolicyType` of simulations.
    pub source_type: Cow<'static, str>,
    /// The parsed policy.
    pub policy: Arc<Policy>,
}

impl Source {
    /// Names a policy.
    pub fn new(
        id: impl Into<String>,
        source_type: impl Into<Cow<'static, str>>,
        policy: Arc<Policy>,
    ) -> Self {
        Self { id: id.into(), source_type: source_type.into(), policy }
    }

    /// The layer of a resource's policy.
    pub(crate) fn resource_layer(&self) -> Layer {
        if self.policy.kind() == PolicyKind::Trust { Layer::Trust } else { Layer::Resource }
    }
}

/// All policies that apply to a request, by layer. The default has none and so allows nobody but root users.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Attached to the user, its groups, or the role. For a federated user those of the user who made the session.
    pub identity: &'a [Source],
    /// The permissions boundary; none sets no limit, an empty one allows nothing.
    pub boundary: Option<&'a [Source]>,
    /// The session policies, inline and managed; none sets no limit, but a federated user without any has nothing
    /// of the user's.
    pub session: Option<&'a [Source]>,
    /// The policy of the resource: of a role its trust policy.
    pub resource: Option<&'a Source>,
    /// Whether the resource policy must allow whatever the identity policies say, as for KMS keys and roles. A policy
    /// of the kind [`PolicyKind::Trust`](crate::PolicyKind::Trust) always must.
    pub resource_policy_required: bool,
    /// Service control policies of the principal's account, one list for each level from the organization's root to
    /// the account; each level must allow. Empty where none apply: no organization, or the management account. With more
    /// than 56 levels nothing is allowed; Organizations has seven.
    pub service_control: &'a [Vec<Source>],
    /// Resource control policies of the resource's account by level. They only deny, since `RCPFullAWSAccess` is
    /// attached to every level for good. Empty where none apply.
    pub resource_control: &'a [Vec<Source>],
    /// The policy of the VPC endpoint the request came through; none sets no limit.
    pub endpoint: Option<&'a [Source]>,
}
