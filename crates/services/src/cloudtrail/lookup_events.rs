use super::errors;
use crate::{Access, Cx, Effect, Error, Operation, Result, audit::EventId, marker};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shapes::cloudtrail::{
    LookupEvents, LookupEventsInput, LookupEventsOutput,
    types::{self, LookupAttributeKey},
};
use store::{
    Transaction,
    audit_event::{self, AuditAttribute, AuditEvent, AuditLookup, AuditPosition},
};

/// How long the event history reaches back.
const HISTORY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// What a page holds, unless the client asks for less.
const MOST: u32 = 50;

/// Where the next page begins, and of which question it is a page.
#[derive(Serialize, Deserialize)]
struct Next {
    position: AuditPosition,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    attribute: Option<(String, String)>,
}

impl Operation for LookupEvents {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &LookupEventsInput) -> Result<Access> {
        Ok(Access::to("cloudtrail:LookupEvents", "*"))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: LookupEventsInput) -> Result<LookupEventsOutput> {
        let attribute = one(input.lookup_attributes.unwrap_or_default())?;
        if let (Some(from), Some(until)) = (input.start_time, input.end_time)
            && from > until
        {
            return Err(errors::invalid_time_range("Start time must be before end time."));
        }
        let next = input.next_token.as_deref().map(|token| open(cx, token)).transpose()?;
        let question = (input.start_time, input.end_time, &attribute);
        if next.as_ref().is_some_and(|next| (next.from, next.until, &next.attribute) != question) {
            return Err(errors::invalid_next_token());
        }
        // Insights are the one category that can be asked for by name, and there are none.
        if input.event_category.is_some() {
            return Ok(LookupEventsOutput { events: Some(Vec::new()), next_token: None });
        }

        let size = input.max_results.and_then(|most| u32::try_from(most).ok()).unwrap_or(MOST);
        let mut asked = AuditLookup {
            account_id: cx.account(),
            attribute: attribute.as_ref().and_then(|(key, value)| Some((column(key)?, value.as_str()))),
            from: from(cx, input.start_time)?,
            until: until(input.end_time)?,
            before: next.as_ref().map(|next| &next.position),
            limit: size + 1,
        };
        if let Some((AuditAttribute::EventId, id)) = asked.attribute {
            narrow(&mut asked, id);
        }
        let mut events = audit_event::lookup(tx, &asked).await?;
        let more = events.len() > usize::try_from(size).unwrap_or(usize::MAX);
        events.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let last = events.last().filter(|_| more);
        let position = last.map(|event| AuditPosition { at: event.at, id: event.id.clone() });
        let (from, until) = (input.start_time, input.end_time);
        let next = position.map(|position| Next { position, from, until, attribute });
        Ok(LookupEventsOutput {
            events: Some(events.into_iter().map(shape).collect()),
            next_token: next.map(|next| seal(cx, &next)).transpose()?,
        })
    }
}

/// The one attribute that may be asked for.
fn one(mut attributes: Vec<types::LookupAttribute>) -> Result<Option<(String, String)>> {
    let attribute = attributes.pop();
    if !attributes.is_empty() {
        return Err(errors::invalid_lookup_attributes("You can specify only one lookup attribute."));
    }
    Ok(attribute.map(|attribute| (attribute.attribute_key.as_str().to_owned(), attribute.attribute_value)))
}

fn column(key: &str) -> Option<AuditAttribute> {
    let keys = [
        (LookupAttributeKey::AccessKeyId, AuditAttribute::AccessKeyId),
        (LookupAttributeKey::EventId, AuditAttribute::EventId),
        (LookupAttributeKey::EventName, AuditAttribute::EventName),
        (LookupAttributeKey::EventSource, AuditAttribute::EventSource),
        (LookupAttributeKey::ReadOnly, AuditAttribute::ReadOnly),
        (LookupAttributeKey::ResourceName, AuditAttribute::ResourceName),
        (LookupAttributeKey::ResourceType, AuditAttribute::ResourceType),
        (LookupAttributeKey::Username, AuditAttribute::UserName),
    ];
    keys.into_iter().find(|(name, _)| name.as_str() == key).map(|(_, attribute)| attribute)
}

/// No further back than the history reaches.
fn from(cx: &Cx, asked: Option<Timestamp>) -> Result<Timestamp> {
    let oldest = cx.now.checked_sub(HISTORY).map_err(Error::internal)?;
    Ok(asked.map_or(oldest, |asked| asked.max(oldest)))
}

/// Both ends belong to the range, and events show whole seconds: the last one is in it to its end.
fn until(asked: Option<Timestamp>) -> Result<Timestamp> {
    let Some(asked) = asked else { return Ok(Timestamp::MAX) };
    let second = Timestamp::from_second(asked.as_second()).map_err(Error::internal)?;
    Ok(second.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX))
}

/// An event's id says when it happened.
fn narrow(asked: &mut AuditLookup<'_>, id: &str) {
    let Some(at) = EventId::parse(id).and_then(EventId::at) else { return };
    asked.from = asked.from.max(at);
    let end = at.checked_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    asked.until = asked.until.min(end);
}

fn shape(event: AuditEvent) -> types::Event {
    let resource = |resource: audit_event::AuditResource| types::Resource {
        resource_type: Some(resource.kind.into_owned()),
        resource_name: Some(resource.name),
    };
    types::Event {
        event_id: Some(event.id),
        event_name: Some(event.event_name.into_owned()),
        read_only: Some(event.read_only.to_string()),
        access_key_id: event.access_key_id.map(Into::into),
        event_time: Timestamp::from_second(event.at.as_second()).ok(),
        event_source: Some(event.event_source.into_owned()),
        username: event.user_name.map(Into::into),
        resources: Some(event.resources.into_iter().map(resource).collect()),
        cloud_trail_event: Some(event.document),
    }
}

fn seal(cx: &Cx, next: &Next) -> Result<String> {
    marker::seal(cx, "LookupEvents", &serde_json::to_string(next).map_err(Error::internal)?)
}

fn open(cx: &Cx, token: &str) -> Result<Next> {
    marker::open(cx, "LookupEvents", token)
        .and_then(|clear| serde_json::from_str(&clear).ok())
        .ok_or_else(errors::invalid_next_token)
}
