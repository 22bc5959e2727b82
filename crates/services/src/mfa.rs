//! Proving possession of an MFA device with a code, in the call itself.

use crate::{Common, Cx, Error, Prepared, Result, sts::errors, totp};
use domain::{AccessKeyOwner, MfaDevice, Principal};
use store::{Retry, Transaction};
use zeroize::Zeroizing;

/// Looks at `SerialNumber` and `TokenCode` of a request by the user, or the root user, whose device it is. A code that is
/// right is used up, on every node: this writes to the store by itself.
pub(crate) async fn present(cx: &Cx, serial_number: Option<&str>, code: Option<&str>) -> Result<Prepared> {
    let (serial_number, code) = match (serial_number, code) {
        (None, None) => return Ok(Prepared::Nothing),
        (Some(serial_number), Some(code)) => (serial_number, code),
        _ => return Err(errors::mfa_incomplete()),
    };
    // On the heap: most calls come without a code, and are not to have room for this.
    Box::pin(shown(cx, serial_number, code)).await
}

async fn shown(cx: &Cx, serial_number: &str, code: &str) -> Result<Prepared> {
    let owner = match &cx.caller.principal {
        Principal::AssumedRole { .. } => return Err(errors::mfa_no_device()),
        Principal::Root => AccessKeyOwner::Root,
        Principal::User(user) => AccessKeyOwner::User(user.id.clone()),
    };
    // On a snapshot first: who has no such device, or no guesses left, does not keep others from writing.
    device(cx, &mut cx.plane.store.read(), &owner, serial_number).await?;
    let mut retry = Retry::new();
    loop {
        match use_up(cx, &owner, serial_number, code).await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => return done.map(|()| Prepared::Mfa),
        }
    }
}

async fn use_up(cx: &Cx, owner: &AccessKeyOwner, serial_number: &str, code: &str) -> Result<()> {
    let mut tx = cx.plane.store.write().await?;
    let (mut device, seed) = device(cx, &mut tx, owner, serial_number).await?;
    let step = totp::verify(&seed, &device.clock, code, cx.now);
    match step {
        Some(step) => device.clock.last_step = Some(step),
        None => device.wrong_codes = device.wrong_codes.with_another(cx.now),
    }
    store::mfa_device::update(&mut tx, &device).await?;
    tx.commit().await?;
    if step.is_some() { Ok(()) } else { Err(errors::mfa_failed()) }
}

/// The owner's device of that serial number, if it shows codes, with its seed; `Throttling` when too many codes of it were
/// wrong.
async fn device(
    cx: &Cx,
    tx: &mut Transaction,
    owner: &AccessKeyOwner,
    serial_number: &str,
) -> Result<(MfaDevice, Zeroizing<Vec<u8>>)> {
    let found = store::mfa_device::find_with_seed(tx, &cx.plane.sealer, cx.account(), serial_number).await?;
    let (device, seed) = found
        .filter(|(device, _)| device.owner() == Some(owner) && device.serial_number == serial_number)
        .ok_or_else(errors::mfa_no_device)?;
    if !device.wrong_codes.may_try(cx.now) {
        return Err(Error::common(Common::Throttling, "Rate exceeded"));
    }
    Ok((device, seed.ok_or_else(errors::mfa_no_device)?))
}
