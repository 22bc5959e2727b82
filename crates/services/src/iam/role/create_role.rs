use super::{DEFAULT_MAX_SESSION_DURATION, RESERVED, SERVICE_LINKED, trust, whole_shape};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{boundary, errors, names, quotas, tags},
};
use domain::{Arn, IdKind, Path, Role, UniqueId};
use shapes::iam::{CreateRole, CreateRoleInput, CreateRoleOutput};
use store::Transaction;

impl Operation for CreateRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateRoleInput) -> Result<Access> {
        let name = names::role(&input.role_name)?;
        let path = names::path(input.path.as_deref())?;
        let role = Permission::to("iam:CreateRole", Arn::iam(cx.account(), format!("role{path}{name}")))
            .with_requested_boundary(input.permissions_boundary.as_deref());
        Ok(role.with_tagging("iam:TagRole", &tags::pairs(input.tags.as_deref())))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: CreateRoleInput) -> Result<CreateRoleOutput> {
        let name = names::role(&input.role_name)?;
        let path = own_path(input.path.as_deref())?;
        let tags = tags::parse(input.tags.unwrap_or_default())?;
        if store::role::find_by_name(tx, cx.account(), &name).await?.is_some() {
            return Err(errors::already_exists("Role", &name));
        }
        let trust = trust::parse(tx, cx.account(), input.assume_role_policy_document).await?;
        let max_session_duration = input.max_session_duration.and_then(|seconds| u32::try_from(seconds).ok());
        let role = Role {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::Role, cx.random()),
            name,
            path,
            created_at: cx.now,
            trust_policy: trust.document,
            trusted_principals: trust.principals,
            description: input.description,
            max_session_duration: max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION),
            permissions_boundary: boundary::parse(cx, tx, input.permissions_boundary).await?,
            tags,
            source_template: None,
        };
        quotas::one_more(cx, tx, "RolesPerAccount", quotas::ROLES, async |tx| {
            store::role::count(tx, cx.account()).await
        })
        .await?;
        store::role::insert(tx, &role).await?;
        Ok(CreateRoleOutput { role: whole_shape(tx, &role).await? })
    }
}

/// A path that an account may put its roles under.
pub(crate) fn own_path(text: Option<&str>) -> Result<Path> {
    let path = names::path(text)?;
    for (prefix, whose) in [(RESERVED, "AWS reserved Roles"), (SERVICE_LINKED, "AWS Service linked Roles")] {
        if path.as_str().starts_with(prefix) {
            return Err(errors::invalid_input(format!(
                "Path prefix '{prefix}' can only be used for {whose}"
            )));
        }
    }
    Ok(path)
}
