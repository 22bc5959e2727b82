use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use domain::Arn;
use shapes::iam::{ListRoles, ListRolesInput, ListRolesOutput};
use store::Transaction;

impl Operation for ListRoles {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListRolesInput) -> Result<Access> {
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        Ok(Access::to("iam:ListRoles", Arn::iam(cx.account(), format!("role{prefix}"))))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListRolesInput) -> Result<ListRolesOutput> {
        let page = Page::of(cx, "ListRoles", input.marker.as_deref(), input.max_items)?;
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let read = store::role::list(tx, cx.account(), prefix, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |role| role.name.key())?;
        let mut roles = Vec::with_capacity(cut.items.len());
        for role in &cut.items {
            roles.push(shape(tx, role).await?);
        }
        Ok(ListRolesOutput { roles, is_truncated: Some(cut.is_truncated()), marker: cut.marker })
    }
}
