//! What becomes of writing after the disk has failed in it: a full disk, an I/O error, a sync that did not succeed.
//!
//! The system tells of a failed sync once, and forgets: what was not written counts as written from then on, so that the
//! next sync succeeds, and what a program reads back comes from memory (PostgreSQL learnt this in 2018). So after a failure
//! nobody writes until the disk has been seen to work, and after one in a COMMIT all of the log is written anew first: the
//! same bytes in the same place, which the system then takes for new.
//!
//! The same when a file is opened: a program that ended after a failure leaves a log that may be whole in the system's memory
//! and not on disk. SQLite would take its last transaction, which was not acknowledged, for committed, and append behind it
//! what a power cut then takes away.

use std::{
    fs::OpenOptions,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, Mutex as Held, PoisonError, Weak},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::{Mutex, Notify};

use super::{error::from_sqlite, writer::Writer};
use crate::StoreError;

/// How often a disk that has failed is tried.
const TRY_EVERY: Duration = Duration::from_secs(1);
/// How much of the log is written anew at a time, in bytes.
const PIECE: usize = 1 << 20;

/// Whether the disk takes what is written.
#[derive(Default)]
pub(super) struct Disk {
    trouble: Held<Option<Trouble>>,
    failed: Notify,
}

#[derive(Clone)]
struct Trouble {
    reason: Arc<str>,
    /// A COMMIT failed: what is in the log may not be on disk.
    log_in_doubt: bool,
}

impl Disk {
    /// Fails after the disk did, until it has been seen to work.
    pub(super) fn require_sound(&self) -> Result<(), StoreError> {
        match self.trouble() {
            None => Ok(()),
            Some(reason) => Err(StoreError::unavailable(reason)),
        }
    }

    /// Why nothing is written, if nothing is.
    pub(super) fn trouble(&self) -> Option<Arc<str>> {
        self.held().as_ref().map(|trouble| Arc::clone(&trouble.reason))
    }

    /// A statement or a rollback failed so; whether the disk is at fault is seen here.
    pub(super) fn failed(&self, error: &StoreError) {
        self.note(error, false);
    }

    /// A COMMIT failed so.
    pub(super) fn failed_to_commit(&self, error: &StoreError) {
        self.note(error, true);
    }

    fn note(&self, error: &StoreError, log_in_doubt: bool) {
        let StoreError::Unavailable { detail, .. } = error else { return };
        let mut trouble = self.held();
        if trouble.is_none() {
            tracing::error!(error = detail, "the disk does not take what is written: refusing changes");
        }
        let log_in_doubt = log_in_doubt || trouble.as_ref().is_some_and(|trouble| trouble.log_in_doubt);
        *trouble = Some(Trouble { reason: detail.as_str().into(), log_in_doubt });
        self.failed.notify_one();
    }

    fn works(&self) {
        *self.held() = None;
        tracing::info!("the disk takes what is written again: changes go on");
    }

    /// Sound after every statement, so a panic elsewhere while it was locked does no harm.
    fn held(&self) -> std::sync::MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries a disk that has failed until it works, for as long as there is a writer.
pub(super) async fn when_broken(disk: Weak<Disk>, writer: Weak<Mutex<Writer>>) {
    loop {
        match disk.upgrade() {
            None => return,
            Some(disk) if disk.trouble().is_none() => {
                // Bounded, as nobody wakes whoever waits for the last writer to be dropped.
                let _ = tokio::time::timeout(TRY_EVERY, disk.failed.notified()).await;
                continue;
            }
            Some(_) => {}
        }
        tokio::time::sleep(TRY_EVERY).await;
        let Some(writer) = writer.upgrade() else { return };
        let mut writer = writer.lock_owned().await;
        let tried = tokio::task::spawn_blocking(move || attempt(&mut writer)).await;
        if let (Ok(outcome), Some(disk)) = (tried, disk.upgrade()) {
            match outcome {
                Ok(()) => disk.works(),
                Err(error) => disk.failed(&error),
            }
        }
    }
}

/// Puts the log right, if that is due, and commits something.
fn attempt(writer: &mut Writer) -> Result<(), StoreError> {
    writer.settle()?;
    if writer.disk().held().as_ref().is_some_and(|trouble| trouble.log_in_doubt)
        && !write_log_anew(writer.connection())?
    {
        return Err(StoreError::unavailable("the log is in use by another process"));
    }
    // A number that nobody looks at: the first page is written, and with it the log.
    let committed = writer.connection().execute_batch("PRAGMA user_version = 0");
    committed.map_err(|error| {
        let error = from_sqlite(error);
        writer.disk().failed_to_commit(&error);
        match writer.settle() {
            Ok(()) => error,
            Err(error) => error,
        }
    })
}

/// Writes the log's bytes to where they are, and sees them on disk. Says whether that was possible: not while another process
/// writes.
pub(super) fn write_log_anew(connection: &Connection) -> Result<bool, StoreError> {
    let Some(database) = connection.path().filter(|path| !path.is_empty()) else { return Ok(true) };
    let log = format!("{database}-wal");
    // Whoever has begun to write is the only one to append to the log or to empty it.
    match connection.execute_batch("BEGIN IMMEDIATE").map_err(from_sqlite) {
        Err(StoreError::Conflict(_)) => return Ok(false),
        begun => begun?,
    }
    let written = rewrite(Path::new(&log));
    connection.execute_batch("ROLLBACK").map_err(from_sqlite)?;
    written.map_err(|error| StoreError::unavailable(format!("{log}: {error}")))?;
    Ok(true)
}

fn rewrite(log: &Path) -> io::Result<()> {
    let file = match OpenOptions::new().read(true).write(true).open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        let read = file.read_at(&mut piece, at)?;
        if read == 0 {
            return file.sync_all();
        }
        file.write_all_at(piece.get(..read).unwrap_or_default(), at)?;
        at += read as u64;
    }
}
