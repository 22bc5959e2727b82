//! Writing records to the chain.
//!
//! The store says where the chain ends ([`Head`]) and which events wait. Records are appended behind that end and synced;
//! then one transaction of the store moves the end and takes the events off those that wait. If the process or the
//! machine stops in between, what was appended is behind the end, and the next attempt writes over it: each event is in
//! the chain once.

use crate::{
    Finding, Head, Link, SigningKey, TrailError, at, directory,
    segment::{self, Segment},
    statement,
    verify::follow,
};
use jiff::Timestamp;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// A file that is this long gets no more records, in bytes.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// What is written to a file at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// Appends records, each a JSON object on one line, behind `head`, and gives the new head. When this returns, they are
/// on disk. Begins a new file each day (UTC), when one is longer than `segment_bytes`, and when the file that `head` names
/// is not there or not whole: its missing end is found by whoever verifies, and what follows is chained to what was there.
pub fn append<'a>(
    chain: &Path,
    node: &str,
    key: &SigningKey,
    head: &Head,
    records: impl Iterator<Item = &'a str>,
    segment_bytes: u64,
    now: Timestamp,
) -> Result<Head, TrailError> {
    let (segment, begin) = if let Some(segment) = current(chain, head, segment_bytes, now)? {
        (segment, head.length)
    } else {
        cut(chain, head)?;
        (new(chain, head.link(), now)?, 0)
    };
    let path = segment.path(chain);
    let written = write(&path, begin, head.link(), records).map_err(at(&path))?;
    Ok(statement::head(node, key, written.link, Some(segment.name()), written.end, now))
}

/// What was written, and where it ends in its file.
struct Written {
    link: Link,
    end: u64,
}

/// Writes the records behind `link` to a file, from the place `begin` on.
fn write<'a>(
    path: &Path,
    begin: u64,
    mut link: Link,
    records: impl Iterator<Item = &'a str>,
) -> io::Result<Written> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    shorten(&file, begin)?;
    file.seek(SeekFrom::Start(begin))?;
    let mut end = begin;
    // A piece after the other, so that what is written is still in the processor's caches.
    let mut lines = String::with_capacity(2 * PIECE);
    for record in records {
        link = link.next(record);
        link.write_line(record, &mut lines);
        if lines.len() >= PIECE {
            end = end.saturating_add(lines.len() as u64);
            file.write_all(lines.as_bytes())?;
            lines.clear();
        }
    }
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    Ok(Written { link, end: end.saturating_add(lines.len() as u64) })
}

/// What lies behind the end of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unacknowledged {
    /// Records: what was appended before the process or the machine stopped; or more than that, if the store is an older one
    /// than the files were written with, or if somebody put them there.
    pub records: Vec<String>,
    /// There are also lines with holes (zero bytes), or that are no records: what a machine that lost its power leaves of a
    /// write.
    pub torn: bool,
}

/// What lies behind the end of the chain, up to `limit` records.
pub fn unacknowledged(chain: &Path, head: &Head, limit: usize) -> Result<Unacknowledged, TrailError> {
    let mut found = Unacknowledged::default();
    for segment in segment::list(chain)? {
        let name = segment.name();
        if !is_behind(&segment, &name, head) {
            continue;
        }
        follow(&segment.path(chain), &name, None, &mut |step| {
            match step {
                Ok((_, read)) if read.record.contains('\0') => found.torn = true,
                Ok((place, read)) if place.sequence > head.sequence => {
                    found.records.push(read.record.to_owned());
                }
                // Before the end; or a last line without an end: the process was stopped while it wrote.
                Ok(_) | Err(Finding::Added { .. }) => {}
                Err(_) => found.torn = true,
            }
            found.records.len() < limit
        })?;
    }
    found.records.truncate(limit);
    Ok(found)
}

/// Whether what was found behind the end of the chain is where a node may have appended it: there alone does
/// [`unacknowledged`] look.
pub fn may_be_unacknowledged(finding: &Finding, head: &Head) -> bool {
    match finding {
        Finding::Added { file, .. } => {
            Segment::parse(file).is_some_and(|segment| is_behind(&segment, file, head))
        }
        _ => false,
    }
}

/// Whether records behind the end of the chain may be in that file.
fn is_behind(segment: &Segment, name: &str, head: &Head) -> bool {
    segment.first > head.sequence || head.file.as_deref() == Some(name)
}

/// The file that goes on, if it may.
fn current(
    chain: &Path,
    head: &Head,
    segment_bytes: u64,
    now: Timestamp,
) -> Result<Option<Segment>, TrailError> {
    let Some(segment) = head.file.as_deref().and_then(Segment::parse) else { return Ok(None) };
    let path = segment.path(chain);
    let length = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(at(path)(error)),
    };
    let goes_on = length >= head.length && head.length < segment_bytes && segment.day == segment::day(now);
    Ok(goes_on.then_some(segment))
}

/// Takes what was never acknowledged off the file that does not go on: it would be in the chain twice.
fn cut(chain: &Path, head: &Head) -> Result<(), TrailError> {
    let Some(segment) = head.file.as_deref().and_then(Segment::parse) else { return Ok(()) };
    let path = segment.path(chain);
    let file = match OpenOptions::new().write(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(at(&path))?,
    };
    shorten(&file, head.length).map_err(at(path))
}

