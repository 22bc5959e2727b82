use super::{service, service::Service, status_shape};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, page::Page, user},
};
use domain::{ServiceSpecificCredential, User};
use jiff::Timestamp;
use shapes::iam::{
    ListServiceSpecificCredentials, ListServiceSpecificCredentialsInput,
    ListServiceSpecificCredentialsOutput, types,
};
use store::Transaction;

impl Operation for ListServiceSpecificCredentials {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &ListServiceSpecificCredentialsInput,
    ) -> Result<Access> {
        const ACTION: &str = "iam:ListServiceSpecificCredentials";
        if input.all_users == Some(true) {
            return Ok(Access::to(ACTION, "*"));
        }
        Ok(user::permission_or_caller(cx, tx, ACTION, input.user_name.as_deref()).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListServiceSpecificCredentialsInput,
    ) -> Result<ListServiceSpecificCredentialsOutput> {
        let page = Page::of(cx, "ListServiceSpecificCredentials", input.marker.as_deref(), input.max_items)?;
        let service = input.service_name.as_deref();
        if let Some(name) = service.filter(|name| Service::parse(name).is_none()) {
            return Err(errors::not_supported_service(name));
        }
        let account = cx.account();
        let all = input.all_users == Some(true);
        if all && input.user_name.is_some() {
            return Err(Error::validation("UserName and AllUsers cannot be specified together."));
        }
        let order = |credential: &ServiceSpecificCredential| credential.id.to_string();
        let (cut, user) = if all {
            let read = store::service_specific_credential::list_all(
                tx,
                account,
                service,
                page.after(),
                page.limit(),
            );
            (page.cut(cx, read.await?, order)?, None)
        } else {
            let user = user::named_or_caller(cx, tx, input.user_name.as_deref()).await?;
            // There are few: those that the quotas allow.
            let mut read =
                store::service_specific_credential::list(tx, account, &user.id, None, u32::MAX).await?;
            read.retain(|credential| service.is_none_or(|service| credential.service_name == service));
            (page.cut_whole(cx, read, order)?, Some(user))
        };
        let is_truncated = Some(cut.is_truncated());
        let mut credentials = Vec::with_capacity(cut.items.len());
        for credential in cut.items {
            credentials.push(if let Some(user) = &user {
                metadata(credential, user, cx.now)?
            } else {
                let user = store::user::get(tx, account, &credential.user_id).await?;
                metadata(credential, &user, cx.now)?
            });
        }
        Ok(ListServiceSpecificCredentialsOutput {
            service_specific_credentials: Some(credentials),
            marker: cut.marker,
            is_truncated,
        })
    }
}

fn metadata(
    credential: ServiceSpecificCredential,
    user: &User,
    now: Timestamp,
) -> Result<types::ServiceSpecificCredentialMetadata> {
    let status = status_shape(&credential, now);
    let has_password = service(&credential)?.has_password();
    let name = Some(credential.service_user_name);
    let (service_user_name, service_credential_alias) =
        if has_password { (name, None) } else { (None, name) };
    Ok(types::ServiceSpecificCredentialMetadata {
        user_name: user.name.to_string(),
        status,
        service_user_name,
        service_credential_alias,
        create_date: credential.created_at,
        expiration_date: credential.expires_at,
        service_specific_credential_id: credential.id.to_string(),
        service_name: credential.service_name,
    })
}
