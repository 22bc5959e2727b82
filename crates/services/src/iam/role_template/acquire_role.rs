use super::{rendered::Rendered, version};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{attachment, boundary, errors, inline_policy, quotas, role, tags},
};
use domain::{Arn, IdKind, PolicyOwner, Role, UniqueId};
use shapes::iam::{AcquireRole, AcquireRoleInput, AcquireRoleOutput, types};
use std::collections::{BTreeMap, BTreeSet};
use store::Transaction;

/// More than any quota allows on one role.
const ALL: u32 = 10_000;

impl Operation for AcquireRole {
    const EFFECT: Effect = Effect::Write;

    /// To read the template, and to do whatever comes of it: to get the role that is there, or to make one. The latter
    /// are told the template: `iam:RoleTemplateARN`.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &AcquireRoleInput) -> Result<Access> {
        let mut permissions = vec![Permission::to("iam:GetRoleTemplateVersion", &input.template_arn)];
        // What cannot be done is said to those who may know the template.
        if let Ok(rendered) = rendered(cx, input) {
            let present = store::role::find_by_name(tx, cx.account(), &rendered.name).await?;
            let needed = match present {
                Some(role) => vec![role::permission_on("iam:GetRole", &role)],
                None => to_create(cx, &rendered),
            };
            permissions
                .extend(needed.into_iter().map(|each| each.with("iam:RoleTemplateARN", &input.template_arn)));
        }
        Ok(Access::Permissions(permissions))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: AcquireRoleInput) -> Result<AcquireRoleOutput> {
        let rendered = rendered(cx, &input)?;
        let present = store::role::find_by_name(tx, cx.account(), &rendered.name).await?;
        let role = if let Some(role) = present {
            check_unmodified(cx, tx, &role, &rendered).await?;
            role
        } else {
            let template = version(cx, &input.template_arn, input.template_minor_version)?;
            if !template.enabled || !template.version_enabled {
                return Err(errors::role_template_disabled(&input.template_arn));
            }
            create(cx, tx, rendered).await?
        };
        Ok(AcquireRoleOutput { role: role::shape(tx, &role).await? })
    }
}

fn rendered(cx: &Cx, input: &AcquireRoleInput) -> Result<Rendered> {
    let template = version(cx, &input.template_arn, input.template_minor_version)?;
    let given = input.replacement_values.iter().flatten();
    let given: BTreeMap<String, Vec<String>> =
        given.map(|(name, entry)| (name.clone(), entry.values.clone())).collect();
    Rendered::of(template, &given)
}

/// The permissions to make the role with all that belongs to it. What is put on it is put on a role that has its tags.
fn to_create(cx: &Cx, rendered: &Rendered) -> Vec<Permission> {
    let arn = Arn::iam(cx.account(), format!("role{}{}", rendered.path, rendered.name)).to_string();
    let boundary = rendered.permissions_boundary.as_deref();
    let to = |action| Permission::to(action, &arn).with_requested_boundary(boundary);
    let pairs: Vec<(&str, &str)> =
        rendered.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    let mut permissions = vec![to("iam:CreateRole").with_request_tags(&pairs)];
    if !pairs.is_empty() {
        permissions.push(to("iam:TagRole").with_request_tags(&pairs));
    }
    let on_made = |action| to(action).with_resource_tags(&rendered.tags);
    if boundary.is_some() {
        permissions.push(on_made("iam:PutRolePermissionsBoundary"));
    }
    if !rendered.inline_policies.is_empty() {
        permissions.push(on_made("iam:PutRolePolicy"));
    }
    let attached = rendered.managed_policies.iter();
    permissions.extend(attached.map(|policy| on_made("iam:AttachRolePolicy").with("iam:PolicyARN", policy)));
    permissions
}

async fn create(cx: &Cx, tx: &mut Transaction, rendered: Rendered) -> Result<Role> {
    let account = cx.account();
    let trust = role::trust::parse(tx, account, rendered.trust_policy).await?;
    let shapes: Vec<types::Tag> = tags::shapes(&rendered.tags);
    let role = Role {
        account_id: account,
        id: UniqueId::new(IdKind::Role, cx.random()),
        name: rendered.name,
        path: rendered.path,
        created_at: cx.now,
        trust_policy: trust.document,
        trusted_principals: trust.principals,
        description: rendered.description,
        max_session_duration: rendered.max_session_duration,
        permissions_boundary: boundary::parse(cx, tx, rendered.permissions_boundary).await?,
        tags: tags::parse(shapes)?,
        source_template: Some(rendered.source),
    };
    quotas::one_more(cx, tx, "RolesPerAccount", quotas::ROLES, async |tx| {
        store::role::count(tx, account).await
    })
    .await?;
    store::role::insert(tx, &role).await?;
    let owner = PolicyOwner::Role(role.id.clone());
    for policy in rendered.inline_policies {
        let name = policy.name.as_str();
        inline_policy::put(cx, tx, &owner, role.name.as_str(), name, policy.document).await?;
    }
    for policy in &rendered.managed_policies {
        attachment::attach(cx, tx, &owner, policy).await?;
    }
    Ok(role)
}

/// A role that is there is given when it was made from the same template with the same values, and is still what it
/// was made: its description and the length of its sessions may have changed.
async fn check_unmodified(cx: &Cx, tx: &mut Transaction, role: &Role, rendered: &Rendered) -> Result<()> {
    if role.source_template.as_ref() != Some(&rendered.source) || role.name != rendered.name {
        return Err(errors::role_name_conflict(&role.name));
    }
    let owner = PolicyOwner::Role(role.id.clone());
    let attached = store::attachment::list(tx, cx.account(), &owner, None, ALL).await?;
    let wanted: BTreeSet<&String> = rendered.managed_policies.iter().collect();
    let mut inline = store::inline_policy::list(tx, cx.account(), &owner, None, ALL).await?;
    let mut wanted_inline = rendered.inline_policies.clone();
    for policies in [&mut inline, &mut wanted_inline] {
        policies.sort_by_key(|policy| policy.name.key());
    }
    let boundary = role.permissions_boundary.as_ref().map(|boundary| &boundary.policy_arn);
    let is_unmodified = role.trust_policy == rendered.trust_policy
        && role.tags == rendered.tags
        && boundary == rendered.permissions_boundary.as_ref()
        && attached.iter().collect::<BTreeSet<_>>() == wanted
        && inline == wanted_inline;
    if is_unmodified { Ok(()) } else { Err(errors::role_modified(&role.name)) }
}
