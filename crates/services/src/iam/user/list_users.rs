use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use domain::{Arn, User};
use shapes::iam::{ListUsers, ListUsersInput, ListUsersOutput, types};
use store::Transaction;

impl Operation for ListUsers {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListUsersInput) -> Result<Access> {
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        Ok(Access::to("iam:ListUsers", Arn::iam(cx.account(), format!("user{prefix}"))))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: ListUsersInput) -> Result<ListUsersOutput> {
        let page = Page::of(cx, "ListUsers", input.marker.as_deref(), input.max_items)?;
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let read = store::user::list(tx, cx.account(), prefix, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |user| user.name.key())?;
        let mut used = store::credential_report::passwords_used(tx, cx.account(), &cut.items).await?;
        let with_use = |user: &User| {
            let waiting = cx.plane.last_uses.find(user.id.as_str()).map(|used| used.at);
            types::User { password_last_used: used.remove(user.id.as_str()).max(waiting), ..shape(user) }
        };
        let users = cut.items.iter().map(with_use).collect();
        Ok(ListUsersOutput { users, is_truncated: Some(cut.is_truncated()), marker: cut.marker })
    }
}
