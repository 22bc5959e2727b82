//! When things were last used.

use domain::{AccountId, LastUsed};

use crate::{StoreError, Transaction, document};

/// Whose use is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UsedKind {
    /// An access key, by its id.
    AccessKey,
    /// A password, by its owner: a user's unique id, or the account's id for its root user.
    Password,
    /// A role, by its unique id.
    Role,
}

impl UsedKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access_key",
            Self::Password => "password",
            Self::Role => "role",
        }
    }
}

/// Records a use, unless a later one is recorded already.
pub async fn put(
    tx: &mut Transaction,
    account: AccountId,
    kind: UsedKind,
    id: &str,
    used: &LastUsed,
) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        &[
            (":account_id", &account),
            (":kind", &kind.as_str()),
            (":id", &id),
            (":used_at", &used.at),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(used)?),
        ],
    )
    .await?;
    Ok(())
}

/// The last recorded use.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    kind: UsedKind,
    id: &str,
) -> Result<Option<LastUsed>, StoreError> {
    let row = tx.find(FIND, &[(":account_id", &account), (":kind", &kind.as_str()), (":id", &id)]).await?;
    row.as_ref().map(document::read).transpose()
}

/// Forgets all use of something that is deleted; says whether any was recorded.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    kind: UsedKind,
    id: &str,
) -> Result<bool, StoreError> {
    let parameters = [(":account_id", &account as _), (":kind", &kind.as_str() as _), (":id", &id as _)];
    Ok(tx.execute(DELETE, &parameters).await? > 0)
}

const PUT: &str = "INSERT INTO last_used (account_id, kind, id, used_at, doc_version, doc)
    VALUES (:account_id, :kind, :id, :used_at, :doc_version, :doc)
    ON CONFLICT (account_id, kind, id)
    DO UPDATE SET used_at = excluded.used_at, doc_version = excluded.doc_version, doc = excluded.doc
    WHERE last_used.used_at < excluded.used_at";
const FIND: &str = "SELECT doc_version, doc FROM last_used
    WHERE account_id = :account_id AND kind = :kind AND id = :id";
const DELETE: &str = "DELETE FROM last_used WHERE account_id = :account_id AND kind = :kind AND id = :id";

pub(crate) const SQL: &[&str] = &[PUT, FIND, DELETE];
