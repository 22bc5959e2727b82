//! The Principal and NotPrincipal elements.

use crate::findings::condition_values::is_service_principal;
use crate::findings::document::{Document, Principal, Statement};
use crate::findings::place::Text;
use crate::findings::report::Report;
use crate::findings::variables::has_variable;
use crate::language::arn_pattern::split_arn;
use crate::language::policy::PolicyKind;
use crate::language::principal_pattern::{PrincipalType, names_someone};
use crate::language::statement::Effect;

/// What tells whom a service acts for.
const SOURCES: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
/// Keys about the principal, which requests by a service do not come with.
const OF_PRINCIPALS: [&str; 5] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/${TagKey}",
];

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let kind = document.kind;
    for statement in &document.statements {
        let Some(principal) = &statement.principal else { continue };
        match kind {
            PolicyKind::Boundary | PolicyKind::Identity | PolicyKind::Session => {
                let details =
                    "An identity policy applies to whom it is attached to and has no Principal. Remove it.";
                report.error("UNSUPPORTED_PRINCIPAL", details, &[&principal.place]);
                continue;
            }
            PolicyKind::ServiceControl => {
                let details =
                    "A service control policy names no principals. Remove Principal or NotPrincipal.";
                report.error("SCP_SYNTAX_ERROR_PRINCIPAL", details, &[&principal.place]);
                continue;
            }
            PolicyKind::Resource if principal.negated && statement.effect == Some(Effect::Allow) => {
                let details = "Allow with NotPrincipal lets in everyone it does not list. Use Principal.";
                report.security("ALLOW_WITH_NOT_PRINCIPAL", details, &[&principal.place]);
            }
            PolicyKind::Resource | PolicyKind::ResourceControl | PolicyKind::Trust => {}
        }
        for (principal_type, text) in &principal.entries {
            check_value(kind, *principal_type, text, report);
        }
        check_services(kind, statement, principal, report);
    }
}

fn check_value(kind: PolicyKind, principal_type: PrincipalType, text: &Text<'_>, report: &mut Report<'_>) {
    let (value, places) = (text.value, [&text.place]);
    if has_variable(value) {
        return;
    }
    let everyone = value == "*" && principal_type == PrincipalType::Aws;
    if principal_type == PrincipalType::Federated && kind == PolicyKind::Resource {
        let details = "Only a role's trust policy can name an identity provider.";
        report.error("FEDERATED_PRINCIPAL_NOT_SUPPORTED", details, &places);
    } else if principal_type == PrincipalType::Federated && kind == PolicyKind::Trust {
        if !is_provider(value) {
            let details = "An identity provider is named by its domain or by the ARN of the provider in IAM.";
            report.error("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", details, &places);
        }
    } else if value.contains(['*', '?']) && !everyone {
        let details =
            format!("A principal of the type {} is named without wildcards.", principal_type.name());
        report.error("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", details, &places);
    } else if principal_type == PrincipalType::Service && !is_service_principal(value, 1) {
        let details = "A service is written service-name.amazonaws.com.";
        report.error("INVALID_SERVICE_PRINCIPAL_FORMAT", details, &places);
    } else if !names_someone(principal_type, value) {
        let details = format!("This names no principal of the type {}.", principal_type.name());
        report.error("INVALID_PRINCIPAL_FORMAT", details, &places);
    } else if principal_type == PrincipalType::Aws && value.starts_with("AROA") {
        let details = format!("{value} is the id of a role. Name the role by its ARN.");
        report.warning("INVALID_ROLE_REFERENCE", details, &places);
    } else if principal_type == PrincipalType::Aws && value.starts_with("AIDA") {
        let details = format!("{value} is the id of a user. Name the user by its ARN.");
        report.warning("INVALID_USER_REFERENCE", details, &places);
    }
}

/// A domain, perhaps with a path, or the ARN of a provider.
fn is_provider(text: &str) -> bool {
    if let Some([_, _, service, _, _, resource]) = split_arn(text) {
        let named = ["saml-provider/", "oidc-provider/"].iter().find_map(|kind| resource.strip_prefix(kind));
        return service == "iam" && named.is_some_and(|name| !name.is_empty() && !name.contains(['*', '?']));
    }
    let odd = |character: char| character.is_whitespace() || matches!(character, '*' | '?' | ':');
    let host = text.split('/').next().unwrap_or_default();
    host.contains('.') && !text.contains(odd)
}

/// What is allowed to a service must say on whose behalf.
fn check_services(
    kind: PolicyKind,
    statement: &Statement<'_>,
    principal: &Principal<'_>,
    report: &mut Report<'_>,
) {
    let services: Vec<_> = principal
        .entries
        .iter()
        .filter(|(principal_type, _)| *principal_type == PrincipalType::Service)
        .collect();
    if services.is_empty() || principal.negated || statement.effect != Some(Effect::Allow) {
        return;
    }
    if services.len() == principal.entries.len() {
        let of_principals = |name: &str| OF_PRINCIPALS.contains(&name);
        let unknown: Vec<_> = statement
            .conditions
            .iter()
            .filter(|condition| condition.fails_when_absent())
            .filter(|condition| condition.known.is_some_and(|known| of_principals(known.name)))
            .collect();
        if !unknown.is_empty() {
            let names: Vec<_> = unknown.iter().take(10).map(|condition| condition.key.value).collect();
            let details = format!("Requests by a service do not come with {}.", names.join(", "));
            let places: Vec<_> = unknown.iter().map(|condition| &condition.key.place).collect();
            report.error("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", details, &places);
        }
    }
    if kind != PolicyKind::Resource || SOURCES.iter().any(|key| statement.condition_on(key).is_some()) {
        return;
    }
    let advice = "aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or aws:SourceOrgPaths";
    if let Some(condition) = statement.condition_on("aws:Referer") {
        let names: Vec<_> = services.iter().take(10).map(|(_, text)| text.value).collect();
        let details = format!(
            "To say on whose behalf {} may act, use {advice} instead of {}.",
            names.join(", "),
            condition.key.value
        );
        report.suggestion(
            "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
            details,
            &[&condition.key.place],
        );
    } else {
        let details =
            format!("A service acts on behalf of anyone unless a condition says of whom. Add {advice}.");
        let places: Vec<_> = services.iter().map(|(_, text)| &text.place).collect();
        report.security("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", details, &places);
    }
}
