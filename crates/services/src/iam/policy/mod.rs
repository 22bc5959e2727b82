//! Managed policies: the account's own, with versions and tags, and AWS's, which nobody here can change.

mod create_policy;
mod create_policy_version;
mod delete_policy;
mod delete_policy_version;
mod get_policy;
mod get_policy_version;
mod list_entities_for_policy;
mod list_policies;
mod list_policy_tags;
mod list_policy_versions;
pub(crate) mod listing;
mod set_default_policy_version;
mod tag_policy;
mod untag_policy;

use super::{
    aws_managed_policy::{self, AwsManagedPolicy},
    errors, policy_document, quotas,
    role::SERVICE_LINKED,
};
use crate::{Cx, Error, Permission, Result};
use domain::{Arn, ManagedPolicy, Tag};
use policy::PolicyKind;
use shapes::iam::types;
use std::sync::Arc;
use store::{Transaction, managed_policy::PolicyUsage};

/// A managed policy that accounts can use.
#[derive(Debug)]
pub(crate) enum Managed {
    /// One of AWS's.
    Aws(Arc<AwsManagedPolicy>),
    /// One of the account's own.
    Own(Box<ManagedPolicy>),
}

/// Reads the ARN of a managed policy.
pub(crate) fn parse_arn(text: &str) -> Result<Arn> {
    let arn =
        Arn::parse(text).ok().filter(|arn| arn.service == "iam" && arn.path_and_name("policy").is_some());
    arn.ok_or_else(|| errors::invalid_arn(text))
}

/// The policy of that ARN, path and case included.
pub(crate) async fn find(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<Option<Managed>> {
    if let Some(policy) = aws_managed_policy::find(tx, arn).await? {
        return Ok(Some(Managed::Aws(policy)));
    }
    let own = store::managed_policy::find_by_arn(tx, cx.account(), &parse_arn(arn)?).await?;
    Ok(own.map(|policy| Managed::Own(Box::new(policy))))
}

/// The policy of that ARN, or `NoSuchEntity`.
async fn get(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<Managed> {
    find(cx, tx, arn).await?.ok_or_else(|| errors::policy_not_found(arn))
}

/// The account's own policy of that ARN, or `NoSuchEntity`.
async fn own(cx: &Cx, tx: &mut Transaction, arn: &str) -> Result<ManagedPolicy> {
    let own = store::managed_policy::find_by_arn(tx, cx.account(), &parse_arn(arn)?).await?;
    own.ok_or_else(|| errors::policy_not_found(arn))
}

/// A permission on the policy of that ARN.
pub(crate) async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    arn: &str,
) -> Result<Permission> {
    let permission = Permission::to(action, arn);
    Ok(match find(cx, tx, arn).await? {
        Some(Managed::Own(policy)) => permission.with_aws_resource_tags(&policy.tags),
        Some(Managed::Aws(_)) | None => permission,
    })
}

/// A permission to change the policy of that ARN. AWS's policies are another account's: no policy of this one can give
/// it, and the answer gives no reason.
async fn permission_to_change(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    arn: &str,
) -> Result<Permission> {
    if parse_arn(arn)?.account == "aws" {
        let caller = cx.caller.arn();
        let message = format!("User: {caller} is not authorized to perform: {action} on resource: {arn}");
        return Err(Error::access_denied(message));
    }
    permission(cx, tx, action, arn).await
}

/// Checks the document of a new version.
fn check_document(document: &str) -> Result<()> {
    let policy = policy_document::parse(document, PolicyKind::Identity)?;
    if policy.size() > quotas::POLICY_SIZE {
        return Err(errors::quota("PolicySize", quotas::POLICY_SIZE));
    }
    Ok(())
}

/// How often the policy is used in the caller's account.
async fn usage(cx: &Cx, tx: &mut Transaction, managed: &Managed) -> Result<PolicyUsage> {
    Ok(store::managed_policy::usage(tx, cx.account(), &managed.arn()).await?)
}

/// All versions of the policy with their documents, newest first.
pub(crate) async fn versions(
    cx: &Cx,
    tx: &mut Transaction,
    managed: &Managed,
) -> Result<Vec<types::PolicyVersion>> {
    let policy = match managed {
        Managed::Aws(policy) => {
            return Ok(vec![types::PolicyVersion {
                document: Some(policy_document::encoded(&policy.document(tx).await?)),
                version_id: Some(policy.version.clone()),
                is_default_version: Some(true),
                create_date: Some(policy.updated),
            }]);
        }
        Managed::Own(policy) => policy,
    };
    let versions = store::policy_version::list(tx, cx.account(), &policy.id).await?;
    let shape = |version: domain::ManagedPolicyVersion| types::PolicyVersion {
        document: Some(policy_document::encoded(&version.document)),
        version_id: Some(version.id.to_string()),
        is_default_version: Some(version.id == policy.default_version),
        create_date: Some(version.created_at),
    };
    Ok(versions.into_iter().map(shape).collect())
}

/// The document in force; `None` when the policy has lost it.
pub(crate) async fn document(tx: &mut Transaction, managed: &Managed) -> Result<Option<String>> {
    Ok(match managed {
        Managed::Aws(policy) => Some(policy.document(tx).await?.into_owned()),
        Managed::Own(policy) => {
            let (account, version) = (policy.account_id, policy.default_version);
            store::policy_version::find(tx, account, &policy.id, version)
                .await?
                .map(|version| version.document)
        }
    })
}

/// The policy as IAM's lists show it: without description and tags.
pub(crate) fn shape(managed: &Managed, usage: PolicyUsage) -> types::Policy {
    let policy = match managed {
        Managed::Aws(policy) => types::Policy {
            policy_name: Some(policy.name.clone()),
            policy_id: Some(policy.id.clone()),
            path: Some(policy.path.clone()),
            default_version_id: Some(policy.version.clone()),
            create_date: Some(policy.created),
            update_date: Some(policy.updated),
            ..types::Policy::default()
        },
        Managed::Own(policy) => types::Policy {
            policy_name: Some(policy.name.to_string()),
            policy_id: Some(policy.id.to_string()),
            path: Some(policy.path.to_string()),
            default_version_id: Some(policy.default_version.to_string()),
            create_date: Some(policy.created_at),
            update_date: Some(policy.updated_at),
            ..types::Policy::default()
        },
    };
    types::Policy {
        arn: Some(managed.arn()),
        attachment_count: Some(quotas::number(usage.attachments)),
        permissions_boundary_usage_count: Some(quotas::number(usage.boundaries)),
        is_attachable: Some(true),
        ..policy
    }
}

impl Managed {
    /// Whether AWS keeps the policy for the role of one of its services.
    pub(crate) fn is_of_a_service(&self) -> bool {
        matches!(self, Self::Aws(policy) if policy.path.starts_with(SERVICE_LINKED))
    }

    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Aws(policy) => policy.arn(),
            Self::Own(policy) => policy.arn().to_string(),
        }
    }

    pub(crate) fn description(&self) -> Option<&str> {
        match self {
            Self::Aws(policy) => Some(&policy.description),
            Self::Own(policy) => policy.description.as_deref(),
        }
    }

    fn tags(&self) -> &[Tag] {
        match self {
            Self::Aws(_) => &[],
            Self::Own(policy) => &policy.tags,
        }
    }
}
