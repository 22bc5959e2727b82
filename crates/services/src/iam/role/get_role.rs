use super::{last_used, named, permission, whole_shape};
use crate::{Access, Cx, Effect, Operation, Result};
use shapes::iam::{GetRole, GetRoleInput, GetRoleOutput, types};
use store::Transaction;

impl Operation for GetRole {
    const EFFECT: Effect = Effect::Read;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &GetRoleInput) -> Result<Access> {
        Ok(permission(cx, tx, "iam:GetRole", &input.role_name).await?.into())
    }

    async fn handle(cx: &Cx, tx: &mut Transaction, input: GetRoleInput) -> Result<GetRoleOutput> {
        let role = named(tx, cx.account(), &input.role_name).await?;
        let role_last_used = Some(last_used(cx, tx, &role).await?);
        let source_role_template = role.source_template.as_ref().map(|source| types::SourceRoleTemplate {
            template_arn: source.arn.clone(),
            template_minor_version: source.minor_version,
        });
        let role = whole_shape(tx, &role).await?;
        Ok(GetRoleOutput { role: types::Role { role_last_used, source_role_template, ..role } })
    }
}
