use super::{modifiable, permission, taggable};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{UpdateRole, UpdateRoleInput, UpdateRoleOutput};
use store::Transaction;

impl Operation for UpdateRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateRoleInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateRole", &input.role_name).await?.into())
    }

    /// What the request does not name stays as it is.
    async fn handle(cx: &Cx, tx: &mut Transaction, input: UpdateRoleInput) -> Result<UpdateRoleOutput> {
        let mut role = match input.max_session_duration {
            Some(_) => modifiable(tx, cx.account(), &input.role_name).await?,
            None => taggable(tx, cx.account(), &input.role_name).await?,
        };
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
