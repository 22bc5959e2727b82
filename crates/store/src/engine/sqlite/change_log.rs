//! The change log in SQLite's words. There is one writer at a time, so rows are numbered in the order of their commits.
//! Numbers are not used again after pruning, which leaves its mark behind.
//!
//! Tools write it, for the one server that may be serving from the file meanwhile. That server writes none: its own memory is
//! told by itself, and tools remember nothing.

pub(crate) const RECORD: &str = "INSERT INTO change_log (transaction_id, account_id, kind, id)
    SELECT 1 + MAX(COALESCE((SELECT MAX(transaction_id) FROM change_log), 0), CAST(mark AS INTEGER)),
        :account_id, :kind, :id
    FROM change_log_pruning";

pub(crate) const NEWS: &str = "SELECT look.lineage, look.seen, look.pruning,
        COALESCE(entity.account_id, '') AS account_id, COALESCE(entity.kind, '') AS kind,
        COALESCE(entity.id, '') AS id
    FROM (SELECT '' AS lineage, number AS pruning,
            CAST(MAX(COALESCE((SELECT MAX(transaction_id) FROM change_log), 0), CAST(mark AS INTEGER)) AS TEXT)
                AS seen
        FROM change_log_pruning) AS look
    LEFT JOIN change_log AS entity ON entity.transaction_id > CAST(:seen AS INTEGER)
    LIMIT :limit";

pub(crate) const NOTHING_SEEN: &str = "0";

pub(crate) const MARK: &str =
    "SELECT '' AS lineage, CAST(MAX(COALESCE((SELECT MAX(transaction_id) FROM change_log), 0), CAST(mark AS INTEGER)) AS TEXT)
        AS mark
    FROM change_log_pruning";

pub(crate) const PRUNE: &str = "DELETE FROM change_log WHERE transaction_id <= CAST(:mark AS INTEGER)";
