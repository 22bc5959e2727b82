use crate::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A request to delete a service-linked role, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleDeletion {
    /// The account of the role.
    pub account_id: AccountId,
    /// `task/aws-service-role/SERVICE/ROLE/UUID`
    pub task_id: String,
    /// When the deletion was asked for.
    pub requested_at: Timestamp,
    /// Why the role was not deleted; `None` when it was.
    pub failure: Option<String>,
}
