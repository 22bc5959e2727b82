//! What calls leave in the audit trail.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support,
};
use domain::AccountId;
use serde_json::{Value, json};
use services::{AuditSettings, Flush, Operation};
use shapes::{
    iam::{
        CreateAccessKey, CreateAccessKeyInput, CreateRole, CreateRoleInput, CreateUser, CreateUserInput,
        GetUser, GetUserInput, ListUsers, ListUsersInput, PutUserPolicy, PutUserPolicyInput,
    },
    sts::{
        AssumeRole, AssumeRoleInput, GetCallerIdentity, GetCallerIdentityInput, GetSessionToken,
        GetSessionTokenInput,
    },
};
use store::audit_event::{AuditEvent, AuditLookup, lookup};

/// The trail of an account, oldest first, with all that waited in it.
async fn events_of(plane: &TestPlane, account_id: AccountId) -> Vec<AuditEvent> {
    plane.plane.audit.flush(&plane.plane.store, plane.now(), Flush::All).await.unwrap();
    let asked = AuditLookup {
        account_id,
        attribute: None,
        from: "2000-01-01T00:00:00Z".parse().unwrap(),
        until: "2100-01-01T00:00:00Z".parse().unwrap(),
        before: None,
        limit: 1000,
    };
    let mut events = lookup(&mut plane.plane.store.read(), &asked).await.unwrap();
    events.reverse();
    events
}

async fn documents(plane: &TestPlane) -> Vec<Value> {
    let events = events_of(plane, plane.account).await;
    events.iter().map(|event| serde_json::from_str(&event.document).unwrap()).collect()
}

async fn last(plane: &TestPlane) -> Value {
    documents(plane).await.pop().unwrap()
}

/// The document without what differs from run to run.
fn steady(mut document: Value) -> Value {
    let members = document.as_object_mut().unwrap();
    assert_eq!(members.remove("eventID").unwrap().as_str().unwrap().len(), 36);
    if let Some(identity) = members.get_mut("userIdentity").and_then(Value::as_object_mut) {
        identity.remove("accessKeyId");
    }
    document
}

fn user(name: &str) -> CreateUserInput {
    CreateUserInput { user_name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn a_change_is_recorded_with_the_change() {
    let plane = TestPlane::new().await;
    plane.root::<CreateUser>(user("bob")).await.unwrap();
    let event = last(&plane).await;
    let id = event["responseElements"]["user"]["userId"].clone();
    assert_eq!(
        steady(event),
        json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "Root",
                "principalId": ACCOUNT,
                "arn": "arn:aws:iam::123456789012:root",
                "accountId": ACCOUNT,
            },
            "eventTime": "2026-01-01T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "CreateUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "127.0.0.1",
            "userAgent": "test",
            "requestParameters": { "userName": "bob" },
            "responseElements": { "user": {
                "path": "/",
                "userName": "bob",
                "userId": id,
                "arn": "arn:aws:iam::123456789012:user/bob",
                "createDate": "Jan 1, 2026, 12:00:00 AM",
            }},
            "requestID": "00000000-0000-0000-0000-000000000000",
            "readOnly": false,
            "eventType": "AwsApiCall",
            "apiVersion": "2010-05-08",
            "managementEvent": true,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management",
        })
    );
}

#[tokio::test]
async fn reading_refused_and_failed_calls_are_recorded_once_flushed() {
    let plane = TestPlane::new().await;
    support::user_with_policy(&plane, "reader", &support::allow("iam:ListUsers", "*")).await;
    let before = documents(&plane).await.len();

    plane.user::<ListUsers>("reader", ListUsersInput::default()).await.unwrap();
    plane.user::<CreateUser>("reader", user("eve")).await.unwrap_err();
    plane.root::<CreateUser>(user("reader")).await.unwrap_err();
    plane.root::<GetUser>(GetUserInput { user_name: Some("nobody".into()) }).await.unwrap_err();

    let events = documents(&plane).await;
    let [read, denied, taken, absent] = &events[before..] else { panic!("{events:#?}") };
    assert_eq!((&read["eventName"], &read["readOnly"]), (&json!("ListUsers"), &json!(true)));
    assert_eq!((&read["requestParameters"], &read["responseElements"]), (&Value::Null, &Value::Null));
    assert_eq!(read["userIdentity"]["type"], "IAMUser");
    assert_eq!(read["userIdentity"]["userName"], "reader");
    assert!(read.get("errorCode").is_none());

    assert_eq!((&denied["errorCode"], &denied["readOnly"]), (&json!("AccessDenied"), &json!(false)));
    assert!(
        denied["errorMessage"].as_str().unwrap().contains("is not authorized to perform: iam:CreateUser")
    );
    assert_eq!(denied["requestParameters"], json!({ "userName": "eve" }));
    assert_eq!(denied["responseElements"], Value::Null);
    assert_eq!(taken["errorCode"], "EntityAlreadyExistsException");
    assert_eq!(absent["errorCode"], "NoSuchEntityException");
    assert_eq!(absent["errorMessage"], "The user with name nobody cannot be found.");
}

