//! A call as CloudTrail's record.
//!
//! Sources: "CloudTrail record contents" in the CloudTrail user guide (members, sizes); "Logging IAM and AWS STS API
//! calls" in the IAM user guide (what of answers is shown, which STS calls count as reading, calls across accounts).

use super::{
    EventId,
    call::{Call, Outcome, Parameters, Shown},
    resource,
    service_event::ServiceEvent,
    user_identity::{self, UserIdentity},
};
use domain::{AccessKeyId, AccountId, Arn, Caller, Principal};
use jiff::Timestamp;
use serde_json::json;
use smol_str::ToSmolStr;
use std::{borrow::Cow, cell::RefCell, collections::HashMap, mem, net::IpAddr, sync::Arc};
use store::audit_event::{AuditEvent, AuditResource};
use wire::{Node, OperationDescription, Schema, Service, write_json_text, write_redacted};

/// Longest `errorCode`, `errorMessage`, `requestID` and `userAgent`, in bytes; what is longer is cut.
const TEXT_BYTES: usize = 1024;
/// Longest `requestParameters` and `responseElements`, in bytes of JSON; what is longer is left out.
pub(super) const MEMBERS_BYTES: usize = 100 * 1024;
/// What stands in their place.
const OMITTED: &str = r#"{"omitted":true}"#;

/// Callers whose words a recorder keeps at most.
const IDENTITIES: usize = 256;

thread_local! {
    /// Each thread has its own: they say the same, and none waits for another.
    static RECORDER: RefCell<Recorder> = RefCell::default();
}

/// Writes the records of a call: the caller's account gets one, and so does the account whose role was assumed from another.
pub(super) fn write(call: &Call<'_>, outcome: Outcome, mut to: impl FnMut(AuditEvent<()>, &str)) {
    let mut outcome = Some(outcome);
    let mut write = |recorder: &mut Recorder| {
        if let Some(outcome) = outcome.take() {
            recorder.write(call, outcome, &mut to);
        }
    };
    // A thread that is at its end has none any more.
    if RECORDER.try_with(|recorder| write(&mut recorder.borrow_mut())).is_err() {
        write(&mut Recorder::default());
    }
}

/// Writes records. Many of them say the same of who called and when, which is written once.
#[derive(Debug, Default)]
struct Recorder {
    /// By the key that signed: the caller as it was then, and what is written of it.
    identities: HashMap<AccessKeyId, (Caller, Arc<str>)>,
    /// The second, address and account of the record before, and what is written of them.
    second: Option<(Timestamp, String)>,
    address: Option<(IpAddr, String)>,
    account: Option<(AccountId, String)>,
    /// Room for a document.
    document: Document,
}

/// What the records of one call have in common.
struct Written<'a> {
    call: &'a Call<'a>,
    error: Option<(&'a str, &'a str)>,
    parameters: &'a str,
    response: &'a str,
    /// The role that was assumed.
    role: Option<(&'a str, AccountId)>,
    shared: Option<String>,
}

impl Recorder {
    fn write(&mut self, call: &Call<'_>, outcome: Outcome, to: &mut dyn FnMut(AuditEvent<()>, &str)) {
        let (parameters, mut resources) = match &call.parameters {
            Parameters::Read(shown) => (&*shown.text, shown.resources.clone()),
            Parameters::Unread => ("null", Vec::new()),
            Parameters::Omitted => (OMITTED, Vec::new()),
        };
        let (error, response) = match outcome {
            Outcome::Done(Some(shown)) => {
                resource::join(&mut resources, shown.resources);
                (None, Some(shown.text))
            }
            Outcome::Done(None) => (None, None),
            Outcome::Failed { code, message } => (Some((code, message)), None),
        };
        let own = call.cx.caller.account_id;
        let role = call.role.as_deref().filter(|_| response.is_some());
        let role = role.and_then(|role| {
            let [_, _, _, account, _] = Arn::split(role)?;
            Some((role, AccountId::parse(account).ok()?))
        });
        let other = role.map(|(_, owner)| owner).filter(|owner| *owner != own);
        let written = Written {
            call,
            error: error.as_ref().map(|(code, message)| (*code, message.as_str())),
            parameters,
            response: response.as_deref().unwrap_or("null"),
            role,
            shared: other.map(|_| uuid::Uuid::new_v4().to_string()),
        };
        if let Some(other) = other {
            self.event(&written, own, resources.clone(), to);
            self.event(&written, other, resources, to);
        } else {
            self.event(&written, own, resources, to);
        }
    }

