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
            (&Method::GET, "/readyz") => self.ready().await,
            (&Method::GET, "/readyz/memory") => self.answers(),
            (&Method::GET, "/metrics") => metrics(self.server.metrics.render()),
            (&Method::POST, "/clock/advance") if self.server.dev => self.advance_clock(request.uri().query()),
            _ => text(StatusCode::NOT_FOUND, "not found\n"),
        }
    }
}

impl Operations {
    /// Whether everything works; if not, why, and what still does.
    async fn ready(&self) -> Response<Full<Bytes>> {
        let plane = &self.server.plane;
        let Err(error) = plane.store.ping().await else { return self.writes() };
        let memory = match plane.directory.statistics().left {
            Some(Duration::ZERO) => "refusing everything".to_owned(),
            Some(left) => format!("serving from memory for {} s more, refusing changes", left.as_secs()),
            None => "serving from memory, refusing changes".to_owned(),
        };
        let body = format!("not ready: {error}; {memory}\n");
        text(StatusCode::SERVICE_UNAVAILABLE, body)
    }

    /// Whether a store that can be read takes changes; if not, why.
    fn writes(&self) -> Response<Full<Bytes>> {
        let plane = &self.server.plane;
        let reason = match plane.store.cannot_write() {
            Some(reason) => format!("the disk failed when the store was written: {reason}"),
            None if plane.audit.files_behind() => "the audit files cannot be written".to_owned(),
            None => return text(StatusCode::OK, "ready\n"),
        };
        text(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {reason}; reading goes on, refusing changes\n"),
        )
    }

    /// Whether requests that memory can answer are answered: for a load balancer that must not drop nodes which are cut off
    /// from the store.
    fn answers(&self) -> Response<Full<Bytes>> {
        match self.server.plane.directory.may_answer() {
            Ok(()) => text(StatusCode::OK, "ready\n"),
            Err(_) => {
                text(StatusCode::SERVICE_UNAVAILABLE, "not ready: the store is out of reach for too long\n")
            }
        }
    }

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
