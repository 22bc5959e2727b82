use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use shapes::iam::{ListGroupsForUser, ListGroupsForUserInput, ListGroupsForUserOutput};
use store::Transaction;

impl Operation for ListGroupsForUser {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListGroupsForUserInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:ListGroupsForUser", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListGroupsForUserInput,
    ) -> Result<ListGroupsForUserOutput> {
        let page = Page::of(cx, "ListGroupsForUser", input.marker.as_deref(), input.max_items)?;
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let read =
            store::membership::list_groups(tx, cx.account(), &user.id, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |group| group.name.key())?;
        Ok(ListGroupsForUserOutput {
            groups: cut.items.iter().map(shape).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
