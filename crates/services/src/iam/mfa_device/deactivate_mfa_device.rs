use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{owner::owner, user},
};
use domain::MfaDeviceKind;
use shapes::iam::{DeactivateMFADevice, DeactivateMFADeviceInput, DeactivateMFADeviceOutput};
use store::Transaction;

impl Operation for DeactivateMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeactivateMFADeviceInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:DeactivateMFADevice", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeactivateMFADeviceInput,
    ) -> Result<DeactivateMFADeviceOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let mut device = get_of(cx, tx, &owner, &input.serial_number).await?;
        if device.kind == MfaDeviceKind::Fido {
            // It was registered for its owner, and is of no use to anybody else.
            store::mfa_device::delete(tx, cx.account(), &device.id).await?;
        } else {
            // What is known of its clock stays: codes that were taken are not taken again when it is enabled anew.
            device.assignment = None;
            store::mfa_device::update(tx, &device).await?;
        }
        Ok(DeactivateMFADeviceOutput)
    }
}
