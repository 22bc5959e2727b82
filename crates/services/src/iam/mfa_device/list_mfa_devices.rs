use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{owner::owner, page::Page, user},
};
use domain::MfaDevice;
use shapes::iam::{ListMFADevices, ListMFADevicesInput, ListMFADevicesOutput, types};
use store::Transaction;

impl Operation for ListMFADevices {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListMFADevicesInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:ListMFADevices", input.user_name.as_deref()).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListMFADevicesInput,
    ) -> Result<ListMFADevicesOutput> {
        let page = Page::of(cx, "ListMFADevices", input.marker.as_deref(), input.max_items)?;
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let read = store::mfa_device::list(tx, cx.account(), &owner.id, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |device| MfaDevice::serial_key(&device.serial_number))?;
        let is_truncated = Some(cut.is_truncated());
        let devices = cut.items.into_iter().map(|device| types::MFADevice {
            user_name: owner.user_name.clone().unwrap_or_default(),
            serial_number: device.serial_number,
            enable_date: device.assignment.map_or(device.created_at, |assignment| assignment.enabled_at),
        });
        Ok(ListMFADevicesOutput { mfa_devices: devices.collect(), is_truncated, marker: cut.marker })
    }
}
