use super::change;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    DisableOrganizationsRootCredentialsManagement, DisableOrganizationsRootCredentialsManagementInput,
    DisableOrganizationsRootCredentialsManagementOutput,
};
use store::Transaction;

impl Operation for DisableOrganizationsRootCredentialsManagement {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &DisableOrganizationsRootCredentialsManagementInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:DisableOrganizationsRootCredentialsManagement", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: DisableOrganizationsRootCredentialsManagementInput,
    ) -> Result<DisableOrganizationsRootCredentialsManagementOutput> {
        let (organization_id, features) =
            change(cx, tx, errors::not_management_or_delegated_administrator, |settings| {
                settings.root_credentials_management = false;
            })
            .await?;
        Ok(DisableOrganizationsRootCredentialsManagementOutput {
            organization_id: Some(organization_id),
            enabled_features: Some(features),
        })
    }
}
