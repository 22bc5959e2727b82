//! Operations through the whole pipeline: constraints, authorisation, handling, audit, commit.

#![expect(
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test fails by panicking, and exports nothing"
)]

mod audit;
mod bytes;
mod certificates;
mod cloudtrail;
mod errors;
mod iam;
mod in_words;
mod paging;
mod plane;
mod references;
mod sts;
mod support;
mod sweep;
