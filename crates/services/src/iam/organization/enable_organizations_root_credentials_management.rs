use super::change;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    EnableOrganizationsRootCredentialsManagement, EnableOrganizationsRootCredentialsManagementInput,
    EnableOrganizationsRootCredentialsManagementOutput,
};
use store::Transaction;

impl Operation for EnableOrganizationsRootCredentialsManagement {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &EnableOrganizationsRootCredentialsManagementInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:EnableOrganizationsRootCredentialsManagement", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: EnableOrganizationsRootCredentialsManagementInput,
    ) -> Result<EnableOrganizationsRootCredentialsManagementOutput> {
        let (organization_id, features) =
            change(cx, tx, errors::caller_is_not_management_account, |settings| {
                settings.root_credentials_management = true;
            })
            .await?;
        Ok(EnableOrganizationsRootCredentialsManagementOutput {
            organization_id: Some(organization_id),
            enabled_features: Some(features),
        })
    }
}
