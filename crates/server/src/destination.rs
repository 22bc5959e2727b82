//! Where a command writes what it makes: a new file that is there whole or not at all, or standard output.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A place to write to. Without [`Destination::finish`] no file is left behind.
pub(crate) enum Destination {
    File(Draft),
    StandardOutput(io::Stdout),
}

/// A file under another name, until it is whole.
pub(crate) struct Draft {
    file: File,
    path: PathBuf,
    wanted: PathBuf,
    finished: bool,
}

impl Destination {
    /// `-` is standard output. A file that exists is not overwritten; a new one is for its owner alone.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::StandardOutput(io::stdout()));
        }
        refuse_existing(path)?;
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".partial-{}", std::process::id()));
        let draft = PathBuf::from(draft);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let file = file.map_err(|error| in_words(&draft, &error))?;
        Ok(Self::File(Draft { file, path: draft, wanted: path.to_owned(), finished: false }))
    }

    /// Makes what was written durable, under its name.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::File(mut draft) => draft.finish(),
            Self::StandardOutput(mut out) => out.flush(),
        }
    }
}

impl Draft {
    fn finish(&mut self) -> io::Result<()> {
        self.file.sync_all().map_err(|error| in_words(&self.wanted, &error))?;
        refuse_existing(&self.wanted)?;
        fs::rename(&self.path, &self.wanted).map_err(|error| in_words(&self.wanted, &error))?;
        self.finished = true;
        let directory = self.wanted.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = File::open(directory.unwrap_or(Path::new(".")));
        directory.and_then(|it| it.sync_all()).map_err(|error| in_words(&self.wanted, &error))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // What stays behind when this fails has a name that says what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(draft) => draft.file.write(bytes).map_err(|error| in_words(&draft.wanted, &error)),
            Self::StandardOutput(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(draft) => draft.file.flush().map_err(|error| in_words(&draft.wanted, &error)),
            Self::StandardOutput(out) => out.flush(),
        }
    }
}

fn refuse_existing(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(_) => {
            let text = format!("{} exists already, and is not overwritten", path.display());
            Err(io::Error::new(io::ErrorKind::AlreadyExists, text))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(in_words(path, &error)),
    }
}

fn in_words(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let names = || fs::read_dir(directory.path()).unwrap().count();
        let mut dropped = Destination::open(&path).unwrap();
        dropped.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(dropped);
        assert_eq!(names(), 0);
        let mut whole = Destination::open(&path).unwrap();
        whole.write_all(b"whole").unwrap();
        whole.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(names(), 1);
    }

    #[test]
    fn nothing_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let early = Destination::open(&path).unwrap();
        fs::write(&path, b"mine").unwrap();
        assert_eq!(early.finish().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let refused = Destination::open(&path).err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        assert!(Destination::open(&link).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
