//! Reading the newest lines of a chain, and those that come.

use crate::{
    TrailError, at,
    segment::{self, Segment},
};
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Most bytes that are read at once.
const CHUNK: u64 = 1 << 20;

/// Follows a chain.
#[derive(Debug)]
pub struct Tail {
    chain: PathBuf,
    segment: Option<Segment>,
    offset: u64,
    /// A line that is not whole yet.
    begun: Vec<u8>,
}

/// The last `count` lines, and what follows them.
pub fn last_lines(chain: &Path, count: usize) -> Result<(Vec<String>, Tail), TrailError> {
    let segments = segment::list(chain)?;
    // Back to a file with enough lines in front of it.
    let mut enough = 0;
    let mut begin = segments.len();
    while enough < count && begin > 0 {
        begin -= 1;
        let Some(segment) = segments.get(begin) else { break };
        let path = segment.path(chain);
        let bytes = fs::read(&path).map_err(at(path))?;
        enough += bytes.split(|byte| *byte == b'\n').count().saturating_sub(1);
    }
    let first = segments.get(begin.min(segments.len().saturating_sub(1))).cloned();
    let mut tail = Tail { chain: chain.to_owned(), segment: first, offset: 0, begun: Vec::new() };
    let mut last = VecDeque::new();
    loop {
        let lines = tail.lines()?;
        if lines.is_empty() {
            return Ok((last.into(), tail));
        }
        last.extend(lines);
        last.drain(..last.len().saturating_sub(count));
    }
}

impl Tail {
    /// Lines that have come since; some of them, or none when there are none.
    pub fn lines(&mut self) -> Result<Vec<String>, TrailError> {
        loop {
            if self.segment.is_none() {
                self.segment = segment::list(&self.chain)?.into_iter().next();
            }
            let Some(segment) = self.segment.clone() else { return Ok(Vec::new()) };
            let lines = self.read(&segment)?;
            if !lines.is_empty() {
                return Ok(lines);
            }
            let next = segment::list(&self.chain)?.into_iter().find(|later| later.first > segment.first);
            let Some(next) = next else { return Ok(Vec::new()) };
            // It may have been appended to once more before the next one was begun.
            let rest = self.read(&segment)?;
            (self.segment, self.offset, self.begun) = (Some(next), 0, Vec::new());
            if !rest.is_empty() {
                return Ok(rest);
            }
        }
    }

    fn read(&mut self, segment: &Segment) -> Result<Vec<String>, TrailError> {
        let path = segment.path(&self.chain);
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(&path) {
            let read = file
                .seek(SeekFrom::Start(self.offset))
                .and_then(|_| file.take(CHUNK).read_to_end(&mut bytes));
            read.map_err(at(path))?;
        }
        self.offset += bytes.len() as u64;
        let mut lines = Vec::new();
        for byte in bytes {
            if byte == b'\n' {
                lines.push(String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned());
            } else {
                self.begun.push(byte);
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::tests::Chain;

    #[test]
    fn shows_the_last_and_what_comes() {
        let mut chain = Chain::new();
        assert!(last_lines(&chain.path(), 3).unwrap().0.is_empty());
        chain.append(&["a", "b"]);
        chain.next_day();
        chain.append(&["c", "d"]);
        let letters = |lines: &[String]| {
            lines.iter().map(|line| line.get(6..7).unwrap().to_owned()).collect::<Vec<_>>().concat()
        };
        let (lines, mut tail) = last_lines(&chain.path(), 3).unwrap();
        assert_eq!(letters(&lines), "bcd");
        assert!(tail.lines().unwrap().is_empty());
        chain.append(&["e"]);
        assert_eq!(letters(&tail.lines().unwrap()), "e");
        chain.next_day();
        chain.append(&["f"]);
        assert_eq!(letters(&tail.lines().unwrap()), "f");
        let (none, mut tail) = last_lines(&chain.path(), 0).unwrap();
        assert!(none.is_empty());
        chain.append(&["g"]);
        assert!(letters(&tail.lines().unwrap()).ends_with('g'));
    }
}
