use super::{key_of, owner};
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use shapes::iam::{DeleteAccessKey, DeleteAccessKeyInput, DeleteAccessKeyOutput};
use store::{Transaction, last_used::UsedKind};

impl Operation for DeleteAccessKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteAccessKeyInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:DeleteAccessKey", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteAccessKeyInput,
    ) -> Result<DeleteAccessKeyOutput> {
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let key = key_of(cx, tx, &owner, &input.access_key_id).await?;
        store::last_used::delete(tx, cx.account(), UsedKind::AccessKey, key.id.as_str()).await?;
        store::access_key::delete(tx, cx.account(), &key.id).await?;
        Ok(DeleteAccessKeyOutput)
    }
}
