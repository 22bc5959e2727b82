use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use domain::{AccessKeyOwner, MfaDevice};
use shapes::iam::{
    ListVirtualMFADevices, ListVirtualMFADevicesInput, ListVirtualMFADevicesOutput,
    types::{self, AssignmentStatusType},
};
use store::Transaction;

impl Operation for ListVirtualMFADevices {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &ListVirtualMFADevicesInput) -> Result<Access> {
        Ok(Access::to("iam:ListVirtualMFADevices", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListVirtualMFADevicesInput,
    ) -> Result<ListVirtualMFADevicesOutput> {
        let page = Page::of(cx, "ListVirtualMFADevices", input.marker.as_deref(), input.max_items)?;
        let assigned = match input.assignment_status {
            Some(AssignmentStatusType::Assigned) => Some(true),
            Some(AssignmentStatusType::Unassigned) => Some(false),
            Some(AssignmentStatusType::Any | AssignmentStatusType::Unknown(_)) | None => None,
        };
        let read =
            store::mfa_device::list_virtual(tx, cx.account(), assigned, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |device| MfaDevice::serial_key(&device.serial_number))?;
        let is_truncated = Some(cut.is_truncated());
        let mut devices = Vec::with_capacity(cut.items.len());
        for device in cut.items {
            devices.push(shape(cx, tx, device).await?);
        }
        Ok(ListVirtualMFADevicesOutput { virtual_mfa_devices: devices, is_truncated, marker: cut.marker })
    }
}

/// The device without its tags, which only `ListMFADeviceTags` shows, and without its seed, which nothing shows again.
async fn shape(cx: &Cx, tx: &mut Transaction, device: MfaDevice) -> Result<types::VirtualMFADevice> {
    let owner = match device.owner() {
        None => None,
        Some(AccessKeyOwner::Root) => Some(user::root_shape(cx, tx).await?),
        Some(AccessKeyOwner::User(id)) => {
            store::user::find(tx, cx.account(), id).await?.as_ref().map(user::shape)
        }
    };
    Ok(types::VirtualMFADevice {
        serial_number: device.serial_number,
        base32_string_seed: None,
        qr_code_png: None,
        user: owner,
        enable_date: device.assignment.map(|assignment| assignment.enabled_at),
        tags: None,
    })
}
