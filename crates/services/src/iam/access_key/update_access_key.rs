use super::{key_of, owner};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, user},
};
use domain::AccessKeyStatus;
use shapes::iam::{UpdateAccessKey, UpdateAccessKeyInput, UpdateAccessKeyOutput, types};
use store::Transaction;

impl Operation for UpdateAccessKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateAccessKeyInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:UpdateAccessKey", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateAccessKeyInput,
    ) -> Result<UpdateAccessKeyOutput> {
        let status = parse(&input.status)?;
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let mut key = key_of(cx, tx, &owner, &input.access_key_id).await?;
        key.status = status;
        store::access_key::update(tx, &key).await?;
        Ok(UpdateAccessKeyOutput)
    }
}

/// The model also knows `Expired`, which only service-specific credentials can be.
fn parse(status: &types::StatusType) -> Result<AccessKeyStatus> {
    match status {
        types::StatusType::Active => Ok(AccessKeyStatus::Active),
        types::StatusType::Inactive => Ok(AccessKeyStatus::Inactive),
        types::StatusType::Expired | types::StatusType::Unknown(_) => {
            Err(errors::invalid_input(format!("Access keys cannot have the status {}.", status.as_str())))
        }
    }
}
