//! Users, groups and roles by their ARN, and the policies they have.

use super::{errors, group, policy, role, user};
use crate::{Cx, Permission, Result};
use ::policy::{PolicyKind, Source};
use domain::{Arn, Group, GroupName, PolicyOwner, Role, RoleName, UniqueId, User, UserName};
use std::borrow::Cow;
use store::Transaction;

/// More than any quota allows of policies on one entity or of groups around one user.
const ALL: u32 = 10_000;

/// A user, group or role.
#[derive(Debug)]
pub(crate) enum Entity {
    Group(Group),
    Role(Box<Role>),
    User(Box<User>),
}

/// The kind and the name of what an ARN names.
#[derive(Debug)]
pub(crate) struct EntityName<'a> {
    arn: &'a str,
    kind: &'static str,
    name: String,
}

/// A policy that an entity has: its own, or one of a group that it is in.
#[derive(Debug)]
pub(crate) struct HeldPolicy {
    /// Who has it.
    pub(crate) owner: PolicyOwner,
    /// The name of who has it.
    pub(crate) owner_name: String,
    /// The policy's name.
    pub(crate) name: String,
    /// The policy's ARN; inline policies have none.
    pub(crate) arn: Option<String>,
    /// The policy, by the names that simulations show.
    pub(crate) source: Source,
}

/// A permission on the entity of that ARN. An ARN of something else is refused to those alone who may ask.
pub(crate) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    arn: &str,
) -> Result<Permission> {
    match EntityName::parse(arn) {
        Ok(name) => name.permission(cx, tx, action).await,
        Err(_) => Ok(Permission::to(action, arn)),
    }
}

impl<'a> EntityName<'a> {
    /// Reads the ARN of a user, group or role.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "iam" && arn.partition == "aws");
        let named = arn.and_then(|arn| {
            ["group", "role", "user"].into_iter().find_map(|kind| {
                let (_, name) = arn.path_and_name(kind).filter(|(_, name)| !name.is_empty())?;
                Some(Self { arn: text, kind, name: name.to_owned() })
            })
        });
        named.ok_or_else(|| errors::invalid_entity_arn(text))
    }

    /// A permission on the entity.
    async fn permission(&self, cx: &Cx, tx: &mut Transaction, action: &'static str) -> Result<Permission> {
        if self.find(cx, tx).await?.is_none() {
            return Ok(Permission::to(action, self.arn));
        }
        match self.kind {
            "group" => group::permission(cx, tx, action, &self.name).await,
            "role" => role::permission(cx, tx, action, &self.name).await,
            _ => user::permission(cx, tx, action, &self.name).await,
        }
    }

    /// The entity of exactly that ARN in the caller's account.
    pub(crate) async fn find(&self, cx: &Cx, tx: &mut Transaction) -> Result<Option<Entity>> {
        let account = cx.account();
        let found = match self.kind {
            "group" => match GroupName::parse(&self.name) {
                Ok(name) => store::group::find_by_name(tx, account, &name).await?.map(Entity::Group),
                Err(_) => None,
            },
            "role" => match RoleName::parse(&self.name) {
                Ok(name) => {
                    let found = store::role::find_by_name(tx, account, &name).await?;
                    found.map(|role| Entity::Role(Box::new(role)))
                }
                Err(_) => None,
            },
            _ => match UserName::parse(&self.name) {
                Ok(name) => {
                    let found = store::user::find_by_name(tx, account, &name).await?;
                    found.map(|user| Entity::User(Box::new(user)))
                }
                Err(_) => None,
            },
        };
        Ok(found.filter(|entity| entity.arn() == self.arn))
    }

    /// The entity of exactly that ARN, or `NoSuchEntity`.
    pub(crate) async fn get(&self, cx: &Cx, tx: &mut Transaction) -> Result<Entity> {
        self.find(cx, tx).await?.ok_or_else(|| errors::no_such(self.kind, &self.name))
    }
}

