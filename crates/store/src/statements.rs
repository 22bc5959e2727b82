use crate::{
    access_key, access_report, account, attachment, audit_chain, audit_event, change_log, check, export,
    group, imported_policy, inline_policy, last_used, lease, managed_policy, membership, migration, node,
    policy_version, role, seal, service_access, setting, store, table, user,
};

/// Every SQL text of the store, with the `:name` parameters it takes: for tests that put them to each engine.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let aggregates = [
        access_key::SQL,
        access_report::SQL,
        account::SQL,
        attachment::SQL,
        audit_chain::SQL,
        audit_event::SQL,
        change_log::SQL,
        export::SQL,
        group::SQL,
        imported_policy::SQL,
        inline_policy::SQL,
        last_used::SQL,
        lease::SQL,
        managed_policy::SQL,
        membership::SQL,
        migration::SQL,
        node::SQL,
        policy_version::SQL,
        role::SQL,
        seal::SQL,
        service_access::SQL,
        setting::SQL,
        store::SQL,
        user::SQL,
    ];
    aggregates.into_iter().flatten().copied().chain(check::sql()).chain(seal::sql()).chain(table::sql())
}
