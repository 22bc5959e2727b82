//! `portcullis migrate`: the store's schema, brought up to date without starting a server.

use crate::{Failure, command_line::Migrate, config::Storage, open::make_directory};
use std::io::Write;
use store::{Access, Location, Store};

/// Migrates, or says what would be done.
pub(crate) async fn migrate(flags: Migrate) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let missing = Store::missing_migrations(&storage.location).await?;
    let mut out = std::io::stdout();
    if missing.is_empty() {
        writeln!(out, "the schema is up to date")?;
        return Ok(());
    }
    let versions = missing.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if flags.dry_run {
        writeln!(out, "the schema lacks version {versions}; nothing was changed")?;
        return Ok(());
    }
    if let Location::Sqlite(file) = &storage.location {
        make_directory(file)?;
    }
    drop(Store::open(&storage.location, Access::Server).await?);
    writeln!(out, "the schema has version {versions} now")?;
    Ok(())
}
