//! Finding out whether a chain is whole.

use crate::{
    Head, Lengths, Link, TrailError, VerifyingKey, at, genesis,
    segment::{self, Segment},
    statement::{self, Kind},
};
use jiff::civil::Date;
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// A longer line than any record makes, in bytes.
const LINE_BYTES: u64 = 16 * 1024 * 1024;

/// The days whose files are looked at, both included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range {
    /// From this day on.
    pub from: Option<Date>,
    /// To this day.
    pub to: Option<Date>,
}

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records that were looked at.
    pub records: u64,
    /// The last of them.
    pub last: u64,
    /// What is wrong, in the order of the chain.
    pub findings: Vec<Finding>,
}

/// Something wrong with a chain, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The records of a stretch say they are chained, but not to what was signed: they were written anew.
    Rewritten {
        /// The last signed place that holds, or where the looking began.
        after: u64,
        /// The signed place that does not.
        until: u64,
    },
    /// A record is not the one that was written.
    Changed {
        /// Its place, as far as that can be told.
        sequence: u64,
        /// Its file.
        file: String,
        /// Its line, from 1.
        line: u64,
    },
    /// The store's word of where the chain ends is not signed with the chain's key.
    Head,
    /// Records are not there.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// A record is where its sequence number does not belong: moved, repeated or put in.
    Misplaced {
        /// The number it has.
        sequence: u64,
        /// Its file.
        file: String,
        /// Its line, from 1.
        line: u64,
    },
    /// Something was put behind the end of the chain.
    Added {
        /// Its file.
        file: String,
        /// Its line, from 1.
        line: u64,
    },
    /// A line of the statements was not signed with the chain's key.
    Statement {
        /// Its line, from 1.
        line: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rewritten { after, until } => {
                write!(f, "records {} to {until} are not those that were signed", after.saturating_add(1))
            }
            Self::Changed { sequence, file, line } => {
                write!(f, "{file}:{line}: record {sequence} was changed")
            }
            Self::Head => f.write_str("the end of the chain in the store is not signed with the chain's key"),
            Self::Missing { from, to } if from == to => write!(f, "record {from} is missing"),
            Self::Missing { from, to } => write!(f, "records {from} to {to} are missing"),
            Self::Misplaced { sequence, file, line } => {
                write!(f, "{file}:{line}: record {sequence} does not belong here")
            }
            Self::Added { file, line } => write!(f, "{file}:{line}: was added behind the end of the chain"),
            Self::Statement { line } => write!(f, "digests.jsonl:{line}: is not signed with the chain's key"),
        }
    }
}

/// Follows the chain from its beginning, or from what was pruned, to `head`. `lengths` were taken before `head` was read
/// from the store, so that what a running node appends meanwhile is not taken for something added. Without a head, for
/// whoever has no store, the last signed statement is as far as the end of the chain is known.
pub fn verify(
    chain: &Path,
    node: &str,
    key: &VerifyingKey,
    head: Option<&Head>,
    lengths: &Lengths,
    range: Range,
) -> Result<Report, TrailError> {
    let mut check = Check { report: Report::default(), end: head.map(Head::link), ..Check::new(node) };
    if head.is_some_and(|head| !head.is_signed(node, key)) {
        check.report.findings.push(Finding::Head);
    }
    for (index, (_, statement)) in statement::list(chain, node, key)?.into_iter().enumerate() {
        match statement {
            Some(statement) if statement.kind == Kind::Pruned => check.begin(statement.link()),
            Some(statement) => {
                check.signed.entry(statement.sequence).or_default().push(statement.link());
            }
            None => check.report.findings.push(Finding::Statement { line: index as u64 + 1 }),
        }
    }
    check.signed.entry(check.end.map_or(0, |end| end.sequence)).or_default().extend(check.end);

    let pruned = check.expected;
    // Left over from a pruning that was interrupted: what was deleted is signed.
    let segments: Vec<Segment> =
        segment::list(chain)?.into_iter().filter(|segment| segment.first >= pruned).collect();
    let wanted = |segment: &Segment| range.from.is_none_or(|from| segment.day >= from);
    let skipped = segments.iter().position(wanted).unwrap_or(segments.len());
    if let Some(before) = segments.get(..skipped).and_then(<[Segment]>::last) {
        let next = segments.get(skipped).map_or(u64::MAX, |segment| segment.first);
        check.skip(last_link(chain, before)?, next);
    }
    for segment in segments.get(skipped..).unwrap_or_default() {
        // Behind the range it goes on to a signed place, which the range hangs on.
        if range.to.is_some_and(|to| segment.day > to) && check.held == check.report.last {
            return Ok(check.report);
        }
        let length = lengths.get(segment);
        check.file(chain, segment, length)?;
    }
    check.finish();
    Ok(check.report)
}

