//! The account as a whole: its alias, its numbers, and all that is in it.

mod create_account_alias;
mod delete_account_alias;
mod get_account_authorization_details;
mod get_account_summary;
mod list_account_aliases;
