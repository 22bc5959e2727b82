use super::NewSeed;
use crate::{
    Access, Cx, Effect, Error, Operation, Permission, Prepared, Result,
    iam::{errors, names, quotas, tags},
};
use domain::{IdKind, MfaDevice, MfaDeviceKind, TotpClock, UniqueId, WrongGuesses};
use shapes::iam::{CreateVirtualMFADevice, CreateVirtualMFADeviceInput, CreateVirtualMFADeviceOutput, types};
use std::collections::BTreeMap;
use store::Transaction;
use wire::Blob;

/// The longest serial number that the API takes back.
const LONGEST_SERIAL_NUMBER: usize = 256;

impl Operation for CreateVirtualMFADevice {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateVirtualMFADeviceInput) -> Result<Access> {
        let device = Permission::to("iam:CreateVirtualMFADevice", serial_number(cx, input)?);
        Ok(device.with_tagging("iam:TagMFADevice", &tags::pairs(input.tags.as_deref())))
    }

    /// Draws the picture, which takes a while.
    async fn prepare(cx: &Cx, input: &CreateVirtualMFADeviceInput) -> Result<Prepared> {
        let account_name = account_name(cx, &mut cx.plane.store.read()).await?;
        NewSeed::new(cx.random(), &input.virtual_mfa_device_name, &account_name).map(Prepared::NewSeed)
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateVirtualMFADeviceInput,
    ) -> Result<CreateVirtualMFADeviceOutput> {
        let Prepared::NewSeed(seed) = &cx.prepared else {
            return Err(Error::internal("no seed was prepared"));
        };
        let account = cx.account();
        let serial_number = serial_number(cx, &input)?;
        if store::mfa_device::find(tx, account, &serial_number).await?.is_some() {
            let message = "MFADevice entity at the same path and name already exists.";
            return Err(errors::entity_already_exists(message));
        }
        let present = store::mfa_device::count_all(tx, account).await?.of_virtual;
        quotas::check("VirtualMFADevicesPerAccount", quotas::VIRTUAL_MFA_DEVICES, present)?;
        let device = MfaDevice {
            account_id: account,
            id: UniqueId::new(IdKind::MfaDevice, cx.random()),
            serial_number,
            kind: MfaDeviceKind::Virtual,
            created_at: cx.now,
            assignment: None,
            clock: TotpClock::default(),
            wrong_codes: WrongGuesses::default(),
            certifications: BTreeMap::new(),
            tags: tags::parse_exact(input.tags.unwrap_or_default())?,
        };
        store::mfa_device::insert(tx, &cx.plane.sealer, &device, Some(&seed.bytes)).await?;
        // The one time that the seed is shown.
        Ok(CreateVirtualMFADeviceOutput {
            virtual_mfa_device: types::VirtualMFADevice {
                serial_number: device.serial_number,
                base32_string_seed: Some(Blob(seed.base32.as_bytes().to_vec()).into()),
                qr_code_png: Some(Blob(seed.qr_code.to_vec()).into()),
                user: None,
                enable_date: None,
                tags: tags::shape(&device.tags),
            },
        })
    }
}

fn serial_number(cx: &Cx, input: &CreateVirtualMFADeviceInput) -> Result<String> {
    let name = names::virtual_mfa_device(&input.virtual_mfa_device_name)?;
    let path = names::path(input.path.as_deref())?;
    let serial_number = MfaDevice::virtual_serial_number(cx.account(), &path, &name);
    if serial_number.len() > LONGEST_SERIAL_NUMBER {
        return Err(Error::validation("Path and name of the virtual MFA device are too long together."));
    }
    Ok(serial_number)
}

/// What an app shows beside the device's name: the user who makes it, else the account.
async fn account_name(cx: &Cx, tx: &mut Transaction) -> Result<String> {
    if let Some(user) = cx.caller.user() {
        return Ok(user.name.to_string());
    }
    let account = store::account::get(tx, cx.account()).await?;
    Ok(account.alias.map_or_else(|| account.id.to_string(), |alias| alias.to_string()))
}
