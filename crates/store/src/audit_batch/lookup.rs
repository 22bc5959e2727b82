//! Finding events in batches.

use std::time::Duration;

use domain::AccountId;
use jiff::Timestamp;

use super::{
    Named,
    key::{day, each_value, hash},
    packed::{SPAN, unpack},
    unsorted,
};
use crate::{
    Parameter, Row, StoreError, Transaction,
    audit_event::{AuditAttribute, AuditEvent, AuditLookup},
};

/// Batches that a lookup reads at a time.
const PAGE: u32 = 8;

/// Adds to the newest events that were `found` elsewhere those that batches have: again the newest, as many as are asked
/// for.
pub(crate) async fn lookup(
    tx: &mut Transaction,
    asked: &AuditLookup<'_>,
    found: Vec<AuditEvent>,
) -> Result<Vec<AuditEvent>, StoreError> {
    let before = asked.before.map(|position| (position.at, position.id.as_str()));
    let (mut from, mut until) = (asked.from, asked.until);
    if let Some((at, _)) = before {
        until = until.min(at.saturating_add(MILLISECOND).unwrap_or(at));
    }
    if let Some((AuditAttribute::EventId, id)) = asked.attribute {
        let Some(at) = made_at(id) else { return Ok(found) };
        (from, until) = (from.max(at), until.min(at.saturating_add(MILLISECOND).unwrap_or(at)));
    }
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let mut newest = Newest { asked, from, until, before, limit, found };
    // A batch that ends later than this begins after all that is asked for.
    let end = until.saturating_add(SPAN).unwrap_or(Timestamp::MAX);
    let mut pages = Pages::new(asked, from, end);
    if let Some(hash) = pages.hash {
        let account_id = &asked.account_id;
        let mut having = unsorted::Having { account_id, hash, from, after: (end, String::new()) };
        'new: while let Some(places) = having.next(tx).await? {
            for (last_at, id) in places {
                let place: [Named<'_>; 3] =
                    [(":account_id", account_id), (":last_at", &last_at), (":batch_id", &id)];
                if let Some(row) = tx.find(FIND, &place).await?
                    && newest.add(&row, &id)? == Rest::TooOld
                {
                    break 'new;
                }
            }
        }
    }
    while let Some(rows) = pages.next(tx).await? {
        for row in &rows {
            // What is older than the event history may be gone.
            let Some(id) = row.optional_text("batch_id")? else { continue };
            if newest.add(row, id)? == Rest::TooOld {
                return Ok(newest.found);
            }
        }
    }
    Ok(newest.found)
}

/// The newest events that are asked for, of the batches so far.
struct Newest<'a> {
    asked: &'a AuditLookup<'a>,
    from: Timestamp,
    until: Timestamp,
    before: Option<(Timestamp, &'a str)>,
    limit: usize,
    /// Newest first.
    found: Vec<AuditEvent>,
}

/// What older batches are.
#[derive(PartialEq, Eq)]
enum Rest {
    /// They may have what is asked for.
    Wanted,
    /// All that is asked for is newer.
    TooOld,
}

