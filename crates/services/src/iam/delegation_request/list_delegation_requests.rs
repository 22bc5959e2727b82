use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, page::Page},
};
use domain::Arn;
use shapes::iam::{ListDelegationRequests, ListDelegationRequestsInput, ListDelegationRequestsOutput};
use store::{Transaction, delegation_request::Owner};

impl Operation for ListDelegationRequests {
    const EFFECT: Effect = Effect::Read;

    /// Everybody may list their own by default.
    async fn access(cx: &Cx, _tx: &mut Transaction, input: &ListDelegationRequestsInput) -> Result<Access> {
        let mut requests = Permission::to("iam:ListDelegationRequests", "*");
        if let Some(owner) = &input.owner_id {
            requests = requests.with("iam:DelegationRequestOwner", owner);
            requests.is_granted = is_callers(cx, owner);
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
        let owner_unique_id = cx.caller.user_id();
        let owner = match input.owner_id.as_deref() {
            None => Owner::Anyone,
            Some(own) if is_callers(cx, own) => Owner::UniqueId(&owner_unique_id),
            Some(arn) if is_identity(arn) => Owner::Arn(arn),
            Some(other) => return Err(errors::invalid_arn(other)),
        };
        let read = store::delegation_request::list_owned(tx, cx.account(), owner, after, limit).await?;
        let cut = page.cut(cx, read, |request| request.id.clone())?;
        Ok(ListDelegationRequestsOutput {
            delegation_requests: Some(cut.items.iter().map(|request| shape(cx, request)).collect()),
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
        })
    }
}

/// Whether that is an ARN as identities have it, which take requests.
fn is_identity(owner: &str) -> bool {
    Arn::parse(owner).is_ok_and(|arn| matches!(arn.service.as_str(), "iam" | "sts"))
}

/// Whether that is the caller's own ARN. What a namesake took who is gone is then not listed: nothing grants it by default.
fn is_callers(cx: &Cx, owner: &str) -> bool {
    owner == cx.caller.arn().to_string()
}
