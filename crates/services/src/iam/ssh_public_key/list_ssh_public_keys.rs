use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, status, user},
};
use shapes::iam::{ListSSHPublicKeys, ListSSHPublicKeysInput, ListSSHPublicKeysOutput, types};
use store::Transaction;

impl Operation for ListSSHPublicKeys {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListSSHPublicKeysInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:ListSSHPublicKeys", input.user_name.as_deref())
            .await?
            .into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListSSHPublicKeysInput,
    ) -> Result<ListSSHPublicKeysOutput> {
        let page = Page::of(cx, "ListSSHPublicKeys", input.marker.as_deref(), input.max_items)?;
        let user = user::named_or_caller(cx, tx, input.user_name.as_deref()).await?;
        let read =
            store::ssh_public_key::list(tx, cx.account(), &user.id, page.after(), page.limit()).await?;
        let cut = page.cut(cx, read, |key| key.id.to_string())?;
        let is_truncated = Some(cut.is_truncated());
        let keys = cut.items.into_iter().map(|key| types::SSHPublicKeyMetadata {
            user_name: user.name.to_string(),
            ssh_public_key_id: key.id.to_string(),
            status: status::shape(key.status),
            upload_date: key.uploaded_at,
        });
        Ok(ListSSHPublicKeysOutput {
            ssh_public_keys: Some(keys.collect()),
            is_truncated,
            marker: cut.marker,
        })
    }
}
