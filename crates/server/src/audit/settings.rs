//! The section `[audit]` of the configuration.

use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The section as operators write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Section {
    /// Whether events go to files, besides the store.
    files: bool,
    /// Where the files are; `audit` in the data directory by default.
    directory: Option<PathBuf>,
    /// Days that files are kept.
    retention_days: u32,
    /// What becomes of reading calls that cannot be recorded.
    reads: Reads,
    /// Seconds that the files may be behind the store before changes are refused.
    max_lag_seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reads {
    Continue,
    Refuse,
}

impl Default for Section {
    fn default() -> Self {
        Self {
            files: true,
            directory: None,
            retention_days: 365,
            reads: Reads::Continue,
            max_lag_seconds: 60,
        }
    }
}

/// How the trail is kept, decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Where the files are; `None` when events stay in the store.
    pub(crate) directory: Option<PathBuf>,
    /// Days that files are kept.
    pub(crate) retention_days: u32,
    /// Whether reading calls that cannot be recorded are refused.
    pub(crate) refuse_reads: bool,
    /// How long the files may be behind the store before changes are refused.
    pub(crate) max_lag: Duration,
}

impl Section {
    /// Decides. A `--dev` plane leaves no files.
    pub(crate) fn decide(&self, data_dir: &Path, dev: bool) -> Settings {
        Settings {
            directory: (self.files && !dev).then(|| self.directory(data_dir)),
            retention_days: self.retention_days,
            refuse_reads: self.reads == Reads::Refuse,
            max_lag: Duration::from_secs(self.max_lag_seconds),
        }
    }

    /// Where files are, if there are any.
    pub(crate) fn directory(&self, data_dir: &Path) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| data_dir.join("audit"))
    }
}
