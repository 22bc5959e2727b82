use crate::{
    access_key, account, account_settings, attachment, audit_chain, audit_event, change_log, check,
    delegation_request, export, group, inline_policy, instance_profile, last_used, lease, managed_policy,
    membership, migration, node, policy_version, role, role_deletion, seal, setting, store, table, user,
};

/// Every SQL text of the store, with the `:name` parameters it takes: for tests that put them to each engine.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let aggregates = [
        access_key::SQL,
        account::SQL,
        account_settings::SQL,
        attachment::SQL,
        audit_chain::SQL,
        audit_event::SQL,
        change_log::SQL,
        delegation_request::SQL,
        export::SQL,
        group::SQL,
        inline_policy::SQL,
        instance_profile::SQL,
        last_used::SQL,
        lease::SQL,
        managed_policy::SQL,
        membership::SQL,
        migration::SQL,
        node::SQL,
        policy_version::SQL,
        role::SQL,
        role_deletion::SQL,
        seal::SQL,
        setting::SQL,
        store::SQL,
        user::SQL,
    ];
    aggregates.into_iter().flatten().copied().chain(check::sql()).chain(seal::sql()).chain(table::sql())
}
