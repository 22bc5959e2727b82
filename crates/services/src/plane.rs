//! What lives as long as the process: the store, the keys that seal it, and the memory in front of it.

use crate::{Audit, Directory, LastUses, Outbound, PasswordPool, RoleTemplates};
use domain::Random;
use std::{fmt, sync::Arc};
use store::{Sealer, Store};

/// The plane behind every request.
pub struct Plane {
    /// Where everything is kept.
    pub store: Store,
    /// Seals secrets in records, and markers.
    pub sealer: Sealer,
    /// Keys, principals and compiled policies in memory.
    pub directory: Directory,
    /// The audit trail.
    pub audit: Audit,
    /// Uses that wait to be written.
    pub last_uses: LastUses,
    /// Hashes passwords.
    pub passwords: PasswordPool,
    /// What roles are made from.
    pub role_templates: RoleTemplates,
    /// Connections that the plane opens by itself.
    pub outbound: Outbound,
    /// Where random bytes come from.
    pub random: Arc<dyn Random>,
}

impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plane")
    }
}