#[tokio::test]
async fn calls_of_one_second_are_in_order() {
    let plane = TestPlane::new().await;
    let names: Vec<String> = (0..300).map(|number| format!("user{number}")).collect();
    for name in &names {
        plane.root::<GetUser>(GetUserInput { user_name: Some(name.clone()) }).await.unwrap_err();
    }
    let events = documents(&plane).await;
    let seen: Vec<_> = events.iter().map(|event| event["requestParameters"]["userName"].clone()).collect();
    assert_eq!(seen, names);
}

#[tokio::test]
async fn sessions_show_where_they_come_from_and_no_secret() {
    let plane = TestPlane::new().await;
    support::user_with_policy(&plane, "alice", &support::allow("sts:*", "*")).await;
    let trust = support::document(
        r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","sts:SetSourceIdentity"]}"#,
    );
    let role = CreateRoleInput {
        role_name: "deploy".into(),
        assume_role_policy_document: trust.clone(),
        ..Default::default()
    };
    plane.root::<CreateRole>(role).await.unwrap();
    // Policies are shown as they were sent, in requests.
    assert_eq!(last(&plane).await["requestParameters"]["assumeRolePolicyDocument"], trust);

    let role_arn = support::arn("role/deploy");
    let input = AssumeRoleInput {
        role_arn: role_arn.clone(),
        role_session_name: "me".into(),
        source_identity: Some("alice".into()),
        ..Default::default()
    };
    let held = plane.user::<AssumeRole>("alice", input).await.unwrap().credentials.unwrap();
    let event = last(&plane).await;
    assert_eq!((&event["eventName"], &event["readOnly"]), (&json!("AssumeRole"), &json!(true)));
    let shown = &event["responseElements"]["credentials"];
    assert_eq!(shown["accessKeyId"], held.access_key_id);
    assert_eq!(shown["sessionToken"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(shown["expiration"], "Jan 1, 2026, 1:00:00 AM");
    assert!(shown.get("secretAccessKey").is_none());
    let resource = json!({ "accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role_arn });
    assert_eq!(event["resources"], json!([resource]));
    assert!(event.get("sharedEventID").is_none());

    let call = GetCallerIdentityInput {};
    plane.session::<GetCallerIdentity>(&held.access_key_id, &held.session_token, call).await.unwrap();
    let identity = &last(&plane).await["userIdentity"];
    assert_eq!(identity["type"], "AssumedRole");
    assert!(identity["principalId"].as_str().unwrap().ends_with(":me"));
    assert_eq!(identity["arn"], "arn:aws:sts::123456789012:assumed-role/deploy/me");
    let context = &identity["sessionContext"];
    assert_eq!(context["sessionIssuer"]["userName"], "deploy");
    assert_eq!(context["sessionIssuer"]["arn"], role_arn);
    assert_eq!(context["sourceIdentity"], "alice");
    let attributes = json!({ "creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false" });
    assert_eq!(context["attributes"], attributes);

    let held = plane.user::<GetSessionToken>("alice", GetSessionTokenInput::default()).await.unwrap();
    let event = last(&plane).await;
    assert_eq!(event["readOnly"], false);
    let held = held.credentials.unwrap();
    assert_eq!(event["responseElements"]["credentials"]["accessKeyId"], held.access_key_id);
    plane
        .session::<GetCallerIdentity>(&held.access_key_id, &held.session_token, GetCallerIdentityInput {})
        .await
        .unwrap();
    let identity = &last(&plane).await["userIdentity"];
    assert_eq!((&identity["type"], &identity["userName"]), (&json!("IAMUser"), &json!("alice")));
    assert_eq!(identity["sessionContext"], json!({ "attributes": attributes }));

    let made = plane
        .root::<CreateAccessKey>(CreateAccessKeyInput { user_name: Some("alice".into()) })
        .await
        .unwrap()
        .access_key;
    let shown = &last(&plane).await["responseElements"]["accessKey"];
    assert_eq!(shown["accessKeyId"], made.access_key_id);
    assert!(shown.get("secretAccessKey").is_none());
}

#[tokio::test]
async fn a_role_of_another_account_is_recorded_in_both() {
    let plane = TestPlane::new().await;
    support::user_with_policy(&plane, "alice", &support::allow("sts:AssumeRole", "*")).await;
    let other = AccountId::parse("210987654321").unwrap();
    let trust = support::document(
        r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}"#,
    );
    plane.role_in(other, "open", &trust).await;
    plane.role_in(other, "closed", &trust.replace(ACCOUNT, "000000000042")).await;
    let assume = |name: &str| AssumeRoleInput {
        role_arn: format!("arn:aws:iam::{other}:role/{name}"),
        role_session_name: "me".into(),
        ..Default::default()
    };
    plane.user::<AssumeRole>("alice", assume("open")).await.unwrap();
    plane.user::<AssumeRole>("alice", assume("closed")).await.unwrap_err();

    let own = documents(&plane).await;
    let [open, closed] = &own[own.len() - 2..] else { panic!("{own:#?}") };
    assert_eq!(
        (&open["recipientAccountId"], &open["userIdentity"]["type"]),
        (&json!(ACCOUNT), &json!("IAMUser"))
    );
    assert_eq!(closed["errorCode"], "AccessDenied");
    assert!(closed.get("sharedEventID").is_none());

    let theirs = events_of(&plane, other).await;
    let [_made, _also_made, event] = theirs.as_slice() else { panic!("{theirs:#?}") };
    let document: Value = serde_json::from_str(&event.document).unwrap();
    assert_eq!(document["sharedEventID"], open["sharedEventID"]);
    assert!(document["sharedEventID"].is_string());
    assert_ne!(document["eventID"], open["eventID"]);
    assert_eq!(document["recipientAccountId"], "210987654321");
    let id = support::user(&plane, "alice").await.id;
    let identity = json!({ "type": "AWSAccount", "principalId": id.as_str(), "accountId": ACCOUNT });
    assert_eq!(document["userIdentity"], identity);
    assert_eq!((&event.user_name, &event.access_key_id), (&None, &None));
}

#[tokio::test]
async fn what_is_too_long_is_cut() {
    let plane = TestPlane::new().await;
    plane.root::<CreateUser>(user("bob")).await.unwrap();
    let input = PutUserPolicyInput {
        user_name: "bob".into(),
        policy_name: "long".into(),
        policy_document: "x".repeat(110 * 1024),
    };
    plane.root::<PutUserPolicy>(input).await.unwrap_err();
    let event = last(&plane).await;
    assert_eq!(event["requestParameters"], json!({ "omitted": true }));
    assert!(event.to_string().len() < 4096);
}

/// Calls an operation and drops the call at its first wait.
async fn give_up<O: Operation>(plane: &TestPlane, input: O::Input) {
    let mut call = Box::pin(plane.root::<O>(input));
    let _ = std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context))).await;
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_take_its_record_along() {
    let plane = TestPlane::new().await;
    // Its turn to write comes only when this transaction ends.
    let tx = plane.plane.store.write().await.unwrap();
    give_up::<CreateUser>(&plane, user("bob")).await;
    tx.rollback();
    let event = last(&plane).await;
    assert_eq!((&event["eventName"], &event["errorCode"]), (&json!("CreateUser"), &json!("RequestTimeout")));
}

#[tokio::test]
async fn without_room_calls_are_let_through_or_refused() {
    let settings = |refuse_reads| AuditSettings { refuse_reads, room: 8, ..AuditSettings::default() };
    let lenient = TestPlane::with_trail(settings(false)).await;
    let strict = TestPlane::with_trail(settings(true)).await;
    for plane in [&lenient, &strict] {
        for _ in 0..8 {
            plane.root::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap();
        }
    }
    lenient.root::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap();
    lenient.root::<CreateUser>(user("bob")).await.unwrap();
    assert_eq!(lenient.plane.audit.lost(), 1);
    let refused = strict.root::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("ServiceUnavailable", 503));
    strict.root::<CreateUser>(user("bob")).await.unwrap_err();
    assert_eq!(strict.plane.audit.lost(), 0);

    // The gap is in the trail itself.
    let lost = last(&lenient).await;
    assert_eq!((&lost["eventName"], &lost["eventType"]), (&json!("EventsLost"), &json!("AwsServiceEvent")));
    assert_eq!(lost["serviceEventDetails"], json!({ "lostEvents": 1 }));
    let _ = last(&strict).await;
    strict.root::<CreateUser>(user("bob")).await.unwrap();
}

#[tokio::test]
async fn changes_are_refused_while_the_files_are_behind() {
    let plane = TestPlane::new().await;
    plane.plane.audit.set_files_behind(true);
    let refused = plane.root::<CreateUser>(user("bob")).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("ServiceUnavailable", 503));
    plane.root::<ListUsers>(ListUsersInput::default()).await.unwrap();
    plane.plane.audit.set_files_behind(false);
    plane.root::<CreateUser>(user("bob")).await.unwrap();
}

#[tokio::test]
async fn where_the_store_is_memory_only_so_many_reading_calls_are_recorded_and_every_change() {
    let plane = TestPlane::with_trail(AuditSettings { most: 2, ..AuditSettings::default() }).await;
    for name in ["ann", "bob", "eve"] {
        plane.root::<ListUsers>(ListUsersInput::default()).await.unwrap();
        plane.root::<CreateUser>(user(name)).await.unwrap();
    }
    let documents = documents(&plane).await;
    let count = |name: &str| documents.iter().filter(|document| document["eventName"] == name).count();
    assert_eq!((count("ListUsers"), count("CreateUser")), (2, 3));
}
