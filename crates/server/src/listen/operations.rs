//! The operations listener: health, readiness, metrics, and the clock of a `--dev` plane. Never on the API listener.

use super::{Answer, Peer};
use crate::plane_server::PlaneServer;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use hyper::body::Incoming;
use std::{sync::Arc, time::Duration};

/// Answers the operations listener.
#[derive(Debug)]
pub(crate) struct Operations {
    pub(crate) server: Arc<PlaneServer>,
}

impl Answer for Operations {
    async fn answer(&self, _peer: Peer, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/healthz") => text(StatusCode::OK, "ok\n"),
            (&Method::GET, "/readyz") => match self.server.plane.store.ping().await {
                Ok(()) => text(StatusCode::OK, "ready\n"),
                Err(error) => {
                    tracing::warn!(%error, "not ready: the store does not answer");
                    text(StatusCode::SERVICE_UNAVAILABLE, "not ready: the store does not answer\n")
                }
            },
            (&Method::GET, "/metrics") => metrics(self.server.metrics.render()),
            (&Method::POST, "/clock/advance") if self.server.dev => self.advance_clock(request.uri().query()),
            _ => text(StatusCode::NOT_FOUND, "not found\n"),
        }
    }
}

impl Operations {
    /// `POST /clock/advance?seconds=N`: lets a test pass time instead of waiting for it.
    fn advance_clock(&self, query: Option<&str>) -> Response<Full<Bytes>> {
        let seconds =
            query.and_then(|query| query.strip_prefix("seconds=")).and_then(|seconds| seconds.parse().ok());
        let Some(seconds) = seconds else {
            return text(StatusCode::BAD_REQUEST, "say how far: /clock/advance?seconds=N\n");
        };
        self.server.clock.advance(Duration::from_secs(seconds));
        text(StatusCode::OK, format!("{}\n", self.server.clock.now()))
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    typed(status, "text/plain; charset=utf-8", body)
}

fn metrics(body: String) -> Response<Full<Bytes>> {
    typed(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", body)
}

fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}
