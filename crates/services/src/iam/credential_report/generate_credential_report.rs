use super::{csv, is_current};
use crate::{Access, Cx, Effect, Error, Operation, Prepared, Result};
use shapes::iam::{
    GenerateCredentialReport, GenerateCredentialReportInput, GenerateCredentialReportOutput,
    types::ReportStateType,
};
use store::{Transaction, credential_report::CredentialReport};

impl Operation for GenerateCredentialReport {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GenerateCredentialReportInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GenerateCredentialReport", "*"))
    }

    /// On a snapshot: an account with many users keeps nobody from writing.
    async fn prepare(cx: &Cx, _input: &GenerateCredentialReportInput) -> Result<Prepared> {
        let mut tx = cx.plane.store.read();
        match store::credential_report::generated_at(&mut tx, cx.account()).await? {
            Some(at) if is_current(at, cx.now) => Ok(Prepared::Nothing),
            _ => csv::report(cx, &mut tx).await.map(Prepared::Report),
        }
    }

    /// Keeps what was prepared. AWS makes reports in the background; here one is there when this is answered, and the
    /// answer says that it was begun, as the first answer of AWS does.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        _input: GenerateCredentialReportInput,
    ) -> Result<GenerateCredentialReportOutput> {
        let present = store::credential_report::generated_at(tx, cx.account()).await?;
        if present.is_some_and(|at| is_current(at, cx.now)) {
            return Ok(GenerateCredentialReportOutput {
                state: Some(ReportStateType::Complete),
                description: None,
            });
        }
        let Prepared::Report(content) = &cx.prepared else {
            return Err(Error::internal("no report was prepared"));
        };
        let report = CredentialReport { generated_at: cx.now, content: content.clone() };
        store::credential_report::put(tx, cx.account(), &report).await?;
        Ok(GenerateCredentialReportOutput {
            state: Some(ReportStateType::Started),
            description: Some("No report exists. Starting a new report generation task".to_owned()),
        })
    }
}
