//! Policies that are decided together, fused into one table by action.

use std::collections::HashMap;
use std::sync::Arc;

use crate::compiled::index::ActionIndex;
use crate::compiled::layers::Slots;
use crate::compiled::statement::CompiledStatement;
use crate::evaluate::policies::{Policies, Source};
use crate::language::policy::{Policy, PolicyKind};
use crate::language::principal_pattern::Naming;
use crate::language::statement::{Statement, Target};

/// Any of the policies that apply to a request, fused. What belongs together is bundled once and kept: a principal's
/// identity policies, boundary and service control policies; a session's policies; a resource's policies. A request
/// is decided over the bundles that concern it.
///
/// A policy that stands at several levels of the organization, or comes by several groups, is looked at once. Statements
/// are compiled once for each policy and shared by all bundles with the same `Arc<Policy>`.
#[derive(Debug, Default)]
pub struct Bundle {
    statements: Box<[Placed]>,
    index: ActionIndex,
    /// The layers that have policies or, without any, still must allow.
    present: Slots,
    resource_policy_required: bool,
}

/// A statement and the layer it belongs to.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) slot: Slots,
    policy: Arc<[CompiledStatement]>,
    number: u32,
}

impl Placed {
    /// How the statement names the principal if it applies; see [`CompiledStatement::applies`].
    #[inline]
    pub(super) fn applies(&self, target: &Target<'_>, by_pattern: bool, bounded: bool) -> Option<Naming> {
        self.policy.get(self.number as usize)?.applies(target, by_pattern, bounded)
    }
}

impl Bundle {
    /// Fuses policies. Layers that belong to other bundles are left empty.
    pub fn new(policies: &Policies<'_>) -> Self {
        let mut builder = Builder::default();
        builder.add(Slots::IDENTITY, policies.identity);
        if let Some(boundary) = policies.boundary {
            builder.add_layer(Slots::BOUNDARY, boundary);
        }
        if let Some(session) = policies.session {
            builder.add_layer(Slots::SESSION, session);
        }
        if let Some(endpoint) = policies.endpoint {
            builder.add_layer(Slots::ENDPOINT, endpoint);
        }
        for level in policies.resource_control {
            builder.add(Slots::RESOURCE_CONTROL, level);
        }
        for (number, level) in policies.service_control.iter().enumerate() {
            match Slots::level(number) {
                Some(slot) => builder.add_layer(slot, level),
                // Nothing grants this layer: too many levels allow nothing.
                None => builder.present = builder.present.with(Slots::TOO_DEEP),
            }
        }
        let mut resource_policy_required = policies.resource_policy_required;
        if let Some(resource) = policies.resource {
            let is_trust = resource.policy.kind() == PolicyKind::Trust;
            resource_policy_required |= is_trust;
            let slot = if is_trust { Slots::TRUST } else { Slots::RESOURCE };
            builder.add_layer(slot, std::slice::from_ref(resource));
        }
        let index = ActionIndex::new(
            builder.parsed.iter().map(|statement| (statement.effect(), statement.actions())),
        );
        Self { statements: builder.placed.into(), index, present: builder.present, resource_policy_required }
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether there is no statement.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Bytes that the bundle holds beside itself, without the compiled statements, which it shares with others.
    pub fn heap_size(&self) -> usize {
        size_of_val(&*self.statements) + self.index.heap_size()
    }

    #[inline]
    pub(super) fn placed(&self, numbers: &[u32]) -> impl Iterator<Item = &Placed> {
        numbers.iter().filter_map(|number| self.statements.get(*number as usize))
    }

    pub(super) fn index(&self) -> &ActionIndex {
        &self.index
    }

    pub(super) fn present(&self) -> Slots {
        self.present
    }

    pub(super) fn is_resource_policy_required(&self) -> bool {
        self.resource_policy_required
    }
}

#[derive(Default)]
struct Builder<'p> {
    placed: Vec<Placed>,
    parsed: Vec<&'p Statement>,
    /// Where a policy begins among the statements, by its layer and its place in memory: one that stands at several levels,
    /// or comes by several groups, is looked at once.
    starts: HashMap<(Slots, *const CompiledStatement), usize>,
    present: Slots,
}

impl<'p> Builder<'p> {
    /// A layer that must allow, be there a policy in it or none.
    fn add_layer(&mut self, slot: Slots, sources: &'p [Source]) {
        self.present = self.present.with(slot);
        self.add(slot, sources);
    }

    fn add(&mut self, slot: Slots, sources: &'p [Source]) {
        for source in sources {
            let policy: &'p Policy = &source.policy;
            let compiled = policy.compiled();
            let start =
                *self.starts.entry((slot.whole_layer(), compiled.as_ptr())).or_insert(self.placed.len());
            if let Some(known) = self.placed.get_mut(start..).filter(|known| !known.is_empty()) {
                for placed in known.iter_mut().take(compiled.len()) {
                    placed.slot = placed.slot.with(slot);
                }
                continue;
            }
            for (number, statement) in policy.statements().iter().enumerate() {
                let Ok(number) = u32::try_from(number) else { break };
                self.placed.push(Placed { slot, policy: compiled.clone(), number });
                self.parsed.push(statement);
            }
        }
    }
}
