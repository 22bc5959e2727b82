//! What the server's process and its files are like at a moment, and whether that stays so.

use crate::{Failure, figure::float, server::Server};
use std::{fmt, fmt::Write as _, fs, path::Path, time::Duration};

/// Looks that are shown in the table.
const ROWS: usize = 20;
/// What a part of the run may have more than the part after the warm-up: a tenth, and so much.
const MORE_MEMORY: f64 = 4.0;
/// Open files and threads come and go with connections and with work that waits for the disk.
const MORE_FILES: f64 = 8.0;
const MORE_THREADS: f64 = 4.0;

/// One look.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    at: Duration,
    /// Megabytes of a million bytes.
    resident: f64,
    open_files: f64,
    threads: f64,
    write_ahead_log: f64,
    database: f64,
    audit_files: usize,
    audit: f64,
}

impl Sample {
    pub(super) fn of(server: &Server, at: Duration) -> Result<Self, Failure> {
        let data = server.data().ok_or("there is no data directory")?;
        let megabytes =
            |name: &str| fs::metadata(data.join(name)).map(|found| found.len()).map_or(0.0, million);
        let (audit_files, audit) = files(&data.join("audit"))?;
        Ok(Self {
            at,
            resident: server.process.resident_megabytes()?,
            open_files: float(server.process.open_files()?),
            threads: float(server.process.threads()?),
            write_ahead_log: megabytes("portcullis.db-wal"),
            database: megabytes("portcullis.db"),
            audit_files,
            audit: million(audit),
        })
    }
}

fn million(bytes: u64) -> f64 {
    float(usize::try_from(bytes).unwrap_or(usize::MAX)) / 1e6
}

/// How many files there are, and their bytes.
fn files(directory: &Path) -> Result<(usize, u64), Failure> {
    let (mut count, mut bytes) = (0, 0);
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let (more, length) = if metadata.is_dir() { files(&entry.path())? } else { (1, metadata.len()) };
        (count, bytes) = (count + more, bytes + length);
    }
    Ok((count, bytes))
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {:.1} | {:.1} | {} | {} | {:.2} | {:.1} | {} | {:.1} |",
            self.at.as_secs_f64() / 60.0,
            self.resident,
            self.open_files,
            self.threads,
            self.write_ahead_log,
            self.database,
            self.audit_files,
            self.audit,
        )
    }
}

/// Some of the looks, evenly spread, the last among them.
pub(super) fn table(samples: &[Sample]) -> String {
    let mut table =
        "| minute | resident MB | open files | threads | write-ahead log MB | database MB | audit files | audit MB |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    let step = samples.len().div_ceil(ROWS).max(1);
    for sample in samples.iter().rev().step_by(step).collect::<Vec<_>>().into_iter().rev() {
        let _ = writeln!(table, "{sample}");
    }
    table
}

/// What is not flat. The first half of the run is the warm-up, in which caches fill. Of the second half the last third is
/// held against the first: the median of its resident memory may be a tenth and four megabytes higher, that of open files
/// and threads a tenth and a few. The write-ahead log, which is begun again when it has been copied, may at no time of the
/// second half be larger than twice its largest in the first, and four megabytes.
pub(super) fn judge(samples: &[Sample]) -> Vec<String> {
    let warm = samples.get(samples.len() / 2..).unwrap_or_default();
    let third = warm.len() / 3;
    let (Some(before), Some(after)) = (warm.get(..third), warm.get(warm.len() - third..)) else {
        return vec!["the run was too short to tell".into()];
    };
    if third < 3 {
        return vec!["the run was too short to tell".into()];
    }
    let mut wrong = Vec::new();
    let mut flat = |name: &str, of: fn(&Sample) -> f64, more: f64| {
        let (was, is) = (median(before, of), median(after, of));
        if is > was * 1.1 + more {
            wrong.push(format!("{name} grew after the warm-up, from {was:.1} to {is:.1}"));
        }
    };
    flat("resident memory", |sample| sample.resident, MORE_MEMORY);
    flat("open files", |sample| sample.open_files, MORE_FILES);
    flat("threads", |sample| sample.threads, MORE_THREADS);
    let largest = |part: &[Sample]| part.iter().map(|sample| sample.write_ahead_log).fold(0.0, f64::max);
    let (was, is) = (largest(samples.get(..samples.len() / 2).unwrap_or_default()), largest(warm));
    if is > 2.0 * was + 4.0 {
        wrong.push(format!("the write-ahead log grew, from {was:.1} to {is:.1} MB"));
    }
    wrong
}

fn median(samples: &[Sample], of: fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(of: impl Fn(f64) -> Sample) -> Vec<Sample> {
        (0..360).map(|number| of(f64::from(number))).collect()
    }

    #[test]
    fn a_warm_up_is_no_leak() {
        let samples = run(|at| Sample {
            resident: 100.0 + at.min(170.0),
            open_files: 30.0 + at % 5.0,
            threads: 12.0,
            write_ahead_log: at % 4.0,
            ..Sample::default()
        });
        assert_eq!(judge(&samples), Vec::<String>::new());
    }

    #[test]
    fn what_grows_on_is_found() {
        let samples = run(|at| Sample {
            resident: 100.0 + at,
            open_files: 30.0 + at / 5.0,
            threads: 12.0 + at / 5.0,
            write_ahead_log: at * at,
            ..Sample::default()
        });
        assert_eq!(judge(&samples).len(), 4, "{:?}", judge(&samples));
    }

    #[test]
    fn a_short_run_proves_nothing() {
        assert_eq!(judge(&run(|_| Sample::default())[..10]), ["the run was too short to tell"]);
    }
}
