//! What a server refuses, found out by asking.

use super::prepare::Prepared;
use crate::{
    Failure,
    client::{Answer, Call, Key, now, once},
};
use jiff::SignedDuration;
use std::net::SocketAddr;

/// Longer than the fifteen minutes that a signature is good for.
const STALE: SignedDuration = SignedDuration::from_mins(20);
/// In the form of an access key id, and nobody's.
const UNKNOWN_KEY_ID: &str = "AKIAZZZZZZZZZZZZZZZZ";

/// A request that has to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    NoSignature,
    WrongSecret,
    UnknownKey,
    ChangedBody,
    StaleSignature,
    WrongSessionToken,
    DeniedAction,
}

impl Probe {
    pub(crate) const ALL: [Self; 7] = [
        Self::NoSignature,
        Self::WrongSecret,
        Self::UnknownKey,
        Self::ChangedBody,
        Self::StaleSignature,
        Self::WrongSessionToken,
        Self::DeniedAction,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::NoSignature => "no signature",
            Self::WrongSecret => "wrong signature",
            Self::UnknownKey => "unknown access key",
            Self::ChangedBody => "body changed after signing",
            Self::StaleSignature => "signed 20 minutes ago",
            Self::WrongSessionToken => "changed session token",
            Self::DeniedAction => "action without permission",
        }
    }

    /// Sends it. The error's code when it was refused, `None` when it was answered.
    pub(crate) fn refusal(self, address: SocketAddr, prepared: &Prepared) -> Result<Option<String>, Failure> {
        let answer: Answer = once(address, &self.request(address, prepared)?)?;
        Ok((answer.status != 200).then(|| answer.complaint()))
    }

    fn request(self, address: SocketAddr, prepared: &Prepared) -> Result<Vec<u8>, Failure> {
        let get_user = |name: &str| Call::iam("GetUser", &[("UserName", name)]);
        let call = get_user(&prepared.user);
        let operator = &prepared.operator;
        match self {
            Self::NoSignature => Ok(call.unsigned(address)),
            Self::WrongSecret => {
                let secret = operator.secret_access_key.chars().rev().collect::<String>();
                call.signed(address, &Key::new(&operator.access_key_id, secret))
            }
            Self::UnknownKey => call.signed(address, &Key::new(UNKNOWN_KEY_ID, &operator.secret_access_key)),
            Self::ChangedBody => {
                let signed = String::from_utf8(call.signed(address, operator)?)?;
                Ok(signed.replace(&prepared.user, &prepared.other_user).into_bytes())
            }
            Self::StaleSignature => call.signed_at(now() - STALE, address, operator),
            Self::WrongSessionToken => {
                let token = prepared.session.session_token.as_ref().ok_or("the session has no token")?;
                let changed: String = token.chars().rev().collect();
                call.signed(address, &Key { session_token: Some(changed), ..prepared.session.clone() })
            }
            Self::DeniedAction => call.signed(address, &prepared.nobody),
        }
    }
}
