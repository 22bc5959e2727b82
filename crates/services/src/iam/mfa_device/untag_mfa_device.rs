use super::{get_virtual, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::tags};
use shapes::iam::{UntagMFADevice, UntagMFADeviceInput, UntagMFADeviceOutput};
use store::Transaction;

impl Operation for UntagMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UntagMFADeviceInput) -> Result<Access> {
        let device = permission(cx, tx, "iam:UntagMFADevice", &input.serial_number).await?;
        Ok(device.with_tag_keys(input.tag_keys.clone()).into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UntagMFADeviceInput,
    ) -> Result<UntagMFADeviceOutput> {
        let mut device = get_virtual(cx, tx, &input.serial_number).await?;
        tags::remove_exact(&mut device.tags, &input.tag_keys)?;
        store::mfa_device::update(tx, &device).await?;
        Ok(UntagMFADeviceOutput)
    }
}
