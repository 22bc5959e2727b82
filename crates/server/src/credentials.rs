//! `portcullis credentials`: a session of an administrator role, for whoever can read the store and the root key. No
//! request is made: a running plane knows the session by the seal that both share.

use crate::{
    Failure,
    clock::Clock,
    command_line::{Credentials, CredentialsFormat},
    config::Storage,
    first_start::ADMINISTRATOR_ROLE,
    open, operator,
};
use domain::{AccessKeyId, AccountId, RoleName, RoleSessionName, SecretAccessKey, Session, SessionPrincipal};
use jiff::Timestamp;
use serde_json::json;
use services::{Deed, Plane, session_token};
use std::{io::Write, time::Duration};
use store::{Access, Retry, account, audit_event::AuditResource, role, setting};

/// How long the credentials live. Clients ask again shortly before the end.
const LIFETIME: Duration = Duration::from_hours(1);
/// The session's name, in its ARN and in audit records.
const SESSION_NAME: &str = "portcullis-credentials";

/// Mints and prints.
pub(crate) async fn print(flags: Credentials) -> Result<(), Failure> {
    let now = Clock::default().now();
    let storage = Storage::for_place(&flags.place)?;
    let plane = open::plane(&storage, Access::Tool, now).await?;
    let session = session(&plane, flags.account, flags.role, now).await?;
    let minted = session_token::mint(&session, plane.sealer.sessions(), &*plane.random)?;
    record(&plane, &session, &minted.access_key_id, now).await?;
    let (id, secret, token) =
        (minted.access_key_id.as_str(), session.secret_access_key.expose(), minted.session_token.as_str());
    let text = match flags.format {
        CredentialsFormat::Process => {
            let document = serde_json::json!({
                "Version": 1,
                "AccessKeyId": id,
                "SecretAccessKey": secret,
                "SessionToken": token,
                "Expiration": whole_second(session.expires_at).to_string(),
                "AccountId": session.account_id.to_string(),
            });
            format!("{document}\n")
        }
        CredentialsFormat::Env => format!(
            "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\n"
        ),
        CredentialsFormat::Profile => format!(
            "[portcullis]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n"
        ),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// Tells the trail of the account before anybody has the credentials.
async fn record(
    plane: &Plane,
    session: &Session,
    access_key_id: &AccessKeyId,
    now: Timestamp,
) -> Result<(), Failure> {
    let SessionPrincipal::Role { id, name, .. } = &session.principal else {
        return Err("only roles have credentials of this kind".into());
    };
    let resource = |kind: &'static str, name: String| AuditResource { kind: kind.into(), name };
    let details = json!({
        "accessKeyId": access_key_id.to_string(),
        "roleName": name.to_string(),
        "roleId": id.to_string(),
        "roleSessionName": SESSION_NAME,
        "expiration": whole_second(session.expires_at).to_string(),
    });
    let deed = Deed {
        resources: vec![
            resource("AWS::IAM::AccessKey", access_key_id.to_string()),
            resource("AWS::IAM::Role", name.to_string()),
        ],
        access_key_id: Some(access_key_id.to_string()),
        ..Deed::new("MintCredentials", details)
    };
    let (operator, mut retry) = (operator::current(), Retry::new());
    loop {
        let attempt = async {
            let mut tx = plane.store.write().await?;
            operator.record(&mut tx, session.account_id, deed.clone(), now).await?;
            tx.commit().await
        };
        match attempt.await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => return done.map_err(|error| format!("no credentials without a record: {error}").into()),
        }
    }
}

/// Clients know no fractions here.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

async fn session(
    plane: &Plane,
    account: Option<AccountId>,
    name: Option<RoleName>,
    now: Timestamp,
) -> Result<Session, Failure> {
    let mut tx = plane.store.read();
    let account_id = match account {
        Some(id) => account::find(&mut tx, id).await?.ok_or_else(|| format!("there is no account {id}"))?.id,
        None => setting::management_account(&mut tx)
            .await?
            .ok_or("the store has no account yet; start the plane first")?,
    };
    let name = match name {
        Some(name) => name,
        None => RoleName::parse(ADMINISTRATOR_ROLE)?,
    };
    let role = role::find_by_name(&mut tx, account_id, &name)
        .await?
        .ok_or_else(|| format!("account {account_id} has no role {name}; name one with --role"))?;
    Ok(Session {
        secret_access_key: SecretAccessKey::new(&*plane.random),
        account_id,
        principal: SessionPrincipal::Role {
            id: role.id,
            name: role.name,
            session_name: RoleSessionName::parse(SESSION_NAME)?,
        },
        issued_at: now,
        expires_at: now.checked_add(LIFETIME)?,
        mfa_authenticated_at: None,
        source_identity: None,
        tags: Vec::new(),
        transitive_tag_keys: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
    })
}