struct Check {
    report: Report,
    /// The sequence number that comes next.
    expected: u64,
    /// The chain before it, where that is known.
    before: Option<Link>,
    /// The last signed place that held.
    held: u64,
    /// Signed places.
    signed: BTreeMap<u64, Vec<Link>>,
    /// Where the store says that the chain ends.
    end: Option<Link>,
}

impl Check {
    fn new(node: &str) -> Self {
        Self {
            report: Report::default(),
            expected: 1,
            before: Some(genesis(node)),
            held: 0,
            signed: BTreeMap::new(),
            end: None,
        }
    }

    fn begin(&mut self, pruned: Link) {
        if pruned.sequence >= self.expected {
            self.expected = pruned.sequence.saturating_add(1);
            (self.before, self.held, self.report.last) = (Some(pruned), pruned.sequence, pruned.sequence);
        }
    }

    /// Begins behind the last record before the range, or with the record `next` where there is none.
    fn skip(&mut self, before: Option<Link>, next: u64) {
        self.expected = before.map_or(next, |before| before.sequence.saturating_add(1));
        let last = self.expected.saturating_sub(1);
        (self.before, self.held, self.report.last) = (before, last, last);
    }

    fn file(&mut self, chain: &Path, segment: &Segment, length: u64) -> Result<(), TrailError> {
        let name = segment.name();
        let (mut line, mut offset) = (0, 0);
        // The number that the file is named by is part of the chain's order too.
        let mut first = Some(segment.first);
        follow(&segment.path(chain), &name, None, &mut |step| {
            line += 1;
            let seen = offset < length;
            match step {
                Ok((place, read)) => {
                    offset += read.bytes;
                    let named = first.take().is_none_or(|first| first == place.sequence);
                    self.record(place, read.record, named, &name, line, seen)
                }
                Err(finding) => {
                    // The end of a file may be being written.
                    if seen && !matches!(finding, Finding::Added { .. }) {
                        self.report.findings.push(self.placed(finding));
                        self.before = None;
                        self.expected = self.expected.saturating_add(1);
                    } else if seen && self.end.is_none_or(|end| self.expected <= end.sequence) {
                        // Cut off in the middle of a line.
                        self.before = None;
                    } else if seen {
                        self.report.findings.push(finding);
                    }
                    true
                }
            }
        })
    }

    /// A line that is no record stands where the next record belongs.
    fn placed(&self, finding: Finding) -> Finding {
        match finding {
            Finding::Changed { file, line, .. } => Finding::Changed { sequence: self.expected, file, line },
            other => other,
        }
    }

    /// Says whether to go on in this file.
    fn record(&mut self, place: Link, record: &str, named: bool, file: &str, line: u64, seen: bool) -> bool {
        let sequence = place.sequence;
        if self.end.is_some_and(|end| sequence > end.sequence) {
            // Behind the end. What was there before the end was read from the store was not put there by the node.
            if seen {
                self.report.findings.push(Finding::Added { file: file.to_owned(), line });
            }
            return false;
        }
        if sequence < self.expected || !named {
            self.report.findings.push(Finding::Misplaced { sequence, file: file.to_owned(), line });
            return true;
        }
        if sequence > self.expected {
            let to = sequence.saturating_sub(1);
            self.report.findings.push(Finding::Missing { from: self.expected, to });
            self.before = None;
        }
        if self.before.is_some_and(|before| before.next(record) != place) {
            self.report.findings.push(Finding::Changed { sequence, file: file.to_owned(), line });
        }
        self.report.records = self.report.records.saturating_add(1);
        self.report.last = sequence;
        self.expected = sequence.saturating_add(1);
        self.before = Some(place);
        self.compare(place);
        true
    }