impl Entity {
    /// The user or role of that unique id.
    pub(crate) async fn principal(cx: &Cx, tx: &mut Transaction, id: &UniqueId) -> Result<Option<Self>> {
        if let Some(user) = store::user::find(tx, cx.account(), id).await? {
            return Ok(Some(Self::User(Box::new(user))));
        }
        let role = store::role::find(tx, cx.account(), id).await?;
        Ok(role.map(|role| Self::Role(Box::new(role))))
    }

    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Group(group) => group.arn().to_string(),
            Self::Role(role) => role.arn().to_string(),
            Self::User(user) => user.arn().to_string(),
        }
    }

    pub(crate) fn owner(&self) -> PolicyOwner {
        match self {
            Self::Group(group) => PolicyOwner::Group(group.id.clone()),
            Self::Role(role) => PolicyOwner::Role(role.id.clone()),
            Self::User(user) => PolicyOwner::User(user.id.clone()),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Group(group) => group.name.as_str(),
            Self::Role(role) => role.name.as_str(),
            Self::User(user) => user.name.as_str(),
        }
    }

    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Group(group) => group.path.as_str(),
            Self::Role(role) => role.path.as_str(),
            Self::User(user) => user.path.as_str(),
        }
    }

    /// The identity policies of the entity; of a user also those of its groups.
    pub(crate) async fn policies(&self, cx: &Cx, tx: &mut Transaction) -> Result<Vec<HeldPolicy>> {
        let mut held = Vec::new();
        hold(cx, tx, self.owner(), self.name(), &mut held).await?;
        if let Self::User(user) = self {
            for group in store::membership::list_groups(tx, cx.account(), &user.id, None, ALL).await? {
                hold(cx, tx, PolicyOwner::Group(group.id), group.name.as_str(), &mut held).await?;
            }
        }
        Ok(held)
    }

    /// The entity's permissions boundary; one whose policy is gone is an empty list, which allows nothing.
    pub(crate) async fn boundary(&self, cx: &Cx, tx: &mut Transaction) -> Result<Option<Vec<Source>>> {
        let boundary = match self {
            Self::Group(_) => None,
            Self::Role(role) => role.permissions_boundary.as_ref(),
            Self::User(user) => user.permissions_boundary.as_ref(),
        };
        let Some(boundary) = boundary else { return Ok(None) };
        Ok(Some(managed(cx, tx, &boundary.policy_arn).await?.into_iter().collect()))
    }
}

async fn hold(
    cx: &Cx,
    tx: &mut Transaction,
    owner: PolicyOwner,
    owner_name: &str,
    held: &mut Vec<HeldPolicy>,
) -> Result<()> {
    let kind = owner.kind();
    for inline in store::inline_policy::list(tx, cx.account(), &owner, None, ALL).await? {
        let id = format!("{kind}_{owner_name}_{}", inline.name);
        held.push(HeldPolicy {
            owner: owner.clone(),
            owner_name: owner_name.to_owned(),
            name: inline.name.to_string(),
            arn: None,
            source: source(cx, id, kind, &inline.document)?,
        });
    }
    for arn in store::attachment::list(tx, cx.account(), &owner, None, ALL).await? {
        let Some(source) = managed(cx, tx, &arn).await? else { continue };
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let (owner, owner_name) = (owner.clone(), owner_name.to_owned());
        held.push(HeldPolicy { owner, owner_name, name, arn: Some(arn), source });
    }
    Ok(())
}

/// The default version of a managed policy; `None` when there is no such policy.
pub(crate) async fn managed(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<Option<Source>> {
    let Some(managed) = policy::find(cx, tx, arn).await? else { return Ok(None) };
    let source_type = match managed {
        policy::Managed::Aws(_) => "aws-managed",
        policy::Managed::Own(_) => "user-managed",
    };
    let document = policy::document(tx, &managed).await?;
    document.map(|document| source(cx, arn.to_owned(), source_type, &document)).transpose()
}

fn source(cx: &Cx, id: String, source_type: &'static str, document: &str) -> Result<Source> {
    // What is stored was checked when it came in: a failure here is damage.
    let compiled = cx.plane.directory.compile(document, PolicyKind::Identity);
    let policy = compiled.map_err(|error| errors::policy_evaluation(format!("{id}: {error}")))?;
    Ok(Source::new(id, Cow::Borrowed(source_type), policy))
}
