use super::shapes;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{names, page::Page},
};
use domain::Arn;
use shapes::iam::{ListInstanceProfiles, ListInstanceProfilesInput, ListInstanceProfilesOutput};
use store::Transaction;

impl Operation for ListInstanceProfiles {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListInstanceProfilesInput) -> Result<Access> {
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let resource = Arn::iam(cx.account(), format!("instance-profile{prefix}"));
        Ok(Access::to("iam:ListInstanceProfiles", resource))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListInstanceProfilesInput,
    ) -> Result<ListInstanceProfilesOutput> {
        let page = Page::of(cx, "ListInstanceProfiles", input.marker.as_deref(), input.max_items)?;
        let prefix = names::path_prefix(input.path_prefix.as_deref());
        let read =
            store::instance_profile::list(tx, cx.account(), prefix, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |profile| profile.name.key())?;
        Ok(ListInstanceProfilesOutput {
            instance_profiles: shapes(tx, &cut.items).await?,
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
