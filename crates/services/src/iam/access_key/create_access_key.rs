use super::{owner, status};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{quotas, user},
};
use domain::{AccessKey, AccessKeyId, AccessKeyStatus, SecretAccessKey};
use shapes::iam::{CreateAccessKey, CreateAccessKeyInput, CreateAccessKeyOutput, types};
use store::Transaction;

impl Operation for CreateAccessKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &CreateAccessKeyInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:CreateAccessKey", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: CreateAccessKeyInput,
    ) -> Result<CreateAccessKeyOutput> {
        let account = cx.account();
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let present = store::access_key::count(tx, account, &owner.id).await?;
        quotas::check("AccessKeysPerUser", quotas::ACCESS_KEYS, present)?;
        let key = AccessKey {
            account_id: account,
            id: AccessKeyId::long_term(account, cx.random()),
            owner: owner.id,
            status: AccessKeyStatus::Active,
            created_at: cx.now,
        };
        let secret = SecretAccessKey::new(cx.random());
        store::access_key::insert(tx, &cx.plane.sealer, &key, &secret).await?;
        let access_key = types::AccessKey {
            user_name: owner.user_name.unwrap_or_default(),
            access_key_id: key.id.to_string(),
            status: status(key.status),
            // The one time that the secret is shown.
            secret_access_key: secret.expose().to_owned().into(),
            create_date: Some(key.created_at),
        };
        Ok(CreateAccessKeyOutput { access_key })
    }
}
