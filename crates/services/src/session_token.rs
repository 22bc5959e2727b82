//! Session tokens: a sealed session as text. Nothing is stored, so any node with the same keys can open what any other
//! node minted, also after a restart.

use crate::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use domain::{AccessKeyId, Random, Session};
use store::SessionSealer;
use zeroize::Zeroizing;

/// Longest token that is looked at, in characters. AWS asks clients to expect up to a few thousand.
const LONGEST: usize = 16 * 1024;

/// Temporary credentials, ready to be handed out.
#[derive(Debug)]
pub struct Minted {
    /// `ASIA...`
    pub access_key_id: AccessKeyId,
    /// The sealed session.
    pub session_token: String,
}

/// Seals `session` under a new temporary access key of its account.
pub fn mint(session: &Session, sealer: &SessionSealer, random: &dyn Random) -> Result<Minted> {
    let access_key_id = AccessKeyId::temporary(session.account_id, random);
    let document = Zeroizing::new(serde_json::to_vec(session).map_err(Error::internal)?);
    let token = sealer.seal(access_key_id.as_str(), &document).map_err(store::StoreError::from)?;
    Ok(Minted { access_key_id, session_token: BASE64.encode(token) })
}

/// Opens a token that came with `access_key_id`. `None` for anything that was not minted here for that key.
pub fn open(text: &str, access_key_id: &AccessKeyId, sealer: &SessionSealer) -> Option<Session> {
    if text.len() > LONGEST {
        return None;
    }
    let token = BASE64.decode(text).ok()?;
    let document = sealer.unseal(access_key_id.as_str(), &token).ok()?;
    let session: Session = serde_json::from_slice(&document).ok()?;
    (access_key_id.account_id() == Some(session.account_id)).then_some(session)
}
