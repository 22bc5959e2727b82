//! `portcullis serve`: from configuration to listeners, and back down in good order.

use crate::{
    Failure, audit,
    body::BodyMemory,
    clock::Clock,
    command_line::{Place, Serve},
    config::Config,
    first_start,
    listen::{self, operations::Operations, tls::Certificate},
    metrics::Metrics,
    node, open,
    plane_server::PlaneServer,
    ready::Ready,
    system_random::SystemRandom,
    throttle::Throttle,
};
use domain::Random;
use services::{AuditSettings, Following, Plane, follow};
use sigv4::KeyCache;
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::Access;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Derived signing keys that are kept.
const SIGNING_KEYS: usize = 65_536;
/// Calls that read or are refused which a `--dev` plane records: its store is memory.
const DEV_RECORDS: u64 = 20_000;
/// How often uses of keys and roles are written.
const WRITE_USES_EVERY: Duration = Duration::from_secs(1);
/// How often those are forgotten whose allowance of requests is whole again.
const FORGET_IDLE_EVERY: Duration = Duration::from_secs(1);
/// How often the data keys are looked at: more often than a new one takes to settle.
const LOOK_AT_KEYS_EVERY: Duration = Duration::from_secs(1);

/// Serves until told to stop.
pub(crate) async fn serve(flags: Serve) -> Result<(), Failure> {
    let config = Config::for_serve(&flags)?;
    let certificate = config.tls.clone().map(Certificate::load).transpose()?;
    let acceptor = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    // Both addresses are taken before the store is touched: a plane that cannot listen changes nothing.
    let listener = bind(config.listen).await?;
    let operations_listener = bind(config.operations_listen).await?;

    let clock = Clock::default();
    let trail = AuditSettings {
        refuse_reads: config.audit.refuse_reads,
        most: if config.dev { DEV_RECORDS } else { u64::MAX },
        ..AuditSettings::default()
    };
    let plane = open::plane_with(
        &config.storage,
        Access::Server,
        trail,
        config.role_templates,
        config.outbound,
        clock.now(),
    )
    .await?;
    let node = node::identity(config.node_name, clock.now());
    // From here on the directory knows what other nodes change.
    let following = if plane.store.is_shared() { Some(Following::begin(plane.clone()).await?) } else { None };
    let account =
        first_start::management_account(&plane, config.account_id, !config.dev, clock.now()).await?;
    let files = match config.audit.directory.clone() {
        Some(directory) => {
            let files = audit::Files::open(directory, &plane, account.id, &config.audit, clock.now()).await?;
            plane.audit.keep_files(files.node().to_owned());
            Some(files)
        }
        None => None,
    };
    let root_access_key = if config.dev {
        Some(first_start::root_access_key(&plane, account.id, clock.now()).await?)
    } else {
        None
    };
    let bodies = BodyMemory::new(config.limits.body_megabytes);
    let server = Arc::new(PlaneServer {
        plane: plane.clone(),
        clock,
        keys: KeyCache::new(SIGNING_KEYS, seed()),
        metrics: Metrics::new(&node, plane.clone(), bodies.clone()),
        limits: config.limits,
        throttle: Throttle::new(config.throttle),
        bodies,
        dev: config.dev,
    });
    let ready = Ready {
        listen: listener.local_addr()?,
        operations_listen: operations_listener.local_addr()?,
        secure: acceptor.is_some(),
        account: &account,
        root_access_key,
        credentials_command: credentials_command(&flags.place),
    };

    let (stop, stopped) = watch::channel(false);
    if let Some(certificate) = certificate {
        tokio::spawn(certificate.keep_fresh());
    }
    tokio::spawn(write_uses(plane.clone()));
    tokio::spawn(forget_idle(server.clone()));
    if let Some(file) = config.storage.root_key_file.clone() {
        tokio::spawn(keep_keys_fresh(server.clone(), file));
    }
    let (stop_audit, audit_stopped) = watch::channel(false);
    let trail = tokio::spawn(audit::keep(server.clone(), files, audit_stopped));
    let node_id = node.id.clone();
    if let Some(following) = following {
        tokio::spawn(following.go_on());
        let server = server.clone();
        tokio::spawn(follow::live(plane.clone(), node, move || server.clock.now()));
    }
    let operations = Arc::new(Operations { server: server.clone() });
    let operations =
        tokio::spawn(listen::serve(operations_listener, None, config.limits, operations, stopped.clone()));
    let api = tokio::spawn(listen::serve(listener, acceptor, config.limits, server, stopped));
    // Whoever reads the ready line may ask to stop from then on.
    let mut signals = StopSignals::listen()?;
    ready.say(flags.format)?;
    drop(ready);

    signals.wait().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    api.await?;
    operations.await?;
    stop_audit.send_replace(true);
    trail.await?;
    plane.last_uses.flush(&plane.store).await?;
    node::leave(&plane, &node_id).await;
    Ok(())
}

/// `portcullis credentials` with the flags that lead to the same store.
fn credentials_command(place: &Place) -> String {
    let mut words =
        vec![std::env::args().next().unwrap_or_else(|| "portcullis".to_owned()), "credentials".to_owned()];
    let path = |path: &PathBuf| path.display().to_string();
    let flags = [
        ("--config", place.config.as_ref().map(path)),
        ("--data-dir", place.data_dir.as_ref().map(path)),
        // A URL may hold a password, and stays where it was given.
        ("--store", place.store.as_ref().map(|_| "...".to_owned())),
    ];
    for (flag, value) in flags {
        words.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
    }
    words.join(" ")
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}").into())
}

/// The signals that ask a plane to stop.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Writes uses of keys and roles in batches, for as long as the plane runs.
async fn write_uses(plane: Arc<Plane>) {
    loop {
        tokio::time::sleep(WRITE_USES_EVERY).await;
        if let Err(error) = plane.last_uses.flush(&plane.store).await {
            tracing::warn!(%error, "uses of keys and roles are not written; they wait in memory");
        }
    }
}

/// Forgets callers and addresses that ask no more, and their sessions, for as long as the plane runs.
async fn forget_idle(server: Arc<PlaneServer>) {
    loop {
        tokio::time::sleep(FORGET_IDLE_EVERY).await;
        server.throttle.forget_idle();
        server.plane.directory.forget_idle();
    }
}

/// Takes in keys that `portcullis rotate-keys` made, for as long as the plane runs.
async fn keep_keys_fresh(server: Arc<PlaneServer>, root_key_file: PathBuf) {
    let mut failures = 0_u32;
    loop {
        tokio::time::sleep(LOOK_AT_KEYS_EVERY).await;
        let plane = &server.plane;
        match plane.sealer.refresh(&plane.store, &root_key_file, server.clock.now()).await {
            Ok(changed) => {
                failures = 0;
                if changed {
                    tracing::info!("the keys have changed");
                }
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                // Not the first: it may have met a rotation half-way. And once, not every second.
                if failures == 2 {
                    tracing::warn!(%error, "the keys cannot be looked at; those at hand stay in use");
                }
            }
        }
    }
}

fn seed() -> u64 {
    let mut seed = [0; 8];
    SystemRandom.fill(&mut seed);
    u64::from_le_bytes(seed)
}
