use super::credentials;
use crate::{Access, Cx, Effect, Error, Operation, Prepared, Result, mfa};
use domain::{Principal, SecretAccessKey, Session, SessionPrincipal};
use shapes::sts::{GetSessionToken, GetSessionTokenInput, GetSessionTokenOutput};
use std::time::Duration;
use store::Transaction;

/// How long a session lives that does not say.
const DEFAULT: Duration = Duration::from_hours(12);
/// The longest session of a root user; asking for more gives this.
const ROOT_LONGEST: Duration = Duration::from_hours(1);

impl Operation for GetSessionToken {
    const EFFECT: Effect = Effect::Read;

    /// Needs no permission: the session can do no more than the caller.
    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetSessionTokenInput) -> Result<Access> {
        Ok(Access::Authenticated)
    }

    /// Shows possession of the caller's MFA device.
    async fn prepare(cx: &Cx, input: &GetSessionTokenInput) -> Result<Prepared> {
        mfa::present(cx, input.serial_number.as_deref(), input.token_code.as_deref().map(String::as_str))
            .await
    }

    async fn handle(
        cx: &Cx,
        _tx: &mut Transaction,
        input: GetSessionTokenInput,
    ) -> Result<GetSessionTokenOutput> {
        if cx.caller.session.is_some() {
            return Err(Error::access_denied("Cannot call GetSessionToken with session credentials"));
        }
        let asked =
            input.duration_seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let duration = asked.unwrap_or(DEFAULT);
        let (principal, duration) = match &cx.caller.principal {
            Principal::Root => (SessionPrincipal::Root, duration.min(ROOT_LONGEST)),
            Principal::User(user) => (SessionPrincipal::User { id: user.id.clone() }, duration),
            Principal::AssumedRole { .. } => {
                return Err(Error::access_denied("Cannot call GetSessionToken with session credentials"));
            }
        };
        let session = Session {
            secret_access_key: SecretAccessKey::new(cx.random()),
            account_id: cx.account(),
            principal,
            issued_at: cx.now,
            expires_at: cx.now.checked_add(duration).map_err(Error::internal)?,
            mfa_authenticated_at: matches!(cx.prepared, Prepared::Mfa).then_some(cx.now),
            source_identity: None,
            tags: Vec::new(),
            transitive_tag_keys: Vec::new(),
            policy: None,
            policy_arns: Vec::new(),
        };
        Ok(GetSessionTokenOutput {
            credentials: Some(credentials::mint(cx, &session)?),
            ..Default::default()
        })
    }
}
