use super::is_current;
use crate::{Access, Cx, Effect, Operation, Result, iam::errors};
use shapes::iam::{
    GetCredentialReport, GetCredentialReportInput, GetCredentialReportOutput, types::ReportFormatType,
};
use store::Transaction;
use wire::Blob;

impl Operation for GetCredentialReport {
    const EFFECT: Effect = Effect::Read;

    async fn access(_cx: &Cx, _tx: &mut Transaction, _input: &GetCredentialReportInput) -> Result<Access> {
        Ok(Access::to("iam:GetCredentialReport", "*"))
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GetCredentialReportInput,
    ) -> Result<GetCredentialReportOutput> {
        let report =
            store::credential_report::find(tx, cx.account()).await?.ok_or_else(errors::report_not_present)?;
        if !is_current(report.generated_at, cx.now) {
            return Err(errors::report_expired());
        }
        Ok(GetCredentialReportOutput {
            content: Some(Blob(report.content.into_bytes())),
            report_format: Some(ReportFormatType::TextCsv),
            generated_time: Some(report.generated_at),
        })
    }
}
