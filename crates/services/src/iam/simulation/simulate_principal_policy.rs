use super::{
    parse,
    question::{Asked, Question},
    sole_boundary,
};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{
        entity::{self, Entity, EntityName, HeldPolicy},
        page::Page,
    },
};
use policy::{PolicyKind, Principal, Source};
use shapes::iam::{
    SimulatePrincipalPolicy, SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput,
    types::{PolicyIdentifier, PolicyIdentifierPolicyType as Type},
};
use store::Transaction;

impl Operation for SimulatePrincipalPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &SimulatePrincipalPolicyInput) -> Result<Access> {
        Ok(entity::permission(cx, tx, "iam:SimulatePrincipalPolicy", &input.policy_source_arn).await?.into())
    }

    /// The policies of the request come behind the entity's own; a boundary in the request takes the place of its own.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: SimulatePrincipalPolicyInput,
    ) -> Result<SimulatePrincipalPolicyOutput> {
        let page = Page::of(cx, "SimulatePrincipalPolicy", input.marker.as_deref(), input.max_items)?;
        let entity = EntityName::parse(&input.policy_source_arn)?.get(cx, tx).await?;
        let excluded = input.policy_exclusion_list.unwrap_or_default();
        let held = entity.policies(cx, tx).await?.into_iter();
        let held = held.filter(|held| !excluded.iter().any(|excluded| excludes(excluded, held)));
        let mut identity: Vec<Source> = held.map(|held| held.source).collect();
        identity.extend(parse("PolicyInputList", PolicyKind::Identity, input.policy_input_list.as_deref())?);
        let own_boundary = entity.boundary(cx, tx).await?;
        let own_boundary =
            own_boundary.filter(|own| !excluded.iter().any(|excluded| excludes_boundary(excluded, own)));
        let boundary = sole_boundary(input.permissions_boundary_policy_input_list.as_deref())?;
        let asked = Asked {
            action_names: input.action_names,
            resource_arns: input.resource_arns,
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller_arn: input.caller_arn,
            context_entries: input.context_entries,
            resource_handling_option: input.resource_handling_option,
        };
        let boundary = boundary.or(own_boundary);
        let question = Question::new(asked, principal(cx, &entity), identity, boundary, Vec::new())?;
        let (results, marker) = question.answer(cx, &page)?;
        Ok(SimulatePrincipalPolicyOutput {
            evaluation_results: Some(results),
            is_truncated: Some(marker.is_some()),
            marker,
        })
    }
}

/// Who is simulated where the request names nobody. A group is nobody.
fn principal(cx: &Cx, entity: &Entity) -> Option<Principal> {
    let account = cx.account().to_string();
    match entity {
        Entity::Group(_) => None,
        Entity::Role(role) => Some(Principal::role(&account, &entity.arn(), role.id.as_str())),
        Entity::User(user) => Some(Principal::user(&account, &entity.arn(), user.id.as_str())),
    }
}

fn excludes(excluded: &PolicyIdentifier, held: &HeldPolicy) -> bool {
    match excluded {
        PolicyIdentifier::InlinePolicyIdentifier(inline) => {
            held.arn.is_none()
                && held.owner.kind() == inline.attachment_type.as_str()
                && held.owner_name.eq_ignore_ascii_case(&inline.attachment_name)
                && held.name.eq_ignore_ascii_case(&inline.policy_name)
        }
        PolicyIdentifier::PolicyArn(arn) => held.arn.as_ref() == Some(arn),
        PolicyIdentifier::PolicyType(Type::Inline) => held.arn.is_none(),
        PolicyIdentifier::PolicyType(of) => held.arn.is_some() && held.source.source_type == of.as_str(),
    }
}

fn excludes_boundary(excluded: &PolicyIdentifier, boundary: &[Source]) -> bool {
    match excluded {
        PolicyIdentifier::PolicyArn(arn) => boundary.iter().any(|source| source.id == *arn),
        PolicyIdentifier::PolicyType(of) => *of == Type::PermissionBoundary,
        PolicyIdentifier::InlinePolicyIdentifier(_) => false,
    }
}
