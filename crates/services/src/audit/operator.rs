//! What an operator does beside the API, with the program's commands.

use super::{
    record::{MEMBERS_BYTES, cut_text},
    service_event::ServiceEvent,
};
use domain::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{
    StoreError, Transaction, audit_chain,
    audit_event::{self, AuditEvent, AuditResource},
};

/// The plane's own name among event sources.
const SOURCE: &str = "portcullis";

/// The system user who runs a command, as the machine knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The user's name; its number when the machine has no name for it.
    pub user_name: String,
    /// The user's number.
    pub user_id: u32,
    /// The number of the user who logged in, where the kernel knows it: it stays the same under `sudo`.
    pub login_id: Option<u32>,
    /// The machine's name.
    pub host: String,
}

/// Something that an operator did. Secrets have no place in it.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What it is called: `RotateDataKeys`.
    pub name: &'static str,
    /// What was done, as a JSON object.
    pub details: Value,
    /// What it is about.
    pub resources: Vec<AuditResource>,
    /// The access key that it is about, which events are looked up by.
    pub access_key_id: Option<String>,
}

impl Deed {
    /// One that is about the whole plane or about what has no name in the API.
    pub fn new(name: &'static str, details: Value) -> Self {
        Self { name, details, resources: Vec::new(), access_key_id: None }
    }
}

impl Operator {
    /// The record of a deed, in the trail of that account.
    pub fn event(&self, account: AccountId, deed: Deed, at: Timestamp) -> AuditEvent {
        let (user_name, host) = (cut_text(&self.user_name), cut_text(&self.host));
        let details = Some(deed.details).filter(|details| details.to_string().len() <= MEMBERS_BYTES);
        let mut identity = json!({
            "type": "Operator",
            "principalId": self.user_id.to_string(),
            "accountId": account.to_string(),
            "userName": user_name,
        });
        if let (Some(login), Some(identity)) = (self.login_id, identity.as_object_mut()) {
            identity.insert("loginUserId".to_owned(), login.to_string().into());
        }
        let event = ServiceEvent {
            name: deed.name,
            source: SOURCE,
            identity,
            address: host,
            user_agent: concat!("portcullis/", env!("CARGO_PKG_VERSION")),
            details: details.unwrap_or_else(|| json!({ "omitted": true })),
        };
        AuditEvent {
            // Not to be taken for the account's root user, who is `root`.
            user_name: Some(format!("operator/{user_name}").into()),
            access_key_id: deed.access_key_id.map(Into::into),
            resources: deed.resources,
            ..event.record(account, at, 0)
        }
    }

    /// Records a deed in the transaction that does it.
    pub async fn record(
        &self,
        tx: &mut Transaction,
        account: AccountId,
        deed: Deed,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let event = self.event(account, deed, at);
        audit_event::insert(tx, &event, Some(audit_chain::OPERATOR)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator() -> Operator {
        Operator { user_name: "root".into(), user_id: 0, login_id: Some(1000), host: "db1".into() }
    }

    fn document(deed: Deed) -> Value {
        let account = AccountId::parse("123456789012").unwrap();
        let event = operator().event(account, deed, "2026-01-02T03:04:05.678Z".parse().unwrap());
        assert_eq!(event.user_name.as_deref(), Some("operator/root"));
        let mut document: Value = serde_json::from_str(&event.document).unwrap();
        assert_eq!(document["eventID"], event.id);
        document["eventID"] = "ID".into();
        document
    }

    #[test]
    fn is_recorded_as_what_it_is() {
        let deed = Deed::new("RotateDataKeys", json!({ "made": [3, 4] }));
        insta::assert_snapshot!(serde_json::to_string_pretty(&document(deed)).unwrap(), @r#"
        {
          "eventVersion": "1.11",
          "userIdentity": {
            "type": "Operator",
            "principalId": "0",
            "accountId": "123456789012",
            "userName": "root",
            "loginUserId": "1000"
          },
          "eventTime": "2026-01-02T03:04:05Z",
          "eventSource": "portcullis",
          "eventName": "RotateDataKeys",
          "awsRegion": "us-east-1",
          "sourceIPAddress": "db1",
          "userAgent": "portcullis/0.1.0",
          "requestParameters": null,
          "responseElements": null,
          "eventID": "ID",
          "readOnly": false,
          "eventType": "AwsServiceEvent",
          "managementEvent": true,
          "recipientAccountId": "123456789012",
          "serviceEventDetails": {
            "made": [
              3,
              4
            ]
          },
          "eventCategory": "Management"
        }
        "#);
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        let deed = Deed::new("ImportPolicies", json!({ "added": "x".repeat(MEMBERS_BYTES) }));
        assert_eq!(document(deed)["serviceEventDetails"], json!({ "omitted": true }));
    }
}
