use super::change;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DisableOrganizationsRootSessions, DisableOrganizationsRootSessionsInput,
    DisableOrganizationsRootSessionsOutput,
};
use store::Transaction;

impl Operation for DisableOrganizationsRootSessions {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &DisableOrganizationsRootSessionsInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:DisableOrganizationsRootSessions", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: DisableOrganizationsRootSessionsInput,
    ) -> Result<DisableOrganizationsRootSessionsOutput> {
        let (organization_id, features) =
            change(cx, tx, errors::not_management_or_delegated_administrator, |settings| {
                settings.root_sessions = false;
            })
            .await?;
        Ok(DisableOrganizationsRootSessionsOutput {
            organization_id: Some(organization_id),
            enabled_features: Some(features),
        })
    }
}
