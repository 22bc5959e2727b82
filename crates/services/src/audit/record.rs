//! A call as CloudTrail's record.
//!
//! Sources: "CloudTrail record contents" in the CloudTrail user guide (members, sizes); "Logging IAM and AWS STS API
//! calls" in the IAM user guide (what of answers is shown, which STS calls count as reading, calls across accounts).

use super::{
    EventId,
    call::{Call, Outcome, Parameters},
    resource,
    user_identity::{self, UserIdentity},
};
use crate::TlsDetails;
use domain::{AccountId, Arn};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};
use store::audit_event::AuditEvent;
use wire::{Node, OperationDescription, Service};

/// Longest `errorCode`, `errorMessage`, `requestID` and `userAgent`, in bytes; what is longer is cut.
const TEXT_BYTES: usize = 1024;
/// Longest `requestParameters` and `responseElements`, in bytes of JSON; what is longer is left out.
const MEMBERS_BYTES: usize = 100 * 1024;

/// The record, in CloudTrail's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    event_version: &'static str,
    user_identity: UserIdentity,
    event_time: String,
    event_source: &'a str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: &'a RawValue,
    response_elements: &'a RawValue,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Value>,
    event_type: &'static str,
    api_version: &'a str,
    management_event: bool,
    recipient_account_id: String,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<&'a str>,
    event_category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<&'a TlsDetails>,
}

/// The records of a call: the caller's account gets one, and so does the account whose role was assumed from another.
pub(super) fn events(call: &Call, outcome: &Outcome) -> Vec<AuditEvent> {
    let parameters = match &call.parameters {
        Parameters::Read(node) => present(wire::redacted(call.operation.input, node)),
        Parameters::Unread => Value::Null,
        Parameters::Omitted => omitted(),
    };
    let (error, response) = match outcome {
        Outcome::Done(response) => (None, response.clone().unwrap_or_default()),
        Outcome::Failed { code, message } => (Some((*code, message.as_str())), Value::Null),
    };
    let own = call.caller.account_id;
    let role = assumed_role(call, &parameters, &response);
    let owner = role.as_ref().and_then(Arn::account_id).filter(|owner| *owner != own);
    let shared = owner.map(|_| uuid::Uuid::new_v4().to_string());
    let written = Written {
        call,
        error,
        resources: resource::named_in(&parameters, &response),
        parameters: cut(&parameters),
        response: cut(&response),
        role,
        shared: shared.as_deref(),
    };
    let mut events = vec![written.event(own, new_id(call.at, call.count))];
    events.extend(owner.map(|owner| written.event(owner, new_id(call.at, call.count))));
    events
}

fn new_id(at: Timestamp, count: u32) -> EventId {
    let [r0, r1, r2, r3, r4, r5, ..] = uuid::Uuid::new_v4().into_bytes();
    EventId::new(at, count, [r0, r1, r2, r3, r4, r5])
}

/// What the records of one call have in common.
struct Written<'a> {
    call: &'a Call,
    error: Option<(&'a str, &'a str)>,
    resources: Vec<store::audit_event::AuditResource>,
    parameters: Box<RawValue>,
    response: Box<RawValue>,
    role: Option<Arn>,
    shared: Option<&'a str>,
}

