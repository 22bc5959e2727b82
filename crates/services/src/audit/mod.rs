//! The audit trail: a record of every call by somebody known, in CloudTrail's record format.
//!
//! - A change is recorded in the transaction that makes it: neither is there without the other.
//! - Calls that read, and calls that are refused or fail, wait in memory and are written in batches: using the plane
//!   writes nothing by itself. What waits is bounded; what happens at the bound is configuration.
//! - What an operator does with the program's commands is recorded where it is done, in the same transaction.
//!
//! Who is not known leaves no record, as with CloudTrail: see `docs/decisions/0020-what-is-audited.md`.

mod call;
mod event_id;
mod operator;
mod record;
mod resource;
mod service_event;
mod user_identity;
mod waiting;

pub(crate) use call::{Open, refused};
pub(crate) use event_id::EventId;
pub use operator::{Deed, Operator};
pub use waiting::{Audit, AuditSettings, Flush};