    /// Against what was signed about this place.
    fn compare(&mut self, place: Link) {
        let Some(signed) = self.signed.get(&place.sequence) else { return };
        if signed.iter().any(|signed| *signed != place) {
            self.report.findings.push(Finding::Rewritten { after: self.held, until: place.sequence });
        }
        // Named once: what follows is compared with what is signed behind it.
        self.held = place.sequence;
    }

    /// What is signed and not there any more was cut off.
    fn finish(&mut self) {
        let signed = self.signed.keys().next_back().copied().unwrap_or(0);
        if signed >= self.expected {
            self.report.findings.push(Finding::Missing { from: self.expected, to: signed });
        }
    }
}

/// A record as it stands in a file.
pub(crate) struct ReadRecord<'a> {
    pub(crate) record: &'a str,
    /// How many bytes its line takes.
    bytes: u64,
}

/// A line of a file: the place it says it has, with the record, or what is wrong with it.
type Step<'a> = Result<(Link, ReadRecord<'a>), Finding>;

/// Hands each line of a file to `step` until that says to stop: the place it says it has, with the record; or, where it is
/// no record, [`Finding::Changed`], and for a last line without an end [`Finding::Added`]. Given `from`, each record is
/// checked against the one before.
pub(crate) fn follow(
    path: &Path,
    name: &str,
    from: Option<Link>,
    step: &mut dyn FnMut(Step<'_>) -> bool,
) -> Result<(), TrailError> {
    let file = match File::open(path) {
        Ok(file) => file,
        // Pruned in between.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(path)(error)),
    };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut bytes, mut line, mut before) = (Vec::new(), 0, from);
    loop {
        bytes.clear();
        let read = reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes).map_err(at(path))?;
        if read == 0 {
            return Ok(());
        }
        line += 1;
        let file = || name.to_owned();
        let Some(whole) = bytes.strip_suffix(b"\n") else {
            step(Err(Finding::Added { file: file(), line }));
            return Ok(());
        };
        let parsed = str::from_utf8(whole).ok().and_then(Link::read);
        let goes_on = match &parsed {
            None => step(Err(Finding::Changed { sequence: 0, file: file(), line })),
            Some((record, place)) if before.is_some_and(|before| before.next(record) != *place) => {
                step(Err(Finding::Changed { sequence: place.sequence, file: file(), line }))
            }
            Some((record, place)) => step(Ok((*place, ReadRecord { record, bytes: read as u64 }))),
        };
        if before.is_some() {
            before = parsed.map(|(_, place)| place);
        }
        if !goes_on {
            return Ok(());
        }
    }
}

