use super::keep;
use crate::{Access, Cx, Effect, Operation, Permission, Result};
use domain::{AccessReportSubject, Arn};
use shapes::iam::{
    GenerateOrganizationsAccessReport, GenerateOrganizationsAccessReportInput,
    GenerateOrganizationsAccessReportOutput,
};
use store::Transaction;

impl Operation for GenerateOrganizationsAccessReport {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        _tx: &mut Transaction,
        input: &GenerateOrganizationsAccessReportInput,
    ) -> Result<Access> {
        let report = Arn::iam(cx.account(), format!("access-report/{}", input.entity_path));
        let permission = Permission::to("iam:GenerateOrganizationsAccessReport", report);
        Ok(match &input.organizations_policy_id {
            Some(id) => permission.with("iam:OrganizationsPolicyId", id),
            None => permission,
        }
        .into())
    }

    /// Whether there is such a part of an organization is said by the report.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GenerateOrganizationsAccessReportInput,
    ) -> Result<GenerateOrganizationsAccessReportOutput> {
        let entity_path = input.entity_path;
        let subject = AccessReportSubject::Organization { entity_path };
        Ok(GenerateOrganizationsAccessReportOutput { job_id: Some(keep(cx, tx, subject).await?) })
    }
}
