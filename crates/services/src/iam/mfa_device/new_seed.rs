use super::otpauth;
use crate::Result;
use domain::Random;
use wire::Sensitive;
use zeroize::Zeroizing;

/// Bytes of a seed: 64 letters of base32, as AWS's have.
const BYTES: usize = 40;

/// The seed of a virtual device to be, in all the forms in which it is shown the one time.
#[derive(Clone, Debug)]
pub struct NewSeed {
    pub(super) bytes: Sensitive<Vec<u8>>,
    /// As people type it.
    pub(super) base32: Sensitive<String>,
    /// A PNG that apps read it from.
    pub(super) qr_code: Sensitive<Vec<u8>>,
}

impl NewSeed {
    /// A random seed; apps show the names of the device and the account beside its codes.
    pub(super) fn new(random: &dyn Random, device_name: &str, account_name: &str) -> Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        random.fill(&mut *bytes);
        let base32 = otpauth::base32(&*bytes);
        let qr_code = otpauth::qr_code(&otpauth::uri(device_name, account_name, &base32))?;
        Ok(Self { bytes: bytes.to_vec().into(), base32: base32.to_string().into(), qr_code: qr_code.into() })
    }
}
