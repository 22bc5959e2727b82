//! `portcullis serve`: from configuration to listeners, and back down in good order.

use crate::{
    Failure,
    clock::Clock,
    command_line::Serve,
    config::Config,
    first_start,
    listen::{self, operations::Operations, tls::Certificate},
    metrics::Metrics,
    open,
    plane_server::PlaneServer,
    ready::Ready,
    system_random::SystemRandom,
};
use domain::Random;
use services::Plane;
use sigv4::KeyCache;
use std::{sync::Arc, time::Duration};
use store::Access;
use tokio::{net::TcpListener, signal::unix, sync::watch};

/// Derived signing keys that are kept.
const SIGNING_KEYS: usize = 65_536;
/// How often uses of keys and roles are written.
const WRITE_USES_EVERY: Duration = Duration::from_secs(1);

/// Serves until told to stop.
pub(crate) async fn serve(flags: Serve) -> Result<(), Failure> {
    let config = Config::for_serve(&flags)?;
    let certificate = config.tls.clone().map(Certificate::load).transpose()?;
    let acceptor = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    // Both addresses are taken before the store is touched: a plane that cannot listen changes nothing.
    let listener = bind(config.listen).await?;
    let operations_listener = bind(config.operations_listen).await?;

    let clock = Clock::default();
    let plane = open::plane(&config.storage, Access::Server, clock.now()).await?;
    let account =
        first_start::management_account(&plane, config.account_id, !config.dev, clock.now()).await?;
    let root_access_key = match config.dev {
        true => Some(first_start::root_access_key(&plane, account.id, clock.now()).await?),
        false => None,
    };
    let server = Arc::new(PlaneServer {
        plane: plane.clone(),
        clock,
        keys: KeyCache::new(SIGNING_KEYS, seed()),
        metrics: Metrics::new(),
        limits: config.limits,
        dev: config.dev,
    });
    let ready = Ready {
        listen: listener.local_addr()?,
        operations_listen: operations_listener.local_addr()?,
        secure: acceptor.is_some(),
        account: &account,
        root_access_key,
    };

    let (stop, stopped) = watch::channel(false);
    if let Some(certificate) = certificate {
        tokio::spawn(certificate.keep_fresh());
    }
    tokio::spawn(write_uses(plane.clone()));
    let operations = Arc::new(Operations { server: server.clone() });
    let operations =
        tokio::spawn(listen::serve(operations_listener, None, config.limits, operations, stopped.clone()));
    let api = tokio::spawn(listen::serve(listener, acceptor, config.limits, server, stopped));
    ready.say(flags.format)?;
    drop(ready);

    wait_for_signal().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    api.await?;
    operations.await?;
    plane.last_uses.flush(&plane.store).await?;
    Ok(())
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}").into())
}

async fn wait_for_signal() -> std::io::Result<()> {
    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
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

fn seed() -> u64 {
    let mut seed = [0; 8];
    SystemRandom.fill(&mut seed);
    u64::from_le_bytes(seed)
}
