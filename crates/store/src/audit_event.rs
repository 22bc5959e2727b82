//! The audit trail: one JSON document for each event, in order of time within its account, found by what CloudTrail's
//! `LookupEvents` asks for.
//!
//! Changes are kept in the transactions that make them: on PostgreSQL with a row each, on SQLite in a batch of all that one
//! COMMIT makes durable, as are the calls that come in batches by themselves. SQLite files of before have rows, too.

use std::{borrow::Cow, sync::Arc};

use domain::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Engine, Row, StoreError, Transaction, audit_batch, audit_chain, document, setting};

/// An event as stored, with its document or with what stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent<Document = String> {
    /// The account whose trail it is in.
    pub account_id: AccountId,
    /// When it happened, to the millisecond.
    pub at: Timestamp,
    /// Its own id, unique among all events; orders events of the same millisecond.
    pub id: String,
    /// The operation: `CreateUser`.
    pub event_name: Cow<'static, str>,
    /// The service: `iam.amazonaws.com`.
    pub event_source: Cow<'static, str>,
    /// Whether it was a call that reads.
    pub read_only: bool,
    /// The user, `root`, or the session's name; none for callers of other accounts.
    pub user_name: Option<SmolStr>,
    /// The key that signed the call; none for callers of other accounts.
    pub access_key_id: Option<SmolStr>,
    /// What the event is about.
    pub resources: Vec<AuditResource>,
    /// The event as JSON.
    pub document: Document,
}

impl<Document> AuditEvent<Document> {
    /// The same event with another document, and the document that it had.
    pub fn replace<Other>(self, other: Other) -> (AuditEvent<Other>, Document) {
        let Self {
            account_id,
            at,
            id,
            event_name,
            event_source,
            read_only,
            user_name,
            access_key_id,
            resources,
            document,
        } = self;
        let event = AuditEvent {
            account_id,
            at,
            id,
            event_name,
            event_source,
            read_only,
            user_name,
            access_key_id,
            resources,
            document: other,
        };
        (event, document)
    }
}

/// An event of a change, on its way into the store together with the change.
pub(crate) struct KeptEvent {
    pub(crate) event: AuditEvent,
    /// Whose files it is still to be written to.
    pub(crate) node: Option<Arc<str>>,
}

/// Something an event is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditResource {
    /// `AWS::IAM::User`
    pub kind: Cow<'static, str>,
    /// A name, an id or an ARN.
    pub name: String,
}

/// Where a page of events ends: the next one begins behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPosition {
    /// The time of the last event of the page.
    pub at: Timestamp,
    /// The id of the last event of the page.
    pub id: String,
}

/// What events can be looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditAttribute {
    /// The access key.
    AccessKeyId,
    /// The event itself.
    EventId,
    /// The operation.
    EventName,
    /// The service.
    EventSource,
    /// `true` or `false`.
    ReadOnly,
    /// A resource by name.
    ResourceName,
    /// Resources of a type.
    ResourceType,
    /// The user.
    UserName,
}

impl AuditAttribute {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AccessKeyId,
        Self::EventId,
        Self::EventName,
        Self::EventSource,
        Self::ReadOnly,
        Self::ResourceName,
        Self::ResourceType,
        Self::UserName,
    ];

    fn sql(self) -> &'static str {
        match self {
            Self::AccessKeyId => LOOKUP_ACCESS_KEY,
            Self::EventId => LOOKUP_ID,
            Self::EventName => LOOKUP_NAME,
            Self::EventSource => LOOKUP_SOURCE,
            Self::ReadOnly => LOOKUP_READ_ONLY,
            Self::ResourceName => LOOKUP_RESOURCE_NAME,
            Self::ResourceType => LOOKUP_RESOURCE_TYPE,
            Self::UserName => LOOKUP_USER,
        }
    }
}

/// Which events are asked for.
#[derive(Clone, Debug)]
pub struct AuditLookup<'a> {
    /// The account.
    pub account_id: AccountId,
    /// One attribute and its value.
    pub attribute: Option<(AuditAttribute, &'a str)>,
    /// From then on.
    pub from: Timestamp,
    /// To before then.
    pub until: Timestamp,
    /// Older than this position.
    pub before: Option<&'a AuditPosition>,
    /// Most events.
    pub limit: u32,
}

/// Makes the event that tells of `T`, which was done for the whole plane: it belongs into the trail of the management account.
/// Whoever is handed one stores its event in the transaction that does it.
pub type Record<'a, T> = &'a (dyn Fn(AccountId, &T) -> AuditEvent + Sync);

