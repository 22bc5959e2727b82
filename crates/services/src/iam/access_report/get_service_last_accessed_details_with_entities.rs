use super::{entity_report, gone, granted_actions, is_too_much_work, since, too_much_work};
use crate::{
    Access, Cx, Effect, Operation, Result,
    iam::{entity::Entity, errors, page::Page},
};
use ::policy::Grants;
use domain::UniqueId;
use jiff::Timestamp;
use shapes::iam::{
    GetServiceLastAccessedDetailsWithEntities, GetServiceLastAccessedDetailsWithEntitiesInput,
    GetServiceLastAccessedDetailsWithEntitiesOutput,
    types::{EntityDetails, EntityInfo, JobStatusType, PolicyOwnerEntityType},
};
use store::Transaction;

impl Operation for GetServiceLastAccessedDetailsWithEntities {
    const EFFECT: Effect = Effect::Read;

    async fn access(
        _cx: &Cx,
        _tx: &mut Transaction,
        _input: &GetServiceLastAccessedDetailsWithEntitiesInput,
    ) -> Result<Access> {
        Ok(Access::to("iam:GetServiceLastAccessedDetailsWithEntities", "*"))
    }

    /// Those who could have used the policies to access the service, the most recent access first.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: GetServiceLastAccessedDetailsWithEntitiesInput,
    ) -> Result<GetServiceLastAccessedDetailsWithEntitiesOutput> {
        let operation = "GetServiceLastAccessedDetailsWithEntities";
        let page = Page::of(cx, operation, input.marker.as_deref(), input.max_items)?;
        let Some(service) = catalog::service(&input.service_namespace) else {
            let message = format!("Service namespace {} is not valid.", input.service_namespace);
            return Err(errors::invalid_input(message));
        };
        let report = entity_report(cx, tx, &input.job_id).await?;
        let mut output = GetServiceLastAccessedDetailsWithEntitiesOutput {
            job_status: JobStatusType::Completed,
            job_creation_date: report.created_at,
            job_completion_date: report.created_at,
            entity_details_list: Vec::new(),
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
        let grants = Grants::of(sources.iter().map(|source| &*source.policy));
        if granted_actions(&grants, service).next().is_none() {
            return Ok(output);
        }
        let (account, accessors) = (cx.account(), subject.accessors());
        let all =
            store::service_access::list_accessors(tx, account, accessors, service.prefix, since(cx)).await?;
        let cut = page.cut_whole(cx, all, most_recent_first)?;
        output.is_truncated = Some(cut.is_truncated());
        for (id, last_authenticated) in &cut.items {
            if let Some(entity) = Entity::principal(cx, tx, id).await? {
                let entity_info = info(&entity, id);
                output
                    .entity_details_list
                    .push(EntityDetails { entity_info, last_authenticated: *last_authenticated });
            }
        }
        output.marker = cut.marker;
        Ok(output)
    }
}

/// A key that is the smaller the later the access; those without one come last.
fn most_recent_first((id, at): &(UniqueId, Option<Timestamp>)) -> String {
    format!("{:020} {id}", i64::MAX.saturating_sub(at.map_or(0, Timestamp::as_millisecond)))
}

fn info(entity: &Entity, id: &UniqueId) -> EntityInfo {
    let kind = match entity {
        Entity::Group(_) => PolicyOwnerEntityType::Group,
        Entity::Role(_) => PolicyOwnerEntityType::Role,
        Entity::User(_) => PolicyOwnerEntityType::User,
    };
    EntityInfo {
        arn: entity.arn(),
        name: entity.name().to_owned(),
        r#type: kind,
        id: id.to_string(),
        path: Some(entity.path().to_owned()),
    }
}
