use super::{SERVICE_NAME, service::Service, shape};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, quotas, user},
};
use domain::{AccessKeyStatus, IdKind, ServiceSpecificCredential, UniqueId, User};
use jiff::SignedDuration;
use shapes::iam::{
    CreateServiceSpecificCredential, CreateServiceSpecificCredentialInput,
    CreateServiceSpecificCredentialOutput,
};
use store::Transaction;

impl Operation for CreateServiceSpecificCredential {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &CreateServiceSpecificCredentialInput,
    ) -> Result<Access> {
        let permission =
            user::permission(cx, tx, "iam:CreateServiceSpecificCredential", &input.user_name).await?;
        let permission = permission.with(SERVICE_NAME, &input.service_name);
        Ok(match input.credential_age_days {
            Some(days) => permission.with("iam:ServiceSpecificCredentialAgeDays", days.to_string()).into(),
            None => permission.into(),
        })
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateServiceSpecificCredentialInput,
    ) -> Result<CreateServiceSpecificCredentialOutput> {
        let account = cx.account();
        let user = user::named(tx, account, &input.user_name).await?;
        let service = Service::parse(&input.service_name)
            .ok_or_else(|| errors::not_supported_service(&input.service_name))?;
        if input.credential_age_days.is_some() && service.has_password() {
            return Err(Error::validation("CredentialAgeDays is valid for API keys only."));
        }
        let present = store::service_specific_credential::list(tx, account, &user.id, None, u32::MAX).await?;
        let of_service =
            present.iter().filter(|credential| credential.service_name == input.service_name).count();
        if of_service >= quotas::SERVICE_SPECIFIC_CREDENTIALS {
            let limit = quotas::SERVICE_SPECIFIC_CREDENTIALS;
            return Err(errors::quota("ServiceSpecificCredentialsPerUser", limit));
        }
        let age = input.credential_age_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let service_user_name = free_name(cx, tx, service, &input.service_name, &user).await?;
        let secret = service.secret(&service_user_name, cx.random());
        let credential = ServiceSpecificCredential {
            account_id: account,
            id: UniqueId::new(IdKind::ServiceSpecificCredential, cx.random()),
            user_id: user.id.clone(),
            service_name: input.service_name,
            service_user_name,
            secret_digest: secret.digest.clone(),
            status: AccessKeyStatus::Active,
            created_at: cx.now,
            expires_at: age.map(|age| cx.now.checked_add(age)).transpose().map_err(Error::internal)?,
        };
        store::service_specific_credential::insert(tx, &credential).await?;
        Ok(CreateServiceSpecificCredentialOutput {
            service_specific_credential: Some(shape(&credential, &user, secret, cx.now)?),
        })
    }
}

/// Names looked at before the caller is asked to come again.
const MOST_NAMES: u32 = 100;

/// A name that the service knows nobody by. Names stay with their credentials when users are renamed, so that the first
/// choice may be another's.
async fn free_name(
    cx: &Cx,
    tx: &mut Transaction,
    service: Service,
    service_name: &str,
    user: &User,
) -> Result<String> {
    for number in 0..MOST_NAMES {
        let name = service.user_name(&user.name, cx.account(), number, cx.random());
        let taken =
            store::service_specific_credential::find_by_name(tx, cx.account(), service_name, &name).await?;
        if taken.is_none() {
            return Ok(name);
        }
    }
    Err(errors::limit_exceeded("All names of this user for the service are taken."))
}
