use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, role::SERVICE_LINKED},
};
use domain::Arn;
use shapes::iam::{
    GetServiceLinkedRoleDeletionStatus, GetServiceLinkedRoleDeletionStatusInput,
    GetServiceLinkedRoleDeletionStatusOutput,
    types::{DeletionTaskFailureReasonType, DeletionTaskStatusType},
};
use store::Transaction;

impl Operation for GetServiceLinkedRoleDeletionStatus {
    const EFFECT: Effect = Effect::Read;

    /// On the role, which the task names: it is gone when the deletion was done.
    async fn access(
        cx: &Cx,
        _tx: &mut Transaction,
        input: &GetServiceLinkedRoleDeletionStatusInput,
    ) -> Result<Access> {
        let resource = match role_of(&input.deletion_task_id) {
            Some(role) => Arn::iam(cx.account(), format!("role{role}")).to_string(),
            None => "*".into(),
        };
        Ok(Access::to("iam:GetServiceLinkedRoleDeletionStatus", resource))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetServiceLinkedRoleDeletionStatusInput,
    ) -> Result<GetServiceLinkedRoleDeletionStatusOutput> {
        let task_id = &input.deletion_task_id;
        if role_of(task_id).is_none() {
            return Err(errors::invalid_input(format!("The deletion task id {task_id} is not valid.")));
        }
        let found = store::role_deletion::find(tx, cx.account(), task_id).await?;
        let deletion = found.ok_or_else(|| {
            errors::no_such_entity(format!("The deletion task with id {task_id} cannot be found."))
        })?;
        let Some(failure) = deletion.failure else {
            let status = DeletionTaskStatusType::Succeeded;
            return Ok(GetServiceLinkedRoleDeletionStatusOutput { status, reason: None });
        };
        let reason = DeletionTaskFailureReasonType { reason: Some(failure), role_usage_list: None };
        Ok(GetServiceLinkedRoleDeletionStatusOutput {
            status: DeletionTaskStatusType::Failed,
            reason: Some(reason),
        })
    }
}

/// `/aws-service-role/SERVICE/ROLE` of `task/aws-service-role/SERVICE/ROLE/UUID`.
fn role_of(task_id: &str) -> Option<&str> {
    let rest = task_id.strip_prefix("task")?;
    let (role, task) = rest.rsplit_once('/')?;
    let (service, name) = role.strip_prefix(SERVICE_LINKED)?.split_once('/')?;
    let is_whole =
        [service, name, task].iter().all(|part| !part.is_empty() && !part.contains(['/', '*', '?']));
    is_whole.then_some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_names_its_role() {
        let task = "task/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot/1-2";
        assert_eq!(role_of(task), Some("/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"));
        for text in [
            "",
            "task",
            "task/aws-service-role/",
            "task/aws-service-role/a/b",
            "task/aws-service-role/a/b/",
            "task/aws-service-role//b/c",
            "task/aws-service-role/a/b/c/d",
            "task/aws-service-role/a/*/c",
            "x/aws-service-role/a/b/c",
        ] {
            assert_eq!(role_of(text), None, "{text}");
        }
    }
}