    fn event(
        &mut self,
        written: &Written<'_>,
        recipient: AccountId,
        resources: Vec<AuditResource>,
        to: &mut dyn FnMut(AuditEvent<()>, &str),
    ) {
        let Call { cx, service, operation, count, .. } = written.call;
        let caller = &cx.caller;
        let is_own = recipient == caller.account_id;
        let id = new_id(cx.received_at, *count).to_string();
        self.document(written, recipient, &id);
        let event = AuditEvent {
            account_id: recipient,
            at: cx.received_at,
            id,
            event_name: operation.name.into(),
            event_source: event_source(service),
            read_only: is_read_only(service, operation),
            user_name: is_own.then(|| user_identity::user_name(caller)),
            access_key_id: is_own.then(|| caller.access_key_id.to_smolstr()),
            resources,
            document: (),
        };
        to(event, &self.document.0);
    }

    /// The members in CloudTrail's order.
    fn document(&mut self, common: &Written<'_>, recipient: AccountId, id: &str) {
        let Written { call, error, parameters, response, .. } = common;
        let Call { cx, service, operation, .. } = call;
        let caller = &cx.caller;
        let mut document = mem::take(&mut self.document);
        document.0.clear();
        document.raw("{\"eventVersion\":", "\"1.11\"");
        if recipient == caller.account_id {
            document.raw(",\"userIdentity\":", &self.identity(caller));
        } else {
            let identity = serde_json::to_string(&UserIdentity::of_other_account(caller));
            document.raw(",\"userIdentity\":", &identity.unwrap_or_default());
        }
        document.text(",\"eventTime\":", self.second(cx.received_at));
        document.raw(",\"eventSource\":\"", service.signing_name);
        document.raw(".amazonaws.com\",\"eventName\":\"", operation.name);
        document.text("\",\"awsRegion\":", &cx.region);
        document.text(",\"sourceIPAddress\":", written(&mut self.address, cx.source_ip));
        if let Some(user_agent) = &cx.user_agent {
            document.text(",\"userAgent\":", cut_text(user_agent));
        }
        if let Some((code, message)) = error {
            document.text(",\"errorCode\":", cut_text(code));
            if !message.is_empty() {
                document.text(",\"errorMessage\":", cut_text(message));
            }
        }
        document.raw(",\"requestParameters\":", parameters);
        document.raw(",\"responseElements\":", response);
        document.text(",\"requestID\":", cut_text(&cx.request_id));
        document.text(",\"eventID\":", id);
        document.raw(",\"readOnly\":", if is_read_only(service, operation) { "true" } else { "false" });
        if let Some((role, owner)) = &common.role {
            document.raw(",\"resources\":[{\"accountId\":\"", &owner.to_string());
            document.text("\",\"type\":\"AWS::IAM::Role\",\"ARN\":", role);
            document.raw("}]", "");
        }
        document.raw(",\"eventType\":\"AwsApiCall\",\"apiVersion\":\"", service.api_version);
        document.raw(
            "\",\"managementEvent\":true,\"recipientAccountId\":\"",
            written(&mut self.account, recipient),
        );
        if let Some(shared) = &common.shared {
            document.text("\",\"sharedEventID\":", shared);
            document.raw(",\"eventCategory\":\"", "Management");
        } else {
            document.raw("\",\"eventCategory\":\"", "Management");
        }
        document.raw("\"", "");
        if let Some(tls) = &cx.tls {
            document.raw(",\"tlsDetails\":", &serde_json::to_string(tls).unwrap_or_default());
        }
        document.raw("}", "");
        self.document = document;
    }

