//! Connections that the plane opens by itself, because a client named a host.
//!
//! Whoever may name a host could make the plane speak to anything that it can reach and the client cannot. So the address
//! counts, not the name: it is looked up once, and only a public address, or one of a range that the operator allows, is
//! connected to. A client learns no more than that there was no answer.

mod address;
mod certificate;

use ipnet::IpNet;
use rustls::pki_types::CertificateDer;
use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The port of HTTPS.
const HTTPS: u16 = 443;
/// Connections and look-ups at a time; a request that finds no room is one that cannot be answered now.
const AT_A_TIME: usize = 32;
/// Addresses of one host that are tried.
const ADDRESSES: usize = 4;

/// Which connections may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundSettings {
    /// Whether any may.
    pub connect: bool,
    /// Ranges of addresses, besides the public ones, that may be connected to.
    pub allow: Vec<IpNet>,
    /// How long all of it may take: looking the host up, connecting, TLS.
    pub time: Duration,
    /// Where HTTPS is: 443 for everybody but tests.
    pub https_port: u16,
}

/// The plane's own connections.
#[derive(Debug)]
pub struct Outbound {
    settings: OutboundSettings,
    room: Arc<Semaphore>,
}

/// Why there was no answer. For the operator's log, never for the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("no address of the host may be connected to")]
    Address,
    #[error("the server has shown no certificate")]
    Certificate,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the host is not a name for TLS")]
    Name,
    #[error("connections are switched off")]
    Off,
    #[error("too many connections at a time")]
    Room,
    #[error("it took longer than it may")]
    Time,
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self { connect: true, allow: Vec::new(), time: Duration::from_secs(5), https_port: HTTPS }
    }
}

impl Outbound {
    /// Connections by these settings; none is opened yet.
    pub fn new(settings: OutboundSettings) -> Self {
        Self { settings, room: Arc::new(Semaphore::new(AT_A_TIME)) }
    }

    /// Whether any connection may be opened.
    pub(crate) fn is_on(&self) -> bool {
        self.settings.connect
    }

    /// The certificate at the top of the chain that the HTTPS server of that host shows.
    pub(crate) async fn top_certificate(&self, host: &str) -> Result<CertificateDer<'static>, OutboundError> {
        if !self.settings.connect {
            return Err(OutboundError::Off);
        }
        let room = Arc::new(self.room.clone().try_acquire_owned().map_err(|_| OutboundError::Room)?);
        let whole = async {
            let addresses = self.addresses(room.clone(), host).await?;
            certificate::top(host, &addresses).await
        };
        tokio::time::timeout(self.settings.time, whole).await.map_err(|_| OutboundError::Time)?
    }

    /// The addresses of the host that may be connected to, those tried first first.
    async fn addresses(
        &self,
        room: Arc<OwnedSemaphorePermit>,
        host: &str,
    ) -> Result<Vec<SocketAddr>, OutboundError> {
        let (host, port) = (host.to_owned(), self.settings.https_port);
        let found = blocking(room, move || (host.as_str(), port).to_socket_addrs()).await?;
        let may_be = |address: &SocketAddr| address::is_permitted(address.ip(), &self.settings.allow);
        let permitted: Vec<SocketAddr> = found.filter(may_be).take(ADDRESSES).collect();
        if permitted.is_empty() { Err(OutboundError::Address) } else { Ok(permitted) }
    }
}

/// Work that blocks a thread until it is done, whether or not anybody still waits for it: so long it takes its room.
async fn blocking<T: Send + 'static>(
    room: Arc<OwnedSemaphorePermit>,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(move || {
        let _room = room;
        work()
    });
    done.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn what_nobody_waits_for_takes_its_room_until_it_is_done() {
        let room = Arc::new(Semaphore::new(1));
        let (finish, finished) = mpsc::channel::<()>();
        let permit = Arc::new(room.clone().try_acquire_owned().unwrap());
        let work = blocking(permit, move || finished.recv().map_err(io::Error::other));
        assert!(tokio::time::timeout(Duration::ZERO, work).await.is_err(), "the caller gives up");
        assert_eq!(room.available_permits(), 0);
        finish.send(()).unwrap();
        drop(room.acquire().await.unwrap());
    }
}
