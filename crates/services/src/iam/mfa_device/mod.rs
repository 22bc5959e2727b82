//! MFA devices: virtual ones, and hardware tokens that an operator provisioned; FIDO devices, which nothing makes yet, are
//! known as well.

mod create_virtual_mfa_device;
mod deactivate_mfa_device;
mod delete_virtual_mfa_device;
mod enable_mfa_device;
mod get_mfa_device;
mod list_mfa_device_tags;
mod list_mfa_devices;
mod list_virtual_mfa_devices;
mod new_seed;
mod otpauth;
pub(super) mod provision;
mod resync_mfa_device;
mod tag_mfa_device;
mod untag_mfa_device;

pub use new_seed::NewSeed;

use super::{errors, owner::Owner};
use crate::{Cx, Permission, Result};
use domain::{Arn, MfaDevice, MfaDeviceKind};
use store::Transaction;

/// A permission on a virtual device, with its tags if it is there.
async fn permission(
    cx: &Cx,
    tx: &mut Transaction,
    action: &'static str,
    serial_number: &str,
) -> Result<Permission> {
    let found = find_virtual(cx, tx, serial_number).await?;
    // Serial numbers of other devices are no ARNs.
    let resource = match Arn::parse(serial_number) {
        Ok(arn) => arn,
        Err(_) => Arn::iam(cx.account(), format!("mfa/{serial_number}")),
    };
    let permission = Permission::to(action, resource);
    Ok(match found {
        Some(device) => permission.with_aws_resource_tags(&device.tags),
        None => permission,
    })
}

/// The virtual device of that serial number, or `NoSuchEntity`.
async fn get_virtual(cx: &Cx, tx: &mut Transaction, serial_number: &str) -> Result<MfaDevice> {
    let found = find_virtual(cx, tx, serial_number).await?;
    found.ok_or_else(|| errors::no_such_virtual_device(serial_number))
}

async fn find_virtual(cx: &Cx, tx: &mut Transaction, serial_number: &str) -> Result<Option<MfaDevice>> {
    let found = store::mfa_device::find(tx, cx.account(), serial_number).await?;
    Ok(found.filter(|device| device.serial_number == serial_number && device.kind == MfaDeviceKind::Virtual))
}

/// The owner's device of that serial number, or `NoSuchEntity`.
async fn get_of(cx: &Cx, tx: &mut Transaction, owner: &Owner, serial_number: &str) -> Result<MfaDevice> {
    let found = store::mfa_device::find(tx, cx.account(), serial_number).await?;
    found
        .filter(|device| device.serial_number == serial_number && device.owner() == Some(&owner.id))
        .ok_or_else(errors::not_the_users_device)
}
