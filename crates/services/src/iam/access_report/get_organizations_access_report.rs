use super::{Accesses, find};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{errors, page::Page, quotas},
};
use domain::{AccessReport, AccessReportSubject};
use jiff::Timestamp;
use shapes::iam::{
    GetOrganizationsAccessReport, GetOrganizationsAccessReportInput, GetOrganizationsAccessReportOutput,
    types::{AccessDetail, ErrorDetails, JobStatusType, SortKeyType},
};
use store::{Transaction, service_access::Accessors};

impl Operation for GetOrganizationsAccessReport {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetOrganizationsAccessReportInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetOrganizationsAccessReport", "*"))
    }

    /// Of an organization the plane knows the caller's account alone, which no service control policy limits.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetOrganizationsAccessReportInput,
    ) -> Result<GetOrganizationsAccessReportOutput> {
        let page = Page::of(cx, "GetOrganizationsAccessReport", input.marker.as_deref(), input.max_items)?;
        let missing = || errors::no_such_job(&input.job_id);
        let report = find(cx, tx, &input.job_id).await?.ok_or_else(missing)?;
        let AccessReport { created_at, subject, .. } = report;
        let AccessReportSubject::Organization { entity_path } = subject else { return Err(missing()) };
        let mut output = GetOrganizationsAccessReportOutput {
            job_status: JobStatusType::Completed,
            job_creation_date: created_at,
            job_completion_date: Some(created_at),
            number_of_services_accessible: None,
            number_of_services_not_accessed: None,
            access_details: None,
            is_truncated: Some(false),
            marker: None,
            error_details: None,
        };
        if entity_path.rsplit('/').next() != Some(&cx.account().to_string()) {
            output.job_status = JobStatusType::Failed;
            output.error_details = Some(ErrorDetails {
                code: "NoSuchEntity".to_owned(),
                message: format!("The entity path {entity_path} cannot be found."),
            });
            return Ok(output);
        }
        let accesses = Accesses::of(cx, tx, Accessors::Everyone).await?;
        let mut details = details(&accesses, &entity_path);
        output.number_of_services_accessible = Some(quotas::number(details.len()));
        let unused = details.iter().filter(|detail| detail.last_authenticated_time.is_none()).count();
        output.number_of_services_not_accessed = Some(quotas::number(unused));
        sort(&mut details, input.sort_key.as_ref());
        let places = (0..).zip(details).collect();
        let cut = page.cut_whole(cx, places, |(place, _): &(u32, AccessDetail)| format!("{place:06}"))?;
        output.is_truncated = Some(cut.is_truncated());
        output.access_details = Some(cut.items.into_iter().map(|(_, detail)| detail).collect());
        output.marker = cut.marker;
        Ok(output)
    }
}

/// Every service, by namespace.
fn details(accesses: &Accesses, entity_path: &str) -> Vec<AccessDetail> {
    let detail = |service: &catalog::Service| {
        let last = accesses.of_service(service.prefix);
        AccessDetail {
            service_name: service.name.to_owned(),
            service_namespace: service.prefix.to_owned(),
            region: last.map(|last| last.region.clone()),
            entity_path: last.map(|_| entity_path.to_owned()),
            last_authenticated_time: last.map(|last| last.at),
            total_authenticated_entities: Some(quotas::number(accesses.count(service.prefix))),
        }
    };
    catalog::services().iter().map(detail).collect()
}

/// Services that were not accessed come last, in whichever order of time.
fn sort(details: &mut [AccessDetail], key: Option<&SortKeyType>) {
    let time = |detail: &AccessDetail| detail.last_authenticated_time.map(Timestamp::as_millisecond);
    match key {
        Some(SortKeyType::ServiceNamespaceDescending) => details.reverse(),
        Some(SortKeyType::LastAuthenticatedTimeAscending) => {
            details.sort_by_key(|detail| time(detail).unwrap_or(i64::MAX));
        }
        Some(SortKeyType::LastAuthenticatedTimeDescending) => {
            details.sort_by_key(|detail| i64::MAX.saturating_sub(time(detail).unwrap_or(i64::MIN)));
        }
        _ => {}
    }
}
