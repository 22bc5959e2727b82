use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use domain::Arn;
use shapes::iam::{ListGroups, ListGroupsInput, ListGroupsOutput};
use store::Transaction;

impl Operation for ListGroups {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListGroupsInput) -> Result<Access> {
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        Ok(Access::to("iam:ListGroups", Arn::iam(cx.account(), format!("group{prefix}"))))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListGroupsInput) -> Result<ListGroupsOutput> {
        let page = Page::of(cx, "ListGroups", input.marker.as_deref(), input.max_items)?;
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let read = store::group::list(tx, cx.account(), prefix, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |group| group.name.key())?;
        Ok(ListGroupsOutput {
            groups: cut.items.iter().map(shape).collect(),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
