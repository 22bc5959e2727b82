use crate::{
    access_key, account, attachment, audit_chain, audit_event, change_log, check, export, group,
    inline_policy, last_used, lease, managed_policy, membership, migration, node, open_id_connect_provider,
    policy_version, role, saml_provider, seal, server_certificate, setting, store, table, user,
};

/// Every SQL text of the store, with the `:name` parameters it takes: for tests that put them to each engine.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let aggregates = [
        access_key::SQL,
        account::SQL,
        attachment::SQL,
        audit_chain::SQL,
        audit_event::SQL,
        change_log::SQL,
        export::SQL,
        group::SQL,
        inline_policy::SQL,
        last_used::SQL,
        lease::SQL,
        managed_policy::SQL,
        membership::SQL,
        migration::SQL,
        node::SQL,
        open_id_connect_provider::SQL,
        policy_version::SQL,
        role::SQL,
        saml_provider::SQL,
        seal::SQL,
        server_certificate::SQL,
        setting::SQL,
        store::SQL,
        user::SQL,
    ];
    aggregates.into_iter().flatten().copied().chain(check::sql()).chain(seal::sql()).chain(table::sql())
}
