//! The audit trail of a running plane: records that wait are written to the store each second, or when they are many, from
//! there to this node's chain of files, and what is old is deleted. And the commands that look at the files.

pub(crate) mod command;
mod files;
mod settings;

pub(crate) use files::Files;
pub(crate) use settings::{Section, Settings};

use crate::plane_server::PlaneServer;
use jiff::{SignedDuration, Timestamp};
use services::{Flush, Plane};
use std::{sync::Arc, time::Duration};
use store::{Retry, StoreError, account, audit_batch, audit_chain, audit_event};
use tokio::{sync::watch, time::Instant};

/// How often all that waits is written.
const EVERY: Duration = Duration::from_secs(1);
/// How often old events and files are looked for.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How long the store keeps events: as long as CloudTrail's event history reaches back.
const HISTORY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Old events, and batches of them, that one transaction deletes, and accounts that are looked at together.
const BATCH: u32 = 100;
/// Transactions that sort in what new batches are looked up by, before the files are written again.
const SORTED_AT_ONCE: u32 = 64;
/// What batches are looked up by, of which one transaction deletes so many.
const KEYS: u32 = 5000;

/// Keeps the trail until `stop` turns true, and then writes what still waits.
pub(crate) async fn keep(
    server: Arc<PlaneServer>,
    mut files: Option<Files>,
    mut stop: watch::Receiver<bool>,
) {
    let plane = &server.plane;
    let mut pruned_at: Option<Timestamp> = None;
    let mut all_at = Instant::now() + EVERY;
    loop {
        let (which, stopping) = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => (Flush::All, true),
            () = tokio::time::sleep_until(all_at) => (Flush::All, false),
            () = plane.audit.worth_writing() => (Flush::WorthWriting, false),
        };
        if which == Flush::All {
            all_at = Instant::now() + EVERY;
        }
        let now = server.clock.now();
        if let Err(error) = plane.audit.flush(&plane.store, now, which).await {
            tracing::warn!(%error, "audit records are not written; they wait in memory");
        }
        if let Err(error) = sort_keys(plane).await {
            tracing::warn!(%error, "what new audit events are looked up by is not sorted in");
        }
        if let Some(files) = &mut files {
            let behind = files.ship(plane, now, stopping).await;
            plane.audit.set_files_behind(behind);
            server.metrics.audit_files_behind.set(i64::from(behind));
        }
        server.metrics.audit_events_lost.set(i64::try_from(plane.audit.lost()).unwrap_or(i64::MAX));
        if stopping {
            return;
        }
        if pruned_at.is_none_or(|at| now.duration_since(at) >= PRUNE_EVERY) {
            pruned_at = Some(now);
            prune(plane, files.as_ref(), now).await;
        }
    }
}

/// Sorts in what new events are looked up by, while there is much of it and the files do not wait for too long.
async fn sort_keys(plane: &Plane) -> Result<(), StoreError> {
    let mut retry = Retry::new();
    for _ in 0..SORTED_AT_ONCE {
        // Asked first, as asking does not keep others from writing.
        if !audit_batch::many_unsorted(&mut plane.store.read()).await? {
            break;
        }
        let attempt = async {
            let mut tx = plane.store.write().await?;
            audit_batch::sort_keys(&mut tx).await?;
            tx.commit().await
        };
        match attempt.await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => done?,
        }
    }
    Ok(())
}

async fn prune(plane: &Plane, files: Option<&Files>, now: Timestamp) {
    match prune_store(plane, now).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "deleted audit events that are older than the event history"),
        Err(error) => tracing::warn!(%error, "old audit events are not deleted"),
    }
    if let Some(files) = files
        && let Err(error) = files.prune(plane, now).await
    {
        tracing::error!(error, "old audit files are not deleted");
    }
}

/// Deletes what is older than the event history, a little at a time; gives the number of rows of events and batches.
async fn prune_store(plane: &Plane, now: Timestamp) -> Result<u64, StoreError> {
    let Ok(oldest) = now.checked_sub(HISTORY) else { return Ok(0) };
    // Where files are kept they have it by now.
    let mut tx = plane.store.write().await?;
    audit_chain::forget_before(&mut tx, oldest).await?;
    tx.commit().await?;
    let (mut deleted, mut after) = (0, None);
    loop {
        let accounts = account::list(&mut plane.store.read(), after, BATCH).await?;
        let Some(last) = accounts.last() else { break };
        after = Some(last.id);
        for account in &accounts {
            loop {
                let mut tx = plane.store.write().await?;
                let events = audit_event::delete_before(&mut tx, account.id, oldest, BATCH).await?;
                let batches = audit_batch::delete_before(&mut tx, account.id, oldest, BATCH).await?;
                tx.commit().await?;
                deleted += events + batches;
                if events.max(batches) < u64::from(BATCH) {
                    break;
                }
            }
        }
    }
    loop {
        let mut tx = plane.store.write().await?;
        let keys = audit_batch::delete_keys_before(&mut tx, oldest, KEYS).await?;
        tx.commit().await?;
        if keys < u64::from(KEYS) {
            return Ok(deleted);
        }
    }
}
