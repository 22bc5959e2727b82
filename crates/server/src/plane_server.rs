//! The API listener: one way for a request to go, from bytes to bytes.

use crate::{
    answer, authenticate,
    body::{Body, BodyMemory},
    clock::Clock,
    config::Limits,
    listen::{Answer, Peer},
    metrics::{Metrics, Outcome},
    route::{self, Found, Named, NoRoute, Route},
    throttle::Throttle,
};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header, request::Parts};
use http_body_util::Full;
use hyper::body::Incoming;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use services::{Common, Cx, Error, Plane, Prepared, TlsDetails};
use sigv4::{KeyCache, Presented};
use std::{sync::Arc, time::Instant};
use wire::{Form, Node, RequestParts};

/// Answers the API listener.
#[derive(Debug)]
pub(crate) struct PlaneServer {
    pub(crate) plane: Arc<Plane>,
    pub(crate) clock: Clock,
    pub(crate) keys: KeyCache,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
    pub(crate) throttle: Throttle,
    pub(crate) bodies: BodyMemory,
    /// Whether the clock may be moved.
    pub(crate) dev: bool,
}

/// A request with its body, before anything is believed.
struct Received {
    parts: Parts,
    body: Body,
    peer: Peer,
    request_id: String,
    at: Timestamp,
}

/// What became of a request, with what is known of it for answer, log and metrics.
pub(crate) struct Done {
    pub(crate) route: Option<Route>,
    pub(crate) outcome: Result<Node, Failure>,
}

/// Why there is no output.
pub(crate) enum Failure {
    /// Nothing to call.
    NoRoute(NoRoute),
    /// A call that was refused or failed.
    Refused(Error),
}

/// Counts a request as being answered, also when its client goes away before it is.
struct InFlight<'a>(&'a Metrics);

impl<'a> InFlight<'a> {
    fn new(metrics: &'a Metrics) -> Self {
        metrics.in_flight.inc();
        Self(metrics)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.dec();
    }
}

impl Answer for PlaneServer {
    async fn answer(&self, peer: Peer, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let _in_flight = InFlight::new(&self.metrics);
        let request_id = uuid::Uuid::new_v4().to_string();
        let (parts, body) = request.into_parts();
        let accept = text_header(&parts.headers, &header::ACCEPT).map(str::to_owned);
        let method = parts.method.clone();
        let whole = async {
            self.admit().map_err(|error| Done::refused(None, error))?;
            let body = self.bodies.read(&parts.headers, body).await;
            let body = body.map_err(|error| Done::refused(None, error))?;
            let at = self.clock.now();
            let received = Received { parts, body, peer, request_id: request_id.clone(), at };
            Ok::<_, Done>(self.process(received).await)
        };
        let done = match tokio::time::timeout(self.limits.request_time(), whole).await {
            Ok(Ok(done) | Err(done)) => done,
            Err(_) => {
                Done::refused(None, Error::common(Common::RequestTimeout, "The request took too long."))
            }
        };
        let (response, code) =
            answer::response(done.route, done.outcome, &method, accept.as_deref(), &request_id);
        let named = done.route.map_or(("none", "none"), |route| (route.service.id, route.operation.name));
        let outcome = Outcome { service: named.0, operation: named.1, code };
        let took = started.elapsed();
        self.metrics.answered(&outcome, took);
        tracing::debug!(
            request_id,
            service = named.0,
            operation = named.1,
            code,
            status = response.status().as_u16(),
            microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
        response
    }
}

impl PlaneServer {
    /// Refuses a request when as many as there may be are being answered already.
    fn admit(&self) -> Result<(), Error> {
        let in_flight = usize::try_from(self.metrics.in_flight.get()).unwrap_or(0);
        if in_flight > self.limits.requests_in_flight {
            let message = "The service is unavailable. Please try again shortly.";
            return Err(Error::common(Common::ServiceUnavailable, message));
        }
        Ok(())
    }

