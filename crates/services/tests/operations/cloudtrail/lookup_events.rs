//! LookupEvents: who may, what is found, page by page.

use crate::{
    plane::{Refused, TestPlane},
    support,
};
use services::Flush;
use shapes::{
    cloudtrail::{LookupEvents, LookupEventsInput, types},
    iam::{CreateUser, CreateUserInput, ListUsers, ListUsersInput},
};

/// A plane where bob, carol and dave were made in seconds that follow each other, and bob has listed users.
async fn plane() -> TestPlane {
    let plane = TestPlane::new().await;
    for name in ["bob", "carol", "dave"] {
        let input = CreateUserInput { user_name: name.into(), ..Default::default() };
        plane.root::<CreateUser>(input).await.unwrap();
        plane.advance(1);
    }
    plane.user::<ListUsers>("bob", ListUsersInput::default()).await.unwrap_err();
    plane.advance(1);
    flush(&plane).await;
    plane
}

async fn flush(plane: &TestPlane) {
    plane.plane.audit.flush(&plane.plane.store, plane.now(), Flush::All).await.unwrap();
}

fn by(key: types::LookupAttributeKey, value: &str) -> LookupEventsInput {
    let attribute = types::LookupAttribute { attribute_key: key, attribute_value: value.into() };
    LookupEventsInput { lookup_attributes: Some(vec![attribute]), ..Default::default() }
}

async fn look(plane: &TestPlane, input: LookupEventsInput) -> Result<Vec<types::Event>, Refused> {
    Ok(plane.root::<LookupEvents>(input).await?.events.unwrap())
}

