use crate::{
    access_key, access_report, account, account_settings, attachment, audit_batch, audit_chain, audit_event,
    change_log, check, credential_report, delegation_request, export, group, imported_policy, inline_policy,
    instance_profile, last_used, lease, login_profile, managed_policy, membership, mfa_device, migration,
    node, open_id_connect_provider, password_policy, policy_version, role, role_deletion, saml_provider,
    seal, server_certificate, service_access, service_specific_credential, setting, signing_certificate,
    ssh_public_key, store, table, user,
};

/// Every SQL text of the store, with the `:name` parameters it takes: for tests that put them to each engine.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let aggregates = [
        access_key::SQL,
        access_report::SQL,
        account::SQL,
        account_settings::SQL,
        attachment::SQL,
        audit_batch::SQL,
        audit_chain::SQL,
        audit_event::SQL,
        change_log::SQL,
        credential_report::SQL,
        delegation_request::SQL,
        group::SQL,
        imported_policy::SQL,
        inline_policy::SQL,
        instance_profile::SQL,
        last_used::SQL,
        lease::SQL,
        login_profile::SQL,
        managed_policy::SQL,
        membership::SQL,
        mfa_device::SQL,
        migration::SQL,
        node::SQL,
        password_policy::SQL,
        policy_version::SQL,
        role::SQL,
        role_deletion::SQL,
        seal::SQL,
        service_specific_credential::SQL,
        open_id_connect_provider::SQL,
        saml_provider::SQL,
        server_certificate::SQL,
        service_access::SQL,
        setting::SQL,
        signing_certificate::SQL,
        ssh_public_key::SQL,
        store::SQL,
        user::SQL,
    ];
    aggregates
        .into_iter()
        .flatten()
        .copied()
        .chain(check::sql())
        .chain(export::sql())
        .chain(seal::sql())
        .chain(table::sql())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Location, Store};

    /// Tables that are small whatever the plane holds, or of which a statement wants everything there is.
    const READ_WHOLE: &[&str] = &[
        "audit_batch_unsorted",
        "audit_chain",
        // As `o`: events that wait to be written to files, in batches and by themselves.
        "o USING COVERING INDEX sqlite_autoindex_audit_batch_outbox",
        "o USING COVERING INDEX sqlite_autoindex_audit_outbox",
        "change_log_pruning",
        "data_key",
        "imported_policy USING COVERING INDEX",
        "lease",
        "node",
        "schema_migration",
        "schema_works_with",
        "setting",
    ];

    /// Statements of commands and jobs that go through everything, reports that gather from all whom they are about, and what is
    /// gathered for one page `k` that a search of an index gives.
    fn reads_all(sql: &str) -> bool {
        let of_a_page = sql.contains("LIMIT :limit) k");
        let of_reports = sql.contains("FROM service_access") || sql.contains("JOIN service_access");
        let checks = check::sql().chain(seal::sql()).chain(table::sql());
        of_a_page || of_reports || checks.chain(export::sql()).any(|other| other == sql)
    }

    /// What requests ask of the store takes time in proportion to what it gives: every table is searched by an index, and
    /// nothing is sorted.
    #[tokio::test]
    async fn requests_scan_no_table_and_sort_nothing() {
        let (_directory, connection) = connection().await;
        let (mut faults, mut planned) = (Vec::new(), 0);
        for sql in statements().filter(|sql| !reads_all(sql)) {
            for detail in plan(&connection, sql) {
                planned += 1;
                let scan = detail.strip_prefix("SCAN ").is_some_and(|table| {
                    let given = table == "CONSTANT ROW" || table.ends_with("VALUES CLAUSE");
                    !given && !READ_WHOLE.iter().any(|known| table.starts_with(known))
                });
                if scan || detail.contains("TEMP B-TREE") {
                    faults.push(format!("{detail}: {sql}"));
                }
            }
        }
        assert!(planned > 100, "{planned}");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Otherwise a page of those who have a policy that few have would go through all who have any.
    #[tokio::test]
    async fn who_has_a_policy_is_searched_by_the_policy() {
        let (_directory, connection) = connection().await;
        let mut found = 0;
        for sql in [attachment::SQL, role::SQL, user::SQL].into_iter().flatten().copied() {
            for column in ["policy_arn", "boundary_arn"] {
                if sql.contains(&format!("{column} = :{column}")) && sql.contains("LIMIT") {
                    let plan = plan(&connection, sql).join("\n");
                    assert!(plan.contains(&format!("{column}=?")), "{plan}: {sql}");
                    found += 1;
                }
            }
        }
        assert_eq!(found, 3);
    }

    async fn connection() -> (tempfile::TempDir, rusqlite::Connection) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("store.sqlite");
        drop(Store::open(&Location::Sqlite(file.clone()), Access::Server).await.unwrap());
        let connection = rusqlite::Connection::open(&file).unwrap();
        (directory, connection)
    }

    /// What SQLite would do for the statement: without values for its parameters, on which that does not depend. Nothing for
    /// what only PostgreSQL takes.
    fn plan(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let Ok(mut statement) = connection.prepare(&explain) else { return Vec::new() };
        let mut rows = statement.raw_query();
        let mut details = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            details.push(row.get("detail").unwrap());
        }
        details
    }
}