/// The place that the last line of a file says it has.
fn last_link(chain: &Path, segment: &Segment) -> Result<Option<Link>, TrailError> {
    let mut last = None;
    follow(&segment.path(chain), &segment.name(), None, &mut |step| {
        last = step.ok().map(|(place, _)| place).or(last);
        true
    })?;
    Ok(last)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{SEGMENT_BYTES, SigningKey, append, digest, prune};
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;
    use std::{fs, path::PathBuf};

    /// A chain of small records `{"r":"a"}`, as a node writes it.
    pub(crate) struct Chain {
        place: tempfile::TempDir,
        key: SigningKey,
        pub(crate) head: Head,
        now: Timestamp,
        pub(crate) segment_bytes: u64,
    }

    const NODE: &str = "n1";

    impl Chain {
        pub(crate) fn new() -> Self {
            let key = SigningKey::from_bytes(&[1; 32]).unwrap();
            let now = "2026-01-01T12:00:00Z".parse().unwrap();
            let head = statement::head(NODE, &key, genesis(NODE), None, 0, now);
            Self { place: tempfile::tempdir().unwrap(), key, head, now, segment_bytes: SEGMENT_BYTES }
        }

        pub(crate) fn path(&self) -> PathBuf {
            self.place.path().to_owned()
        }

        pub(crate) fn next_day(&mut self) {
            self.now += SignedDuration::from_hours(24);
        }

        pub(crate) fn append(&mut self, records: &[&str]) {
            let records: Vec<String> = records.iter().map(|text| format!("{{\"r\":\"{text}\"}}")).collect();
            let records = records.iter().map(String::as_str);
            self.head =
                append(&self.path(), NODE, &self.key, &self.head, records, self.segment_bytes, self.now)
                    .unwrap();
        }

        pub(crate) fn digest(&self) {
            digest(&self.path(), NODE, &self.key, self.head.link(), self.now).unwrap();
        }

        pub(crate) fn prune(&self, days: i64) -> u64 {
            self.try_prune(days).unwrap()
        }

        pub(crate) fn try_prune(&self, days: i64) -> Result<u64, TrailError> {
            let before = self.now - SignedDuration::from_hours(24 * days);
            prune(&self.path(), NODE, &self.key, &self.head, before, self.now)
        }

        fn files(&self) -> Vec<PathBuf> {
            segment::list(&self.path()).unwrap().iter().map(|segment| segment.path(&self.path())).collect()
        }

        pub(crate) fn records(&self) -> Vec<String> {
            let text: String = self.files().iter().map(|file| fs::read_to_string(file).unwrap()).collect();
            text.lines().map(|line| line.get(6..7).unwrap().to_owned()).collect()
        }

        /// Edits the last file.
        pub(crate) fn edit(&self, edit: impl FnOnce(String) -> String) {
            let file = self.files().pop().unwrap();
            fs::write(&file, edit(fs::read_to_string(&file).unwrap())).unwrap();
        }

        fn edit_lines(&self, edit: impl FnOnce(&mut Vec<String>)) {
            self.edit(|text| {
                let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
                edit(&mut lines);
                lines.concat()
            });
        }

        pub(crate) fn verify(&self) -> Vec<Finding> {
            self.report(Range::default()).findings
        }

        fn report(&self, range: Range) -> Report {
            let lengths = Lengths::of(&self.path()).unwrap();
            verify(&self.path(), NODE, &self.key.verifying_key(), Some(&self.head), &lengths, range).unwrap()
        }

        fn file_name(&self) -> String {
            self.head.file.clone().unwrap()
        }
    }

    fn five() -> Chain {
        let mut chain = Chain::new();
        chain.append(&["a", "b"]);
        chain.append(&["c", "d", "e"]);
        chain
    }

    #[test]
    fn a_whole_chain_verifies() {
        assert_eq!(Chain::new().report(Range::default()), Report::default());
        let mut chain = five();
        chain.digest();
        chain.next_day();
        chain.append(&["f"]);
        assert_eq!(chain.report(Range::default()), Report { records: 6, last: 6, findings: vec![] });
    }

    #[test]
    fn each_kind_of_tampering_is_found_where_it_is() {
        let file = five().file_name();
        let changed = |sequence| Finding::Changed { sequence, file: file.clone(), line: sequence };

        let chain = five();
        chain.edit(|text| text.replace("\"c\"", "\"x\""));
        assert_eq!(chain.verify(), [changed(3)]);

        let chain = five();
        chain.edit_lines(|lines| drop(lines.remove(2)));
        assert_eq!(chain.verify(), [Finding::Missing { from: 3, to: 3 }]);

        let chain = five();
        chain.edit_lines(|lines| lines.truncate(3));
        assert_eq!(chain.verify(), [Finding::Missing { from: 4, to: 5 }]);

        let chain = five();
        chain.edit(|text| text.split_at(text.len() - 10).0.to_owned());
        assert_eq!(chain.verify(), [Finding::Missing { from: 5, to: 5 }]);

        let chain = five();
        chain.edit_lines(|lines| lines.swap(1, 2));
        let misplaced = Finding::Misplaced { sequence: 2, file: file.clone(), line: 3 };
        assert_eq!(chain.verify(), [Finding::Missing { from: 2, to: 2 }, misplaced]);

        let chain = five();
        chain.edit_lines(|lines| lines.insert(3, lines[2].clone()));
        assert_eq!(chain.verify(), [Finding::Misplaced { sequence: 3, file: file.clone(), line: 4 }]);

        let chain = five();
        chain.edit_lines(|lines| lines.insert(2, "{\"r\":\"x\"}\n".to_owned()));
        assert!(chain.verify().contains(&changed(3)), "{:?}", chain.verify());

        let chain = five();
        let next = chain.head.link().next("{\"r\":\"x\"}");
        chain.edit(|text| text + &next.line("{\"r\":\"x\"}"));
        assert_eq!(chain.verify(), [Finding::Added { file: file.clone(), line: 6 }]);

        let chain = five();
        fs::remove_file(chain.files().pop().unwrap()).unwrap();
        assert_eq!(chain.verify(), [Finding::Missing { from: 1, to: 5 }]);

        let mut chain = five();
        chain.head.sequence = 4;
        assert!(chain.verify().contains(&Finding::Head));
    }

    #[test]
    fn a_chain_that_was_written_anew_is_not_the_signed_one() {
        let mut chain = Chain::new();
        chain.append(&["a", "b"]);
        chain.digest();
        chain.append(&["c", "d"]);
        chain.digest();
        chain.append(&["e"]);
        // The same from "c" on, but for "c" itself, with all hashes in order.
        let mut forged = Chain::new();
        forged.append(&["a", "b", "x", "d", "e"]);
        let forged = fs::read_to_string(forged.files().pop().unwrap()).unwrap();
        chain.edit(|_| forged);
        assert_eq!(
            chain.verify(),
            [Finding::Rewritten { after: 2, until: 4 }, Finding::Rewritten { after: 4, until: 5 }]
        );
        // Without a store: what was signed beside the files.
        let lengths = Lengths::of(&chain.path()).unwrap();
        let key = chain.key.verifying_key();
        let report = verify(&chain.path(), NODE, &key, None, &lengths, Range::default()).unwrap();
        assert_eq!(report.findings, [Finding::Rewritten { after: 2, until: 4 }]);
        let other = SigningKey::from_bytes(&[2; 32]).unwrap().verifying_key();
        let report = verify(&chain.path(), NODE, &other, None, &lengths, Range::default()).unwrap();
        assert_eq!(report.findings, [1, 2].map(|line| Finding::Statement { line }));
    }

    #[test]
    fn what_a_running_node_appends_meanwhile_is_not_added() {
        let mut chain = five();
        let lengths = Lengths::of(&chain.path()).unwrap();
        let head = chain.head.clone();
        chain.append(&["f"]);
        chain.next_day();
        chain.append(&["g"]);
        let key = chain.key.verifying_key();
        let report = verify(&chain.path(), NODE, &key, Some(&head), &lengths, Range::default()).unwrap();
        assert_eq!(report, Report { records: 5, last: 5, findings: vec![] });
    }

    #[test]
    fn a_range_is_looked_at_alone() {
        let mut chain = Chain::new();
        for record in ["a", "b", "c", "d"] {
            chain.append(&[record]);
            chain.digest();
            chain.next_day();
        }
        let files = chain.files();
        let spoil = |file: &Path| {
            fs::write(file, fs::read_to_string(file).unwrap().replace("\"r\"", "\"s\"")).unwrap();
        };
        spoil(&files[0]);
        spoil(&files[3]);
        let day = |day| Some(jiff::civil::date(2026, 1, day));
        let found = |from, to| chain.report(Range { from: day(from), to: day(to) });
        assert_eq!(found(2, 3), Report { records: 2, last: 3, findings: vec![] });
        assert_eq!(found(1, 3).findings.len(), 1);
        assert_eq!(found(1, 4).findings.len(), 2);
        assert_eq!(found(4, 9).findings.len(), 1);
        spoil(&files[1]);
        assert_eq!(found(2, 2).findings.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_changed_byte_is_found(at: prop::sample::Index, by in 1..=255u8) {
            let chain = five();
            let file = chain.files().pop().unwrap();
            let mut bytes = fs::read(&file).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            fs::write(&file, bytes).unwrap();
            prop_assert!(!chain.verify().is_empty());
        }

        #[test]
        fn any_lines_out_of_place_are_found(order in Just(vec![0, 1, 2, 3, 4]).prop_shuffle(), kept in 0..=5usize) {
            let order: Vec<usize> = order.into_iter().take(kept).collect();
            prop_assume!(order != [0, 1, 2, 3, 4]);
            let chain = five();
            chain.edit_lines(|lines| *lines = order.iter().map(|line| lines[*line].clone()).collect());
            prop_assert!(!chain.verify().is_empty());
        }
    }
}