/// Names of the events, with the user that was made.
async fn names(plane: &TestPlane, input: LookupEventsInput) -> Vec<String> {
    let name = |event: &types::Event| {
        let made = event
            .resources
            .iter()
            .flatten()
            .find(|resource| resource.resource_name.as_deref().is_some_and(|name| name.len() < 8));
        let made = made.and_then(|resource| resource.resource_name.clone()).unwrap_or_default();
        format!("{} {made}", event.event_name.as_ref().unwrap()).trim_end().to_owned()
    };
    look(plane, input).await.unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn finds_by_each_attribute_newest_first() {
    use types::LookupAttributeKey as Key;
    let plane = plane().await;
    let all = look(&plane, LookupEventsInput::default()).await.unwrap();
    assert_eq!(all.len(), 4);
    let newest = &all[0];
    assert_eq!(newest.event_name.as_deref(), Some("ListUsers"));
    assert_eq!(newest.event_source.as_deref(), Some("iam.amazonaws.com"));
    assert_eq!((newest.read_only.as_deref(), newest.username.as_deref()), (Some("true"), Some("bob")));
    assert_eq!(newest.event_time.unwrap().to_string(), "2026-01-01T00:00:03Z");
    let document: serde_json::Value =
        serde_json::from_str(newest.cloud_trail_event.as_ref().unwrap()).unwrap();
    assert_eq!(document["eventID"], newest.event_id.clone().unwrap());
    assert_eq!(document["errorCode"], "AccessDenied");

    let id = all[1].event_id.clone().unwrap();
    let key = newest.access_key_id.clone().unwrap();
    for (attribute, value, expected) in [
        (Key::EventName, "CreateUser", vec!["CreateUser dave", "CreateUser carol", "CreateUser bob"]),
        (Key::EventId, id.as_str(), vec!["CreateUser dave"]),
        (Key::EventId, "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d", vec![]),
        (Key::ReadOnly, "true", vec!["ListUsers"]),
        (Key::Username, "root", vec!["CreateUser dave", "CreateUser carol", "CreateUser bob"]),
        (Key::ResourceName, "carol", vec!["CreateUser carol"]),
        (Key::ResourceType, "AWS::IAM::User", vec!["CreateUser dave", "CreateUser carol", "CreateUser bob"]),
        (Key::ResourceType, "AWS::IAM::Role", vec![]),
        (Key::EventSource, "sts.amazonaws.com", vec![]),
        (Key::AccessKeyId, key.as_str(), vec!["ListUsers"]),
    ] {
        assert_eq!(names(&plane, by(attribute.clone(), value)).await, expected, "{attribute:?} {value}");
    }
    // Looking is an event too.
    flush(&plane).await;
    let looked = names(&plane, by(Key::EventName, "LookupEvents")).await;
    assert_eq!(looked.len(), 11);
}

#[tokio::test]
async fn finds_within_times_both_included() {
    let plane = plane().await;
    let at = |seconds: i64| Some(jiff::Timestamp::from_second(1_767_225_600 + seconds).unwrap());
    let within = |start_time, end_time| LookupEventsInput { start_time, end_time, ..Default::default() };
    assert_eq!(names(&plane, within(at(1), at(2))).await, ["CreateUser dave", "CreateUser carol"]);
    assert_eq!(names(&plane, within(at(1), at(1))).await, ["CreateUser carol"]);
    assert_eq!(names(&plane, within(None, at(0))).await, ["CreateUser bob"]);
    assert_eq!(names(&plane, within(at(3), None)).await, ["ListUsers"]);
    let refused = look(&plane, within(at(2), at(1))).await.unwrap_err();
    refused.is("InvalidTimeRangeException", "");
    // The history reaches back ninety days.
    plane.advance(90 * 86_400 - 3);
    assert_eq!(names(&plane, within(at(0), at(1))).await, ["CreateUser carol"]);
}

#[tokio::test]
async fn pages_until_there_is_no_more() {
    let plane = plane().await;
    let first = LookupEventsInput { max_results: Some(3), ..Default::default() };
    let answer = plane.root::<LookupEvents>(first.clone()).await.unwrap();
    assert_eq!(answer.events.unwrap().len(), 3);
    let token = answer.next_token.unwrap();
    // What comes in between is newer, and on no later page.
    flush(&plane).await;
    let second = LookupEventsInput { next_token: Some(token.clone()), ..first.clone() };
    let answer = plane.root::<LookupEvents>(second).await.unwrap();
    assert_eq!((answer.events.unwrap().len(), answer.next_token), (1, None));

    let other_question =
        LookupEventsInput { next_token: Some(token), ..by(types::LookupAttributeKey::Username, "root") };
    look(&plane, other_question).await.unwrap_err().is("InvalidNextTokenException", "");
    let made_up = LookupEventsInput { next_token: Some("x".into()), ..Default::default() };
    look(&plane, made_up).await.unwrap_err().is("InvalidNextTokenException", "");
}

#[tokio::test]
async fn refuses_what_it_must() {
    let plane = plane().await;
    let mut two = by(types::LookupAttributeKey::Username, "root");
    two.lookup_attributes
        .as_mut()
        .unwrap()
        .extend(by(types::LookupAttributeKey::ReadOnly, "true").lookup_attributes.unwrap());
    look(&plane, two).await.unwrap_err().is("InvalidLookupAttributesException", "only one");
    for most in [0, 51] {
        let input = LookupEventsInput { max_results: Some(most), ..Default::default() };
        look(&plane, input).await.unwrap_err().is("ValidationException", "maxResults");
    }
    let denied = plane.user::<LookupEvents>("bob", LookupEventsInput::default()).await.unwrap_err();
    denied.is("AccessDeniedException", "cloudtrail:LookupEvents");
    assert_eq!(denied.status, 400);
    support::user_with_policy(&plane, "auditor", &support::allow("cloudtrail:LookupEvents", "*")).await;
    assert!(plane.user::<LookupEvents>("auditor", LookupEventsInput::default()).await.is_ok());
    let insight =
        LookupEventsInput { event_category: Some(types::EventCategory::Insight), ..Default::default() };
    assert!(look(&plane, insight).await.unwrap().is_empty());
}
