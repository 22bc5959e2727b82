use super::{named, permission};
use crate::{
    Access, Cx, Effect, Operation, Permission, Result,
    iam::{errors, names},
};
use domain::Arn;
use shapes::iam::{UpdateGroup, UpdateGroupInput, UpdateGroupOutput};
use store::Transaction;

impl Operation for UpdateGroup {
    const EFFECT: Effect = Effect::Write;

    /// Both names: IAM asks for permission on the group as it is and as it will be.
    async fn access(cx: &Cx, tx: &mut Transaction, input: &UpdateGroupInput) -> Result<Access> {
        let present = permission(cx, tx, "iam:UpdateGroup", &input.group_name).await?;
        let found = store::group::find_by_name(tx, cx.account(), &names::group(&input.group_name)?).await?;
        let path = match (&input.new_path, found) {
            (None, Some(group)) => group.path,
            (new_path, _) => names::path(new_path.as_deref())?,
        };
        let name = names::group(input.new_group_name.as_deref().unwrap_or(&input.group_name))?;
        let future = Arn::iam(cx.account(), format!("group{path}{name}"));
        Ok(Access::Permissions(vec![present, Permission::to("iam:UpdateGroup", future)]))
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: UpdateGroupInput) -> Result<UpdateGroupOutput> {
        let mut group = named(tx, cx.account(), &input.group_name).await?;
        if let Some(path) = &input.new_path {
            group.path = names::path(Some(path))?;
        }
        if let Some(name) = &input.new_group_name {
            group.name = names::group(name)?;
            let taken = store::group::find_by_name(tx, cx.account(), &group.name).await?;
            if taken.is_some_and(|other| other.id != group.id) {
                return Err(errors::already_exists("Group", &group.name));
            }
        }
        store::group::update(tx, &group).await?;
        Ok(UpdateGroupOutput)
    }
}
