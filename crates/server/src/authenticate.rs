//! Step 4 of a request: signature, key and session token become a caller. In AWS's order: scope, then whether the
//! session is over, then whether key and token are known, the signature last.

use domain::{
    AccessKeyId, AccessKeyOwner, AccessKeyStatus, Caller, Principal, SecretAccessKey, Session,
    SessionPrincipal,
};
use jiff::Timestamp;
use services::{CallerPolicies, Common, Error, KeyEntry, Noted, Plane, PrincipalPolicies, Result, RoleEntry};
use sigv4::{
    Canonicalization, DEFAULT_SKEW, ErrorKind, Expectation, KeyCache, Presented, PresignedLifetime, Regions,
    SignatureError,
};
use std::sync::Arc;
use wire::Service;

/// Who signed a request, and the policies that apply to them.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    pub(crate) policies: CallerPolicies,
    /// The Region the request was signed for.
    pub(crate) region: String,
    /// Whether this use of the key or role is to be noted.
    pub(crate) to_be_noted: bool,
}

/// Verifies a signed request.
pub(crate) async fn authenticate(
    plane: &Plane,
    keys: &KeyCache,
    service: &Service,
    presented: &Presented<'_>,
    request: &sigv4::Request<'_>,
    now: Timestamp,
) -> Result<Authenticated> {
    let expectation = Expectation {
        services: &[service.signing_name],
        regions: Regions::Any,
        now,
        skew: DEFAULT_SKEW,
        presigned: PresignedLifetime::Skew,
    };
    let scope = presented.check(&expectation);
    // A session that is over stays over whatever the clock of the client says: that answer goes before a stale date.
    if let Err(error) = &scope
        && !matches!(error, SignatureError::Expired { .. } | SignatureError::NotYetCurrent { .. })
    {
        return Err(refusal(error));
    }
    let id = AccessKeyId::parse(presented.access_key_id()).map_err(|_| unknown_key())?;
    let known = match presented.session_token() {
        Some(token) => temporary(plane, id, token, now).await?,
        None => long_term(plane, id).await?,
    };
    scope.map_err(|error| refusal(&error))?;
    let key = keys.key(presented, known.secret().expose()).map_err(Error::internal)?;
    presented.verify(request, &key, Canonicalization::DEFAULT).map_err(|error| refusal(&error))?;
    let region = presented.scope().region.as_deref().unwrap_or("us-east-1").to_owned();
    // Only now: a request that is refused must not keep the next good one from being noted.
    let to_be_noted = known.noted().is_some_and(|noted| noted.is_first(now));
    let Known { caller, policies, .. } = known;
    Ok(Authenticated { caller, policies, region, to_be_noted })
}

/// A key that exists and may be used, before its signature was looked at.
struct Known {
    by: By,
    caller: Caller,
    policies: CallerPolicies,
}

/// What was presented.
enum By {
    Key(Arc<KeyEntry>),
    Session(Arc<Session>, Option<Arc<RoleEntry>>),
}

impl Known {
    fn secret(&self) -> &SecretAccessKey {
        match &self.by {
            By::Key(key) => &key.secret,
            By::Session(session, _) => &session.secret_access_key,
        }
    }

    /// Of the key or role whose use is recorded.
    fn noted(&self) -> Option<&Noted> {
        match &self.by {
            By::Key(key) => Some(&key.noted),
            By::Session(_, role) => role.as_ref().map(|role| &role.noted),
        }
    }
}

async fn long_term(plane: &Plane, id: AccessKeyId) -> Result<Known> {
    let entry = plane.directory.access_key(plane, &id).await?.ok_or_else(unknown_key)?;
    if id.is_temporary() || entry.key.status != AccessKeyStatus::Active {
        return Err(unknown_key());
    }
    let account_id = entry.key.account_id;
    let (principal, policies) = match &entry.key.owner {
        AccessKeyOwner::Root => (Principal::Root, CallerPolicies::default()),
        AccessKeyOwner::User(_) => {
            let user = entry.user.as_ref().ok_or_else(unknown_key)?;
            let policies = CallerPolicies { principal: user.policies.clone(), session: None };
            (Principal::User(user.user.clone()), policies)
        }
    };
    let caller = Caller { account_id, principal, access_key_id: id, session: None };
    Ok(Known { by: By::Key(entry), caller, policies })
}

async fn temporary(plane: &Plane, id: AccessKeyId, token: &str, now: Timestamp) -> Result<Known> {
    let session = plane.directory.session(plane, token, &id).ok_or_else(unknown_key)?;
    if session.expires_at <= now {
        let message = "The security token included in the request is expired";
        return Err(Error::common(Common::ExpiredToken, message));
    }
    let (principal, policies, role) = principal_of(plane, &session).await?;
    let session_policies = plane.directory.session_policies(plane, &session).await?;
    let policies = CallerPolicies { principal: policies, session: session_policies };
    let caller = Caller {
        account_id: session.account_id,
        principal,
        access_key_id: id,
        session: Some(session.clone()),
    };
    Ok(Known { by: By::Session(session, role), caller, policies })
}

/// The principal of a session as it is now, and its role, if it is of one. A session dies with its role or user, also
/// when a namesake takes its place.
async fn principal_of(
    plane: &Plane,
    session: &Session,
) -> Result<(Principal, Arc<PrincipalPolicies>, Option<Arc<RoleEntry>>)> {
    let account_id = session.account_id;
    match &session.principal {
        SessionPrincipal::Root => Ok((Principal::Root, Arc::default(), None)),
        SessionPrincipal::User { id } => {
            let user = plane.directory.user(plane, account_id, id).await?.ok_or_else(unknown_key)?;
            Ok((Principal::User(user.user.clone()), user.policies.clone(), None))
        }
        SessionPrincipal::Role { id, name, session_name } => {
            let role = plane.directory.role(plane, account_id, name).await?.ok_or_else(unknown_key)?;
            if role.role.id != *id {
                return Err(unknown_key());
            }
            let principal =
                Principal::AssumedRole { role: role.role.clone(), session_name: session_name.clone() };
            Ok((principal, role.policies.clone(), Some(role)))
        }
    }
}

/// One answer for unknown, deleted, deactivated and mismatched: nobody learns which keys exist.
fn unknown_key() -> Error {
    Error::common(Common::InvalidClientTokenId, "The security token included in the request is invalid.")
}

/// What the signature crate refuses, as an API error.
pub(crate) fn refusal(error: &SignatureError) -> Error {
    let common = match error.code() {
        ErrorKind::IncompleteSignature => Common::IncompleteSignature,
        ErrorKind::MalformedQueryString => Common::MalformedQueryString,
        ErrorKind::MissingAuthenticationToken => Common::MissingAuthenticationToken,
        ErrorKind::SignatureDoesNotMatch => Common::SignatureDoesNotMatch,
    };
    Error::common(common, error.to_string())
}
