use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner},
    totp,
};
use shapes::iam::{ResyncMFADevice, ResyncMFADeviceInput, ResyncMFADeviceOutput};
use store::Transaction;

/// How many time steps a device's clock may be wrong: an hour.
const WINDOW: i64 = 120;

impl Operation for ResyncMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ResyncMFADeviceInput) -> Result<Access> {
        Ok(owner::permission_on_named(cx, tx, "iam:ResyncMFADevice", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ResyncMFADeviceInput,
    ) -> Result<ResyncMFADeviceOutput> {
        let owner = owner::named_owner(cx, tx, &input.user_name).await?;
        let mut device = get_of(cx, tx, &owner, &input.serial_number).await?;
        let sealer = &cx.plane.sealer;
        let found = store::mfa_device::find_with_seed(tx, sealer, cx.account(), &input.serial_number).await?;
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        device.clock = found
            .and_then(|(_, seed)| seed)
            .and_then(|seed| totp::synchronize(&seed, &device.clock, codes, cx.now, WINDOW))
            .ok_or_else(errors::invalid_authentication_code)?;
        store::mfa_device::update(tx, &device).await?;
        Ok(ResyncMFADeviceOutput)
    }
}
