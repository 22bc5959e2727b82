//! Reports on what was last accessed: which services a user, group, role or policy may use, and when that was last done.

mod generate_organizations_access_report;
mod generate_service_last_accessed_details;
mod get_organizations_access_report;
mod get_service_last_accessed_details;
mod get_service_last_accessed_details_with_entities;
mod list_policies_granting_service_access;
mod subject;

use super::errors;
use crate::{Cx, Result, check_built};
use ::policy::{Grants, Source};
use catalog::Service;
use domain::{AccessReport, AccessReportSubject, Principal};
use jiff::{SignedDuration, Timestamp};
use shapes::iam::types;
use std::collections::BTreeMap;
use store::{
    Transaction,
    service_access::{Accessors, ServiceAccess},
};
use subject::{Subject, SubjectName};
use wire::OperationDescription;

/// How long accesses are remembered.
const TRACKING_PERIOD: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long a report can be read.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Reports that one user or role may have: the latest ones.
const MOST: u32 = 5000;
/// Comparisons of patterns with actions that a report may take: about a tenth of a microsecond each.
const MOST_WORK: usize = 10_000_000;

/// Keeps what was asked for, and gives the job's id. Reports that nobody may read any more go.
async fn keep(cx: &Cx, tx: &mut Transaction, subject: AccessReportSubject) -> Result<String> {
    let mut bytes = [0; 16];
    cx.random().fill(&mut bytes);
    let job_id = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
    let report = AccessReport {
        account_id: cx.account(),
        job_id: job_id.clone(),
        created_at: cx.now,
        asked_by: asker(cx),
        subject,
    };
    store::access_report::delete_before(tx, cx.account(), cx.now - KEPT).await?;
    store::access_report::insert(tx, &report).await?;
    store::access_report::keep_latest(tx, cx.account(), &report.asked_by, MOST).await?;
    Ok(job_id)
}

/// The report of that job, if the caller is who asked for it.
async fn find(cx: &Cx, tx: &mut Transaction, job_id: &str) -> Result<Option<AccessReport>> {
    let report = store::access_report::find(tx, cx.account(), job_id).await?;
    Ok(report.filter(|report| report.asked_by == asker(cx) && report.created_at >= cx.now - KEPT))
}

/// A report on a user, group, role or policy, which may be gone by now.
struct EntityReport {
    created_at: Timestamp,
    arn: String,
    by_action: bool,
    subject: Option<Subject>,
}

/// The report of that job, or `NoSuchEntity`.
async fn entity_report(cx: &Cx, tx: &mut Transaction, job_id: &str) -> Result<EntityReport> {
    let report = find(cx, tx, job_id).await?;
    let Some(AccessReport { created_at, subject: AccessReportSubject::Entity { arn, by_action }, .. }) =
        report
    else {
        return Err(errors::no_such_job(job_id));
    };
    let subject = SubjectName::parse(&arn)?.find(cx, tx).await?;
    Ok(EntityReport { created_at, arn, by_action, subject })
}

/// Who may read a report: the same user, or any session of the same role.
fn asker(cx: &Cx) -> String {
    match &cx.caller.principal {
        Principal::AssumedRole { role, .. } => role.id.to_string(),
        Principal::Root => cx.account().to_string(),
        Principal::User(user) => user.id.to_string(),
    }
}

/// The beginning of the tracking period.
fn since(cx: &Cx) -> Timestamp {
    cx.now - TRACKING_PERIOD
}

/// Whether telling what policies grant would take too long: hundreds of kilobytes of patterns for services with many actions.
fn is_too_much_work<'a>(sources: impl IntoIterator<Item = &'a Source>) -> bool {
    let grants = Grants::of(sources.into_iter().map(|source| &*source.policy));
    let all: usize = catalog::services().iter().map(|service| service.actions().len()).sum();
    let actions = |prefix: Option<&str>| match prefix {
        None => all,
        Some(prefix) => catalog::service(prefix).map_or(0, |service| service.actions().len()),
    };
    grants.work(actions) > MOST_WORK
}

/// The services of which the policies grant an action, by their namespaces.
fn granted_services<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<&'static Service> {
    let grants = Grants::of(sources.into_iter().map(|source| &*source.policy));
    let all = catalog::services().iter();
    all.filter(|service| granted_actions(&grants, service).next().is_some()).collect()
}

fn granted_actions(grants: &Grants<'_>, service: &'static Service) -> impl Iterator<Item = &'static str> {
    grants.among(service.prefix, service.actions().iter().map(|action| action.name))
}

/// The actions of a service whose use is noted: those that this plane does.
fn tracked_actions(prefix: &str) -> impl Iterator<Item = &'static OperationDescription> {
    let services = shapes::SERVICES.iter().filter(move |service| service.signing_name == prefix);
    services.flat_map(|service| {
        let operations = service.operations.iter().copied();
        operations.filter(|operation| check_built(service, operation).is_ok())
    })
}

/// What was last accessed by some users and roles.
struct Accesses {
    latest: Vec<ServiceAccess>,
    counts: BTreeMap<String, u64>,
}

impl Accesses {
    async fn of(cx: &Cx, tx: &mut Transaction, accessors: Accessors<'_>) -> Result<Self> {
        let latest = store::service_access::list_latest(tx, cx.account(), accessors, since(cx)).await?;
        let counts = store::service_access::count_by_service(tx, cx.account(), accessors, since(cx)).await?;
        Ok(Self { latest, counts: counts.into_iter().collect() })
    }

    /// The last access to any action of the service.
    fn of_service(&self, prefix: &str) -> Option<&ServiceAccess> {
        self.latest.iter().filter(|access| access.service == prefix).max_by_key(|access| access.at)
    }

    /// The last access to the action.
    fn of_action(&self, prefix: &str, action: &str) -> Option<&ServiceAccess> {
        self.latest.iter().find(|access| access.service == prefix && access.action == action)
    }

    /// How many have accessed the service.
    fn count(&self, prefix: &str) -> u64 {
        self.counts.get(prefix).copied().unwrap_or_default()
    }
}

/// Why a report is not made.
fn too_much_work() -> types::ErrorDetails {
    types::ErrorDetails {
        code: "LimitExceeded".to_owned(),
        message: "The policies name too many actions.".to_owned(),
    }
}

/// Why a report cannot be made any more.
fn gone(arn: &str) -> types::ErrorDetails {
    types::ErrorDetails {
        code: "NoSuchEntity".to_owned(),
        message: format!("The entity with ARN {arn} cannot be found."),
    }
}
