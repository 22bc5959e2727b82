use super::{encoding::Key, get_of};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, status, user},
};
use shapes::iam::{
    GetSSHPublicKey, GetSSHPublicKeyInput, GetSSHPublicKeyOutput,
    types::{self, EncodingType},
};
use store::Transaction;

impl Operation for GetSSHPublicKey {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetSSHPublicKeyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:GetSSHPublicKey", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetSSHPublicKeyInput,
    ) -> Result<GetSSHPublicKeyOutput> {
        let user = user::named(tx, cx.account(), &input.user_name).await?;
        let key = get_of(cx, tx, &user, &input.ssh_public_key_id).await?;
        let body = match input.encoding {
            EncodingType::Ssh => key.openssh,
            EncodingType::Pem => {
                let parsed = Key::parse(&key.openssh).map_err(Error::internal)?;
                parsed.pem().map_err(Error::internal)?
            }
            EncodingType::Unknown(_) => return Err(errors::unrecognized_public_key_encoding()),
        };
        let shape = types::SSHPublicKey {
            user_name: user.name.to_string(),
            ssh_public_key_id: key.id.to_string(),
            fingerprint: key.fingerprint,
            ssh_public_key_body: body,
            status: status::shape(key.status),
            upload_date: Some(key.uploaded_at),
        };
        Ok(GetSSHPublicKeyOutput { ssh_public_key: Some(shape) })
    }
}
