use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{owner::owner, user},
};
use shapes::iam::{GetMFADevice, GetMFADeviceInput, GetMFADeviceOutput};
use store::Transaction;

impl Operation for GetMFADevice {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetMFADeviceInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:GetMFADevice", input.user_name.as_deref()).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetMFADeviceInput) -> Result<GetMFADeviceOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let device = get_of(cx, tx, &owner, &input.serial_number).await?;
        Ok(GetMFADeviceOutput {
            user_name: owner.user_name,
            serial_number: device.serial_number,
            enable_date: device.assignment.map(|assignment| assignment.enabled_at),
            certifications: (!device.certifications.is_empty()).then_some(device.certifications),
        })
    }
}
