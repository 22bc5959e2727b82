use crate::{AccessKeyOwner, AccountId, Arn, MfaDeviceName, Path, Tag, UniqueId, WrongGuesses};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An MFA device. The seed of one that shows codes is stored sealed beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaDevice {
    /// The owning account.
    pub account_id: AccountId,
    /// An id of its own, never shown: serial numbers of virtual devices come back.
    pub id: UniqueId,
    /// What the API calls it by: the ARN of a virtual or FIDO device, the number on the back of a hardware device.
    pub serial_number: String,
    /// What kind of device.
    pub kind: MfaDeviceKind,
    /// When it was made or provisioned.
    pub created_at: Timestamp,
    /// Whose device it is, once it is enabled.
    pub assignment: Option<MfaAssignment>,
    /// What is known of its clock.
    pub clock: TotpClock,
    /// The wrong codes of late.
    pub wrong_codes: WrongGuesses,
    /// What a FIDO device is certified for: `FIDO` and `FIPS-140-2` or `-3` with their levels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certifications: BTreeMap<String, String>,
    /// Up to 50 tags, of virtual devices.
    pub tags: Vec<Tag>,
}

/// The kinds of MFA devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MfaDeviceKind {
    /// A security key or passkey; shows no codes.
    Fido,
    /// A token with a display, whose seed an operator provisioned.
    Hardware,
    /// An app that was given a seed.
    Virtual,
}

impl MfaDeviceKind {
    /// How the store names the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fido => "fido",
            Self::Hardware => "hardware",
            Self::Virtual => "virtual",
        }
    }
}

/// Whose device it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaAssignment {
    /// A user, or the root user.
    pub owner: AccessKeyOwner,
    /// When the device was enabled.
    pub enabled_at: Timestamp,
}

/// What is known of the clock of a device that shows codes, in time steps of 30 seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpClock {
    /// How many steps the device is ahead of the server.
    pub drift: i64,
    /// The step of the latest code that was taken: no code of this step or one before it is taken again.
    pub last_step: Option<i64>,
}

impl MfaDevice {
    /// The serial number of a virtual device: `arn:aws:iam::ACCOUNT:mfa/PATH/NAME`.
    pub fn virtual_serial_number(account: AccountId, path: &Path, name: &MfaDeviceName) -> String {
        Arn::iam(account, format!("mfa{path}{name}")).to_string()
    }

    /// The form under which a serial number is unique in its account.
    pub fn serial_key(serial_number: &str) -> String {
        serial_number.to_ascii_lowercase()
    }

    /// Whose device it is.
    pub fn owner(&self) -> Option<&AccessKeyOwner> {
        self.assignment.as_ref().map(|assignment| &assignment.owner)
    }
}
