use super::shapes;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, role},
};
use shapes::iam::{
    ListInstanceProfilesForRole, ListInstanceProfilesForRoleInput, ListInstanceProfilesForRoleOutput,
};
use store::Transaction;

impl Operation for ListInstanceProfilesForRole {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &ListInstanceProfilesForRoleInput,
    ) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:ListInstanceProfilesForRole", &input.role_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListInstanceProfilesForRoleInput,
    ) -> Result<ListInstanceProfilesForRoleOutput> {
        let page = Page::of(cx, "ListInstanceProfilesForRole", input.marker.as_deref(), input.max_items)?;
        let account = cx.account();
        let role = role::named(tx, account, &input.role_name).await?;
        let (after, limit) = (page.after(), page.limit());
        let read = store::instance_profile::list_with_role(tx, account, &role.id, after, limit).await?;
        let cut = page.cut(cx, read, |profile| profile.name.key())?;
        Ok(ListInstanceProfilesForRoleOutput {
            instance_profiles: shapes(tx, &cut.items).await?,
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
