use super::{permission, shape, taggable};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{UpdateRoleDescription, UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput};
use store::Transaction;

impl Operation for UpdateRoleDescription {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateRoleDescriptionInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:UpdateRoleDescription", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateRoleDescriptionInput,
    ) -> Result<UpdateRoleDescriptionOutput> {
        let mut role = taggable(tx, cx.account(), &input.role_name).await?;
        role.description = Some(input.description);
        store::role::update(tx, &role).await?;
        Ok(UpdateRoleDescriptionOutput { role: Some(shape(tx, &role).await?) })
    }
}
