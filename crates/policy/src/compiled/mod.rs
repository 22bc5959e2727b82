//! The form of policies that decides: fused, indexed by action, with every value read beforehand. It gives the same
//! answers as [`evaluate`](crate::evaluate), which explains them; that both agree is tested on generated cases.

mod arn;
mod bundle;
mod condition;
mod index;
mod layers;
mod query;
mod statement;
mod text;
mod verdict;
mod weight;

pub use bundle::Bundle;
pub use query::Query;
pub(crate) use statement::CompiledStatement;
pub use verdict::Verdict;

use std::sync::Arc;

use crate::compiled::layers::Slots;
use crate::evaluate::decision::Outcome;
use crate::language::principal_pattern::Naming;
use crate::language::statement::Statement;
use crate::request::principal::PrincipalKind;

/// Decides a request over all bundles of policies that apply to it, as [`evaluate`](crate::evaluate) does, without
/// allocating. Without any bundle nobody but a root user is allowed anything.
pub fn decide(query: &Query<'_>, bundles: &[&Bundle]) -> Verdict {
    if query.is_uncontrolled() {
        return Verdict::allowed();
    }
    let mut grants = Grants::default();
    let is_bounding = |bundle: &&Bundle| bundle.present().and(query.concerned()).meets(Slots::BOUNDARY);
    let bounded = bundles.iter().any(is_bounding);
    for bundle in bundles {
        if let Some(slot) = scan(query, bundle, bounded, &mut grants) {
            return Verdict::new(Outcome::ExplicitDeny, slot);
        }
    }
    let missing = missing(query, bundles, &grants);
    if missing == Slots::NONE { Verdict::allowed() } else { Verdict::new(Outcome::ImplicitDeny, missing) }
}

/// Compiles the statements of a policy.
pub(crate) fn compile(statements: &[Statement]) -> Arc<[CompiledStatement]> {
    statements.iter().map(CompiledStatement::new).collect()
}

/// What allows, as long as nothing denies.
#[derive(Default)]
struct Grants {
    slots: Slots,
    /// How closely the resource's policy names the principal it allows.
    naming: Option<Naming>,
}

const OF_RESOURCE: Slots = Slots::RESOURCE.with(Slots::TRUST);

/// Tries the statements of a bundle that may speak of the action: first those that deny, of which one is enough, then
/// those that allow in layers that do not allow yet.
fn scan(query: &Query<'_>, bundle: &Bundle, bounded: bool, grants: &mut Grants) -> Option<Slots> {
    if bundle.is_empty() {
        return None;
    }
    let found = bundle.index().find(&query.action());
    for (candidates, by_pattern) in &found {
        for placed in bundle.placed(candidates.denies) {
            if query.concerned().meets(placed.slot)
                && placed.applies(query.target(), *by_pattern, bounded).is_some()
            {
                return Some(placed.slot);
            }
        }
    }
    for (candidates, by_pattern) in &found {
        for placed in bundle.placed(candidates.allows) {
            // A resource's policy is read to the end: another statement may name the principal more closely.
            let open = query.concerned().without(grants.slots.without(OF_RESOURCE));
            if open.meets(placed.slot)
                && let Some(naming) = placed.applies(query.target(), *by_pattern, bounded)
            {
                grants.slots = grants.slots.with(placed.slot);
                if placed.slot.meets(OF_RESOURCE) {
                    grants.naming = grants.naming.max(Some(naming));
                }
            }
        }
    }
    None
}

/// The layers that must allow and do not.
fn missing(query: &Query<'_>, bundles: &[&Bundle], grants: &Grants) -> Slots {
    let principal = query.target().principal();
    let (mut present, mut resource_required) = (Slots::NONE, false);
    for bundle in bundles {
        present = present.with(bundle.present());
        resource_required |= bundle.is_resource_policy_required();
    }
    let has_account = principal.belongs_to_account();
    let of_resource = if present.meets(Slots::TRUST) { Slots::TRUST } else { Slots::RESOURCE };
    let mut required = present.and(Slots::SERVICE_CONTROL.with(Slots::ENDPOINT));
    if resource_required || query.is_cross_account() || !has_account {
        required = required.with(of_resource);
    }
    let mut of_account = present.and(Slots::BOUNDARY.with(Slots::SESSION));
    if principal.kind() == PrincipalKind::FederatedUser {
        of_account = of_account.with(Slots::SESSION);
    }
    let mut granted = grants.slots;
    if principal.has_root_permissions() {
        granted = granted.with(Slots::IDENTITY);
    }
    // In the account that owns the resource its policy may grant by itself: more, the more closely it names.
    required = match grants.naming.filter(|_| !query.is_cross_account()) {
        Some(Naming::Everyone | Naming::Itself) => required,
        Some(Naming::Issuer) => required.with(of_account),
        Some(Naming::Account) | None => required.with(of_account).with(Slots::IDENTITY),
    };
    required.and(query.concerned()).without(granted)
}

#[cfg(test)]
mod tests;
