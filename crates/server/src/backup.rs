//! `portcullis backup`: the whole store in one encrypted file.

use crate::{Failure, clock::Clock, command_line::Backup, config::Storage, destination::Destination, open};
use std::{io::Write, path::Path};
use store::{
    RootKey,
    backup::{self, Secret},
};

/// Writes the backup.
pub(crate) async fn back_up(flags: Backup) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let (store, root_key_file) = open::store(&storage).await?;
    let root_key = RootKey::of_store(&store, root_key_file).await?;
    let secret = match &flags.passphrase_file {
        Some(file) => passphrase(file)?,
        None => Secret::RootKey(&root_key),
    };
    let out = Destination::open(&flags.file)?;
    let to_file = matches!(out, Destination::File(_));
    let (out, summary) = backup::write(&store, &root_key, &secret, out, Clock::default().now()).await?;
    out.finish()?;
    if to_file {
        let (rows, file, name) = (summary.rows, flags.file.display(), root_key.name());
        let needs = match secret {
            Secret::RootKey(_) => format!("restoring it takes root key {name}"),
            Secret::Passphrase(_) => "restoring it takes the passphrase alone".to_owned(),
        };
        writeln!(std::io::stdout(), "wrote {rows} rows to {file}; {needs}")?;
    }
    Ok(())
}

/// The passphrase in the first line of the file.
pub(crate) fn passphrase(file: &Path) -> Result<Secret<'static>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read the passphrase file {}: {error}", file.display()))?;
    Ok(Secret::passphrase(text.lines().next().unwrap_or_default())?)
}