impl Newest<'_> {
    /// Adds those of the batch of that row and id.
    fn add(&mut self, row: &Row, id: &str) -> Result<Rest, StoreError> {
        let last_at = row.time("last_at")?;
        // Its first event, which the batch is named by, is after all that is asked for.
        if made_at(id).is_some_and(|first| first >= self.until) {
            return Ok(Rest::Wanted);
        }
        let last = self.limit.checked_sub(1).and_then(|last| self.found.get(last));
        if last.is_some_and(|last| last.at > last_at) {
            return Ok(Rest::TooOld);
        }
        for event in unpack(self.asked.account_id, row)? {
            if self.is_asked_for(&event) {
                self.found.push(event);
            }
        }
        self.found.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        // A time may be of two batches, of which one is sorted in.
        self.found.dedup_by(|a, b| a.id == b.id);
        self.found.truncate(self.limit);
        // There is one event of an id.
        let is_it =
            !self.found.is_empty() && matches!(self.asked.attribute, Some((AuditAttribute::EventId, _)));
        Ok(if is_it { Rest::TooOld } else { Rest::Wanted })
    }

    fn is_asked_for(&self, event: &AuditEvent) -> bool {
        event.at >= self.from
            && event.at < self.until
            && self.before.is_none_or(|before| (event.at, event.id.as_str()) < before)
            && self.asked.attribute.is_none_or(|(attribute, value)| {
                let mut has = false;
                each_value(event, attribute, |own| has |= own == value);
                has
            })
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// Goes through the batches that a lookup wants, newest first.
struct Pages {
    account_id: AccountId,
    /// Of what is asked for, where batches have hashes of it.
    hash: Option<i64>,
    /// No batch that ended before.
    from: Timestamp,
    /// The batch behind which the next page begins.
    after: (Timestamp, String),
    /// The day that is being gone through.
    day: i64,
    is_over: bool,
}

impl Pages {
    /// Batches that ended from `from` to before `until`.
    fn new(asked: &AuditLookup<'_>, from: Timestamp, until: Timestamp) -> Self {
        let has_hashes = |attribute| attribute != AuditAttribute::EventId;
        let attribute = asked.attribute.filter(|(attribute, _)| has_hashes(*attribute));
        Self {
            account_id: asked.account_id,
            hash: attribute.map(|(attribute, value)| hash(&asked.account_id.to_string(), attribute, value)),
            from,
            after: (until, String::new()),
            day: day(until),
            is_over: false,
        }
    }

    /// Some more of them. A row without a batch stands for one that is deleted.
    async fn next(&mut self, tx: &mut Transaction) -> Result<Option<Vec<Row>>, StoreError> {
        while !self.is_over {
            let (after_at, after_id) = &self.after;
            let window: [(&'static str, &dyn Parameter); 4] = [
                (":account_id", &self.account_id),
                (":from", &self.from),
                (":after_at", after_at),
                (":limit", &PAGE),
            ];
            let rows = match &self.hash {
                None => {
                    let [account_id, from, after_at, limit] = window;
                    tx.query(LIST, &[account_id, from, after_at, (":after_id", after_id), limit]).await?
                }
                Some(hash) => {
                    let [account_id, from, after_at, limit] = window;
                    let key: [(&'static str, &dyn Parameter); 2] = [(":day", &self.day), (":hash", hash)];
                    let [day, hash] = key;
                    tx.query(LIST_WITH, &[account_id, day, hash, from, after_at, limit]).await?
                }
            };
            if rows.len() < PAGE as usize {
                self.is_over = self.hash.is_none() || !self.go_to_older_day(tx).await?;
            }
            if let Some(last) = rows.last() {
                self.after =
                    (last.time("last_at")?, last.optional_text("batch_id")?.unwrap_or_default().to_owned());
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    /// Goes on with an older day of which anything is left, if there is one.
    async fn go_to_older_day(&mut self, tx: &mut Transaction) -> Result<bool, StoreError> {
        let found = tx.find(NEWEST_DAY, &[(":before", &self.day)]).await?;
        let found = found.map(|row| row.optional_integer("day")).transpose()?.flatten();
        self.day = found.unwrap_or(i64::MIN);
        Ok(self.day >= day(self.from))
    }
}

/// When the event of that id happened, for ids that say so: UUIDs of version 7, as those of all events in batches.
fn made_at(id: &str) -> Option<Timestamp> {
    let (seconds, rest) = id.split_once('-')?;
    let (fraction, rest) = rest.split_once('-')?;
    let is_id = id.len() == 36 && seconds.len() == 8 && fraction.len() == 4 && rest.starts_with('7');
    let number = |text| i64::from_str_radix(text, 16).ok();
    let milliseconds = (number(seconds)? << 16) | number(fraction)?;
    Timestamp::from_millisecond(milliseconds).ok().filter(|_| is_id)
}

pub(super) const LIST: &str = "SELECT last_at, batch_id, doc_version, packed FROM audit_batch
    WHERE account_id = :account_id AND last_at >= :from AND last_at <= :after_at
        AND (last_at < :after_at OR batch_id < :after_id)
    ORDER BY last_at DESC, batch_id DESC LIMIT :limit";
pub(super) const LIST_WITH: &str = "SELECT k.last_at, b.batch_id, b.doc_version, b.packed
    FROM (SELECT last_at FROM audit_batch_key
        WHERE day = :day AND hash = :hash AND last_at >= :from AND last_at < :after_at
        ORDER BY last_at DESC LIMIT :limit) k
    LEFT JOIN audit_batch b ON b.account_id = :account_id AND b.last_at = k.last_at
    ORDER BY k.last_at DESC, b.batch_id DESC";
pub(super) const FIND: &str = "SELECT last_at, doc_version, packed FROM audit_batch
    WHERE account_id = :account_id AND last_at = :last_at AND batch_id = :batch_id";
pub(super) const NEWEST_DAY: &str = "SELECT MAX(day) AS day FROM audit_batch_key WHERE day < :before";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_when() {
        let at = |id| made_at(id).map(|at| at.to_string());
        assert_eq!(at("019b76da-a800-7000-8000-000000000000").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(at("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), None, "version 4");
        assert_eq!((at("a"), at(""), at("a-b-7"), at("é-é-7")), (None, None, None, None));
    }
}
