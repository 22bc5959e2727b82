use super::{permission, taggable};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagRole, UntagRoleInput, UntagRoleOutput};
use store::Transaction;

impl Operation for UntagRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagRoleInput) -> Result<Access> {
        let role = permission(cx, tx, "iam:UntagRole", &input.role_name).await?;
        Ok(role.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: UntagRoleInput) -> Result<UntagRoleOutput> {
        let mut role = taggable(tx, cx.account(), &input.role_name).await?;
        tags::remove(&mut role.tags, &input.tag_keys)?;
        store::role::update(tx, &role).await?;
        Ok(UntagRoleOutput)
    }
}
