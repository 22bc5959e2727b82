//! Who may pass roles and make service-linked roles: both lend the rights of a role to a service.

use crate::findings::covering::covers;
use crate::findings::document::{Document, Statement};
use crate::findings::finding::FindingType;
use crate::findings::place::{Place, Text};
use crate::findings::report::Report;
use crate::language::arn_pattern::split_arn;
use crate::language::policy::PolicyKind;
use crate::language::statement::Effect;

/// An action that is dangerous on resources nobody named.
struct Danger {
    action: &'static str,
    /// A condition on this key makes up for wildcards.
    narrowed_by: &'static str,
    finding_type: FindingType,
    /// The codes, by how the action is covered (named, by wildcard, by NotAction) and the resource (star, NotResource).
    codes: [[&'static str; 2]; 3],
}

const DANGERS: [Danger; 2] = [
    Danger {
        action: "iam:PassRole",
        narrowed_by: "iam:PassedToService",
        finding_type: FindingType::SecurityWarning,
        codes: [
            ["PASS_ROLE_WITH_STAR_IN_RESOURCE", "PASS_ROLE_WITH_NOT_RESOURCE"],
            ["PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE"],
            ["PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION", "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE"],
        ],
    },
    Danger {
        action: "iam:CreateServiceLinkedRole",
        narrowed_by: "iam:AWSServiceName",
        finding_type: FindingType::Warning,
        codes: [
            ["CREATE_SLR_WITH_STAR_IN_RESOURCE", "CREATE_SLR_WITH_NOT_RESOURCE"],
            [
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
            ],
            [
                "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
            ],
        ],
    },
];

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if !matches!(document.kind, PolicyKind::Boundary | PolicyKind::Identity | PolicyKind::Session) {
        return;
    }
    for statement in document.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow)) {
        for danger in &DANGERS {
            check_danger(danger, statement, report);
        }
    }
}

fn check_danger(danger: &Danger, statement: &Statement<'_>, report: &mut Report<'_>) {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return };
    let covering: Vec<&Text<'_>> =
        actions.values.iter().filter(|text| covers(text.value, danger.action, true)).collect();
    if covering.is_empty() != actions.negated || statement.condition_on(danger.narrowed_by).is_some() {
        return;
    }
    let named = covering.iter().any(|text| text.value.eq_ignore_ascii_case(danger.action));
    let how = usize::from(!named) + usize::from(actions.negated);
    let open: Vec<&Text<'_>> =
        resources.values.iter().filter(|text| resources.negated || is_any_role(text.value)).collect();
    if open.is_empty() {
        return;
    }
    let code = danger.codes.get(how).and_then(|codes| codes.get(usize::from(resources.negated)));
    let details = format!(
        "The statement allows {} on roles that it does not name. Name the roles by their ARNs{}.",
        danger.action,
        if resources.negated {
            String::new()
        } else {
            format!(", or add a condition on {}", danger.narrowed_by)
        }
    );
    let from_actions = if actions.negated { &actions.values } else { &Vec::new() };
    let places: Vec<&Place<'_>> =
        covering.into_iter().chain(from_actions).chain(open).map(|text| &text.place).collect();
    if let Some(code) = code {
        report.add(danger.finding_type, code, details, &places);
    }
}

/// Whether a resource stands for roles of any name.
fn is_any_role(text: &str) -> bool {
    let stars = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    if stars(text) {
        return true;
    }
    let Some([_, _, service, _, _, resource]) = split_arn(text) else {
        return false;
    };
    let name = resource.strip_prefix("role/").unwrap_or(resource);
    covers(service, "iam", false)
        && (stars(name) || name.strip_prefix("aws-service-role/").is_some_and(stars))
}
