use crate::{
    access_key, account, account_settings, attachment, audit_batch, audit_chain, audit_event, change_log,
    check, credential_report, delegation_request, export, group, inline_policy, instance_profile, last_used,
    lease, login_profile, managed_policy, membership, mfa_device, migration, node, password_policy,
    policy_version, role, role_deletion, seal, service_specific_credential, setting, signing_certificate,
    ssh_public_key, store, table, user,
};

/// Every SQL text of the store, with the `:name` parameters it takes: for tests that put them to each engine.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let aggregates = [
        access_key::SQL,
        account::SQL,
        account_settings::SQL,
        attachment::SQL,
        audit_batch::SQL,
        audit_chain::SQL,
        audit_event::SQL,
        change_log::SQL,
        credential_report::SQL,
        delegation_request::SQL,
        export::SQL,
        group::SQL,
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
        setting::SQL,
        signing_certificate::SQL,
        ssh_public_key::SQL,
        store::SQL,
        user::SQL,
    ];
    aggregates.into_iter().flatten().copied().chain(check::sql()).chain(seal::sql()).chain(table::sql())
}
