use super::{named, permission, shape};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use shapes::iam::{GetGroup, GetGroupInput, GetGroupOutput};
use store::Transaction;

impl Operation for GetGroup {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetGroupInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetGroup", &input.group_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetGroupInput) -> Result<GetGroupOutput> {
        let page = Page::of(cx, "GetGroup", input.marker.as_deref(), input.max_items)?;
        let group = named(tx, cx.account(), &input.group_name).await?;
        let read =
            store::membership::list_users(tx, cx.account(), &group.id, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |user| user.name.key())?;
        Ok(GetGroupOutput {
            group: shape(&group),
            users: cut.items.iter().map(user::shape).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
