use super::{features, id, settings};
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    ListOrganizationsFeatures, ListOrganizationsFeaturesInput, ListOrganizationsFeaturesOutput,
};
use store::Transaction;

impl Operation for ListOrganizationsFeatures {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &ListOrganizationsFeaturesInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:ListOrganizationsFeatures", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: ListOrganizationsFeaturesInput,
    ) -> Result<ListOrganizationsFeaturesOutput> {
        let settings = settings(cx, tx, errors::not_management_or_delegated_administrator).await?;
        Ok(ListOrganizationsFeaturesOutput {
            organization_id: Some(id(cx.account())),
            enabled_features: Some(features(&settings)),
        })
    }
}