/// Stores the event of what an operator did for the whole plane, once there is an account.
pub(crate) async fn record<T>(
    tx: &mut Transaction,
    record: Record<'_, T>,
    done: &T,
) -> Result<(), StoreError> {
    let Some(management) = setting::management_account(tx).await? else { return Ok(()) };
    insert(tx, &record(management, done), Some(audit_chain::OPERATOR)).await.map(drop)
}

/// Keeps the event of a change in the transaction that makes it, for the files of `node`, if it keeps any. It is found once
/// that is committed.
pub async fn keep(tx: &mut Transaction, event: AuditEvent, node: Option<Arc<str>>) -> Result<(), StoreError> {
    match tx.engine() {
        Engine::Postgres => insert(tx, &event, node.as_deref()).await.map(drop),
        Engine::Sqlite => {
            // What the store does not take fails here, and not those who share the commit.
            audit_batch::require_storable(&event)?;
            tx.keeps(KeptEvent { event, node })
        }
    }
}

/// Stores an event in a row of its own, and notes that it is still to be written to the files of `node`, if it keeps any. Says
/// whether it was not there yet.
pub async fn insert(
    tx: &mut Transaction,
    event: &AuditEvent,
    node: Option<&str>,
) -> Result<bool, StoreError> {
    let read_only = if event.read_only { "true" } else { "false" };
    let inserted = tx
        .execute(
            INSERT,
            &[
                (":account_id", &event.account_id),
                (":event_at", &event.at),
                (":event_id", &event.id),
                (":event_name", &&*event.event_name),
                (":event_source", &&*event.event_source),
                (":read_only", &read_only),
                (":user_name", &event.user_name.as_deref()),
                (":access_key_id", &event.access_key_id.as_deref()),
                (":resources", &document::write(&event.resources)?),
                (":doc_version", &document::VERSION),
                (":doc", &event.document),
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(false);
    }
    for resource in &event.resources {
        tx.execute(
            INSERT_RESOURCE,
            &[
                (":account_id", &event.account_id),
                (":event_at", &event.at),
                (":event_id", &event.id),
                (":resource_type", &&*resource.kind),
                (":resource_name", &resource.name),
            ],
        )
        .await?;
    }
    if let Some(node) = node {
        tx.execute(
            INSERT_OUTBOX,
            &[
                (":node_id", &node),
                (":event_id", &event.id),
                (":account_id", &event.account_id),
                (":event_at", &event.at),
            ],
        )
        .await?;
    }
    Ok(true)
}

/// The events that are asked for, newest first.
pub async fn lookup(tx: &mut Transaction, asked: &AuditLookup<'_>) -> Result<Vec<AuditEvent>, StoreError> {
    // No event is younger than `until`, so without a position the page begins with the newest.
    let (before_at, before_id) =
        asked.before.map_or((asked.until, ""), |position| (position.at, position.id.as_str()));
    let window: [(&str, &dyn crate::Parameter); 6] = [
        (":account_id", &asked.account_id),
        (":from", &asked.from),
        (":until", &asked.until),
        (":before_at", &before_at),
        (":before_id", &before_id),
        (":limit", &asked.limit),
    ];
    let rows = match &asked.attribute {
        None => tx.query(LOOKUP, &window).await?,
        Some((attribute, value)) => {
            let [account, from, until, before_at, before_id, limit] = window;
            let parameters = [account, (":value", value), from, until, before_at, before_id, limit];
            tx.query(attribute.sql(), &parameters).await?
        }
    };
    let found = rows.iter().map(|row| read(asked.account_id, row)).collect::<Result<_, _>>()?;
    audit_batch::lookup(tx, asked, found).await
}

/// Deletes up to `limit` of the account's oldest events from before `until`, but none that waits to be written to files;
/// gives their number.
pub async fn delete_before(
    tx: &mut Transaction,
    account: AccountId,
    until: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    let rows =
        tx.query(LIST_BEFORE, &[(":account_id", &account), (":until", &until), (":limit", &limit)]).await?;
    for row in &rows {
        let (at, id) = (row.time("event_at")?, row.text("event_id")?);
        let key: [(&str, &dyn crate::Parameter); 3] =
            [(":account_id", &account), (":event_at", &at), (":event_id", &id)];
        tx.execute(DELETE_RESOURCES, &key).await?;
        tx.execute(DELETE, &key).await?;
    }
    Ok(rows.len() as u64)
}

fn read(account_id: AccountId, row: &Row) -> Result<AuditEvent, StoreError> {
    let text = |column| row.optional_text(column).map(|text| text.map(str::to_owned));
    let resources = match row.optional_text("resources")? {
        Some(list) => serde_json::from_str(list)
            .map_err(|_| StoreError::Corrupt("an event's resources cannot be read".into()))?,
        None => Vec::new(),
    };
    Ok(AuditEvent {
        account_id,
        at: row.time("event_at")?,
        id: row.text("event_id")?.to_owned(),
        event_name: text("event_name")?.unwrap_or_default().into(),
        event_source: text("event_source")?.unwrap_or_default().into(),
        read_only: row.optional_text("read_only")? == Some("true"),
        user_name: row.optional_text("user_name")?.map(SmolStr::new),
        access_key_id: row.optional_text("access_key_id")?.map(SmolStr::new),
        resources,
        document: row.text("doc")?.to_owned(),
    })
}

macro_rules! columns {
    () => {
        "e.event_at, e.event_id, e.event_name, e.event_source, e.read_only, e.user_name, e.access_key_id, \
         e.resources, e.doc"
    };
}

/// The page of events for which `$condition` holds.
macro_rules! lookup {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM audit_event e WHERE e.account_id = :account_id ",
            $condition,
            " AND e.event_at >= :from AND e.event_at < :until
                AND (e.event_at, e.event_id) < (:before_at, :before_id)
            ORDER BY e.event_at DESC, e.event_id DESC LIMIT :limit"
        )
    };
}

