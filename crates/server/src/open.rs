//! Opening what a command works on: the root key, the store, the keys inside it.

use crate::{Failure, config::Storage, system_random::SystemRandom};
use jiff::Timestamp;
use services::{Directory, LastUses, Plane};
use std::sync::Arc;
use std::{fs, os::unix::fs::DirBuilderExt, path::Path};
use store::{Access, Location, RootKey, Sealer, Store};

/// Opens the plane. As a server it makes what is not there yet, as a tool it does not.
pub(crate) async fn plane(storage: &Storage, access: Access, now: Timestamp) -> Result<Arc<Plane>, Failure> {
    if let (Location::Sqlite(file), Access::Server) = (&storage.location, access) {
        make_directory(file)?;
    }
    let store = Store::open_with(&storage.location, access, &storage.options).await?;
    let root_key = match (&storage.root_key_file, access) {
        (None, _) => RootKey::generate()?,
        (Some(file), Access::Server) => RootKey::for_store(&store, file).await?,
        (Some(file), Access::Tool) => RootKey::load(file)?,
    };
    let sealer = Sealer::open(&store, &root_key, now).await?;
    Ok(Arc::new(Plane {
        directory: Directory::with(&store, storage.directory),
        store,
        sealer,
        last_uses: LastUses::default(),
        random: Arc::new(SystemRandom),
    }))
}

/// Makes the directory of the store's file, for its owner alone.
fn make_directory(file: &Path) -> Result<(), Failure> {
    let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) else {
        return Ok(());
    };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| format!("cannot make the directory {}: {error}", directory.display()).into())
}
