use super::{
    Accesses, entity_report, gone, granted_actions, granted_services, is_too_much_work, subject::Subject,
    too_much_work, tracked_actions,
};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{entity::Entity, page::Page, quotas},
};
use ::policy::{Grants, Source};
use catalog::Service;
use shapes::iam::{
    GetServiceLastAccessedDetails, GetServiceLastAccessedDetailsInput, GetServiceLastAccessedDetailsOutput,
    types::{
        AccessAdvisorUsageGranularityType as Granularity, JobStatusType, ServiceLastAccessed,
        TrackedActionLastAccessed,
    },
};
use std::collections::HashSet;
use store::{Transaction, service_access::ServiceAccess};

impl Operation for GetServiceLastAccessedDetails {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetServiceLastAccessedDetailsInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetServiceLastAccessedDetails", "*"))
    }

    /// By namespace, as the policies and the accesses are now.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetServiceLastAccessedDetailsInput,
    ) -> Result<GetServiceLastAccessedDetailsOutput> {
        let page = Page::of(cx, "GetServiceLastAccessedDetails", input.marker.as_deref(), input.max_items)?;
        let report = entity_report(cx, tx, &input.job_id).await?;
        let granularity = if report.by_action { Granularity::ActionLevel } else { Granularity::ServiceLevel };
        let mut output = GetServiceLastAccessedDetailsOutput {
            job_status: JobStatusType::Completed,
            job_type: Some(granularity),
            job_creation_date: report.created_at,
            job_completion_date: report.created_at,
            services_last_accessed: Vec::new(),
            is_truncated: Some(false),
            marker: None,
            error: None,
        };
        let Some(subject) = report.subject else {
            output.job_status = JobStatusType::Failed;
            output.error = Some(gone(&report.arn));
            return Ok(output);
        };
        let sources = subject.policies(cx, tx).await?;
        if is_too_much_work(&sources) {
            output.job_status = JobStatusType::Failed;
            output.error = Some(too_much_work());
            return Ok(output);
        }
        let accesses = Accesses::of(cx, tx, subject.accessors()).await?;
        let cut = page.cut_whole(cx, granted_services(&sources), |service| service.prefix.to_owned())?;
        output.is_truncated = Some(cut.is_truncated());
        output.marker = cut.marker;
        for service in cut.items {
            let last = accesses.of_service(service.prefix);
            let mut shown = ServiceLastAccessed {
                service_name: service.name.to_owned(),
                service_namespace: service.prefix.to_owned(),
                last_authenticated: last.map(|last| last.at),
                last_authenticated_entity: accessor(cx, tx, &subject, last).await?,
                last_authenticated_region: last.map(|last| last.region.clone()),
                total_authenticated_entities: Some(quotas::number(accesses.count(service.prefix))),
                tracked_actions_last_accessed: None,
            };
            if report.by_action {
                let mut tracked = Vec::new();
                for action in tracked_of(service, &sources) {
                    let last = accesses.of_action(service.prefix, action);
                    tracked.push(TrackedActionLastAccessed {
                        action_name: Some(action.to_owned()),
                        last_accessed_entity: accessor(cx, tx, &subject, last).await?,
                        last_accessed_time: last.map(|last| last.at),
                        last_accessed_region: last.map(|last| last.region.clone()),
                    });
                }
                shown.tracked_actions_last_accessed = Some(tracked).filter(|tracked| !tracked.is_empty());
            }
            output.services_last_accessed.push(shown);
        }
        Ok(output)
    }
}

/// The tracked actions of the service that the policies grant.
fn tracked_of(service: &'static Service, sources: &[Source]) -> Vec<&'static str> {
    let tracked: HashSet<&str> = tracked_actions(service.prefix).map(|operation| operation.name).collect();
    if tracked.is_empty() {
        return Vec::new();
    }
    let grants = Grants::of(sources.iter().map(|source| &*source.policy));
    granted_actions(&grants, service).filter(|action| tracked.contains(action)).collect()
}

/// The ARN of who made an access.
async fn accessor(
    cx: &Cx,
    tx: &mut Transaction,
    subject: &Subject,
    access: Option<&ServiceAccess>,
) -> Result<Option<String>> {
    let Some(access) = access else { return Ok(None) };
    if let Subject::Entity(entity @ (Entity::Role(_) | Entity::User(_))) = subject {
        return Ok(Some(entity.arn()));
    }
    Ok(Entity::principal(cx, tx, &access.principal).await?.map(|entity| entity.arn()))
}
