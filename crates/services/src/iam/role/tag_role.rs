use super::{permission, taggable};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagRole, TagRoleInput, TagRoleOutput};
use store::Transaction;

impl Operation for TagRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagRoleInput) -> Result<Access> {
        let role = permission(cx, tx, "iam:TagRole", &input.role_name).await?;
        Ok(role.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: TagRoleInput) -> Result<TagRoleOutput> {
        let mut role = taggable(tx, cx.account(), &input.role_name).await?;
        tags::merge(&mut role.tags, tags::parse(input.tags)?)?;
        store::role::update(tx, &role).await?;
        Ok(TagRoleOutput)
    }
}
