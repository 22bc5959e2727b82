//! `portcullis check`: whether configuration, root key and store are in order.

use crate::{Failure, clock::Clock, command_line::Check, config::Storage, open};
use std::io::Write;
use store::Access;

/// Checks, and says what was found. Fails when anything is wrong.
pub(crate) async fn check(flags: Check) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let plane = open::plane(&storage, Access::Tool, Clock::default().now()).await?;
    let findings = plane.store.check().await?;
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if !findings.is_empty() {
        return Err(format!("{} findings", findings.len()).into());
    }
    writeln!(out, "configuration, root key and store are in order")?;
    Ok(())
}
