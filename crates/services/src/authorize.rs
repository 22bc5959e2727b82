//! Step 6 of a request: what the operation demands against every policy that applies to the caller.

use crate::{Common, Cx, Error, Operation, Permission, Result, operation::Values};
use domain::{Caller, Principal as Who, Session};
use policy::{
    Bundle, Context, Key, Policies, Policy, PolicyKind, Principal, Query, Request, Source, decide, evaluate,
};
use std::sync::{Arc, LazyLock};

/// What sessions of GetSessionToken may not do, whatever policies say: call IAM unless MFA was shown, and call STS but
/// for two operations.
///
/// Source: "`GetSessionToken`" in the STS API reference.
pub(crate) fn session_may_call<O: Operation>(cx: &Cx) -> Result<()> {
    let Some(session) = &cx.caller.session else { return Ok(()) };
    if matches!(cx.caller.principal, Who::AssumedRole { .. }) {
        return Ok(());
    }
    match O::SERVICE.id {
        "iam" if session.mfa_authenticated_at.is_none() => {
            let message = "The security token included in the request is invalid";
            Err(Error::common(Common::InvalidClientTokenId, message))
        }
        "sts" if !["AssumeRole", "GetCallerIdentity"].contains(&O::NAME) => {
            Err(Error::access_denied(format!("Cannot call {} with session credentials", O::NAME)))
        }
        _ => Ok(()),
    }
}

/// Decides every permission; the first that is not allowed ends the request.
pub(crate) fn all(cx: &Cx, permissions: &[Permission]) -> Result<()> {
    let principal = principal(&cx.caller);
    let context = context(cx, &principal);
    let Some((last, others)) = permissions.split_last() else { return Ok(()) };
    others.iter().try_for_each(|permission| one(cx, &principal, context.clone(), permission))?;
    one(cx, &principal, context, last)
}

fn one(cx: &Cx, principal: &Principal, mut context: Context, permission: &Permission) -> Result<()> {
    for condition in &permission.conditions {
        match &condition.values {
            Values::One(value) => context.insert(&condition.key, value.as_str()),
            Values::Many(values) => context.insert(&condition.key, values.clone()),
        }
    }
    let account = cx.account().to_string();
    let owner = owner(&permission.resource).unwrap_or(&account);
    context.insert(Key::known("aws:resourceaccount"), owner);
    let request = Request {
        principal,
        action: permission.action,
        resource: &permission.resource,
        resource_account: Some(owner),
        context: &context,
    };
    let resource_policy = permission.resource_policy.as_deref();
    let granted = permission.is_granted.then(|| &*GRANTED);
    let bundles: Vec<&Bundle> =
        cx.policies.bundles(resource_policy).chain(granted.map(|granted| &granted.bundle)).collect();
    if decide(&Query::new(&request), &bundles).is_allowed() {
        return Ok(());
    }
    let (caller, action, resource) = (cx.caller.arn().to_string(), permission.action, &permission.resource);
    Err(Error::access_denied(match resource_policy {
        None => {
            let policies = cx.policies.with(None);
            let granted = granted.map(|granted| granted.sources.as_slice()).unwrap_or_default();
            let identity = [policies.identity, granted].concat();
            let policies = Policies { identity: &identity, ..policies };
            evaluate(&request, &policies).denial_message(&caller, action, resource)
        }
        // Whether it is the role or the caller's own policies that refuse is not told: STS gives no reason.
        Some(_) => format!("User: {caller} is not authorized to perform: {action} on resource: {resource}"),
    }))
}

/// One more policy of the caller, that grants what was asked for.
struct Granted {
    sources: Vec<Source>,
    bundle: Bundle,
}

/// It is asked only about a permission that is granted, so it can allow everything.
static GRANTED: LazyLock<Granted> = LazyLock::new(|| {
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    // Tests look whether it grants: without it nobody is granted anything.
    let policy = Policy::parse(document, PolicyKind::Identity).ok();
    let sources: Vec<Source> =
        policy.map(|policy| Source::new("", "Granted", Arc::new(policy))).into_iter().collect();
    let bundle = Bundle::new(&Policies { identity: &sources, ..Policies::default() });
    Granted { sources, bundle }
});

/// The account that an ARN names.
fn owner(resource: &str) -> Option<&str> {
    resource.split(':').nth(4).filter(|account| domain::AccountId::parse(account).is_ok())
}

/// The caller by every name that a policy can call it.
pub(crate) fn principal(caller: &Caller) -> Principal {
    let account = caller.account_id.to_string();
    let arn = caller.arn().to_string();
    match &caller.principal {
        Who::AssumedRole { role, .. } => {
            Principal::assumed_role(&account, &arn, &role.arn().to_string(), role.id.as_str())
        }
        Who::Root => Principal::root(&account, &arn),
        Who::User(user) => Principal::user(&account, &arn, user.id.as_str()),
    }
}

/// The global condition keys, each present exactly when AWS says it is.
fn context(cx: &Cx, principal: &Principal) -> Context {
    let mut context = Context::new();
    context.insert_principal(principal);
    context.insert_time(cx.now.as_second());
    context.insert_source_ip(cx.source_ip);
    context.insert(Key::known("aws:securetransport"), cx.secure_transport);
    context.insert(Key::known("aws:requestedregion"), cx.region.as_str());
    context.insert(Key::known("aws:viaawsservice"), false);
    if let Some(user_agent) = &cx.user_agent {
        context.insert(Key::known("aws:useragent"), user_agent.as_str());
    }
    let tags = match &cx.caller.principal {
        Who::AssumedRole { role, .. } => role.tags.as_slice(),
        Who::Root => &[],
        Who::User(user) => user.tags.as_slice(),
    };
    for tag in tags {
        context.insert(format!("aws:PrincipalTag/{}", tag.key), tag.value.as_str());
    }
    if let Some(session) = &cx.caller.session {
        session_keys(&mut context, session, cx.now);
    }
    context
}

/// Keys that only temporary credentials have.
fn session_keys(context: &mut Context, session: &Session, now: jiff::Timestamp) {
    context.insert(Key::known("aws:tokenissuetime"), session.issued_at.to_string());
    context.insert(Key::known("aws:multifactorauthpresent"), session.mfa_authenticated_at.is_some());
    if let Some(at) = session.mfa_authenticated_at {
        context.insert(Key::known("aws:multifactorauthage"), now.duration_since(at).as_secs());
    }
    if let Some(source_identity) = &session.source_identity {
        context.insert(Key::known("aws:sourceidentity"), source_identity.as_str());
    }
    // A session tag takes the place of the role's tag of the same key.
    for tag in &session.tags {
        context.insert(format!("aws:PrincipalTag/{}", tag.key), tag.value.as_str());
    }
}
