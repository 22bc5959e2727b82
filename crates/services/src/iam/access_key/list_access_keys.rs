use super::{owner, status};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{page::Page, user},
};
use domain::AccessKeyId;
use shapes::iam::{ListAccessKeys, ListAccessKeysInput, ListAccessKeysOutput, types};
use store::Transaction;

impl Operation for ListAccessKeys {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListAccessKeysInput) -> Result<Access> {
        Ok(user::permission_or_caller(cx, tx, "iam:ListAccessKeys", input.user_name.as_deref()).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListAccessKeysInput,
    ) -> Result<ListAccessKeysOutput> {
        let page = Page::of(cx, "ListAccessKeys", input.marker.as_deref(), input.max_items)?;
        let owner = owner(cx, tx, input.user_name.as_deref()).await?;
        let after = page.after().and_then(|id| AccessKeyId::parse(id).ok());
        let read = store::access_key::list(tx, cx.account(), &owner.id, after.as_ref(), page.limit()).await?;
        let cut = page.cut(cx, read, |key| key.id.to_string())?;
        let is_truncated = Some(cut.is_truncated());
        let metadata = cut.items.into_iter().map(|key| types::AccessKeyMetadata {
            user_name: owner.user_name.clone(),
            access_key_id: Some(key.id.into()),
            status: Some(status(key.status)),
            create_date: Some(key.created_at),
        });
        Ok(ListAccessKeysOutput { access_key_metadata: metadata.collect(), is_truncated, marker: cut.marker })
    }
}
