//! Step 2 and 3 of a request: which service speaks, which operation is called. By name only: nothing is decoded yet.

use services::{Common, Error, Result};
use shapes::{SERVICES, iam, sts};
use sigv4::Presented;
use wire::{Form, OperationDescription, Protocol, Service};

/// What a request names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static OperationDescription,
}

/// A request whose operation is found, with its parameters where finding it has read them.
pub(crate) struct Found<'a> {
    pub(crate) route: Route,
    pub(crate) form: Option<Form<'a>>,
}

/// Why a request names nothing.
#[derive(Debug)]
pub(crate) enum NoRoute {
    /// The console, which is not built yet.
    Console,
    /// Not an API request: AWS sends a browser to its documentation.
    NotAnApiRequest,
    /// No service lives at this method and path.
    UnknownPath,
    /// The service is known, the operation is not.
    UnknownOperation(&'static Service, Error),
}

/// The parts of a request that name service and operation.
pub(crate) struct Named<'a, 'p> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) target: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) presented: Option<&'p Presented<'a>>,
    pub(crate) body: &'a [u8],
}

/// Finds service and operation.
pub(crate) fn find<'a>(named: &Named<'a, '_>) -> std::result::Result<Found<'a>, NoRoute> {
    if let Some(target) = named.target {
        return by_target(target).map(|route| Found { route, form: None });
    }
    // Replayed requests come with as many slashes as their base URLs had.
    if named.path.bytes().all(|byte| byte == b'/') {
        return by_action(named);
    }
    if named.path == "/console" || named.path.starts_with("/console/") {
        return Err(NoRoute::Console);
    }
    let rest = SERVICES.iter().copied().filter(|service| service.protocol == Protocol::RestJson);
    for service in rest {
        if let Some(operation) = wire::route(service, named.method, named.path, named.query) {
            return Ok(Found { route: Route { service, operation }, form: None });
        }
    }
    Err(NoRoute::UnknownPath)
}

/// awsJson: `X-Amz-Target: PREFIX.Operation`.
fn by_target(target: &str) -> std::result::Result<Route, NoRoute> {
    let (prefix, name) = target.rsplit_once('.').unwrap_or((target, ""));
    let service = SERVICES.iter().copied().find(|service| service.target_prefix == Some(prefix));
    let service = service.ok_or(NoRoute::UnknownPath)?;
    match service.operation(name) {
        Some(operation) => Ok(Route { service, operation }),
        None => Err(NoRoute::UnknownOperation(service, Error::common(Common::InvalidAction, ""))),
    }
}

/// awsQuery: `Action` and `Version`, in the query string or the form. All query services live at `/`, so the credential
/// scope tells them apart; unsigned calls are told apart by their version.
fn by_action<'a>(named: &Named<'a, '_>) -> std::result::Result<Found<'a>, NoRoute> {
    let is_form = named.content_type.is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    });
    let body = if is_form { named.body } else { b"" };
    let form = match Form::parse(named.query, body) {
        Ok(form) => form,
        Err(error) => {
            let service = scoped(named).unwrap_or(&sts::SERVICE);
            return Err(NoRoute::UnknownOperation(service, malformed(&error)));
        }
    };
    let Some(action) = form.get("Action") else { return Err(NoRoute::NotAnApiRequest) };
    let version = form.get("Version");
    let service = scoped(named).or_else(|| versioned(version)).unwrap_or(&sts::SERVICE);
    let operation = service.operation(action).filter(|_| version == Some(service.api_version));
    let Some(operation) = operation else {
        let version = version.unwrap_or("NO_VERSION_SPECIFIED");
        let message = format!("Could not find operation {action} for version {version}");
        return Err(NoRoute::UnknownOperation(service, Error::common(Common::InvalidAction, message)));
    };
    // A body of another type names no operation, but its parameters count.
    let form = Some(form).filter(|_| is_form || named.body.is_empty());
    Ok(Found { route: Route { service, operation }, form })
}

fn scoped(named: &Named<'_, '_>) -> Option<&'static Service> {
    let service = &named.presented?.scope().service;
    QUERY_SERVICES.into_iter().find(|query| query.signing_name == service)
}

fn versioned(version: Option<&str>) -> Option<&'static Service> {
    QUERY_SERVICES.into_iter().find(|service| Some(service.api_version) == version)
}

/// The services that share `/`.
const QUERY_SERVICES: [&Service; 2] = [&iam::SERVICE, &sts::SERVICE];

/// A request that cannot be read.
pub(crate) fn malformed(error: &wire::WireError) -> Error {
    Error::common(Common::MalformedInput, error.to_string())
}

/// Whether the operation takes callers without a signature.
pub(crate) fn check_signed(route: Route, presented: Option<&Presented<'_>>) -> Result<()> {
    if route.operation.signed && presented.is_none() {
        return Err(Error::common(
            Common::MissingAuthenticationToken,
            "Request is missing Authentication Token",
        ));
    }
    Ok(())
}
