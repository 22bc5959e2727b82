//! Leases: which node does a periodic job. A lease that ran out may be taken by any node.
//!
//! Times are those of the nodes, whose clocks may differ: a job takes its lease in the transaction of its own work, so that
//! of two nodes that both think they hold it one commits and the other conflicts.

use jiff::Timestamp;

use crate::{StoreError, Transaction};

/// Takes the lease, or extends it, until `expires_at`; says whether `holder` has it now.
pub async fn take(
    tx: &mut Transaction,
    name: &str,
    holder: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let parameters = [
        (":name", &name as _),
        (":holder", &holder as _),
        (":now", &now as _),
        (":expires_at", &expires_at as _),
    ];
    Ok(tx.execute(TAKE, &parameters).await? > 0)
}

/// Gives the lease up before it runs out; says whether `holder` had it.
pub async fn delete(tx: &mut Transaction, name: &str, holder: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":name", &name), (":holder", &holder)]).await? > 0)
}

/// Who has the lease, be it run out or not, and until when.
pub async fn find(tx: &mut Transaction, name: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
    let row = tx.find(FIND, &[(":name", &name)]).await?;
    row.map(|row| Ok((row.text("holder")?.to_owned(), row.time("expires_at")?))).transpose()
}

const TAKE: &str = "INSERT INTO lease (name, holder, expires_at) VALUES (:name, :holder, :expires_at)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE lease.holder = excluded.holder OR lease.expires_at <= :now";
const DELETE: &str = "DELETE FROM lease WHERE name = :name AND holder = :holder";
const FIND: &str = "SELECT holder, expires_at FROM lease WHERE name = :name";

pub(crate) const SQL: &[&str] = &[TAKE, DELETE, FIND];
