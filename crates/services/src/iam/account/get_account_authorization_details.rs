use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{
        attachment::{self, Attached},
        boundary, inline_policy, instance_profile,
        page::Page,
        policy::{
            self, Managed,
            listing::{self, Selection, Use},
        },
        policy_document, role, tags,
    },
};
use domain::{Group, PolicyOwner, Role, User};
use shapes::iam::{
    GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsInput,
    GetAccountAuthorizationDetailsOutput,
    types::{self, EntityType},
};
use store::{Transaction, managed_policy::PolicyUsage};

/// More than any quota allows of groups around one user.
const ALL: u32 = 1000;
/// The beginning of every path.
const ANY_PATH: &str = "/";

impl Operation for GetAccountAuthorizationDetails {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetAccountAuthorizationDetailsInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetAccountAuthorizationDetails", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetAccountAuthorizationDetailsInput,
    ) -> Result<GetAccountAuthorizationDetailsOutput> {
        let operation = "GetAccountAuthorizationDetails";
        let page = Page::of(cx, operation, input.marker.as_deref(), input.max_items)?;
        let filter = input.filter.unwrap_or_default();
        let cut = page.cut(cx, read(cx, tx, &filter, page.after(), page.limit()).await?, Entity::key)?;
        let (is_truncated, marker) = (cut.is_truncated(), cut.marker);
        let (mut users, mut groups, mut roles, mut policies) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entity in cut.items {
            match entity {
                Entity::User(user) => users.push(user_detail(cx, tx, *user).await?),
                Entity::Group(group) => groups.push(group_detail(cx, tx, group).await?),
                Entity::Role(role) => roles.push(role_detail(cx, tx, *role).await?),
                Entity::Policy(managed, usage) => {
                    policies.push(policy_detail(cx, tx, &managed, usage).await?);
                }
            }
        }
        Ok(GetAccountAuthorizationDetailsOutput {
            user_detail_list: Some(users),
            group_detail_list: Some(groups),
            role_detail_list: Some(roles),
            policies: Some(policies),
            is_truncated: Some(is_truncated),
            marker,
        })
    }
}

/// One entry of an answer.
enum Entity {
    User(Box<User>),
    Group(Group),
    Role(Box<Role>),
    Policy(Managed, PolicyUsage),
}

/// The parts of the whole list, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Users,
    Groups,
    Roles,
    Policies,
}

impl Part {
    const ALL: [Self; 4] = [Self::Users, Self::Groups, Self::Roles, Self::Policies];

    fn name(self) -> &'static str {
        match self {
            Self::Users => "user",
            Self::Groups => "group",
            Self::Roles => "role",
            Self::Policies => "policy",
        }
    }
}

impl Entity {
    /// The part and the key within it.
    fn key(&self) -> String {
        match self {
            Self::User(user) => format!("{}:{}", Part::Users.name(), user.name.key()),
            Self::Group(group) => format!("{}:{}", Part::Groups.name(), group.name.key()),
            Self::Role(role) => format!("{}:{}", Part::Roles.name(), role.name.key()),
            Self::Policy(managed, _) => format!("{}:{}", Part::Policies.name(), listing::key(managed)),
        }
    }
}

/// Up to `limit` entities of the kinds in the filter, from behind the key `after`: part by part.
async fn read(
    cx: &Cx,
    tx: &mut Transaction,
    filter: &[EntityType],
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Entity>> {
    let after = after.and_then(|after| after.split_once(':'));
    let begin = after.and_then(|(name, _)| Part::ALL.into_iter().find(|part| part.name() == name));
    let mut found = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| begin.is_none_or(|begin| *part >= begin)) {
        let after = after.filter(|_| begin == Some(part)).map(|(_, key)| key);
        let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if left > 0 {
            found.extend(read_part(cx, tx, part, filter, after, left).await?);
        }
    }
    Ok(found)
}

