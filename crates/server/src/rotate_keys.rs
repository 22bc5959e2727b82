//! `portcullis rotate-keys`: new keys in place of old ones. Running servers take them in within a second.

use crate::{
    Failure,
    clock::Clock,
    command_line::{RotateKeys, WhichKeys},
    config::Storage,
    open, operator,
};
use serde_json::json;
use services::Deed;
use std::{io::Write, path::Path, time::Duration};
use store::{Access, DataKeyRotation, Reseal, RootKey, SETTLING, Store};

/// Beside the time that a new key takes to settle: what servers may be late in noticing it.
const NOTICING: Duration = Duration::from_secs(3);

/// Rotates, and says what was done.
pub(crate) async fn rotate(flags: RotateKeys) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let (store, root_key_file) = open::store(&storage).await?;
    if flags.prepare {
        if flags.which == WhichKeys::Data {
            return Err("only root keys are prepared".into());
        }
        let (name, file) = store::prepare_root_key(root_key_file)?;
        let file = file.display();
        say(&format!("root key {name} is ready in {file}: copy it to the same place on every other node"))?;
        return Ok(());
    }
    if flags.reseal && flags.which == WhichKeys::Root {
        return Err("a new root key leaves the data keys as they are: there is nothing to reseal".into());
    }
    if flags.which != WhichKeys::Data {
        rotate_root_key(&store, root_key_file).await?;
    }
    if flags.which != WhichKeys::Root {
        rotate_data_keys(&store, root_key_file).await?;
    }
    if flags.reseal {
        reseal(&store, root_key_file).await?;
    }
    Ok(())
}

async fn rotate_root_key(store: &Store, file: &Path) -> Result<(), Failure> {
    let (operator, now) = (operator::current(), Clock::default().now());
    let record = |management, (old, new): &(String, String)| {
        let details = json!({ "oldRootKey": old, "newRootKey": new });
        operator.event(management, Deed::new("RotateRootKey", details), now)
    };
    let (old, new) = store::rotate_root_key(store, file, &record).await?;
    let file = file.display();
    say(&format!(
        "root key {new} is in {file}; {old} is kept in {file}.{old} for backups that were made under it"
    ))
}

async fn rotate_data_keys(store: &Store, file: &Path) -> Result<(), Failure> {
    let root_key = RootKey::of_store(store, file).await?;
    let (operator, now) = (operator::current(), Clock::default().now());
    let record = |management, rotation: &DataKeyRotation| {
        let details = json!({ "made": rotation.made, "deleted": rotation.deleted });
        operator.event(management, Deed::new("RotateDataKeys", details), now)
    };
    let rotation = store::rotate_data_keys(store, &root_key, &record, now).await?;
    let seconds = SETTLING.as_secs();
    say(&format!("made the data keys {}; they seal in {seconds} seconds", numbers(&rotation.made)))?;
    if !rotation.deleted.is_empty() {
        say(&format!(
            "deleted the session keys {}, whose sessions are all over",
            numbers(&rotation.deleted)
        ))?;
    }
    Ok(())
}

async fn reseal(store: &Store, file: &Path) -> Result<(), Failure> {
    // Until then servers may seal under the old key.
    tokio::time::sleep(SETTLING.unsigned_abs() + NOTICING).await;
    let now = Clock::default().now();
    let sealer = open::sealer(store, Some(file), Access::Tool, now).await?;
    let operator = operator::current();
    let record = |management, done: &Reseal| {
        let details = json!({ "secrets": done.secrets, "deleted": done.deleted });
        operator.event(management, Deed::new("ResealSecrets", details), now)
    };
    let done = store::reseal(store, &sealer, &record, now).await?;
    say(&format!("sealed {} secrets anew; deleted the data keys {}", done.secrets, numbers(&done.deleted)))
}

fn numbers(numbers: &[u32]) -> String {
    if numbers.is_empty() {
        return "(none)".to_owned();
    }
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
