//! Records of what no API call did.

use super::record::{new_id, whole_second};
use domain::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::audit_event::AuditEvent;

/// An event of CloudTrail's type `AwsServiceEvent`.
pub(super) struct ServiceEvent<'a> {
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    /// Who did it, as `userIdentity` shows it.
    pub(super) identity: Value,
    /// Where it was done.
    pub(super) address: &'a str,
    pub(super) user_agent: &'a str,
    /// What was done, as a JSON object.
    pub(super) details: Value,
}

impl ServiceEvent<'_> {
    /// Its record in the trail of that account. `order` tells those of one millisecond apart.
    pub(super) fn record(self, account: AccountId, at: Timestamp, order: u32) -> AuditEvent {
        let id = new_id(at, order).to_string();
        let document = json!({
            "eventVersion": "1.11",
            "userIdentity": self.identity,
            "eventTime": whole_second(at).to_string(),
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": self.address,
            "userAgent": self.user_agent,
            "requestParameters": null,
            "responseElements": null,
            "eventID": id,
            "readOnly": false,
            "eventType": "AwsServiceEvent",
            "managementEvent": true,
            "recipientAccountId": account.to_string(),
            "serviceEventDetails": self.details,
            "eventCategory": "Management",
        });
        AuditEvent {
            account_id: account,
            at,
            id,
            event_name: self.name.into(),
            event_source: self.source.into(),
            read_only: false,
            user_name: None,
            access_key_id: None,
            resources: Vec::new(),
            document: document.to_string(),
        }
    }
}
