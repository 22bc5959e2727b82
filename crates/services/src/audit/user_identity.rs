//! CloudTrail's `userIdentity` element.
//!
//! Source: "CloudTrail userIdentity element" in the CloudTrail user guide.

use domain::{Caller, Principal};
use serde::Serialize;
use smol_str::SmolStr;

/// Who called.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserIdentity {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer>,
    attributes: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: String,
    arn: String,
    account_id: String,
    user_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    creation_date: String,
    mfa_authenticated: &'static str,
}

impl UserIdentity {
    /// As the caller's own account sees it.
    pub(super) fn of(caller: &Caller) -> Self {
        let (kind, user_name) = match &caller.principal {
            Principal::AssumedRole { .. } => ("AssumedRole", None),
            Principal::Root => ("Root", None),
            Principal::User(user) => ("IAMUser", Some(user.name.to_string())),
        };
        Self {
            kind,
            principal_id: caller.user_id(),
            arn: Some(caller.arn().to_string()),
            account_id: caller.account_id.to_string(),
            access_key_id: Some(caller.access_key_id.to_string()),
            user_name,
            session_context: session_context(caller),
        }
    }

    /// As another account sees it, whose role the caller assumed: where from, and no more.
    pub(super) fn of_other_account(caller: &Caller) -> Self {
        Self {
            kind: "AWSAccount",
            principal_id: caller.user_id(),
            arn: None,
            account_id: caller.account_id.to_string(),
            access_key_id: None,
            user_name: None,
            session_context: None,
        }
    }
}

/// What events are looked up by as `Username`: the user's name, `root`, or the name of the role session.
pub(super) fn user_name(caller: &Caller) -> SmolStr {
    match &caller.principal {
        Principal::AssumedRole { session_name, .. } => session_name.as_str().into(),
        Principal::Root => SmolStr::new_static("root"),
        Principal::User(user) => user.name.as_str().into(),
    }
}

/// What only temporary credentials have.
fn session_context(caller: &Caller) -> Option<SessionContext> {
    let session = caller.session.as_ref()?;
    let session_issuer = match &caller.principal {
        Principal::AssumedRole { role, .. } => Some(SessionIssuer {
            kind: "Role",
            principal_id: role.id.to_string(),
            arn: role.arn().to_string(),
            account_id: role.account_id.to_string(),
            user_name: role.name.to_string(),
        }),
        Principal::Root | Principal::User(_) => None,
    };
    Some(SessionContext {
        session_issuer,
        attributes: Attributes {
            creation_date: super::record::whole_second(session.issued_at).to_string(),
            mfa_authenticated: if session.mfa_authenticated_at.is_some() { "true" } else { "false" },
        },
        source_identity: session.source_identity.clone(),
    })
}