impl Written<'_> {
    fn event(&self, recipient: AccountId, id: EventId) -> AuditEvent {
        let Call { caller, service, operation, .. } = self.call;
        let is_own = recipient == caller.account_id;
        let event_source = format!("{}.amazonaws.com", service.signing_name);
        let id = id.to_string();
        let read_only = is_read_only(service, operation);
        let resources = self.role.as_ref().map(
            |role| json!([{ "accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.to_string() }]),
        );
        let document = Document {
            event_version: "1.11",
            user_identity: if is_own {
                UserIdentity::of(caller)
            } else {
                UserIdentity::of_other_account(caller)
            },
            event_time: whole_second(self.call.at).to_string(),
            event_source: &event_source,
            event_name: operation.name,
            aws_region: &self.call.region,
            source_ip_address: self.call.source_ip.to_string(),
            user_agent: self.call.user_agent.as_deref().map(cut_text),
            error_code: self.error.map(|(code, _)| cut_text(code)),
            error_message: self.error.map(|(_, message)| cut_text(message)).filter(|text| !text.is_empty()),
            request_parameters: &self.parameters,
            response_elements: &self.response,
            request_id: cut_text(&self.call.request_id),
            event_id: &id,
            read_only,
            resources,
            event_type: "AwsApiCall",
            api_version: service.api_version,
            management_event: true,
            recipient_account_id: recipient.to_string(),
            shared_event_id: self.shared,
            event_category: "Management",
            tls_details: self.call.tls.as_ref(),
        };
        // Strings, numbers and JSON that was read: writing them cannot fail.
        let document = serde_json::to_string(&document).unwrap_or_default();
        AuditEvent {
            account_id: recipient,
            at: self.call.at,
            id,
            event_name: operation.name.to_owned(),
            event_source,
            read_only,
            user_name: is_own.then(|| user_identity::user_name(caller)),
            access_key_id: is_own.then(|| caller.access_key_id.to_string()),
            resources: self.resources.clone(),
            document,
        }
    }
}

/// The record that events were lost: nothing could take them in, and reading calls were let through all the same.
pub(super) fn lost(account: AccountId, count: u64, at: Timestamp, order: u32) -> AuditEvent {
    let id = new_id(at, order).to_string();
    let source = "cloudtrail.amazonaws.com";
    let document = json!({
        "eventVersion": "1.11",
        "userIdentity": { "type": "AWSService", "invokedBy": source },
        "eventTime": whole_second(at).to_string(),
        "eventSource": source,
        "eventName": LOST,
        "awsRegion": "us-east-1",
        "sourceIPAddress": source,
        "userAgent": source,
        "requestParameters": null,
        "responseElements": null,
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsServiceEvent",
        "managementEvent": true,
        "recipientAccountId": account.to_string(),
        "serviceEventDetails": { "lostEvents": count },
        "eventCategory": "Management",
    });
    AuditEvent {
        account_id: account,
        at,
        id,
        event_name: LOST.to_owned(),
        event_source: source.to_owned(),
        read_only: false,
        user_name: None,
        access_key_id: None,
        resources: Vec::new(),
        document: document.to_string(),
    }
}

/// The name of the event that says how many others are missing.
const LOST: &str = "EventsLost";

/// What is shown of an answer: of changes all but secrets, of reading calls nothing but new credentials' ids.
pub(super) fn response_elements(call: &Call, output: &Node) -> Option<Value> {
    let (service, operation) = (call.service, call.operation);
    let shown = !is_read_only(service, operation) || (service.id, "AssumeRole") == ("sts", operation.name);
    let schema = operation.output.filter(|_| shown)?;
    let mut elements = wire::redacted(schema, output);
    without_secrets(&mut elements);
    Some(present(elements)).filter(|elements| !elements.is_null())
}

/// CloudTrail leaves the secret of a new key out of records altogether.
fn without_secrets(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(without_secrets),
        Value::Object(members) => {
            members.remove("secretAccessKey");
            members.values_mut().for_each(without_secrets);
        }
        _ => {}
    }
}

/// Whether CloudTrail counts the operation as one that reads.
fn is_read_only(service: &Service, operation: &OperationDescription) -> bool {
    match (service.id, operation.name) {
        ("sts", "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity") => true,
        ("sts", "GetFederationToken" | "GetSessionToken") => false,
        (_, name) => ["BatchGet", "Describe", "Get", "IsMember", "List", "Lookup", "Simulate"]
            .iter()
            .any(|verb| name.starts_with(verb)),
    }
}

/// The role that the call assumed.
fn assumed_role(call: &Call, parameters: &Value, response: &Value) -> Option<Arn> {
    let assumed =
        call.service.id == "sts" && call.operation.name.starts_with("AssumeRole") && !response.is_null();
    let arn = parameters.get("roleArn").filter(|_| assumed)?.as_str()?;
    Arn::parse(arn).ok()
}

/// CloudTrail writes `null` where there is nothing.
fn present(members: Value) -> Value {
    if members.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { members }
}

fn cut(members: &Value) -> Box<RawValue> {
    let written = to_raw_value(members).unwrap_or_default();
    if written.get().len() <= MEMBERS_BYTES { written } else { to_raw_value(&omitted()).unwrap_or_default() }
}

fn omitted() -> Value {
    json!({ "omitted": true })
}

fn cut_text(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default()
}

pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_millisecond().div_euclid(1000)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_cut_or_left_out() {
        let text = "ü".repeat(TEXT_BYTES);
        assert_eq!(cut_text(&text), "ü".repeat(TEXT_BYTES / 2));
        assert_eq!(cut_text(&format!("x{text}")).len(), TEXT_BYTES - 1);
        assert_eq!(cut_text("short"), "short");
        let fits = json!("x".repeat(MEMBERS_BYTES - 2));
        assert_eq!(cut(&fits).get().len(), MEMBERS_BYTES);
        assert_eq!(cut(&json!("x".repeat(MEMBERS_BYTES - 1))).get(), r#"{"omitted":true}"#);
    }

    #[test]
    fn secrets_are_left_out_wherever_they_are() {
        let mut value = json!({ "a": [{ "secretAccessKey": "x", "b": 1 }], "secretAccessKey": { "c": 2 } });
        without_secrets(&mut value);
        assert_eq!(value, json!({ "a": [{ "b": 1 }] }));
    }

    #[test]
    fn reading_is_told_from_changing() {
        let reads = |service: &Service, name: &str| is_read_only(service, service.operation(name).unwrap());
        assert!(reads(&shapes::iam::SERVICE, "ListUsers"));
        assert!(!reads(&shapes::iam::SERVICE, "CreateUser"));
        assert!(reads(&shapes::sts::SERVICE, "AssumeRole"));
        assert!(reads(&shapes::sts::SERVICE, "GetCallerIdentity"));
        assert!(!reads(&shapes::sts::SERVICE, "GetSessionToken"));
        assert!(!reads(&shapes::sts::SERVICE, "AssumeRoot"));
        assert!(reads(&shapes::cloudtrail::SERVICE, "LookupEvents"));
    }

    #[test]
    fn fractions_of_seconds_are_not_shown() {
        let at: Timestamp = "2026-01-02T03:04:05.999Z".parse().unwrap();
        assert_eq!(whole_second(at).to_string(), "2026-01-02T03:04:05Z");
    }
}
