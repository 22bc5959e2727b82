//! Temporary credentials as STS's answers hold them.

use crate::{Cx, Result, session_token};
use domain::Session;
use shapes::sts::types;

/// Mints credentials for a session.
pub(crate) fn mint(cx: &Cx, session: &Session) -> Result<types::Credentials> {
    let minted = session_token::mint(session, cx.plane.sealer.sessions(), cx.random())?;
    Ok(types::Credentials {
        access_key_id: minted.access_key_id.to_string(),
        secret_access_key: session.secret_access_key.expose().to_owned().into(),
        session_token: minted.session_token.into(),
        expiration: session.expires_at,
    })
}
