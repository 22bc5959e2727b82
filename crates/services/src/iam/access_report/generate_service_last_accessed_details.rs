use super::{
    keep,
    subject::{self, SubjectName},
};
use crate::{Access, Cx, Effect, Operation, Result};
use domain::AccessReportSubject;
use shapes::iam::{
    GenerateServiceLastAccessedDetails, GenerateServiceLastAccessedDetailsInput,
    GenerateServiceLastAccessedDetailsOutput, types::AccessAdvisorUsageGranularityType,
};
use store::Transaction;

impl Operation for GenerateServiceLastAccessedDetails {
    const EFFECT: Effect = Effect::Write;

    async fn access(
        cx: &Cx,
        tx: &mut Transaction,
        input: &GenerateServiceLastAccessedDetailsInput,
    ) -> Result<Access> {
        let action = "iam:GenerateServiceLastAccessedDetails";
        Ok(subject::permission(cx, tx, action, &input.arn).await?.into())
    }

    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GenerateServiceLastAccessedDetailsInput,
    ) -> Result<GenerateServiceLastAccessedDetailsOutput> {
        SubjectName::parse(&input.arn)?.check(cx, tx).await?;
        let by_action = input.granularity == Some(AccessAdvisorUsageGranularityType::ActionLevel);
        let subject = AccessReportSubject::Entity { arn: input.arn, by_action };
        Ok(GenerateServiceLastAccessedDetailsOutput { job_id: Some(keep(cx, tx, subject).await?) })
    }
}