    /// What is written of the caller in its own account.
    fn identity(&mut self, caller: &Caller) -> Arc<str> {
        if let Some((known, text)) = self.identities.get(&caller.access_key_id)
            && is_same(known, caller)
        {
            return text.clone();
        }
        if self.identities.len() >= IDENTITIES {
            self.identities.clear();
        }
        // Strings alone: writing them cannot fail.
        let text: Arc<str> = serde_json::to_string(&UserIdentity::of(caller)).unwrap_or_default().into();
        self.identities.insert(caller.access_key_id.clone(), (caller.clone(), text.clone()));
        text
    }

    fn second(&mut self, at: Timestamp) -> &str {
        let second = whole_second(at);
        if self.second.as_ref().is_some_and(|(known, _)| *known != second) {
            // Those of before are seldom met again, and there may be many.
            self.identities.clear();
        }
        written(&mut self.second, second)
    }
}

/// What is written of a value, which often is that of the record before.
fn written<T: PartialEq + ToString>(known: &mut Option<(T, String)>, value: T) -> &str {
    if known.as_ref().is_none_or(|(known, _)| *known != value) {
        let text = value.to_string();
        *known = Some((value, text));
    }
    known.as_ref().map_or("", |(_, text)| text)
}

/// `sts.amazonaws.com`
fn event_source(service: &Service) -> Cow<'static, str> {
    match service.signing_name {
        "iam" => Cow::Borrowed("iam.amazonaws.com"),
        "sts" => Cow::Borrowed("sts.amazonaws.com"),
        name => Cow::Owned(format!("{name}.amazonaws.com")),
    }
}

/// Whether two callers with one access key are the same records, unchanged.
fn is_same(known: &Caller, caller: &Caller) -> bool {
    let principal = match (&known.principal, &caller.principal) {
        // A temporary key has one session.
        (Principal::AssumedRole { role: known, .. }, Principal::AssumedRole { role, .. }) => {
            Arc::ptr_eq(known, role)
        }
        (Principal::Root, Principal::Root) => true,
        (Principal::User(known), Principal::User(user)) => Arc::ptr_eq(known, user),
        _ => false,
    };
    let session = match (&known.session, &caller.session) {
        (Some(known), Some(session)) => Arc::ptr_eq(known, session),
        (None, None) => true,
        _ => false,
    };
    principal && session && known.account_id == caller.account_id
}

/// A JSON object in the making.
#[derive(Debug, Default)]
struct Document(String);

impl Document {
    /// What is JSON already.
    fn raw(&mut self, before: &str, json: &str) {
        self.0.push_str(before);
        self.0.push_str(json);
    }

    fn text(&mut self, before: &str, text: &str) {
        self.0.push_str(before);
        write_json_text(text, &mut self.0);
    }
}

pub(super) fn new_id(at: Timestamp, count: u32) -> EventId {
    let [r0, r1, r2, r3, r4, r5, ..] = uuid::Uuid::new_v4().into_bytes();
    EventId::new(at, count, [r0, r1, r2, r3, r4, r5])
}

/// The record that events were lost: nothing could take them in, and reading calls were let through all the same.
pub(super) fn lost(account: AccountId, count: u64, at: Timestamp, order: u32) -> AuditEvent {
    let source = "cloudtrail.amazonaws.com";
    let event = ServiceEvent {
        name: LOST,
        source,
        identity: json!({ "type": "AWSService", "invokedBy": source }),
        address: source,
        user_agent: source,
        details: json!({ "lostEvents": count }),
    };
    event.record(account, at, order)
}

/// The name of the event that says how many others are missing.
const LOST: &str = "EventsLost";