/// Takes what is behind that length off a file, for good: if it was only written over and the power went, pieces of it could
/// stand between pieces of what is written next, and make records that nobody wrote.
pub(crate) fn shorten(file: &File, length: u64) -> io::Result<()> {
    if file.metadata()?.len() > length {
        file.set_len(length)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Begins a file for the record behind `end`. Files that begin behind it hold what was never acknowledged.
fn new(chain: &Path, end: Link, now: Timestamp) -> Result<Segment, TrailError> {
    for left in segment::list(chain)?.into_iter().filter(|segment| segment.first > end.sequence) {
        let path = left.path(chain);
        fs::remove_file(&path).map_err(at(path))?;
    }
    let segment = Segment::beginning(end.sequence.saturating_add(1), now);
    let path = segment.path(chain);
    let parents: Vec<&Path> = path.ancestors().skip(1).take(4).collect();
    if let Some(parent) = parents.first() {
        directory::make(parent)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(at(&path))?;
    // The file, its day, month and year: all of these names may be new.
    parents.into_iter().try_for_each(directory::sync)?;
    Ok(segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis, verify::tests::Chain};

    #[test]
    fn what_was_not_acknowledged_is_written_over() {
        let mut chain = Chain::new();
        chain.append(&["a", "b"]);
        let before = chain.head.clone();
        chain.append(&["c", "d"]);
        // As after a crash before the store knew of it.
        chain.head = before;
        let behind = |limit| unacknowledged(&chain.path(), &chain.head, limit).unwrap();
        let records = vec!["{\"r\":\"c\"}".into(), "{\"r\":\"d\"}".into()];
        assert_eq!(behind(9), Unacknowledged { records, torn: false });
        assert_eq!(behind(1).records.len(), 1);
        chain.append(&["e"]);
        assert_eq!(chain.records(), ["a", "b", "e"]);
        assert!(chain.verify().is_empty());
    }

    #[test]
    fn what_is_left_of_a_write_is_told_from_records() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        let before = chain.head.clone();
        chain.append(&["b", "c", "d"]);
        chain.head = before;
        // The power went while they were written: the second one has holes.
        chain.edit(|text| text.replace("{\"r\":\"c\"", "\0\0\0\0\0\0\0\0"));
        let left = unacknowledged(&chain.path(), &chain.head, 9).unwrap();
        let records = vec!["{\"r\":\"b\"}".into(), "{\"r\":\"d\"}".into()];
        assert_eq!(left, Unacknowledged { records, torn: true });
        chain.append(&["b", "c", "d"]);
        assert_eq!(chain.records(), ["a", "b", "c", "d"]);
        assert!(chain.verify().is_empty());
        assert!(!unacknowledged(&chain.path(), &chain.head, 9).unwrap().torn);
    }

    #[test]
    fn an_unacknowledged_file_of_another_day_is_removed() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        let before = chain.head.clone();
        chain.next_day();
        chain.append(&["b"]);
        chain.head = before;
        chain.next_day();
        chain.append(&["c"]);
        assert_eq!(chain.records(), ["a", "c"]);
        assert!(chain.verify().is_empty());
    }

    #[test]
    fn what_was_not_acknowledged_does_not_stay_in_the_file_of_the_day_before() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        let before = chain.head.clone();
        chain.append(&["b", "c"]);
        chain.head = before;
        chain.next_day();
        chain.append(&["b", "c"]);
        assert_eq!(chain.records(), ["a", "b", "c"]);
        assert!(chain.verify().is_empty());
    }

    #[test]
    fn files_end_with_the_day_and_at_their_size() {
        let mut chain = Chain::new();
        chain.segment_bytes = 1;
        chain.append(&["a"]);
        chain.append(&["b", "c"]);
        chain.segment_bytes = SEGMENT_BYTES;
        chain.append(&["d"]);
        chain.next_day();
        chain.append(&["e"]);
        let segments = segment::list(&chain.path()).unwrap();
        assert_eq!(segments.iter().map(|segment| segment.first).collect::<Vec<_>>(), [1, 2, 5]);
        assert!(chain.verify().is_empty());
    }

    #[test]
    fn a_chain_whose_file_is_gone_goes_on_in_a_new_one() {
        let mut chain = Chain::new();
        chain.append(&["a", "b"]);
        fs::remove_file(chain.path().join(chain.head.file.as_ref().unwrap())).unwrap();
        chain.append(&["c"]);
        assert_eq!(chain.head.sequence, 3);
        assert_eq!(chain.verify().len(), 1);
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_an_error_and_changes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let chain = place.path().join("file");
        fs::write(&chain, "").unwrap();
        let key = SigningKey::from_bytes(&[1; 32]).unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let head = statement::head("n", &key, genesis("n"), None, 0, now);
        let appended = append(&chain, "n", &key, &head, ["{\"a\":1}"].into_iter(), SEGMENT_BYTES, now);
        assert!(matches!(appended, Err(TrailError::Io { .. })));
    }
}
