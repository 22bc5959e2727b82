use super::{get_virtual, permission};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{DeleteVirtualMFADevice, DeleteVirtualMFADeviceInput, DeleteVirtualMFADeviceOutput};
use store::Transaction;

impl Operation for DeleteVirtualMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteVirtualMFADeviceInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:DeleteVirtualMFADevice", &input.serial_number).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteVirtualMFADeviceInput,
    ) -> Result<DeleteVirtualMFADeviceOutput> {
        let device = get_virtual(cx, tx, &input.serial_number).await?;
        if device.assignment.is_some() {
            return Err(errors::mfa_device_in_use());
        }
        store::mfa_device::delete(tx, cx.account(), &device.id).await?;
        Ok(DeleteVirtualMFADeviceOutput)
    }
}