/// What is shown of an answer: of changes all but secrets, of reading calls nothing but new credentials' ids.
pub(super) fn response_elements(call: &Call<'_>, output: &Node) -> Option<Shown> {
    let (service, operation) = (call.service, call.operation);
    let is_shown = !is_read_only(service, operation) || (service.id, "AssumeRole") == ("sts", operation.name);
    let schema = operation.output.filter(|_| is_shown)?;
    Some(shown_of(schema, output, 512)).filter(|shown| shown.text != "null")
}

/// What is shown of an input: all but secrets.
pub(super) fn request_parameters(operation: &OperationDescription, input: &Node) -> Shown {
    shown_of(operation.input, input, 0)
}

/// `room` is about how many bytes it takes.
fn shown_of(schema: &Schema, node: &Node, room: usize) -> Shown {
    let (mut text, mut resources) = (String::with_capacity(room), Vec::new());
    write_redacted(schema, node, &mut text, &mut |member, name| {
        resource::note(member, name, &mut resources);
    });
    Shown { text: members(text), resources }
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

/// The ARN of the role that a call is to assume.
pub(super) fn role_to_assume(
    service: &Service,
    operation: &OperationDescription,
    input: &Node,
) -> Option<String> {
    let assumes = service.id == "sts" && operation.name.starts_with("AssumeRole");
    let Node::Structure(input) = input else { return None };
    match input.get("RoleArn").filter(|_| assumes)? {
        Node::String(arn) => Some(arn.clone()),
        _ => None,
    }
}

/// CloudTrail writes `null` where there is nothing, and leaves out what is too long.
fn members(text: String) -> Cow<'static, str> {
    match text.as_str() {
        "{}" => Cow::Borrowed("null"),
        text if text.len() > MEMBERS_BYTES => Cow::Borrowed(OMITTED),
        _ => Cow::Owned(text),
    }
}

pub(super) fn cut_text(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default()
}

pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_millisecond().div_euclid(1000)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{IdKind, Path, Random, UniqueId, User, UserName};

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn who_called_is_written_once_and_anew_for_another() {
        let key = AccessKeyId::long_term(AccountId::parse("111122223333").unwrap(), &Zeros);
        let caller = |account: &str, principal| Caller {
            account_id: AccountId::parse(account).unwrap(),
            principal,
            access_key_id: key.clone(),
            session: None,
        };
        let user = |name: &str| {
            Principal::User(Arc::new(User {
                account_id: AccountId::parse("111122223333").unwrap(),
                id: UniqueId::new(IdKind::User, &Zeros),
                name: UserName::parse(name).unwrap(),
                path: Path::parse("/").unwrap(),
                created_at: Timestamp::UNIX_EPOCH,
                permissions_boundary: None,
                tags: vec![],
            }))
        };
        let mut recorder = Recorder::default();
        let callers = [
            caller("111122223333", Principal::Root),
            caller("444455556666", Principal::Root),
            caller("111122223333", user("alice")),
            // Renamed.
            caller("111122223333", user("bob")),
        ];
        for caller in &callers {
            let text = recorder.identity(caller);
            assert_eq!(*text, *serde_json::to_string(&UserIdentity::of(caller)).unwrap());
            assert!(Arc::ptr_eq(&text, &recorder.identity(caller)));
        }
    }

    #[test]
    fn what_is_too_long_is_cut_or_left_out() {
        let text = "ü".repeat(TEXT_BYTES);
        assert_eq!(cut_text(&text), "ü".repeat(TEXT_BYTES / 2));
        assert_eq!(cut_text(&format!("x{text}")).len(), TEXT_BYTES - 1);
        assert_eq!(cut_text("short"), "short");
        assert_eq!(members("x".repeat(MEMBERS_BYTES)).len(), MEMBERS_BYTES);
        assert_eq!(members("x".repeat(MEMBERS_BYTES + 1)), r#"{"omitted":true}"#);
        assert_eq!(members("{}".to_owned()), "null");
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
