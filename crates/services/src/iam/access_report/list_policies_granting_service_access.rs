use super::{is_too_much_work, too_much_work};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{
        entity::{self, EntityName, HeldPolicy},
        errors,
        page::Page,
    },
};
use ::policy::Grants;
use domain::PolicyOwner;
use shapes::iam::{
    ListPoliciesGrantingServiceAccess, ListPoliciesGrantingServiceAccessInput,
    ListPoliciesGrantingServiceAccessOutput,
    types::{
        ListPoliciesGrantingServiceAccessEntry, PolicyGrantingServiceAccess, PolicyOwnerEntityType,
        PolicyType,
    },
};
use std::collections::{BTreeMap, HashSet};
use store::Transaction;

impl Operation for ListPoliciesGrantingServiceAccess {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &ListPoliciesGrantingServiceAccessInput,
    ) -> Result<Access> {
        Ok(entity::permission(cx, tx, "iam:ListPoliciesGrantingServiceAccess", &input.arn).await?.into())
    }

    /// In the order of the request. The entity's policies are few, so that one page has them all.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListPoliciesGrantingServiceAccessInput,
    ) -> Result<ListPoliciesGrantingServiceAccessOutput> {
        Page::of(cx, "ListPoliciesGrantingServiceAccess", input.marker.as_deref(), None)?;
        let held = EntityName::parse(&input.arn)?.get(cx, tx).await?.policies(cx, tx).await?;
        if is_too_much_work(held.iter().map(|held| &held.source)) {
            return Err(errors::invalid_input(too_much_work().message));
        }
        let mut known = BTreeMap::new();
        let entries = input.service_namespaces.into_iter().map(|namespace| {
            let policies =
                known.entry(namespace.clone()).or_insert_with(|| granting(&held, &namespace)).clone();
            ListPoliciesGrantingServiceAccessEntry {
                service_namespace: Some(namespace),
                policies: Some(policies),
            }
        });
        Ok(ListPoliciesGrantingServiceAccessOutput {
            policies_granting_service_access: entries.collect(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

/// The policies that grant some action of the service. A managed one that the entity has twice is listed once.
fn granting(held: &[HeldPolicy], namespace: &str) -> Vec<PolicyGrantingServiceAccess> {
    let Some(service) = catalog::service(namespace) else { return Vec::new() };
    let mut seen = HashSet::new();
    let mut policies = Vec::new();
    for policy in held {
        let grants = Grants::of([&*policy.source.policy]);
        let first = policy.arn.as_ref().is_none_or(|arn| seen.insert(arn));
        if first && super::granted_actions(&grants, service).next().is_some() {
            policies.push(shape(policy));
        }
    }
    policies
}

fn shape(held: &HeldPolicy) -> PolicyGrantingServiceAccess {
    let inline = held.arn.is_none();
    let kind = match held.owner {
        PolicyOwner::Group(_) => PolicyOwnerEntityType::Group,
        PolicyOwner::Role(_) => PolicyOwnerEntityType::Role,
        PolicyOwner::User(_) => PolicyOwnerEntityType::User,
    };
    PolicyGrantingServiceAccess {
        policy_name: held.name.clone(),
        policy_type: if inline { PolicyType::Inline } else { PolicyType::Managed },
        policy_arn: held.arn.clone(),
        entity_type: inline.then_some(kind),
        entity_name: inline.then(|| held.owner_name.clone()),
    }
}
