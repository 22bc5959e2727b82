use super::{get_virtual, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{TagMFADevice, TagMFADeviceInput, TagMFADeviceOutput};
use store::Transaction;

impl Operation for TagMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &TagMFADeviceInput) -> Result<Access> {
        let device = permission(cx, tx, "iam:TagMFADevice", &input.serial_number).await?;
        Ok(device.with_request_tags(&tags::pairs(Some(&input.tags))).into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: TagMFADeviceInput) -> Result<TagMFADeviceOutput> {
        let mut device = get_virtual(cx, tx, &input.serial_number).await?;
        tags::merge_exact(&mut device.tags, tags::parse_exact(input.tags)?)?;
        store::mfa_device::update(tx, &device).await?;
        Ok(TagMFADeviceOutput)
    }
}
