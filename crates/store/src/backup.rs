//! Backups: all of a store in one encrypted stream, the same whatever the engine, so that what SQLite held can be
//! restored into PostgreSQL and the other way round.
//!
//! - It is one snapshot: taken in one read transaction, beside a running server, which it does not hold up.
//! - It is encrypted and authenticated from the first byte to the last. Secrets in it are still sealed under the store's
//!   data keys, and those wrapped by the root key, besides.
//! - Its key is derived from the root key, and then it takes the root key to restore it. Or it is derived from a
//!   passphrase, and then the root key is inside: the passphrase alone restores everything.
//! - It is restored in one transaction, which is committed after the last byte has proved authentic, or not at all.

mod error;
mod record;
mod stream;

use std::{
    io::{BufReader, Read, Write},
    path::Path,
};

use jiff::Timestamp;
use zeroize::Zeroizing;

pub use error::BackupError;
pub(crate) use record::NamedTable;
use record::{Begin, Record};
use stream::{OpeningReader, SealingWriter};

use crate::{
    Access, Location, Options, RootKey, Store, StoreError, audit_event, migration,
    row::Cell,
    seal,
    table::{TABLES, Table},
};

/// What a backup's key is derived from.
pub enum Secret<'a> {
    /// The root key of the store that is backed up.
    RootKey(&'a RootKey),
    /// Words that an operator keeps; make it with [`Secret::passphrase`].
    Passphrase(Zeroizing<String>),
}

/// Characters that a passphrase must have at least.
const MIN_PASSPHRASE: usize = 16;

impl Secret<'_> {
    /// A passphrase of at least 16 characters, which should be made up by a machine.
    pub fn passphrase(text: &str) -> Result<Self, BackupError> {
        if text.chars().count() < MIN_PASSPHRASE {
            return Err(BackupError::PassphraseTooShort);
        }
        Ok(Self::Passphrase(Zeroizing::new(text.to_owned())))
    }
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows of all tables.
    pub rows: u64,
    /// When the backup was made.
    pub made_at: Timestamp,
}

/// Writes all of the store, whose root key is `root_key`, to `out`, and gives that back, flushed and not synced.
pub async fn write<W: Write>(
    store: &Store,
    root_key: &RootKey,
    secret: &Secret<'_>,
    out: W,
    now: Timestamp,
) -> Result<(W, Summary), BackupError> {
    let mut tx = store.read();
    // Of this snapshot, whatever a rotation does meanwhile: a backup under another root key than its data keys' would
    // open and be of no use.
    seal::require_root_key(&mut tx, root_key).await?;
    migration::require_all_known(&mut tx).await?;
    let mut out = SealingWriter::begin(out, secret, root_key)?;
    let (schema, checksum) = migration::newest();
    record::write_begin(&mut out, &Begin { schema, checksum, made_at: now.as_millisecond() })?;
    if let Secret::Passphrase(_) = secret {
        record::write_root_key(&mut out, root_key.bytes())?;
    }
    let mut rows = 0;
    for table in TABLES {
        record::write_table(&mut out, table.name, table.columns)?;
        let mut page = table.page(&mut tx, None).await?;
        while let Some(last) = page.last() {
            for row in &page {
                record::write_row(&mut out, of_its_types(table, row.cells())?)?;
                rows += 1;
            }
            page = table.page(&mut tx, Some(last)).await?;
        }
    }
    record::write_end(&mut out, rows)?;
    Ok((out.finish()?, Summary { rows, made_at: now }))
}

/// The same values: SQLite lets a damaged file hold any value in any column.
fn of_its_types<'a>(table: &Table, cells: &'a [Cell]) -> Result<&'a [Cell], StoreError> {
    match table.columns.iter().zip(cells).find(|((_, kind), cell)| !kind.holds(cell)) {
        None => Ok(cells),
        Some(((column, _), _)) => {
            Err(StoreError::Corrupt(format!("{}.{column} is not of its type", table.name)))
        }
    }
}

/// Restores a backup into the empty store at `location`, which nobody else uses meanwhile.
///
/// A backup under a passphrase brings its root key along: it is written to `root_key_file`, unless it is there already.
/// `told` tells its trail that it was restored. [`BackupError::NotEmpty`] when the store holds anything, [`StoreError::InUse`] when a server runs on its SQLite file.
pub async fn restore(
    location: &Location,
    root_key_file: &Path,
    secret: &Secret<'_>,
    from: impl Read,
    told: audit_event::Record<'_, Summary>,
) -> Result<Summary, BackupError> {
    // All that can be known beforehand is, before the store is touched.
    let mut from = OpeningReader::begin(BufReader::new(from), secret)?;
    let Record::Begin(begin) = record::read(&mut from, &[])? else {
        return Err(BackupError::Content("it does not begin as it should"));
    };
    if !migration::is_known(begin.schema, &begin.checksum) {
        return Err(BackupError::Schema(begin.schema));
    }
    let made_at = Timestamp::from_millisecond(begin.made_at)
        .map_err(|_| BackupError::Content("its time is out of range"))?;

    let store = Store::connect(location, Access::Server, &Options::default())?;
    let mut tx = store.write().await?;
    migration::make(&mut tx, store.engine(), begin.schema).await.map_err(|error| match error {
        StoreError::Schema(_) => BackupError::NotEmpty,
        other => other.into(),
    })?;
    let mut root_key = None;
    let mut table = NamedTable { name: String::new(), columns: Vec::new() };
    let mut rows = Vec::new();
    let mut read = 0;
    loop {
        match record::read(&mut from, &table.columns)? {
            Record::Begin(_) => return Err(BackupError::Content("it begins twice")),
            Record::RootKey(bytes) => root_key = Some(bytes),
            Record::Table(next) => {
                tx.load(&table, &std::mem::take(&mut rows)).await?;
                table = next;
            }
            Record::Row(_) if table.columns.is_empty() => {
                return Err(BackupError::Content("a row is of no table"));
            }
            Record::Row(row) => {
                rows.push(row);
                read += 1;
                if rows.len() >= LOAD {
                    tx.load(&table, &std::mem::take(&mut rows)).await?;
                }
            }
            Record::End { rows: written } if written == read => break,
            Record::End { .. } => return Err(BackupError::Content("rows are missing")),
        }
    }
    tx.load(&table, &rows).await?;
    from.finish()?;
    migration::advance(&mut tx, store.engine(), begin.schema).await?;
    let summary = Summary { rows: read, made_at };
    audit_event::record(&mut tx, told, &summary).await?;
    // Before the data it opens: a root key without data harms nobody.
    if let Some(bytes) = root_key {
        RootKey::install(root_key_file, &bytes)?;
    }
    tx.commit().await?;
    Ok(summary)
}

/// Rows handed to the engine at a time.
const LOAD: usize = 500;
