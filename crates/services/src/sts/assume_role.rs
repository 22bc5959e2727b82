use super::{credentials, errors, session_policy, session_tags};
use crate::{Access, Common, Cx, Effect, Error, Operation, Permission, Prepared, Result, RoleEntry, mfa};
use domain::{
    AccountId, Arn, Principal, RoleName, RoleSessionName, SecretAccessKey, Session, SessionPrincipal,
};
use shapes::sts::{AssumeRole, AssumeRoleInput, AssumeRoleOutput, types};
use std::{sync::Arc, time::Duration};
use store::Transaction;

/// How long a session lives that does not say.
const DEFAULT: Duration = Duration::from_hours(1);
/// The longest session of a role that was assumed by a role session.
const CHAINED_LONGEST: Duration = Duration::from_hours(1);

impl Operation for AssumeRole {
    const EFFECT: Effect = Effect::Read;

    /// Each action that the request amounts to, allowed by the role's trust policy and, where that does not name the
    /// caller itself, by the caller's own policies.
    async fn access(cx: &Cx, _tx: &mut Transaction, input: &AssumeRoleInput) -> Result<Access> {
        let role = assumable(cx, input).await?;
        let mut actions = vec!["sts:AssumeRole"];
        let has_tags = input.tags.as_ref().is_some_and(|tags| !tags.is_empty());
        if has_tags || !session_tags::inherited(cx).tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if source_identity(cx, input)?.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        actions
            .into_iter()
            .map(|action| permission(cx, action, &role, input))
            .collect::<Result<_>>()
            .map(Access::Permissions)
    }

    /// Shows possession of the caller's MFA device, which trust policies may ask for. What no code helps is refused before one
    /// is used up.
    async fn prepare(cx: &Cx, input: &AssumeRoleInput) -> Result<Prepared> {
        if input.token_code.is_some() {
            duration(cx, &*assumable(cx, input).await?, input.duration_seconds)?;
        }
        mfa::present(cx, input.serial_number.as_deref(), input.token_code.as_deref().map(String::as_str))
            .await
    }

    async fn handle(cx: &Cx, _tx: &mut Transaction, input: AssumeRoleInput) -> Result<AssumeRoleOutput> {
        let entry = role(cx, &input.role_arn).await?;
        let role = &entry.role;
        if input.provided_contexts.as_ref().is_some_and(|contexts| !contexts.is_empty()) {
            let message = "sts:AssumeRole with ProvidedContexts is not implemented.";
            return Err(Error::common(Common::NotImplemented, message));
        }
        let expires_at =
            cx.now.checked_add(duration(cx, &entry, input.duration_seconds)?).map_err(Error::internal)?;
        let source_identity = source_identity(cx, &input)?;
        let policies = session_policy::parse(cx, role.account_id, input.policy, input.policy_arns).await?;
        let tags = session_tags::parse(cx, input.tags, input.transitive_tag_keys)?;
        let packed_policy_size = session_policy::packed_size(&policies, &tags.tags)?;
        let session_name = RoleSessionName::parse(&input.role_session_name)
            .map_err(|_| Error::validation("The role session name is invalid."))?;
        let session = Session {
            secret_access_key: SecretAccessKey::new(cx.random()),
            account_id: role.account_id,
            principal: SessionPrincipal::Role {
                id: role.id.clone(),
                name: role.name.clone(),
                session_name: session_name.clone(),
            },
            issued_at: cx.now,
            expires_at,
            mfa_authenticated_at: matches!(cx.prepared, Prepared::Mfa).then_some(cx.now),
            source_identity: source_identity.clone(),
            tags: tags.tags,
            transitive_tag_keys: tags.transitive_keys,
            policy: policies.policy,
            policy_arns: policies.policy_arns,
        };
        let resource = format!("assumed-role/{}/{session_name}", role.name);
        Ok(AssumeRoleOutput {
            assumed_role_user: Some(types::AssumedRoleUser {
                assumed_role_id: format!("{}:{session_name}", role.id),
                arn: Arn::sts(role.account_id, resource).to_string(),
            }),
            credentials: Some(credentials::mint(cx, &session)?),
            packed_policy_size,
            source_identity,
            ..Default::default()
        })
    }
}

