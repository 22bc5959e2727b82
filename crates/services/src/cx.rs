//! What one request carries through every step.

use crate::{CallerPolicies, NewSeed, Plane, Result, password::NewPassword};
use domain::{AccountId, Caller, LastUsed, Principal, Random};
use jiff::Timestamp;
use serde::Serialize;
use std::{net::IpAddr, sync::Arc};
use store::{Transaction, last_used::UsedKind};
use wire::Service;

/// One request: who asks, when, from where, and the plane that answers.
#[derive(Clone, Debug)]
pub struct Cx {
    /// The plane.
    pub plane: Arc<Plane>,
    /// Who asks.
    pub caller: Caller,
    /// The policies that apply to the caller, read when the request was authenticated.
    pub policies: CallerPolicies,
    /// When: read once, so that every step of a request sees the same time. Whole seconds, as IAM stores and shows it.
    pub now: Timestamp,
    /// When, to the millisecond: orders audit events.
    pub received_at: Timestamp,
    /// The id that the answer, the log and the audit record share.
    pub request_id: String,
    /// The Region the request was signed for: `aws:RequestedRegion`.
    pub region: String,
    /// The client's address: `aws:SourceIp`.
    pub source_ip: IpAddr,
    /// The client's name for itself: `aws:UserAgent`.
    pub user_agent: Option<String>,
    /// Whether the connection is TLS: `aws:SecureTransport`.
    pub secure_transport: bool,
    /// What was agreed on for the connection, where it is known.
    pub tls: Option<TlsDetails>,
    /// What the operation has prepared.
    pub prepared: Prepared,
}

/// What an operation has worked out before its transaction: see [`Operation::prepare`](crate::Operation::prepare).
#[derive(Clone, Debug, Default)]
pub enum Prepared {
    /// The caller has shown the right code of its MFA device.
    Mfa,
    /// The seed of a virtual MFA device, and a picture of it.
    NewSeed(NewSeed),
    /// A password, checked and hashed.
    NewPassword(NewPassword),
    /// Nothing.
    #[default]
    Nothing,
    /// A credential report.
    Report(String),
    /// Metadata of a SAML provider and a private key were read; until when a provider with that metadata is good, where
    /// there is any.
    SamlProvider(Option<Timestamp>),
    /// A server certificate was verified, with its key and chain; until when it is valid.
    ServerCertificate(Timestamp),
    /// The thumbprint of an OpenID Connect provider, which was asked for it.
    Thumbprint(String),
}

/// CloudTrail's `tlsDetails`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsDetails {
    /// `TLSv1.3`
    pub tls_version: &'static str,
    /// `TLS_AES_128_GCM_SHA256`
    pub cipher_suite: &'static str,
    /// The host that the client asked for.
    pub client_provided_host_header: Option<String>,
}

impl Cx {
    /// The account the caller acts in.
    pub fn account(&self) -> AccountId {
        self.caller.account_id
    }

    /// Where random bytes come from.
    pub fn random(&self) -> &dyn Random {
        &*self.plane.random
    }

    /// The last use of a key or role of the caller's account: the latest of what is written and what waits to be.
    pub(crate) async fn last_use(
        &self,
        tx: &mut Transaction,
        kind: UsedKind,
        id: &str,
    ) -> Result<Option<LastUsed>> {
        let written = store::last_used::find(tx, self.account(), kind, id).await?;
        let waiting = self.plane.last_uses.find(id);
        Ok(written.into_iter().chain(waiting).max_by_key(|used| used.at))
    }

    /// Notes that the caller's key, or the role behind its session, was used for a service.
    pub fn note_use(&self, service: &Service) {
        let (kind, id) = match &self.caller.principal {
            Principal::AssumedRole { role, .. } => (UsedKind::Role, role.id.as_str()),
            Principal::Root | Principal::User(_) if self.caller.session.is_some() => return,
            Principal::Root | Principal::User(_) => (UsedKind::AccessKey, self.caller.access_key_id.as_str()),
        };
        self.plane.last_uses.note(self.account(), kind, id, || LastUsed {
            at: self.now,
            service: service.signing_name.to_owned(),
            region: self.region.clone(),
        });
    }
}
