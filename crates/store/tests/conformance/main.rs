//! One suite for every engine: memory, an SQLite file, PostgreSQL.
//!
//! PostgreSQL is the one at `PORTCULLIS_TEST_POSTGRES` (a `postgres://` URL of a role that may create databases), or a
//! throw-away cluster made from the newest binaries under `/usr/lib/postgresql`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says which case it is at"
)]

mod account_records;
mod audit;
mod backup;
mod credentials;
mod fixture;
mod nodes;
mod postgres;
mod providers;
mod records;
mod rotation;
mod sealing;
mod sqlite;
mod transactions;

use std::pin::Pin;

use fixture::Fixture;

/// Puts a case on the heap: unoptimised, all of them together do not fit on a stack.
#[inline(never)]
fn boxed<F: Future>(case: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(case())
}

async fn suite(fixture: &Fixture<'_>) {
    macro_rules! cases {
        ($($case:path),* $(,)?) => {$(
            println!("{}", stringify!($case));
            let bench = fixture.fresh().await;
            boxed(|| $case(&bench)).await;
        )*};
    }
    cases![
        records::accounts,
        records::users,
        records::groups_and_memberships,
        records::roles,
        records::access_keys,
        records::managed_policies,
        providers::saml_providers,
        providers::open_id_connect_providers,
        providers::server_certificates,
        credentials::login_profiles,
        credentials::mfa_devices,
        credentials::signing_certificates,
        credentials::ssh_public_keys,
        credentials::service_specific_credentials,
        credentials::password_policies_and_reports,
        records::inline_policies,
        records::attachments,
        records::last_used,
        records::imported_policies,
        records::service_accesses,
        records::settings,
        account_records::instance_profiles,
        account_records::role_deletions,
        account_records::access_reports,
        account_records::settings_of_accounts,
        account_records::delegation_requests,
        account_records::check_compares_columns_with_documents,
        records::names_are_listed_bytewise_and_pages_are_stable,
        records::path_prefixes_select,
        records::check_finds_what_refers_to_nothing,
        records::check_finds_records_that_are_not_what_they_should_be,
        transactions::every_statement_is_accepted,
        transactions::values_come_back_as_they_went,
        transactions::unfinished_work_is_not_seen,
        transactions::a_read_transaction_is_one_snapshot,
        transactions::a_read_transaction_cannot_write,
        transactions::dropped_transactions_leave_nothing,
        transactions::a_failed_statement_ends_its_transaction,
        transactions::parameters_must_match,
        transactions::violations_are_told_apart,
        transactions::no_update_is_lost,
        transactions::concurrent_writers_are_all_kept,
        transactions::cancelled_writers_harm_nobody,
        audit::events_are_looked_up,
        audit::events_are_deleted_when_they_are_old,
        audit::a_chain_takes_what_waits,
        audit::batches_are_looked_up_as_rows_are,
        audit::keys_of_many_batches_are_sorted_in,
        audit::batches_wait_and_are_deleted,
        audit::events_come_with_their_transactions,
        sealing::sealers_of_one_store_open_each_others,
        sealing::a_wrong_root_key_is_named,
        sealing::concurrent_first_starts_agree,
        sealing::a_root_key_file_is_made_once,
        rotation::a_new_data_key_seals_when_every_node_can_open,
        rotation::sealing_anew_lets_old_keys_go,
        rotation::what_is_rotated_is_told,
        rotation::an_interrupted_root_key_rotation_is_finished,
        rotation::a_root_key_may_be_handed_round_first,
        rotation::concurrent_rotations_agree,
        nodes::the_committing_process_is_told_before_the_acknowledgement,
        nodes::a_lease_has_one_holder,
        nodes::of_many_who_take_a_lease_one_gets_it,
        nodes::nodes_come_and_go,
        nodes::readings_are_noted,
    ];
    if fixture.is_lasting() {
        cases![
            transactions::committed_work_survives_reopening,
            transactions::a_full_queue_refuses_at_once,
            nodes::the_change_log_tells_what_was_committed,
            nodes::a_pruned_log_is_missed_by_nobody_who_looks_often_enough,
        ];
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory() {
    suite(&Fixture::memory()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_file() {
    suite(&Fixture::sqlite()).await;
    backup::suite(&Fixture::sqlite(), &Fixture::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql() {
    let cluster = postgres::Cluster::start();
    suite(&Fixture::postgres(&cluster)).await;
    boxed(|| async { backup::suite(&Fixture::postgres(&cluster), &Fixture::sqlite()).await }).await;
    boxed(|| async { backup::suite(&Fixture::sqlite(), &Fixture::postgres(&cluster)).await }).await;
    postgres::a_lost_connection_is_replaced(&cluster).await;
    postgres::certificates_are_checked(&cluster).await;
    postgres::a_transaction_that_commits_late_is_not_missed(&cluster).await;
    postgres::nodes_wake_each_other(&cluster).await;
    postgres::older_nodes_are_found_while_they_live(&cluster).await;
    postgres::a_host_that_does_not_answer_is_passed_over(&cluster).await;
    postgres::a_commit_that_may_be_lost_is_not_a_success(&cluster).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql_failover() {
    postgres::a_promoted_standby_takes_over().await;
}