async fn read_part(
    cx: &Cx,
    tx: &mut Transaction,
    part: Part,
    filter: &[EntityType],
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Entity>> {
    let account = cx.account();
    let wants = |kind: &EntityType| filter.is_empty() || filter.contains(kind);
    Ok(match part {
        Part::Users if wants(&EntityType::User) => {
            let users = store::user::list(tx, account, ANY_PATH, after, limit).await?;
            users.into_iter().map(|user| Entity::User(Box::new(user))).collect()
        }
        Part::Groups if wants(&EntityType::Group) => {
            let groups = store::group::list(tx, account, ANY_PATH, after, limit).await?;
            groups.into_iter().map(Entity::Group).collect()
        }
        Part::Roles if wants(&EntityType::Role) => {
            let roles = store::role::list(tx, account, ANY_PATH, after, limit).await?;
            roles.into_iter().map(|role| Entity::Role(Box::new(role))).collect()
        }
        Part::Policies => {
            let own = if wants(&EntityType::LocalManagedPolicy) { Use::Any } else { Use::Never };
            // Of AWS's policies, those that mean something in this account.
            let aws = if wants(&EntityType::AWSManagedPolicy) { Use::AttachedOrBoundary } else { Use::Never };
            let selection = Selection { own, aws, path_prefix: ANY_PATH };
            let policies = listing::list(cx, tx, &selection, after, limit).await?;
            policies.into_iter().map(|(managed, usage)| Entity::Policy(managed, usage)).collect()
        }
        Part::Users | Part::Groups | Part::Roles => Vec::new(),
    })
}

async fn user_detail(cx: &Cx, tx: &mut Transaction, user: User) -> Result<types::UserDetail> {
    let groups = store::membership::list_groups(tx, cx.account(), &user.id, None, ALL).await?;
    let owner = PolicyOwner::User(user.id.clone());
    Ok(types::UserDetail {
        path: Some(user.path.to_string()),
        user_name: Some(user.name.to_string()),
        user_id: Some(user.id.to_string()),
        arn: Some(user.arn().to_string()),
        create_date: Some(user.created_at),
        user_policy_list: Some(inline_policy::details(cx, tx, &owner).await?),
        group_list: Some(groups.iter().map(|group| group.name.to_string()).collect()),
        attached_managed_policies: Some(attached(cx, tx, &owner).await?),
        permissions_boundary: user.permissions_boundary.as_ref().map(boundary::shape),
        tags: Some(tags::shapes(&user.tags)),
    })
}

async fn group_detail(cx: &Cx, tx: &mut Transaction, group: Group) -> Result<types::GroupDetail> {
    let owner = PolicyOwner::Group(group.id.clone());
    Ok(types::GroupDetail {
        path: Some(group.path.to_string()),
        group_name: Some(group.name.to_string()),
        group_id: Some(group.id.to_string()),
        arn: Some(group.arn().to_string()),
        create_date: Some(group.created_at),
        group_policy_list: Some(inline_policy::details(cx, tx, &owner).await?),
        attached_managed_policies: Some(attached(cx, tx, &owner).await?),
    })
}

async fn role_detail(cx: &Cx, tx: &mut Transaction, role: Role) -> Result<types::RoleDetail> {
    let owner = PolicyOwner::Role(role.id.clone());
    let trust_policy = role::trust::shown(tx, &role).await?;
    Ok(types::RoleDetail {
        path: Some(role.path.to_string()),
        role_name: Some(role.name.to_string()),
        role_id: Some(role.id.to_string()),
        arn: Some(role.arn().to_string()),
        create_date: Some(role.created_at),
        assume_role_policy_document: Some(policy_document::encoded(&trust_policy)),
        instance_profile_list: Some(instance_profile::with_role(cx, tx, &role).await?),
        role_policy_list: Some(inline_policy::details(cx, tx, &owner).await?),
        attached_managed_policies: Some(attached(cx, tx, &owner).await?),
        permissions_boundary: role.permissions_boundary.as_ref().map(boundary::shape),
        tags: Some(tags::shapes(&role.tags)),
        role_last_used: Some(role::last_used(cx, tx, &role).await?),
    })
}

async fn policy_detail(
    cx: &Cx,
    tx: &mut Transaction,
    managed: &Managed,
    usage: PolicyUsage,
) -> Result<types::ManagedPolicyDetail> {
    let policy = policy::shape(managed, usage);
    Ok(types::ManagedPolicyDetail {
        policy_name: policy.policy_name,
        policy_id: policy.policy_id,
        arn: policy.arn,
        path: policy.path,
        default_version_id: policy.default_version_id,
        attachment_count: policy.attachment_count,
        permissions_boundary_usage_count: policy.permissions_boundary_usage_count,
        is_attachable: policy.is_attachable,
        description: managed.description().map(str::to_owned),
        create_date: policy.create_date,
        update_date: policy.update_date,
        policy_version_list: Some(policy::versions(cx, tx, managed).await?),
    })
}

async fn attached(cx: &Cx, tx: &mut Transaction, owner: &PolicyOwner) -> Result<Vec<types::AttachedPolicy>> {
    let mut attached = attachment::list(cx, tx, owner, None).await?;
    attached.sort_by_cached_key(Attached::key);
    Ok(attached.iter().map(Attached::shape).collect())
}
