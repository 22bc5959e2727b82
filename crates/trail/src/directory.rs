//! Where the files are: one directory of chains, one directory for each chain in it.

use crate::{TrailError, at};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The directory of the chains that were written here.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

/// Held for as long as a process writes a chain.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Directory {
    /// The directory at that path, there or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The nodes whose chains are here, by name.
    pub fn nodes(&self) -> Result<Vec<String>, TrailError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&self.path)(error)),
        };
        let mut nodes = Vec::new();
        for entry in entries {
            let entry = entry.map_err(at(&self.path))?;
            let is_directory = entry.file_type().map_err(at(entry.path()))?.is_dir();
            nodes
                .extend(entry.file_name().into_string().ok().filter(|name| is_directory && is_node_id(name)));
        }
        nodes.sort();
        Ok(nodes)
    }

    /// The directory of a node's chain.
    pub fn chain(&self, node: &str) -> PathBuf {
        self.path.join(node)
    }

    /// Takes the right to write the node's chain, making its directory if it is not there.
    pub fn lock(&self, node: &str) -> Result<Lock, TrailError> {
        let chain = self.chain(node);
        make(&chain)?;
        let path = chain.join("lock");
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(TrailError::Locked(chain)),
            Err(fs::TryLockError::Error(error)) => Err(at(path)(error)),
        }
    }
}

/// Names that are safe as names of files.
fn is_node_id(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Makes a directory for its owner alone, and those above it.
pub(crate) fn make(path: &Path) -> Result<(), TrailError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

/// Makes the names in a directory last.
pub(crate) fn sync(path: &Path) -> Result<(), TrailError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_writes_a_chain() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path().join("audit"));
        assert_eq!(directory.nodes().unwrap(), Vec::<String>::new());
        let lock = directory.lock("n1").unwrap();
        assert!(matches!(directory.lock("n1"), Err(TrailError::Locked(_))));
        drop(lock);
        assert!(directory.lock("n1").is_ok());
        fs::create_dir(place.path().join("audit/Not a node")).unwrap();
        assert_eq!(directory.nodes().unwrap(), ["n1"]);
    }
}
