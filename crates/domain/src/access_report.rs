use crate::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A report on what was last accessed, as somebody asked for it. What it says is read when it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessReport {
    /// The account it was asked for in.
    pub account_id: AccountId,
    /// A UUID: `JobId`.
    pub job_id: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Who asked: the unique id of a user or role, the account's id for its root user. Nobody else may read it.
    pub asked_by: String,
    /// What it is about.
    pub subject: AccessReportSubject,
}

/// What an [`AccessReport`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessReportSubject {
    /// A user, group, role or managed policy.
    Entity {
        /// Its ARN.
        arn: String,
        /// Whether the report has actions beside services.
        by_action: bool,
    },
    /// A part of an organization.
    Organization {
        /// `o-.../r-.../...`
        entity_path: String,
    },
}
