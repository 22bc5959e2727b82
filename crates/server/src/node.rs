//! This process among others on the same store.

use crate::system_random::SystemRandom;
use domain::Random;
use jiff::Timestamp;
use services::Plane;
use store::{StoreError, node::Node, schema_version};

/// A name that nobody chose.
const NAMELESS: &str = "portcullis";

/// Who this process is: an id that no other has, and a name for people.
pub(crate) fn identity(name: Option<String>, now: Timestamp) -> Node {
    let mut id = [0; 16];
    SystemRandom.fill(&mut id);
    Node {
        id: uuid::Builder::from_random_bytes(id).into_uuid().to_string(),
        name: name.or_else(host_name).unwrap_or_else(|| NAMELESS.to_owned()),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version: schema_version(),
        started_at: now,
        seen_at: now,
    }
}

/// What the machine calls itself.
pub(crate) fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Tells the others that the node stops. Without it they forget the node after a while.
pub(crate) async fn leave(plane: &Plane, id: &str) {
    let left = async {
        let mut tx = plane.store.write().await?;
        store::node::delete(&mut tx, id).await?;
        tx.commit().await
    };
    let left: Result<(), StoreError> = left.await;
    if let Err(error) = left {
        tracing::info!(%error, "the node could not say that it stops");
    }
}
