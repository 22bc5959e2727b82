use super::{find, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, names, page::Page},
};
use domain::{Group, PolicyOwner, Role, UniqueId, User};
use shapes::iam::{ListEntitiesForPolicy, ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput, types};
use std::collections::BTreeMap;
use store::Transaction;

/// Kinds of owner, in the order of [`key`]: users come last.
const ROLE: &str = "role";
const USER: &str = "user";

impl Operation for ListEntitiesForPolicy {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListEntitiesForPolicyInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListEntitiesForPolicy", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListEntitiesForPolicyInput,
    ) -> Result<ListEntitiesForPolicyOutput> {
        let page = Page::of(cx, "ListEntitiesForPolicy", input.marker.as_deref(), input.max_items)?;
        if find(cx, tx, &input.policy_arn).await?.is_none() {
            return Err(errors::no_such_policy(&input.policy_arn));
        }
        let read = entities(cx, tx, &input, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, Entity::key)?;
        let (is_truncated, marker) = (cut.is_truncated(), cut.marker);
        let (mut policy_groups, mut policy_users, mut policy_roles) = (Vec::new(), Vec::new(), Vec::new());
        for entity in cut.items {
            match entity {
                Entity::Group(group) => policy_groups.push(types::PolicyGroup {
                    group_name: Some(group.name.to_string()),
                    group_id: Some(group.id.to_string()),
                }),
                Entity::Role(role) => policy_roles.push(types::PolicyRole {
                    role_name: Some(role.name.to_string()),
                    role_id: Some(role.id.to_string()),
                }),
                Entity::User(user) => policy_users.push(types::PolicyUser {
                    user_name: Some(user.name.to_string()),
                    user_id: Some(user.id.to_string()),
                }),
            }
        }
        Ok(ListEntitiesForPolicyOutput {
            policy_groups: Some(policy_groups),
            policy_users: Some(policy_users),
            policy_roles: Some(policy_roles),
            is_truncated: Some(is_truncated),
            marker,
        })
    }
}

/// Something that uses a policy.
enum Entity {
    Group(Group),
    Role(Box<Role>),
    User(Box<User>),
}

impl Entity {
    fn key(&self) -> String {
        match self {
            Self::Group(group) => key(&PolicyOwner::Group(group.id.clone())),
            Self::Role(role) => key(&PolicyOwner::Role(role.id.clone())),
            Self::User(user) => key(&PolicyOwner::User(user.id.clone())),
        }
    }

    fn path(&self) -> &str {
        match self {
            Self::Group(group) => group.path.as_str(),
            Self::Role(role) => role.path.as_str(),
            Self::User(user) => user.path.as_str(),
        }
    }
}

/// Up to `limit` entities that fit the request, in the order of their keys, from behind the key `after`.
async fn entities(
    cx: &Cx,
    tx: &mut Transaction,
    input: &ListEntitiesForPolicyInput,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Entity>> {
    let (enough, prefix) = (usize::try_from(limit).unwrap_or(usize::MAX), input.path_prefix.as_deref());
    let mut after = after.and_then(owner);
    let mut found = Vec::new();
    loop {
        let owners = owners(cx, tx, input, after.as_ref(), limit).await?;
        let is_last = owners.len() < enough;
        for owner in owners {
            if fits(&owner, input.entity_filter.as_ref())
                && let Some(entity) = entity(cx, tx, &owner).await?
                && entity.path().starts_with(names::path_prefix(prefix))
            {
                found.push(entity);
                if found.len() >= enough {
                    return Ok(found);
                }
            }
            after = Some(owner);
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// Up to `limit` of those that use the policy in the way that the request asks for, from behind `after`.
async fn owners(
    cx: &Cx,
    tx: &mut Transaction,
    input: &ListEntitiesForPolicyInput,
    after: Option<&PolicyOwner>,
    limit: u32,
) -> Result<Vec<PolicyOwner>> {
    let (account, arn, usage) = (cx.account(), &input.policy_arn, input.policy_usage_filter.as_ref());
    let mut owners = BTreeMap::new();
    if usage != Some(&types::PolicyUsageType::PermissionsBoundary) {
        let attached = store::attachment::list_owners(tx, account, arn, after, limit).await?;
        owners.extend(attached.into_iter().map(|owner| (key(&owner), owner)));
    }
    if usage != Some(&types::PolicyUsageType::PermissionsPolicy) {
        if after.is_none_or(|after| after.kind() <= ROLE) {
            let after = after.filter(|after| after.kind() == ROLE).map(PolicyOwner::id);
            for role in store::role::list_bounded(tx, account, arn, after, limit).await? {
                let owner = PolicyOwner::Role(role.id);
                owners.insert(key(&owner), owner);
            }
        }
        let after = after.filter(|after| after.kind() == USER).map(PolicyOwner::id);
        for user in store::user::list_bounded(tx, account, arn, after, limit).await? {
            let owner = PolicyOwner::User(user.id);
            owners.insert(key(&owner), owner);
        }
    }
    Ok(owners.into_values().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

fn fits(owner: &PolicyOwner, filter: Option<&types::EntityType>) -> bool {
    match filter {
        None => true,
        Some(types::EntityType::Group) => matches!(owner, PolicyOwner::Group(_)),
        Some(types::EntityType::Role) => matches!(owner, PolicyOwner::Role(_)),
        Some(types::EntityType::User) => matches!(owner, PolicyOwner::User(_)),
        // Policies are attached to no policy.
        Some(_) => false,
    }
}

async fn entity(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner) -> Result<Option<Entity>> {
    let account = cx.account();
    Ok(match owner {
        PolicyOwner::Group(id) => store::group::find(tx, account, id).await?.map(Entity::Group),
        PolicyOwner::Role(id) => {
            store::role::find(tx, account, id).await?.map(|role| Entity::Role(Box::new(role)))
        }
        PolicyOwner::User(id) => {
            store::user::find(tx, account, id).await?.map(|user| Entity::User(Box::new(user)))
        }
    })
}

/// Groups, roles, users, each by id: the order in which the store lists owners.
fn key(owner: &PolicyOwner) -> String {
    format!("{} {}", owner.kind(), owner.id())
}

/// The owner of that key.
fn owner(key: &str) -> Option<PolicyOwner> {
    let (kind, id) = key.split_once(' ')?;
    let id = UniqueId::parse(id).ok()?;
    match kind {
        "group" => Some(PolicyOwner::Group(id)),
        ROLE => Some(PolicyOwner::Role(id)),
        USER => Some(PolicyOwner::User(id)),
        _ => None,
    }
}
