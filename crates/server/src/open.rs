//! Opening what a command works on: the root key, the store, the keys inside it.

use crate::{Failure, config::Storage, system_random::SystemRandom};
use jiff::Timestamp;
use services::{Directory, LastUses, Plane};
use std::sync::Arc;
use store::{Access, RootKey, Sealer, Store};

/// Opens the plane. As a server it makes what is not there yet, as a tool it does not.
pub(crate) async fn plane(storage: &Storage, access: Access, now: Timestamp) -> Result<Arc<Plane>, Failure> {
    let store = Store::open(&storage.location, access).await?;
    let root_key = match (&storage.root_key_file, access) {
        (None, _) => RootKey::generate()?,
        (Some(file), Access::Server) => RootKey::for_store(&store, file).await?,
        (Some(file), Access::Tool) => RootKey::load(file)?,
    };
    let sealer = Sealer::open(&store, &root_key, now).await?;
    Ok(Arc::new(Plane {
        directory: Directory::new(store.engine()),
        store,
        sealer,
        last_uses: LastUses::default(),
        random: Arc::new(SystemRandom),
    }))
}
