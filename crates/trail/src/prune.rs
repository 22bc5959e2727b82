//! Deleting old files, with a signed statement of what was deleted.

use crate::{
    Finding, Head, Link, SigningKey, TrailError, at, genesis,
    segment::{self, Segment},
    statement::{self, Kind},
    verify::follow,
};
use jiff::{Timestamp, civil::Date};
use std::{fs, path::Path};

/// Deletes files of days before that of `before`; gives the number of records that were in them. Never the file that the
/// chain ends in, and nothing that does not verify. The statement comes first: when the process stops in between, the files
/// that it speaks of are deleted the next time.
pub fn prune(
    chain: &Path,
    node: &str,
    key: &SigningKey,
    head: &Head,
    before: Timestamp,
    now: Timestamp,
) -> Result<u64, TrailError> {
    let statements = statement::list(chain, node, &key.verifying_key())?;
    let pruned = statements.iter().filter_map(|(_, statement)| statement.as_ref());
    let start = pruned
        .filter(|statement| statement.kind == Kind::Pruned)
        .map(statement::Statement::link)
        .max_by_key(|link| link.sequence)
        .unwrap_or_else(|| genesis(node));
    let segments = segment::list(chain)?;
    let old = old(&segments, head, segment::day(before));
    let mut end = start;
    for segment in old.iter().filter(|segment| segment.first > start.sequence) {
        end = whole(chain, segment, end)?;
    }
    if end != start {
        let mut lines = vec![statement::signed(node, key, Kind::Pruned, end, now)];
        let later = |statement: &statement::Statement| {
            statement.kind == Kind::Digest && statement.sequence > end.sequence
        };
        lines.extend(
            statements.into_iter().filter(|(_, kept)| kept.as_ref().is_none_or(later)).map(|(line, _)| line),
        );
        statement::replace(chain, &lines)?;
    }
    for segment in old {
        let path = segment.path(chain);
        fs::remove_file(&path).map_err(at(&path))?;
        // Days, months and years go with their last file.
        for directory in path.ancestors().skip(1).take(3) {
            if fs::remove_dir(directory).is_err() {
                break;
            }
        }
    }
    Ok(end.sequence.saturating_sub(start.sequence))
}

/// The oldest files, as long as they are of days before that.
fn old<'a>(segments: &'a [Segment], head: &Head, before: Date) -> &'a [Segment] {
    let last = head.file.as_deref().and_then(Segment::parse);
    let young = segments.iter().position(|segment| segment.day >= before || Some(segment) == last.as_ref());
    segments.get(..young.unwrap_or(segments.len())).unwrap_or_default()
}

/// Follows the chain through a file; fails where it is broken.
fn whole(chain: &Path, segment: &Segment, from: Link) -> Result<Link, TrailError> {
    if segment.first != from.sequence.saturating_add(1) {
        let missing =
            Finding::Missing { from: from.sequence.saturating_add(1), to: segment.first.saturating_sub(1) };
        return Err(TrailError::Unverified(missing));
    }
    let mut link = from;
    let mut broken = None;
    follow(&segment.path(chain), &segment.name(), Some(from), &mut |step| {
        match step {
            Ok((place, _)) => link = place,
            Err(finding) => broken = broken.take().or(Some(finding)),
        }
        broken.is_none()
    })?;
    broken.map_or(Ok(link), |finding| Err(TrailError::Unverified(finding)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::tests::Chain;

    #[test]
    fn old_files_go_and_the_rest_verifies() {
        let mut chain = Chain::new();
        chain.append(&["a", "b"]);
        chain.digest();
        chain.next_day();
        chain.append(&["c"]);
        chain.next_day();
        chain.append(&["d"]);
        chain.digest();
        assert_eq!(chain.prune(1), 2);
        assert_eq!(chain.records(), ["c", "d"]);
        assert!(chain.verify().is_empty(), "{:?}", chain.verify());
        assert_eq!(chain.prune(1), 0);
        assert_eq!(chain.prune(0), 1);
        // The chain ends in the last file, however old it is.
        assert_eq!(chain.prune(-9), 0);
        assert_eq!(chain.records(), ["d"]);
        chain.append(&["e"]);
        assert!(chain.verify().is_empty(), "{:?}", chain.verify());
    }

    #[test]
    fn what_was_deleted_otherwise_is_missing() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        chain.next_day();
        chain.append(&["b"]);
        chain.next_day();
        chain.append(&["c"]);
        chain.prune(1);
        let second = segment::list(&chain.path()).unwrap().remove(0);
        fs::remove_file(second.path(&chain.path())).unwrap();
        assert_eq!(chain.verify(), [Finding::Missing { from: 2, to: 2 }]);
    }

    #[test]
    fn an_interrupted_pruning_is_finished() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        let first = segment::list(&chain.path()).unwrap().remove(0).path(&chain.path());
        let kept = fs::read(&first).unwrap();
        chain.next_day();
        chain.append(&["b"]);
        assert_eq!(chain.prune(0), 1);
        fs::create_dir_all(first.parent().unwrap()).unwrap();
        fs::write(&first, kept).unwrap();
        assert!(chain.verify().is_empty(), "{:?}", chain.verify());
        assert_eq!(chain.prune(0), 0);
        assert!(!first.exists());
    }

    #[test]
    fn what_does_not_verify_stays() {
        let mut chain = Chain::new();
        chain.append(&["a"]);
        chain.edit(|text| text.replace("\"a\"", "\"x\""));
        chain.next_day();
        chain.append(&["b"]);
        assert!(matches!(
            chain.try_prune(0),
            Err(TrailError::Unverified(Finding::Changed { sequence: 1, .. }))
        ));
        assert_eq!(chain.verify().len(), 1);
    }
}
