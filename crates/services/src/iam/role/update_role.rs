use super::{SERVICE_LINKED, permission, taggable};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{UpdateRole, UpdateRoleInput, UpdateRoleOutput};
use store::Transaction;

impl Operation for UpdateRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateRoleInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateRole", &input.role_name).await?.into())
    }

    /// What the request does not name stays as it is.
    async fn handle(cx: &Cx, tx: &mut Transaction, input: UpdateRoleInput) -> Result<UpdateRoleOutput> {
        let mut role = taggable(tx, cx.account(), &input.role_name).await?;
        if input.max_session_duration.is_some() && role.path.as_str().starts_with(SERVICE_LINKED) {
            return Err(errors::service_linked_session_duration(&role.name));
        }
        if let Some(seconds) = input.max_session_duration.and_then(|seconds| u32::try_from(seconds).ok()) {
            role.max_session_duration = seconds;
        }
        if input.description.is_some() {
            role.description = input.description;
        }
        store::role::update(tx, &role).await?;
        Ok(UpdateRoleOutput)
    }
}
