//! The last step: output or error to bytes, with the headers that AWS sends.

use crate::{
    plane_server::Failure,
    route::{NoRoute, Route},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use services::{Common, Error};
use shapes::sts;
use wire::{Node, Protocol, ResponseFormat, Service};

/// Where AWS sends those who did not mean to call the API.
const DOCUMENTATION: &str = "https://aws.amazon.com/iam";

/// The response, and the code under which it is counted.
pub(crate) fn response(
    route: Option<Route>,
    outcome: Result<Node, Failure>,
    method: &Method,
    accept: Option<&str>,
    request_id: &str,
) -> (Response<Full<Bytes>>, &'static str) {
    let format = ResponseFormat::from_accept(accept);
    // A request that names no service is answered as STS answers: the service at `/` that takes unsigned calls.
    let service = route.map_or(&sts::SERVICE, |route| route.service);
    match (route, outcome) {
        (Some(route), Ok(output)) => {
            let answer = wire::encode_output(route.operation, route.service, output, format, request_id);
            (from_answer(answer, service, request_id), "OK")
        }
        (None, Ok(_)) => (empty(StatusCode::NOT_FOUND, request_id), "NotFound"),
        (_, Err(Failure::NoRoute(NoRoute::Console))) => {
            let mut response = empty(StatusCode::NOT_IMPLEMENTED, request_id);
            *response.body_mut() = Full::new(Bytes::from_static(b"The console is not implemented.\n"));
            (response, "NotImplemented")
        }
        (_, Err(Failure::NoRoute(NoRoute::NotAnApiRequest))) => {
            let status = if *method == Method::OPTIONS { StatusCode::OK } else { StatusCode::FOUND };
            let mut response = empty(status, request_id);
            let headers = response.headers_mut();
            if *method == Method::OPTIONS {
                preflight(headers);
            } else {
                headers.insert(header::LOCATION, HeaderValue::from_static(DOCUMENTATION));
            }
            (response, "NotAnApiRequest")
        }
        (_, Err(Failure::NoRoute(NoRoute::UnknownPath))) => {
            let mut response = empty(StatusCode::NOT_FOUND, request_id);
            *response.body_mut() = Full::new(Bytes::from_static(b"<UnknownOperationException/>\n"));
            (response, "UnknownOperationException")
        }
        (_, Err(Failure::NoRoute(NoRoute::UnknownOperation(service, error)))) => {
            refused(service, error, format, request_id)
        }
        (_, Err(Failure::Refused(error))) => refused(service, error, format, request_id),
    }
}

fn refused(
    service: &'static Service,
    error: Error,
    format: ResponseFormat,
    request_id: &str,
) -> (Response<Full<Bytes>>, &'static str) {
    let (code, status) = error.on(service.protocol);
    if status >= 500 && !error.is(Common::NotImplemented) {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(request_id, code, source, "a request failed here");
    }
    if error.is(Common::RequestEntityTooLarge) {
        return (empty(StatusCode::PAYLOAD_TOO_LARGE, request_id), code);
    }
    let answer = wire::encode_error(service, &error.into_answer(service.protocol), format, request_id);
    (from_answer(answer, service, request_id), code)
}

fn from_answer(answer: wire::Answer, service: &Service, request_id: &str) -> Response<Full<Bytes>> {
    let has_body = !answer.body.is_empty();
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, value(request_id));
    if has_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    }
    if service.protocol != Protocol::Query {
        // Secrets and tokens travel in these answers: no cache on the way keeps them.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, text) in answer.headers {
        headers.insert(HeaderName::from_static(name), value(&text));
    }
    response
}

fn empty(status: StatusCode, request_id: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response.headers_mut().insert(REQUEST_ID, value(request_id));
    response
}

/// STS answers browsers' preflight requests so.
fn preflight(headers: &mut http::HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
