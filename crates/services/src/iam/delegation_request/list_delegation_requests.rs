use super::shape;
use crate::{Access, Cx, Effect, Operation, Permission, Result, iam::page::Page};
use shapes::iam::{ListDelegationRequests, ListDelegationRequestsInput, ListDelegationRequestsOutput};
use store::Transaction;

impl Operation for ListDelegationRequests {
    const EFFECT: Effect = Effect::Read;

    /// Everybody may list their own by default.
    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListDelegationRequestsInput) -> Result<Access> {
        let mut requests = Permission::to("iam:ListDelegationRequests", "*");
        if let Some(owner) = &input.owner_id {
            requests = requests.with("iam:DelegationRequestOwner", owner);
            requests.is_granted = *owner == cx.caller.arn().to_string();
        }
        Ok(requests.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListDelegationRequestsInput,
    ) -> Result<ListDelegationRequestsOutput> {
        let page = Page::of(cx, "ListDelegationRequests", input.marker.as_deref(), input.max_items)?;
        let (after, limit) = (page.after(), page.limit());
        let owner = input.owner_id.as_deref();
        let read = store::delegation_request::list_owned(tx, cx.account(), owner, after, limit).await?;
        let cut = page.cut(cx, read, |request| request.id.clone())?;
        Ok(ListDelegationRequestsOutput {
            delegation_requests: Some(cut.items.iter().map(|request| shape(cx, request)).collect()),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}
