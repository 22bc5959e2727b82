use super::{get_virtual, permission};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, tags},
};
use shapes::iam::{ListMFADeviceTags, ListMFADeviceTagsInput, ListMFADeviceTagsOutput};
use store::Transaction;

impl Operation for ListMFADeviceTags {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListMFADeviceTagsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListMFADeviceTags", &input.serial_number).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListMFADeviceTagsInput,
    ) -> Result<ListMFADeviceTagsOutput> {
        let page = Page::of(cx, "ListMFADeviceTags", input.marker.as_deref(), input.max_items)?;
        let device = get_virtual(cx, tx, &input.serial_number).await?;
        let cut = page.cut_whole(cx, device.tags, tags::order)?;
        Ok(ListMFADeviceTagsOutput {
            is_truncated: Some(cut.is_truncated()),
            tags: tags::shapes(&cut.items),
            marker: cut.marker,
        })
    }
}