    /// Steps 2 to 8.
    async fn process(&self, received: Received) -> Done {
        let Received { parts, body, peer, request_id, at } = received;
        let headers = header_list(&parts);
        let uri = &parts.uri;
        let request = sigv4::Request {
            method: parts.method.as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: &headers,
            body: sigv4::Body::Bytes(&body.bytes),
        };
        let presented = Presented::find(&request);
        let named = Named {
            method: request.method,
            path: request.path,
            query: request.query,
            target: text_header(&parts.headers, "x-amz-target"),
            content_type: text_header(&parts.headers, &header::CONTENT_TYPE),
            presented: presented.as_ref().ok().and_then(Option::as_ref),
            body: &body.bytes,
        };
        let Found { route, form } = match route::find(&named) {
            Ok(found) => found,
            Err(no_route) => return Done { route: None, outcome: Err(Failure::NoRoute(no_route)) },
        };
        let outcome = async {
            self.throttle.address(peer.address.ip())?;
            let presented = presented.map_err(|error| authenticate::refusal(&error))?;
            route::check_signed(route, presented.as_ref())?;
            let Some(presented) = presented else {
                // No operation that takes unsigned calls is built yet.
                return Err(services::not_implemented(route.service, route.operation));
            };
            let service = route.service;
            let who = authenticate::authenticate(&self.plane, &self.keys, service, &presented, &request, at)
                .await?;
            self.throttle.caller(&who.caller)?;
            let cx = Cx {
                plane: self.plane.clone(),
                caller: who.caller,
                policies: who.policies,
                now: whole_second(at),
                received_at: at,
                request_id,
                region: who.region,
                source_ip: peer.address.ip(),
                user_agent: text_header(&parts.headers, &header::USER_AGENT).map(str::to_owned),
                secure_transport: peer.secure,
                tls: peer.tls.map(|tls| TlsDetails {
                    tls_version: tls.version,
                    cipher_suite: tls.cipher_suite,
                    client_provided_host_header: host(&parts),
                }),
                prepared: Prepared::Nothing,
            };
            if who.to_be_noted {
                cx.note_use(service);
            }
            let built = services::check_built(service, route.operation);
            match built.and_then(|()| decode(route, form, &parts, &body.bytes)) {
                Ok(input) => services::dispatch(&cx, service, route.operation, input).await,
                Err(error) => {
                    services::refused(&cx, service, route.operation, &error);
                    Err(error)
                }
            }
        };
        let outcome = outcome.await;
        Done { route: Some(route), outcome: outcome.map_err(Failure::Refused) }
    }
}

impl Done {
    fn refused(route: Option<Route>, error: Error) -> Self {
        Self { route, outcome: Err(Failure::Refused(error)) }
    }
}

/// Step 5: the input, with everything that is wrong with it said at once.
fn decode(route: Route, form: Option<Form<'_>>, parts: &Parts, body: &[u8]) -> Result<Node, Error> {
    let input = if let Some(form) = form {
        wire::decode_form(route.operation, form)
    } else {
        let request = RequestParts {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            header: &|name| text_header(&parts.headers, name),
            body,
        };
        wire::decode_input(route.operation, route.service, &request)
    };
    let input = input.map_err(|error| route::malformed(&error))?;
    match wire::violations(route.operation.input, &input) {
        Some(message) => Err(Error::validation(message)),
        None => Ok(input),
    }
}

/// Names and values in wire order. HTTP/2 has its host in the URI.
fn header_list(parts: &Parts) -> Vec<(&str, &[u8])> {
    let mut headers = Vec::with_capacity(parts.headers.len() + 1);
    headers.extend(parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    if let Some(authority) = parts.uri.authority()
        && !parts.headers.contains_key(header::HOST)
    {
        headers.push(("host", authority.as_str().as_bytes()));
    }
    headers
}

/// The host that the client asked for.
fn host(parts: &Parts) -> Option<String> {
    let header = text_header(&parts.headers, &header::HOST);
    header.or(parts.uri.authority().map(http::uri::Authority::as_str)).map(str::to_owned)
}

fn text_header(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// IAM stores and shows whole seconds.
fn whole_second(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Floor)).unwrap_or(at)
}
