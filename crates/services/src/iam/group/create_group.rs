use super::shape;
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, names, quotas},
};
use domain::{Arn, Group, IdKind, UniqueId};
use shapes::iam::{CreateGroup, CreateGroupInput, CreateGroupOutput};
use store::Transaction;

impl Operation for CreateGroup {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, _tx: &mut Transaction, input: &CreateGroupInput) -> Result<Access> {
        let name = names::group(&input.group_name)?;
        let path = names::path(input.path.as_deref())?;
        Ok(Access::to("iam:CreateGroup", Arn::iam(cx.account(), format!("group{path}{name}"))))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: CreateGroupInput) -> Result<CreateGroupOutput> {
        let group = Group {
            account_id: cx.account(),
            id: UniqueId::new(IdKind::Group, cx.random()),
            name: names::group(&input.group_name)?,
            path: names::path(input.path.as_deref())?,
            created_at: cx.now,
        };
        if store::group::find_by_name(tx, cx.account(), &group.name).await?.is_some() {
            return Err(errors::already_exists("Group", &group.name));
        }
        quotas::one_more(cx, tx, "GroupsPerAccount", quotas::GROUPS, async |tx| {
            store::group::count(tx, cx.account()).await
        })
        .await?;
        store::group::insert(tx, &group).await?;
        Ok(CreateGroupOutput { group: shape(&group) })
    }
}
