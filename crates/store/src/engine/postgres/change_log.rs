//! The change log in PostgreSQL's words.
//!
//! A row carries the id of its transaction. A reader keeps the snapshot of its last look and asks for the rows that this
//! snapshot did not see: transactions that were under way then, whatever their ids, and those that began later. So none is
//! missed however late it commits, none comes twice, and nothing waits for the slowest transaction of the cluster.

/// Takes the accounts, kinds and ids as three arrays.
pub(super) const RECORD: &str = "INSERT INTO change_log (transaction_id, account_id, kind, id)
    SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), entity.account_id, entity.kind, entity.id
    FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[])) AS entity (account_id, kind, id)";

/// What this look sees that the snapshot `:seen` did not; a first row without an entity when that is nothing. The lineage
/// is the timeline of the write-ahead log, which a promoted standby begins anew: transaction ids may mean others then.
pub(crate) const NEWS: &str = "SELECT look.lineage, look.seen, look.pruning,
        COALESCE(entity.account_id, '') AS account_id, COALESCE(entity.kind, '') AS kind,
        COALESCE(entity.id, '') AS id
    FROM (SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS lineage,
            CAST(pg_current_snapshot() AS TEXT) AS seen, number AS pruning FROM change_log_pruning) AS look
    LEFT JOIN change_log AS entity ON entity.transaction_id
            >= CAST(CAST(pg_snapshot_xmin(CAST(CAST(:seen AS TEXT) AS pg_snapshot)) AS TEXT) AS BIGINT)
        AND NOT pg_visible_in_snapshot(CAST(CAST(entity.transaction_id AS TEXT) AS xid8),
            CAST(CAST(:seen AS TEXT) AS pg_snapshot))
    LIMIT :limit";

/// A snapshot that saw nothing.
pub(crate) const NOTHING_SEEN: &str = "1:1:";

/// How far the log has come.
pub(crate) const MARK: &str = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS lineage,
    CAST(pg_current_snapshot() AS TEXT) AS mark";

/// Deletes what the snapshot `:mark` saw.
pub(crate) const PRUNE: &str = "DELETE FROM change_log WHERE transaction_id
            < CAST(CAST(pg_snapshot_xmax(CAST(CAST(:mark AS TEXT) AS pg_snapshot)) AS TEXT) AS BIGINT)
        AND pg_visible_in_snapshot(CAST(CAST(transaction_id AS TEXT) AS xid8),
            CAST(CAST(:mark AS TEXT) AS pg_snapshot))";

/// The channel on which nodes wake each other. The message says nothing; the log does.
pub(super) const LISTEN: &str = "LISTEN portcullis_change";
pub(super) const NOTIFY: &str = "NOTIFY portcullis_change";
