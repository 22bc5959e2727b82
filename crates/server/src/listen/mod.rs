//! Listeners: connections in, bounded in number, size and time; a graceful end.

pub(crate) mod operations;
mod places;
pub(crate) mod tls;

use crate::config::Limits;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto,
        graceful::{GracefulShutdown, Watcher},
    },
};
use places::Places;
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

/// Most bytes of one request's headers.
const HEADER_BYTES: usize = 64 * 1024;
/// Most streams one HTTP/2 connection may have open.
const STREAMS: u32 = 128;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// Whether the connection is TLS: `aws:SecureTransport`.
    pub(crate) secure: bool,
    /// What was agreed on, where it is TLS.
    pub(crate) tls: Option<tls::Agreed>,
}

/// What answers requests. An answer is always there: failures are answers too.
pub(crate) trait Answer: Send + Sync + 'static {
    fn answer(
        &self,
        peer: Peer,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Full<Bytes>>> + Send;
}

/// Accepts connections until `stop` turns true, then lets requests under way finish.
pub(crate) async fn serve<A: Answer>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    answer: Arc<A>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let places = Places::new(limits.connections, limits.connections_per_address);
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time())
        .max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(limits.request_time())
        .keep_alive_timeout(limits.header_time());
    let builder = Arc::new(builder);

    loop {
        let Some(room) = places.room().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a connection that died in the queue: let others close, and go on.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            }
        };
        let Some(place) = places.take(room, address.ip()) else {
            tracing::debug!(%address, "an address has too many connections");
            continue;
        };
        // An answer is one small write: waiting to fill a segment only delays it.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.request_time()));
        let stream = Box::pin(stream);
        let (builder, answer, tls, watcher) =
            (builder.clone(), answer.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let peer = Peer { address, secure: tls.is_some(), tls: None };
            match tls {
                None => connection(&builder, stream, peer, answer, watcher).await,
                Some(acceptor) => {
                    match tokio::time::timeout(limits.header_time(), acceptor.accept(stream)).await {
                        Ok(Ok(stream)) => {
                            let peer = Peer { tls: tls::Agreed::on(stream.get_ref().1), ..peer };
                            connection(&builder, stream, peer, answer, watcher).await;
                        }
                        Ok(Err(error)) => tracing::debug!(%error, %address, "TLS handshake failed"),
                        Err(_) => tracing::debug!(%address, "TLS handshake took too long"),
                    }
                }
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown_time(), graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

async fn connection<A: Answer>(
    builder: &auto::Builder<TokioExecutor>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    answer: Arc<A>,
    watcher: Watcher,
) {
    let service = service_fn(move |request| {
        let answer = answer.clone();
        async move { Ok::<_, Infallible>(answer.answer(peer, request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = %error, address = %peer.address, "connection ended early");
    }
}
