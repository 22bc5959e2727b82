//! The chain: how a record becomes a line, and a line a record again.

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// What stands before the place in the chain, at the end of each line.
const MARK: &str = ",\"chain\":{\"sequence\":";

/// A hash of the chain.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; 32]);

/// A place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// 1 for the first record; 0 is the place before it.
    pub sequence: u64,
    /// The chain's hash there.
    pub hash: Hash,
}

/// Where the chain of a node begins.
pub fn genesis(node: &str) -> Link {
    let mut context = Context::new(&SHA256);
    context.update(b"portcullis audit chain\n");
    context.update(node.as_bytes());
    Link { sequence: 0, hash: Hash::of(context) }
}

impl Link {
    /// The place of the next record.
    #[must_use]
    pub fn next(self, record: &str) -> Self {
        let sequence = self.sequence.saturating_add(1);
        let mut context = Context::new(&SHA256);
        context.update(&self.hash.0);
        context.update(&sequence.to_be_bytes());
        context.update(record.as_bytes());
        Self { sequence, hash: Hash::of(context) }
    }

    /// The line of the record at this place, with its newline. `record` is a JSON object that is not empty, on one line.
    pub(crate) fn line(self, record: &str) -> String {
        let mut line = String::with_capacity(record.len() + 128);
        self.write_line(record, &mut line);
        line
    }

    /// Appends that line.
    pub(crate) fn write_line(self, record: &str, to: &mut String) {
        to.push_str(record.strip_suffix('}').unwrap_or(record));
        to.push_str(MARK);
        // Writing to a String does not fail.
        let _ = write!(to, "{}", self.sequence);
        to.push_str(",\"hash\":\"");
        self.hash.push_hex(to);
        to.push_str("\"}}\n");
    }

    pub(crate) fn read(line: &str) -> Option<(String, Self)> {
        let (open, end) = line.rsplit_once(MARK)?;
        let (sequence, hash) = end.strip_suffix("\"}}")?.split_once(",\"hash\":\"")?;
        let place = Self { sequence: sequence.parse().ok()?, hash: Hash::parse(hash)? };
        let record = format!("{open}}}");
        // One way to write a line: what reads the same and is written otherwise was not written here.
        (place.line(&record).strip_suffix('\n') == Some(line)).then_some((record, place))
    }
}

impl Hash {
    fn of(context: Context) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }

    fn push_hex(self, to: &mut String) {
        let mut digits = [0; 64];
        // They fit, and are ASCII.
        let _ = hex::encode_to_slice(self.0, &mut digits);
        to.push_str(str::from_utf8(&digits).unwrap_or_default());
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        self.push_hex(&mut text);
        f.write_str(&text)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a hash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_read_as_written(members in prop::collection::btree_map(".{0,9}", ".{0,20}", 1..5), sequence: u64) {
            let record = serde_json::to_string(&members).unwrap();
            let link = Link { sequence, ..genesis("n").next(&record) };
            let line = link.line(&record);
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
            prop_assert_eq!(Link::read(line.trim_end_matches('\n')), Some((record, link)));
        }

        #[test]
        fn any_line_is_survived(line: String) {
            let _ = Link::read(&line);
        }
    }

    #[test]
    fn a_record_that_looks_like_a_line_is_one_record() {
        let record = r#"{"a":"x","chain":{"sequence":1,"hash":"00"}}"#;
        let link = genesis("n").next(record);
        assert_eq!(Link::read(link.line(record).trim_end()), Some((record.to_owned(), link)));
    }

    #[test]
    fn every_part_counts() {
        let start = genesis("n");
        let first = start.next("{\"a\":1}");
        assert_ne!(first.hash, start.next("{\"a\":2}").hash);
        assert_ne!(first.hash, genesis("m").next("{\"a\":1}").hash);
        assert_ne!(first.hash, Link { sequence: 1, ..start }.next("{\"a\":1}").hash);
        let line = first.line("{\"a\":1}");
        let padded = line.trim_end().replace("\"sequence\":1,", "\"sequence\":01,");
        assert_eq!(Link::read(&padded), None);
        assert_eq!(Link::read(&line.trim_end().to_ascii_uppercase()), None);
    }
}
