//! Whether a credential may be used, as requests say it and answers show it.

use crate::{Error, Result};
use domain::AccessKeyStatus;
use shapes::iam::types::StatusType;

/// The status as answers show it.
pub(crate) fn shape(status: AccessKeyStatus) -> StatusType {
    match status {
        AccessKeyStatus::Active => StatusType::Active,
        AccessKeyStatus::Inactive => StatusType::Inactive,
    }
}

/// The status of a request. The model also knows `Expired`, which nobody can set; `invalid` makes the error that the
/// operation's model has for that.
pub(crate) fn parse(status: &StatusType, invalid: impl FnOnce(String) -> Error) -> Result<AccessKeyStatus> {
    match status {
        StatusType::Active => Ok(AccessKeyStatus::Active),
        StatusType::Inactive => Ok(AccessKeyStatus::Inactive),
        StatusType::Expired | StatusType::Unknown(_) => {
            Err(invalid(format!("The status cannot be set to {}.", status.as_str())))
        }
    }
}
