use super::encoding::{Key, KeyError};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{errors, quotas, status, user},
};
use domain::{AccessKeyStatus, IdKind, SshPublicKey, UniqueId};
use shapes::iam::{UploadSSHPublicKey, UploadSSHPublicKeyInput, UploadSSHPublicKeyOutput, types};
use store::Transaction;

impl Operation for UploadSSHPublicKey {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &UploadSSHPublicKeyInput) -> Result<Access> {
        Ok(user::permission(cx, tx, "iam:UploadSSHPublicKey", &input.user_name).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: UploadSSHPublicKeyInput,
    ) -> Result<UploadSSHPublicKeyOutput> {
        let account = cx.account();
        let user = user::named(tx, account, &input.user_name).await?;
        let parsed = Key::parse(&input.ssh_public_key_body).map_err(refusal)?;
        let key = SshPublicKey {
            account_id: account,
            id: UniqueId::new(IdKind::SshPublicKey, cx.random()),
            user_id: user.id.clone(),
            openssh: parsed.openssh().map_err(refusal)?,
            fingerprint: parsed.fingerprint().map_err(refusal)?,
            digest: parsed.digest().map_err(refusal)?,
            status: AccessKeyStatus::Active,
            uploaded_at: cx.now,
        };
        // There are few: those that the quota allows.
        let present = store::ssh_public_key::list(tx, account, &user.id, None, u32::MAX).await?;
        if present.iter().any(|other| other.digest == key.digest) {
            return Err(errors::duplicate_ssh_public_key());
        }
        if present.len() >= quotas::SSH_PUBLIC_KEYS {
            return Err(errors::quota("SSHPublicKeysPerUser", quotas::SSH_PUBLIC_KEYS));
        }
        store::ssh_public_key::insert(tx, &key).await?;
        let shape = types::SSHPublicKey {
            user_name: user.name.to_string(),
            ssh_public_key_id: key.id.to_string(),
            fingerprint: key.fingerprint,
            ssh_public_key_body: input.ssh_public_key_body,
            status: status::shape(key.status),
            upload_date: Some(key.uploaded_at),
        };
        Ok(UploadSSHPublicKeyOutput { ssh_public_key: Some(shape) })
    }
}

fn refusal(error: KeyError) -> Error {
    match error {
        KeyError::Invalid => errors::invalid_public_key(error.to_string()),
        KeyError::Unrecognized => errors::unrecognized_public_key_encoding(),
    }
}
