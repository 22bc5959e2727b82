//! What a report on last accesses is about.

use crate::{
    Cx, Permission, Result,
    iam::{
        entity::{self, Entity, EntityName},
        errors, policy,
    },
};
use ::policy::Source;
use store::{Transaction, service_access::Accessors};

/// A user, group, role or managed policy.
pub(super) enum Subject {
    Entity(Entity),
    Policy { arn: String, source: Source },
}

/// Its ARN.
pub(super) enum SubjectName<'a> {
    Entity(EntityName<'a>),
    Policy(&'a str),
}

/// A permission on what has that ARN.
pub(super) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    arn: &str,
) -> Result<Permission> {
    match policy::parse_arn(arn) {
        Ok(_) => policy::permission(cx, tx, action, arn).await,
        Err(_) => entity::permission(cx, tx, action, arn).await,
    }
}

impl<'a> SubjectName<'a> {
    pub(super) fn parse(arn: &'a str) -> Result<Self> {
        match policy::parse_arn(arn) {
            Ok(_) => Ok(Self::Policy(arn)),
            Err(_) => Ok(Self::Entity(EntityName::parse(arn)?)),
        }
    }

    pub(super) async fn find(&self, cx: &Cx, tx: &mut Transaction) -> Result<Option<Subject>> {
        Ok(match self {
            Self::Entity(name) => name.find(cx, tx).await?.map(Subject::Entity),
            Self::Policy(arn) => {
                let source = entity::managed(cx, tx, arn).await?;
                source.map(|source| Subject::Policy { arn: (*arn).to_owned(), source })
            }
        })
    }

    /// Fails with `NoSuchEntity` when it is not there.
    pub(super) async fn check(&self, cx: &Cx, tx: &mut Transaction) -> Result<()> {
        match self {
            Self::Entity(name) => name.get(cx, tx).await.map(drop),
            Self::Policy(arn) if policy::find(cx, tx, arn).await?.is_some() => Ok(()),
            Self::Policy(arn) => Err(errors::policy_not_found(arn)),
        }
    }
}

impl Subject {
    /// The policies that make up what it may do.
    pub(super) async fn policies(&self, cx: &Cx, tx: &mut Transaction) -> Result<Vec<Source>> {
        Ok(match self {
            Self::Entity(entity) => {
                let held = entity.policies(cx, tx).await?;
                held.into_iter().map(|held| held.source).collect()
            }
            Self::Policy { source, .. } => vec![source.clone()],
        })
    }

    /// Those whose accesses count as its own.
    pub(super) fn accessors(&self) -> Accessors<'_> {
        match self {
            Self::Entity(Entity::Group(group)) => Accessors::Group(&group.id),
            Self::Entity(Entity::Role(role)) => Accessors::Principal(&role.id),
            Self::Entity(Entity::User(user)) => Accessors::Principal(&user.id),
            Self::Policy { arn, .. } => Accessors::Policy(arn),
        }
    }
}
