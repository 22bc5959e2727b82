//! The files of a chain: `YYYY/MM/DD/<sequence>.jsonl`, each named by the day it was begun and by its first record.

use crate::{TrailError, at};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// A file of the chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    /// The sequence number of its first record.
    pub(crate) first: u64,
    /// The day it was begun.
    pub(crate) day: Date,
}

/// How long the files of a chain were at one time.
#[derive(Clone, Debug, Default)]
pub struct Lengths(BTreeMap<String, u64>);

impl Lengths {
    /// How long they are now. A chain that is not there has no files.
    pub fn of(chain: &Path) -> Result<Self, TrailError> {
        let mut lengths = BTreeMap::new();
        for segment in list(chain)? {
            let (name, path) = (segment.name(), segment.path(chain));
            match fs::metadata(&path) {
                Ok(metadata) => {
                    lengths.insert(name, metadata.len());
                }
                // Pruned in between.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(path)(error)),
            }
        }
        Ok(Self(lengths))
    }

    pub(crate) fn get(&self, segment: &Segment) -> u64 {
        self.0.get(&segment.name()).copied().unwrap_or(0)
    }
}

impl Segment {
    /// The file that begins now with that record.
    pub(crate) fn beginning(first: u64, now: Timestamp) -> Self {
        Self { first, day: day(now) }
    }

    /// Reads the name of a file below the chain's directory.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (day, file) = name.rsplit_once('/')?;
        let first = file.strip_suffix(".jsonl")?;
        let segment = Self {
            first: first.parse().ok().filter(|_| first.len() == 20)?,
            day: Date::strptime("%Y/%m/%d", day).ok()?,
        };
        (segment.name() == name).then_some(segment)
    }

    /// The name below the chain's directory.
    pub(crate) fn name(&self) -> String {
        format!("{}/{:020}.jsonl", self.day.strftime("%Y/%m/%d"), self.first)
    }

    pub(crate) fn path(&self, chain: &Path) -> PathBuf {
        chain.join(self.name())
    }
}

/// The day of that time, UTC.
pub(crate) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// All files of the chain, by their first record.
pub(crate) fn list(chain: &Path) -> Result<Vec<Segment>, TrailError> {
    let mut segments = Vec::new();
    for year in names(chain)? {
        for month in names(&chain.join(&year))? {
            for day in names(&chain.join(&year).join(&month))? {
                for file in names(&chain.join(&year).join(&month).join(&day))? {
                    segments.extend(Segment::parse(&format!("{year}/{month}/{day}/{file}")));
                }
            }
        }
    }
    segments.sort();
    Ok(segments)
}

/// What is in a directory; nothing in what is none.
fn names(directory: &Path) -> Result<Vec<String>, TrailError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(directory)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(at(directory))?.file_name().into_string().ok());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_day_and_first_record() {
        let segment = Segment::beginning(42, "2026-11-05T23:59:59Z".parse().unwrap());
        assert_eq!(segment.name(), "2026/11/05/00000000000000000042.jsonl");
        assert_eq!(Segment::parse(&segment.name()), Some(segment));
        for name in [
            "",
            "x",
            "2026/11/05/42.jsonl",
            "2026/13/05/00000000000000000042.jsonl",
            "2026/11/5/00000000000000000042.jsonl",
        ] {
            assert_eq!(Segment::parse(name), None, "{name}");
        }
    }
}
