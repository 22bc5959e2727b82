//! Ids of events: UUIDs of version 7, so that their order is the order in which this process made them.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// The id of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId(Uuid);

impl EventId {
    /// An id for an event of that time. `count` goes up with every event: its lower 24 bits order those of one millisecond.
    /// `random` sets it apart from those of other processes.
    pub(crate) fn new(at: Timestamp, count: u32, random: [u8; 6]) -> Self {
        let [_, third, second, first] = count.to_be_bytes();
        let [r0, r1, r2, r3, r4, r5] = random;
        // Of the first byte the id takes 4 bits, of the third 6, of the others all.
        let tail = [third >> 6, (third << 2) | (second >> 6), second & 0x3F, first, r0, r1, r2, r3, r4, r5];
        let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(milliseconds, &tail).into_uuid())
    }

    /// Reads an id. `None` for what is no id of this form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok()?;
        (id.get_version_num() == 7).then_some(Self(id))
    }

    /// When the event happened, to the millisecond.
    pub(crate) fn at(self) -> Option<Timestamp> {
        let milliseconds = self.0.as_u128() >> 80;
        Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
    }
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_in_the_order_they_were_made() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        // The random part goes down as the count goes up.
        let random = |count: u32| [if count == 0 { 9 } else { 1 }; 6];
        let counts = [0u32, 1, 255, 256, 16_383, 16_384, 65_536, 1 << 20, (1 << 24) - 1];
        let mut ids: Vec<String> =
            counts.iter().map(|count| EventId::new(at(1_000), *count, random(*count)).to_string()).collect();
        ids.push(EventId::new(at(1_001), 0, [0; 6]).to_string());
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(ids, sorted);
    }

    #[test]
    fn say_when() {
        let at = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let id = EventId::new(at, 7, [9; 6]);
        assert_eq!(EventId::parse(&id.to_string()), Some(id));
        assert_eq!(id.at(), Some(at));
        assert_eq!(EventId::parse("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), None);
        assert_eq!(EventId::parse("x"), None);
    }
}
