//! Credential reports: all users of an account, and what credentials they have.

mod csv;
mod generate_credential_report;
mod get_credential_report;

use jiff::{SignedDuration, Timestamp};

/// How long a report is the latest one: a new one is made at most so often.
const LIFETIME: SignedDuration = SignedDuration::from_hours(4);

/// Whether a report of that time is still the latest one.
fn is_current(generated_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(generated_at) < LIFETIME
}
