//! Trust policies: who may assume a role. Users and roles in them are pinned to their unique ids, so that a namesake of a
//! deleted one gains nothing.

use crate::{
    Result,
    iam::{errors, open_id_connect_provider, policy_document, quotas, saml_provider},
};
use domain::{AccountId, Arn, Role, RoleName, UniqueId, UserName};
use policy::{Policy, PolicyKind};
use std::collections::HashSet;
use store::Transaction;

/// A trust policy that was checked, with the unique ids of the users and roles it names.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) document: String,
    pub(crate) principals: Vec<(String, UniqueId)>,
}

/// Checks a trust policy of a role of that account and looks up everyone it names.
pub(crate) async fn parse(tx: &mut Transaction, account: AccountId, document: String) -> Result<Trust> {
    let policy = policy_document::parse(&document, PolicyKind::Trust)?;
    if policy.size() > quotas::TRUST_POLICY_SIZE {
        return Err(errors::quota("ACLSizePerRole", quotas::TRUST_POLICY_SIZE));
    }
    for name in policy.principals().filter(|name| name.principal_type == "Federated") {
        // What is no ARN is the domain of a provider that AWS itself knows.
        if let Ok(arn) = Arn::parse(name.value)
            && !is_provider(tx, account, &arn).await?
        {
            return Err(errors::invalid_provider(name.value));
        }
    }
    let mut principals = Vec::new();
    for name in policy.principals().filter(|name| name.principal_type == "AWS") {
        let Ok(arn) = Arn::parse(name.value) else {
            if known_unique_id(name.value) {
                return Err(errors::invalid_principal(name.value));
            }
            continue;
        };
        if arn.service != "iam" || arn.resource == "root" {
            continue;
        }
        let id = find(tx, &arn).await?.ok_or_else(|| errors::invalid_principal(name.value))?;
        principals.push((name.value.to_owned(), id));
    }
    Ok(Trust { document, principals })
}

/// Whether the account has an identity provider of that ARN. Into other accounts nobody looks, so that nothing can be learnt
/// of them.
async fn is_provider(tx: &mut Transaction, account: AccountId, arn: &Arn) -> Result<bool> {
    if arn.account_id() != Some(account) {
        return Ok(false);
    }
    Ok(saml_provider::find_by_arn(tx, arn).await?.is_some()
        || open_id_connect_provider::find_by_arn(tx, arn).await?.is_some())
}

/// The unique id behind the ARN of a user or role, path included.
async fn find(tx: &mut Transaction, arn: &Arn) -> Result<Option<UniqueId>> {
    let Some(account) = arn.account_id() else { return Ok(None) };
    if let Some((path, name)) = arn.path_and_name("user") {
        let Ok(name) = UserName::parse(name) else { return Ok(None) };
        let user = store::user::find_by_name(tx, account, &name).await?;
        return Ok(user.filter(|user| user.path.as_str() == path && user.name == name).map(|user| user.id));
    }
    if let Some((path, name)) = arn.path_and_name("role") {
        let Ok(name) = RoleName::parse(name) else { return Ok(None) };
        let role = store::role::find_by_name(tx, account, &name).await?;
        return Ok(role.filter(|role| role.path.as_str() == path && role.name == name).map(|role| role.id));
    }
    Ok(None)
}

/// A name that is a unique id cannot be asked for: only IAM itself puts ids in place of names.
fn known_unique_id(name: &str) -> bool {
    name.starts_with("AIDA") || name.starts_with("AROA")
}

/// The trust policy as it is evaluated: unique ids in place of the names of users and roles.
pub(crate) fn pinned(role: &Role) -> String {
    replace(role, |_| true)
}

/// The trust policy as it is shown: names as submitted, unless what they named is gone.
pub(crate) async fn shown(tx: &mut Transaction, role: &Role) -> Result<String> {
    let mut gone = HashSet::new();
    for (name, id) in &role.trusted_principals {
        let Some(account) = Arn::parse(name).ok().and_then(|arn| arn.account_id()) else { continue };
        if !exists(tx, account, id).await? {
            gone.insert(id.clone());
        }
    }
    if gone.is_empty() {
        return Ok(role.trust_policy.clone());
    }
    Ok(replace(role, |id| gone.contains(id)))
}

async fn exists(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool> {
    Ok(store::user::find(tx, account, id).await?.is_some()
        || store::role::find(tx, account, id).await?.is_some())
}

/// Puts ids in place of the pinned names that `which` chooses; everything else stays as submitted.
fn replace(role: &Role, which: impl Fn(&UniqueId) -> bool) -> String {
    let text = &role.trust_policy;
    let Ok(policy) = Policy::parse(text, PolicyKind::Trust) else { return text.clone() };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for name in policy.principals() {
        let pin = role.trusted_principals.iter().find(|(pinned, id)| pinned == name.value && which(id));
        let (Some((_, id)), Some(before)) = (pin, text.get(from..name.start_byte)) else { continue };
        out.push_str(before);
        out.push('"');
        out.push_str(id.as_str());
        out.push('"');
        from = name.end_byte;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
