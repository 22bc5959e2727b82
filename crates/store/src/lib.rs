//! The store: SQLite and PostgreSQL behind one [`Transaction`] type, the schema, one module of SQL for each aggregate,
//! and the sealing of secrets at rest.
//!
//! Open a [`Store`], begin a transaction, and pass it to the functions of the aggregates ([`user`], [`role`] ...). They
//! are called `insert`, `get` (fails when there is nothing), `find` (gives an `Option`), `list`, `update` and `delete`.
//! Records are those of the `domain` crate, kept as one JSON document each beside the columns that are looked up, unique,
//! ordered or referred to.
//!
//! Lists are pages: `after` is the key of the last record of the page before, so that a page neither repeats nor misses a
//! record that was there all the time, whatever happens in between. Names are listed in the bytewise order of their
//! lower-case form.

pub mod access_key;
pub mod access_report;
pub mod account;
pub mod account_settings;
pub mod attachment;
pub mod audit_batch;
pub mod audit_chain;
pub mod audit_event;
pub mod backup;
pub mod change_log;
pub mod credential_report;
pub mod delegation_request;
pub mod export;
pub mod group;
pub mod imported_policy;
pub mod inline_policy;
pub mod instance_profile;
pub mod last_used;
pub mod lease;
pub mod login_profile;
pub mod managed_policy;
pub mod membership;
pub mod mfa_device;
pub mod node;
pub mod open_id_connect_provider;
pub mod password_policy;
pub mod policy_version;
pub mod role;
pub mod role_deletion;
pub mod saml_provider;
pub mod server_certificate;
pub mod service_access;
pub mod service_specific_credential;
pub mod setting;
pub mod signing_certificate;
pub mod ssh_public_key;
pub mod user;

mod check;
mod document;
mod engine;
mod entity;
mod error;
mod gate;
mod listeners;
mod location;
mod migration;
mod page;
mod parameter;
mod retry;
mod row;
mod seal;
mod statements;
mod store;
mod table;
mod transaction;

pub use change_log::{ChangeFollower, Changes};
pub use check::{Finding, Report};
pub use engine::{Engine, Parameters};
pub use entity::Entity;
pub use error::StoreError;
pub use location::Location;
pub use migration::schema_version;
pub use parameter::{Parameter, Value};
pub use retry::Retry;
pub use row::Row;
pub use seal::{
    DataKeyRotation, EncryptionContext, MAX_PLAINTEXT, MAX_SESSION_TOKEN, Reseal, RootKey, RootKeyError,
    SETTLING, SealError, Sealer, SessionSealer, prepare_root_key, reseal, rotate_data_keys, rotate_root_key,
};
pub use statements::statements;
pub use store::{Access, Options, Store};
pub use transaction::Transaction;
