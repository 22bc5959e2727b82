use super::find;
use crate::{Access, Cx, Effect, Error, Operation, Permission, Result, iam::user};
use domain::{AccessKey, AccessKeyOwner, Arn, User};
use shapes::iam::{GetAccessKeyLastUsed, GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput, types};
use store::{Transaction, last_used::UsedKind};

const ACTION: &str = "iam:GetAccessKeyLastUsed";
/// What stands in place of service and Region of a key that was never used.
const NOT_AVAILABLE: &str = "N/A";

impl Operation for GetAccessKeyLastUsed {
    const EFFECT: Effect = Effect::Read;

    /// On the user whose key it is, which the request does not name.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetAccessKeyLastUsedInput) -> Result<Access> {
        let Some(key) = find(cx, tx, &input.access_key_id).await? else {
            return Ok(Access::to(ACTION, resource(&input.access_key_id)));
        };
        let permission = match user_of(tx, &key).await? {
            Some(user) => user::permission(cx, tx, ACTION, user.name.as_str()).await?,
            None => Permission::to(ACTION, Arn::iam(cx.account(), "root")),
        };
        Ok(permission.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetAccessKeyLastUsedInput,
    ) -> Result<GetAccessKeyLastUsedOutput> {
        // A key of another account and one that nobody has look the same; the model has no error for either.
        let Some(key) = find(cx, tx, &input.access_key_id).await? else {
            return Err(Error::access_denied(format!(
                "User: {} is not authorized to perform: {ACTION} on resource: {}",
                cx.caller.arn(),
                resource(&input.access_key_id)
            )));
        };
        let owner = user_of(tx, &key).await?;
        let shape = match cx.last_use(tx, UsedKind::AccessKey, key.id.as_str()).await? {
            Some(used) => types::AccessKeyLastUsed {
                last_used_date: Some(used.at),
                service_name: used.service,
                region: used.region,
            },
            None => types::AccessKeyLastUsed {
                last_used_date: None,
                service_name: NOT_AVAILABLE.into(),
                region: NOT_AVAILABLE.into(),
            },
        };
        Ok(GetAccessKeyLastUsedOutput {
            user_name: owner.map(|user| user.name.into()),
            access_key_last_used: Some(shape),
        })
    }
}

/// How AWS's denials name a key whose owner they do not name.
fn resource(id: &str) -> String {
    format!("access key {id}")
}

/// The user whose key it is; none for the root user's.
async fn user_of(tx: &mut Transaction, key: &AccessKey) -> Result<Option<User>> {
    match &key.owner {
        AccessKeyOwner::Root => Ok(None),
        AccessKeyOwner::User(id) => Ok(Some(store::user::get(tx, key.account_id, id).await?)),
    }
}
