use super::change;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    EnableOrganizationsRootSessions, EnableOrganizationsRootSessionsInput,
    EnableOrganizationsRootSessionsOutput,
};
use store::Transaction;

impl Operation for EnableOrganizationsRootSessions {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &EnableOrganizationsRootSessionsInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:EnableOrganizationsRootSessions", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: EnableOrganizationsRootSessionsInput,
    ) -> Result<EnableOrganizationsRootSessionsOutput> {
        let (organization_id, features) =
            change(cx, tx, errors::caller_is_not_management_account, |settings| {
                settings.root_sessions = true;
            })
            .await?;
        Ok(EnableOrganizationsRootSessionsOutput {
            organization_id: Some(organization_id),
            enabled_features: Some(features),
        })
    }
}
