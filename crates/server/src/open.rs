//! Opening what a command works on: the root key, the store, the keys inside it.

use crate::{Failure, config::Storage, system_random::SystemRandom};
use jiff::Timestamp;
use services::{
    Audit, AuditSettings, Directory, LastUses, Outbound, OutboundSettings, PasswordPool, Plane, RoleTemplates,
};
use std::sync::Arc;
use std::{fs, os::unix::fs::DirBuilderExt, path::Path};
use store::{Access, Location, RootKey, SealError, Sealer, Store};

/// Opens the plane. As a server it makes what is not there yet, as a tool it does not.
pub(crate) async fn plane(storage: &Storage, access: Access, now: Timestamp) -> Result<Arc<Plane>, Failure> {
    let (templates, outbound) = (RoleTemplates::default(), OutboundSettings::default());
    plane_with(storage, access, AuditSettings::default(), templates, outbound, now).await
}

/// The same, with an audit trail that is kept so, those role templates, and connections of its own within those bounds.
pub(crate) async fn plane_with(
    storage: &Storage,
    access: Access,
    audit: AuditSettings,
    role_templates: RoleTemplates,
    outbound: OutboundSettings,
    now: Timestamp,
) -> Result<Arc<Plane>, Failure> {
    if let Access::Server = access {
        if let Location::Sqlite(file) = &storage.location {
            make_directory(file)?;
        }
        if let Some(file) = &storage.root_key_file {
            make_directory(file)?;
        }
    }
    let store = Store::open_with(&storage.location, access, &storage.options).await?;
    let sealer = sealer(&store, storage.root_key_file.as_deref(), access, now).await?;
    Ok(Arc::new(Plane {
        directory: Directory::with(&store, storage.directory),
        store,
        sealer,
        audit: Audit::new(audit),
        last_uses: LastUses::default(),
        passwords: PasswordPool::default(),
        role_templates,
        outbound: Outbound::new(outbound),
        random: Arc::new(SystemRandom),
    }))
}

/// Opens what a command works on beside a running server: the store, and the file of its root key.
pub(crate) async fn store(storage: &Storage) -> Result<(Store, &Path), Failure> {
    let root_key_file = storage.root_key_file.as_deref().ok_or("a store in memory ends with its server")?;
    Ok((Store::open(&storage.location, Access::Tool).await?, root_key_file))
}

/// The keys inside the store. Without a file of a root key it is one that lives and dies with the process.
pub(crate) async fn sealer(
    store: &Store,
    root_key_file: Option<&Path>,
    access: Access,
    now: Timestamp,
) -> Result<Sealer, Failure> {
    let mut attempts = 0;
    loop {
        let root_key = match (root_key_file, access) {
            (None, _) => RootKey::generate()?,
            (Some(file), Access::Server) => RootKey::for_store(store, file).await?,
            (Some(file), Access::Tool) => RootKey::of_store(store, file).await?,
        };
        match Sealer::open(store, &root_key, now).await {
            Err(SealError::WrongRootKey(_)) if root_key_file.is_none() => {
                return Err(
                    "--dev makes a plane of its own and wants an empty store: this one is in use".into()
                );
            }
            // Unless it is rotated at this very moment.
            Err(SealError::WrongRootKey(_)) if attempts < 3 => attempts += 1,
            opened => return Ok(opened?),
        }
    }
}

/// Makes the directory of a file, for its owner alone.
pub(crate) fn make_directory(file: &Path) -> Result<(), Failure> {
    let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) else {
        return Ok(());
    };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|error| format!("cannot make the directory {}: {error}", directory.display()).into())
}
