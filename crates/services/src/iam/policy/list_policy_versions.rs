use super::{get, permission, versions};
use crate::{Access, Cx, Effect, Operation, Result, iam::page::Page};
use domain::PolicyVersionId;
use shapes::iam::{ListPolicyVersions, ListPolicyVersionsInput, ListPolicyVersionsOutput, types};
use store::Transaction;

impl Operation for ListPolicyVersions {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &ListPolicyVersionsInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:ListPolicyVersions", &input.policy_arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: ListPolicyVersionsInput,
    ) -> Result<ListPolicyVersionsOutput> {
        let page = Page::of(cx, "ListPolicyVersions", input.marker.as_deref(), input.max_items)?;
        let managed = get(cx, tx, &input.policy_arn).await?;
        let cut = page.cut_whole(cx, versions(cx, tx, &managed).await?, newest_first)?;
        Ok(ListPolicyVersionsOutput {
            is_truncated: Some(cut.is_truncated()),
            marker: cut.marker,
            versions: Some(cut.items.into_iter().map(without_document).collect()),
        })
    }
}

/// A key that is the smaller the newer the version.
fn newest_first(version: &types::PolicyVersion) -> String {
    let id = version.version_id.as_deref().and_then(|id| PolicyVersionId::parse(id).ok());
    format!("{:010}", u32::MAX - id.map_or(0, PolicyVersionId::number))
}

/// IAM shows documents one at a time.
fn without_document(version: types::PolicyVersion) -> types::PolicyVersion {
    types::PolicyVersion { document: None, ..version }
}
