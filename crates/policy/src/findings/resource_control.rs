//! Resource control policies.

use crate::findings::document::{Condition, Document, Principal, Statement};
use crate::findings::place::Text;
use crate::findings::report::Report;
use crate::language::condition::Comparison;
use crate::language::policy::PolicyKind;
use crate::language::principal_pattern::PrincipalType;
use crate::language::statement::Effect;

/// Keys about the principal: absent when a service calls for itself.
const OF_PRINCIPALS: [&str; 5] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/${TagKey}",
];
/// Keys about whom a service calls for: absent when anyone else calls.
const OF_SOURCES: [&str; 4] = ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"];

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if document.kind != PolicyKind::ResourceControl {
        return;
    }
    for statement in &document.statements {
        if let Some(principal) = &statement.principal
            && !principal.is_everyone()
        {
            let details = "A resource control policy applies to everyone: its Principal is \"*\".";
            report.error("RCP_SYNTAX_ERROR_PRINCIPAL", details, &[&principal.place]);
        }
        match statement.effect {
            Some(Effect::Allow) => check_allow(statement, report),
            Some(Effect::Deny) => {
                check_actions(statement, report);
                check_company(statement, report);
            }
            None => {}
        }
    }
}

/// The built-in policy that allows everything is the one Allow there can be.
fn check_allow(statement: &Statement<'_>, report: &mut Report<'_>) {
    let resources = statement.resources.as_ref();
    let everything =
        resources.is_none_or(|listed| !listed.negated && listed.values.iter().all(|text| text.value == "*"));
    if !everything || statement.conditional {
        let details = "In a resource control policy, Allow goes with the Principal \"*\", the Resource \"*\" and no Condition.";
        report.error("RCP_SYNTAX_ERROR_ALLOW", details, &[&statement.place]);
    }
}

fn check_actions(statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(actions) = &statement.actions
        && actions.negated
    {
        let details = "A resource control policy has no NotAction. Use Action.";
        report.error("RCP_SYNTAX_ERROR_NOTACTION", details, &[&actions.place]);
        return;
    }
    for text in statement.action_texts() {
        let service = text.value.split_once(':').and_then(|(prefix, _)| catalog::service(prefix));
        let unsupported = service.map_or(text.value == "*", |service| !service.resource_controlled);
        if unsupported {
            let details = format!("Resource control policies do not reach the service of {}.", text.value);
            report.error("RCP_SYNTAX_ERROR_ACTION", details, &[&text.place]);
        }
    }
}

/// Conditions that would also deny those they do not mean.
fn check_company(statement: &Statement<'_>, report: &mut Report<'_>) {
    let has = |name: &str| {
        statement.conditions.iter().any(|condition| condition.key.value.eq_ignore_ascii_case(name))
    };
    let null = |name: &str| {
        statement.conditions.iter().any(|condition| {
            condition.operator.comparison == Comparison::Null
                && condition.key.value.eq_ignore_ascii_case(name)
        })
    };
    let about_service = has("aws:PrincipalIsAWSService");
    let source_known = null("aws:SourceAccount") || null("aws:SourceArn");
    let compared = |condition: &&Condition<'_>| condition.operator.comparison != Comparison::Null;
    for condition in statement.conditions.iter().filter(compared) {
        let Some(known) = condition.known else { continue };
        let (key, places) = (condition.key.value, [&condition.key.place]);
        if OF_PRINCIPALS.contains(&known.name) && !about_service {
            let details = format!(
                "{key} is absent when an AWS service calls. To leave services alone, add \
                 \"BoolIfExists\": {{\"aws:PrincipalIsAWSService\": \"false\"}}."
            );
            report.warning("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", details, &places);
        }
        if OF_SOURCES.contains(&known.name) {
            if !about_service {
                let details = format!(
                    "{key} is absent when no AWS service calls. To leave your principals alone, add \
                     \"BoolIfExists\": {{\"aws:PrincipalIsAWSService\": \"true\"}}."
                );
                report.warning("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", details, &places);
            }
            if !source_known {
                let details = format!(
                    "Some services call without {key}. To leave them alone, add \
                     \"Null\": {{\"aws:SourceAccount\": \"false\"}} or \"Null\": {{\"aws:SourceArn\": \"false\"}}."
                );
                report.warning("RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", details, &places);
            }
        }
    }
}

impl Principal<'_> {
    fn is_everyone(&self) -> bool {
        let everyone = |(principal_type, text): &(PrincipalType, Text<'_>)| {
            *principal_type == PrincipalType::Aws && text.value == "*"
        };
        !self.negated && (self.everyone || (self.entries.len() == 1 && self.entries.iter().all(everyone)))
    }
}