/// The role that is asked for, by a caller who may be anybody but a root user.
async fn assumable(cx: &Cx, input: &AssumeRoleInput) -> Result<Arc<RoleEntry>> {
    if cx.caller.is_root() {
        return Err(Error::access_denied("Roles may not be assumed by root accounts."));
    }
    role(cx, &input.role_arn).await
}

/// The role of that ARN, path and case included. One that does not exist is refused like one that does not trust.
async fn role(cx: &Cx, text: &str) -> Result<Arc<RoleEntry>> {
    let invalid = || Error::validation(format!("{text} is invalid"));
    let arn = Arn::parse(text).map_err(|_| invalid())?;
    if arn.service != "iam" || !arn.resource.starts_with("role/") || AccountId::parse(&arn.account).is_err() {
        return Err(invalid());
    }
    let refused = || errors::not_authorized(cx.caller.arn(), "sts:AssumeRole", text);
    let account = arn.account_id().ok_or_else(invalid)?;
    let (path, name) = arn.path_and_name("role").ok_or_else(invalid)?;
    let parsed = RoleName::parse(name).map_err(|_| refused())?;
    let entry = cx.plane.directory.role(&cx.plane, account, &parsed).await?.ok_or_else(refused)?;
    let role = &entry.role;
    let is_its_own = arn.partition == Arn::PARTITION && arn.region.is_empty();
    if is_its_own && role.path.as_str() == path && role.name.as_str() == name {
        Ok(entry)
    } else {
        Err(refused())
    }
}

fn permission(
    cx: &Cx,
    action: &'static str,
    entry: &RoleEntry,
    input: &AssumeRoleInput,
) -> Result<Permission> {
    let mut permission = Permission::to(action, entry.role.arn())
        .with("sts:RoleSessionName", &input.role_session_name)
        .with_resource_tags(&entry.role.tags);
    permission.resource_policy = Some(entry.trust.clone());
    if matches!(cx.prepared, Prepared::Mfa) {
        permission =
            permission.with("aws:MultiFactorAuthPresent", "true").with("aws:MultiFactorAuthAge", "0");
    }
    if let Some(external_id) = &input.external_id {
        permission = permission.with("sts:ExternalId", external_id);
    }
    if let Some(source_identity) = source_identity(cx, input)? {
        permission = permission.with("sts:SourceIdentity", source_identity);
    }
    let inherited = session_tags::inherited(cx);
    let mut tags: Vec<(&str, &str)> =
        inherited.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    for tag in input.tags.as_deref().unwrap_or_default() {
        tags.push((&tag.key, &tag.value));
    }
    permission = permission.with_request_tags(&tags);
    let mut transitive = inherited.transitive_keys.clone();
    transitive.extend(input.transitive_tag_keys.iter().flatten().cloned());
    if !transitive.is_empty() {
        permission = permission.with_many("sts:TransitiveTagKeys", transitive);
    }
    Ok(permission)
}

/// The source identity of the new session: once set, it goes with every session that follows, unchanged.
fn source_identity(cx: &Cx, input: &AssumeRoleInput) -> Result<Option<String>> {
    let carried = cx.caller.session.as_ref().and_then(|session| session.source_identity.clone());
    match (carried, &input.source_identity) {
        (Some(carried), Some(asked)) if carried != *asked => Err(Error::validation(
            "The source identity of the calling session is set already and cannot be changed.",
        )),
        (Some(carried), _) => Ok(Some(carried)),
        (None, Some(asked)) if asked.to_lowercase().starts_with("aws:") => {
            Err(Error::validation("Source identity cannot start with aws:"))
        }
        (None, asked) => Ok(asked.clone()),
    }
}

/// The role's own limit is looked at first, then that of a chain.
fn duration(cx: &Cx, entry: &RoleEntry, asked: Option<i32>) -> Result<Duration> {
    let asked = asked.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    let duration = asked.unwrap_or(DEFAULT);
    if duration > Duration::from_secs(entry.role.max_session_duration.into()) {
        return Err(Error::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let chained = matches!(cx.caller.principal, Principal::AssumedRole { .. });
    if chained && duration > CHAINED_LONGEST {
        return Err(Error::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    Ok(duration)
}
