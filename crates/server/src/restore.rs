//! `portcullis restore`: a backup into an empty store.

use crate::{
    Failure, backup::passphrase, check, command_line::Restore, config::Storage, open::make_directory,
};
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    process::ExitCode,
};
use store::{
    Location, RootKey,
    backup::{self, Secret},
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
    let summary = backup::restore(&storage.location, root_key_file, &secret, from).await?;
    writeln!(
        std::io::stdout(),
        "restored {} rows of a backup made at {}",
        summary.rows,
        summary.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    )?;
    check::run(&flags.place).await
}

/// `-` is standard input.
fn source(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(Box::new(file))
}