/// The page of events about resources for which `$condition` holds. An event about two of them is there once.
macro_rules! lookup_resource {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM (SELECT DISTINCT event_at, event_id FROM audit_resource
                WHERE account_id = :account_id AND ",
            $condition,
            " AND event_at >= :from AND event_at < :until
                AND (event_at, event_id) < (:before_at, :before_id)
                ORDER BY event_at DESC, event_id DESC LIMIT :limit) r
            JOIN audit_event e
                ON e.account_id = :account_id AND e.event_at = r.event_at AND e.event_id = r.event_id
            ORDER BY e.event_at DESC, e.event_id DESC"
        )
    };
}

const INSERT: &str =
    "INSERT INTO audit_event (account_id, event_at, event_id, event_name, event_source, read_only,
        user_name, access_key_id, resources, doc_version, doc)
    VALUES (:account_id, :event_at, :event_id, :event_name, :event_source, :read_only,
        :user_name, :access_key_id, :resources, :doc_version, :doc)
    ON CONFLICT (account_id, event_at, event_id) DO NOTHING";
const INSERT_RESOURCE: &str =
    "INSERT INTO audit_resource (account_id, event_at, event_id, resource_type, resource_name)
    VALUES (:account_id, :event_at, :event_id, :resource_type, :resource_name)";
const INSERT_OUTBOX: &str = "INSERT INTO audit_outbox (node_id, event_id, account_id, event_at)
    VALUES (:node_id, :event_id, :account_id, :event_at)";
const LOOKUP: &str = lookup!("");
const LOOKUP_ACCESS_KEY: &str = lookup!("AND e.access_key_id = :value");
const LOOKUP_ID: &str = lookup!("AND e.event_id = :value");
const LOOKUP_NAME: &str = lookup!("AND e.event_name = :value");
const LOOKUP_READ_ONLY: &str = lookup!("AND e.read_only = :value");
const LOOKUP_RESOURCE_NAME: &str = lookup_resource!("resource_name = :value");
const LOOKUP_RESOURCE_TYPE: &str = lookup_resource!("resource_type = :value");
const LOOKUP_SOURCE: &str = lookup!("AND e.event_source = :value");
const LOOKUP_USER: &str = lookup!("AND e.user_name = :value");
const LIST_BEFORE: &str = "SELECT event_at, event_id FROM audit_event e
    WHERE account_id = :account_id AND event_at < :until
        AND NOT EXISTS (SELECT 1 FROM audit_outbox o WHERE o.event_id = e.event_id)
    ORDER BY event_at, event_id LIMIT :limit";
const DELETE: &str = "DELETE FROM audit_event
    WHERE account_id = :account_id AND event_at = :event_at AND event_id = :event_id";
const DELETE_RESOURCES: &str = "DELETE FROM audit_resource
    WHERE account_id = :account_id AND event_at = :event_at AND event_id = :event_id";

pub(crate) const SQL: &[&str] = &[
    INSERT,
    INSERT_RESOURCE,
    INSERT_OUTBOX,
    LOOKUP,
    LOOKUP_ACCESS_KEY,
    LOOKUP_ID,
    LOOKUP_NAME,
    LOOKUP_READ_ONLY,
    LOOKUP_RESOURCE_NAME,
    LOOKUP_RESOURCE_TYPE,
    LOOKUP_SOURCE,
    LOOKUP_USER,
    LIST_BEFORE,
    DELETE,
    DELETE_RESOURCES,
];
