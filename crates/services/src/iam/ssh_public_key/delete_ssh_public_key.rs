use super::get_of;
use crate::{Access, Cx, Effect, Operation, Result, iam::user};
use shapes::iam::{DeleteSSHPublicKey, DeleteSSHPublicKeyInput, DeleteSSHPublicKeyOutput};
use store::Transaction;

impl Operation for DeleteSSHPublicKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteSSHPublicKeyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:DeleteSSHPublicKey", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteSSHPublicKeyInput,
    ) -> Result<DeleteSSHPublicKeyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let key = get_of(cx, tx, &user, &input.ssh_public_key_id).await?;
        store::ssh_public_key::delete(tx, cx.account(), &key.id).await?;
        Ok(DeleteSSHPublicKeyOutput)
    }
}
