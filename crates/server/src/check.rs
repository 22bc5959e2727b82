//! `portcullis check`: whether configuration, root key and store are in order.

use crate::{
    Failure,
    clock::Clock,
    command_line::{Check, Place, Serve},
    config::Config,
    listen::tls::Certificate,
    open,
};
use std::{io::Write, process::ExitCode};
use store::{Access, Store, StoreError};

/// Checks, and says what was found: one line for each finding.
pub(crate) async fn check(flags: Check) -> Result<ExitCode, Failure> {
    run(&flags.place).await
}

/// The check of what is at that place: 0 when all is well, 1 when anything is wrong.
pub(crate) async fn run(place: &Place) -> Result<ExitCode, Failure> {
    let config = Config::for_serve(&Serve::plain(place)?)?;
    let mut findings = Vec::new();
    if let Some(Err(error)) = config.tls.map(Certificate::load) {
        findings.push(format!("tls: {error}"));
    }
    let mut rows = Vec::new();
    match Store::open(&config.storage.location, Access::Tool).await {
        Ok(store) => {
            let (now, file) = (Clock::default().now(), config.storage.root_key_file.as_deref());
            // Without its keys the rest of the store can still be looked at.
            let sealer = open::sealer(&store, file, Access::Tool, now).await;
            let sealer = sealer.map_err(|error| findings.push(format!("root key: {error}"))).ok();
            let report = store.check(sealer.as_ref()).await?;
            findings.extend(report.findings.iter().map(ToString::to_string));
            rows = report.rows;
        }
        Err(error @ StoreError::Corrupt(_)) => findings.push(error.to_string()),
        Err(error) => return Err(error.into()),
    }

    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if !findings.is_empty() {
        return Ok(ExitCode::from(1));
    }
    let rows: Vec<String> =
        rows.iter().filter(|(_, rows)| *rows > 0).map(|(table, rows)| format!("{table} {rows}")).collect();
    writeln!(out, "rows: {}", rows.join(", "))?;
    writeln!(out, "configuration, root key and store are in order")?;
    Ok(ExitCode::SUCCESS)
}
