//! `portcullis audit`: looks at the audit files.

use super::files::goes_on;
use crate::{Failure, clock::Clock, command_line::Place, config, open};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use services::Plane;
use std::{io::Write, time::Duration};
use store::{
    Access, Engine,
    audit_chain::{self, AuditChain},
    setting,
};
use trail::{Directory, Finding, Head, Lengths, Range, Report, SigningKey};

/// How often a node that appends right now is waited for.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that no record was changed, removed, moved, added or cut off; exit 0 when all is well.
    Verify(Verify),
    /// Show the newest records, one JSON object a line.
    Tail(Tail),
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    place: Place,
    /// Only files from this day on (UTC).
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Only files up to this day (UTC).
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
}

#[derive(Debug, Args)]
struct Tail {
    #[command(flatten)]
    place: Place,
    /// How many records.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    lines: usize,
    /// Go on with those that come.
    #[arg(short, long)]
    follow: bool,
}

/// Does what is asked.
pub(crate) async fn run(flags: Audit) -> Result<(), Failure> {
    match flags.command {
        Command::Verify(flags) => verify(flags).await,
        Command::Tail(flags) => tail(flags).await,
    }
}

async fn verify(flags: Verify) -> Result<(), Failure> {
    let path = config::audit_directory(&flags.place)?;
    let storage = config::Storage::for_place(&flags.place)?;
    let plane = open::plane(&storage, Access::Tool, Clock::default().now()).await?;
    let directory = Directory::new(&path);
    let here = directory.nodes()?;
    let known: Vec<AuditChain<Head>> = audit_chain::list(&mut plane.store.read()).await?;
    let mut out = std::io::stdout().lock();
    let mut wrong = 0;
    for node in &here {
        let range = Range { from: flags.from, to: flags.to };
        let Some(report) = chain(&plane, &directory, node, range).await? else {
            writeln!(out, "{node}: the store does not know this chain")?;
            wrong += 1;
            continue;
        };
        for finding in &report.findings {
            writeln!(out, "{node}: {finding}")?;
        }
        wrong += report.findings.len();
        let verdict = if report.findings.is_empty() { "whole" } else { "not whole" };
        writeln!(
            out,
            "{node}: {} records looked at, up to record {}: {verdict}",
            report.records, report.last
        )?;
    }
    // One store in a file has one node at a time, whose files are here. Nodes that share a store have their own disks.
    let alone = plane.store.engine() == Engine::Sqlite || here.is_empty();
    for chain in known.iter().filter(|chain| !here.contains(&chain.node_id)) {
        let records = chain.head.sequence;
        writeln!(out, "{}: its files, of {records} records, are not in {}", chain.node_id, path.display())?;
        wrong += usize::from(alone && records > 0);
    }
    if wrong > 0 {
        return Err(format!("{wrong} findings").into());
    }
    Ok(())
}

/// `None` when the store does not know the chain.
async fn chain(
    plane: &Plane,
    directory: &Directory,
    node: &str,
    range: Range,
) -> Result<Option<Report>, Failure> {
    let management = setting::management_account(&mut plane.store.read()).await?;
    let Some(management) = management else { return Ok(None) };
    let key = audit_chain::find_signing_key(&mut plane.store.read(), &plane.sealer, management, node).await?;
    let Some(key) = key else { return Ok(None) };
    let key = SigningKey::from_bytes(&key)?.verifying_key();
    let path = directory.chain(node);
    for attempt in 1.. {
        let lengths = Lengths::of(&path)?;
        let head: Option<Head> = audit_chain::find(&mut plane.store.read(), node).await?;
        let Some(head) = head else { return Ok(None) };
        let mut report = trail::verify(&path, node, &key, Some(&head), &lengths, range)?;
        // Records that a node has appended and not yet acknowledged look as if somebody had added them.
        let may_pass = report.findings.iter().all(|finding| matches!(finding, Finding::Added { .. }));
        if may_pass && !report.findings.is_empty() {
            // When the node was stopped in between, they still wait in the store; it will go on from there.
            let chain = AuditChain { node_id: node.to_owned(), head };
            if goes_on(plane, directory, &chain, true).await? {
                report.findings.retain(|finding| !trail::may_be_unacknowledged(finding, &chain.head));
            }
        }
        if report.findings.is_empty() || !may_pass || attempt == ATTEMPTS {
            return Ok(Some(report));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

async fn tail(flags: Tail) -> Result<(), Failure> {
    let directory = Directory::new(config::audit_directory(&flags.place)?);
    let mut tails = Vec::new();
    for node in directory.nodes()? {
        let (lines, tail) = trail::last_lines(&directory.chain(&node), flags.lines)?;
        show(&lines)?;
        tails.push(tail);
    }
    if !flags.follow {
        return Ok(());
    }
    loop {
        let mut came = false;
        for tail in &mut tails {
            let lines = tail.lines()?;
            came |= !lines.is_empty();
            show(&lines)?;
        }
        if !came {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn show(lines: &[String]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()
}
