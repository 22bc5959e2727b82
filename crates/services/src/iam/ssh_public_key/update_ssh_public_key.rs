use super::get_of;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, status, user},
};
use shapes::iam::{UpdateSSHPublicKey, UpdateSSHPublicKeyInput, UpdateSSHPublicKeyOutput};
use store::Transaction;

impl Operation for UpdateSSHPublicKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateSSHPublicKeyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:UpdateSSHPublicKey", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UpdateSSHPublicKeyInput,
    ) -> Result<UpdateSSHPublicKeyOutput> {
        let status = status::parse(&input.status, errors::invalid_input)?;
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let mut key = get_of(cx, tx, &user, &input.ssh_public_key_id).await?;
        key.status = status;
        store::ssh_public_key::update(tx, &key).await?;
        Ok(UpdateSSHPublicKeyOutput)
    }
}
