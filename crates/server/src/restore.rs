//! `portcullis restore`: a backup into an empty store.

use crate::{
    Failure, backup::passphrase, check, clock::Clock, command_line::Restore, config::Storage,
    open::make_directory, operator,
};
use jiff::Timestamp;
use serde_json::json;
use services::Deed;
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    process::ExitCode,
};
use store::{
    Location, RootKey,
    backup::{self, Secret, Summary},
};

/// Restores the backup and checks the store; gives what the check gives.
pub(crate) async fn restore(flags: Restore) -> Result<ExitCode, Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let root_key_file = storage.root_key_file.as_deref().ok_or("a store in memory ends with this command")?;
    let root_key;
    let secret = if let Some(file) = &flags.passphrase_file {
        passphrase(file)?
    } else {
        root_key = RootKey::load(root_key_file)
            .map_err(|error| format!("put the root key of the backup in its place first: {error}"))?;
        Secret::RootKey(&root_key)
    };
    let from = source(&flags.file)?;
    if let Location::Sqlite(file) = &storage.location {
        make_directory(file)?;
    }
    make_directory(root_key_file)?;
    let (operator, now) = (operator::current(), Clock::default().now());
    let record = |management, summary: &Summary| {
        let details = json!({ "rows": summary.rows, "backupMadeAt": time(summary.made_at) });
        operator.event(management, Deed::new("RestoreBackup", details), now)
    };
    let summary = backup::restore(&storage.location, root_key_file, &secret, from, &record).await?;
    writeln!(
        std::io::stdout(),
        "restored {} rows of a backup made at {}",
        summary.rows,
        time(summary.made_at)
    )?;
    check::run(&flags.place).await
}

/// `2026-01-02T03:04:05Z`
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `-` is standard input.
fn source(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(Box::new(file))
}
