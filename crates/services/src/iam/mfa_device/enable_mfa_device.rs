use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, owner, quotas},
    totp,
};
use domain::{MfaAssignment, MfaDeviceKind};
use shapes::iam::{EnableMFADevice, EnableMFADeviceInput, EnableMFADeviceOutput};
use store::Transaction;

/// How many time steps a new device's clock may be wrong: five minutes.
const WINDOW: i64 = 10;

impl Operation for EnableMFADevice {
    const EFFECT: Effect = Effect::Write;

    /// The keys about FIDO devices and `iam:RegisterSecurityKey` are absent: nothing here registers one.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &EnableMFADeviceInput) -> Result<Access> {
        Ok(owner::permission_on_named(cx, tx, "iam:EnableMFADevice", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: EnableMFADeviceInput,
    ) -> Result<EnableMFADeviceOutput> {
        let account = cx.account();
        let owner = owner::named_owner(cx, tx, &input.user_name).await?;
        let sealer = &cx.plane.sealer;
        let found = store::mfa_device::find_with_seed(tx, sealer, account, &input.serial_number).await?;
        let (mut device, seed) =
            found.filter(|(device, _)| device.serial_number == input.serial_number).ok_or_else(|| {
                if input.serial_number.starts_with("arn:") {
                    errors::no_such_virtual_device(&input.serial_number)
                } else {
                    errors::not_the_users_device()
                }
            })?;
        if device.assignment.is_some() {
            return Err(errors::entity_already_exists("MFA Device is already in use."));
        }
        let present = store::mfa_device::count(tx, account, &owner.id).await?;
        quotas::check("MFADevicesPerUser", quotas::MFA_DEVICES, present)?;
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        device.clock = seed
            .filter(|_| device.kind != MfaDeviceKind::Fido)
            .and_then(|seed| totp::synchronize(&seed, &device.clock, codes, cx.now, WINDOW))
            .ok_or_else(errors::invalid_authentication_code)?;
        device.assignment = Some(MfaAssignment { owner: owner.id, enabled_at: cx.now });
        store::mfa_device::update(tx, &device).await?;
        Ok(EnableMFADeviceOutput)
    }
}
