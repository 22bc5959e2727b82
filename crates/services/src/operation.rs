//! What an operation is: its authorisation and its work, in one file each.

use crate::{Cx, Prepared, ResourcePolicy, Result};
use std::sync::Arc;
use store::Transaction;

/// One operation of one service, on its generated marker type.
pub trait Operation: wire::Operation {
    /// Whether the operation may change anything. Only then is its transaction a writing one.
    const EFFECT: Effect;

    /// What the caller must be allowed to do. There is no default: an operation that states no authorisation does not
    /// compile. It reads the store because the ARN of an IAM entity holds its path, which the input does not name.
    fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &Self::Input,
    ) -> impl Future<Output = Result<Access>> + Send;

    /// Does beforehand, once, what must not happen in a transaction that may run again: work that takes long, such as
    /// hashing a password, verifying certificates or asking another host, or that has an effect of its own, such as using up a code of an MFA
    /// device. For a writing
    /// operation after a first authorisation, for a reading one before the only one. `handle` finds the result in
    /// [`Cx::prepared`].
    fn prepare(cx: &Cx, input: &Self::Input) -> impl Future<Output = Result<Prepared>> + Send {
        let _ = (cx, input);
        std::future::ready(Ok(Prepared::Nothing))
    }

    /// Does the work: parses into domain types, applies the rules, stores, answers. Runs again from the start when its
    /// transaction loses against another, so it has no effect outside the transaction.
    fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Whether an operation may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads.
    Read,
    /// It changes the store, and leaves an audit record in the same transaction.
    Write,
}

/// What an operation demands of its caller.
#[derive(Debug, PartialEq)]
pub enum Access {
    /// Every authenticated caller may: no policy can forbid it. AWS documents this for `sts:GetCallerIdentity`.
    Authenticated,
    /// All of these, each decided on its own.
    Permissions(Vec<Permission>),
}

/// One action on one resource.
#[derive(Debug)]
pub struct Permission {
    /// The action as policies name it, such as `iam:CreateUser`.
    pub action: &'static str,
    /// The resource's ARN, or `*` for actions without resource types.
    pub resource: String,
    /// Condition keys of this request beside the global ones: name, values, and whether AWS declares a list.
    pub conditions: Vec<Condition>,
    /// The policy on the resource itself, where it has one: a role's trust policy.
    pub resource_policy: Option<Arc<ResourcePolicy>>,
    /// Whether it is granted whatever the caller's policies grant: what denies or bounds still does.
    pub is_granted: bool,
}

/// A condition key with its values.
#[derive(Debug, PartialEq)]
pub struct Condition {
    /// The key, such as `aws:RequestTag/team`.
    pub key: String,
    /// Its value or values.
    pub values: Values,
}

/// One value, or a list that only set operators compare.
#[derive(Debug, PartialEq)]
pub enum Values {
    /// A single-valued key.
    One(String),
    /// A multivalued key.
    Many(Vec<String>),
}

impl Access {
    /// One action on one resource, without conditions of its own.
    pub fn to(action: &'static str, resource: impl ToString) -> Self {
        Permission::to(action, resource).into()
    }
}

impl Permission {
    /// This permission and, where tags come along, that to put them on the same thing: IAM asks for both.
    pub(crate) fn with_tagging(self, action: &'static str, tags: &[(&str, &str)]) -> Access {
        let create = self.with_request_tags(tags);
        if tags.is_empty() {
            return create.into();
        }
        let tag = Self::to(action, &create.resource).with_request_tags(tags);
        Access::Permissions(vec![create, tag])
    }
}

/// Policies of resources are the same when they are one.
impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        let Self { action, resource, conditions, resource_policy, is_granted } = self;
        *action == other.action
            && *resource == other.resource
            && *conditions == other.conditions
            && *is_granted == other.is_granted
            && match (resource_policy, &other.resource_policy) {
                (Some(policy), Some(other)) => Arc::ptr_eq(policy, other),
                (None, None) => true,
                _ => false,
            }
    }
}

impl From<Permission> for Access {
    fn from(permission: Permission) -> Self {
        Self::Permissions(vec![permission])
    }
}

impl Permission {
    /// One action on one resource.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an ARN made for the call, a reference or a literal all do"
    )]
    pub fn to(action: &'static str, resource: impl ToString) -> Self {
        Self {
            action,
            resource: resource.to_string(),
            conditions: Vec::new(),
            resource_policy: None,
            is_granted: false,
        }
    }

    /// Adds a single-valued condition key.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.conditions.push(Condition { key: key.into(), values: Values::One(value.into()) });
        self
    }

    /// Adds a multivalued condition key.
    pub fn with_many(mut self, key: impl Into<String>, values: Vec<String>) -> Self {
        self.conditions.push(Condition { key: key.into(), values: Values::Many(values) });
        self
    }
}
