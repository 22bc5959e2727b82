//! Trust policies of roles: who may assume the role, and how.

use std::collections::{HashMap, HashSet};

use crate::findings::covering::covers;
use crate::findings::document::{Document, Principal, Statement};
use crate::findings::place::Text;
use crate::findings::report::{MAX_LOCATIONS, Report};
use crate::language::arn_pattern::split_arn;
use crate::language::policy::PolicyKind;
use crate::language::principal_pattern::PrincipalType;
use crate::language::rules::TRUST_ACTIONS;
use crate::language::statement::Effect;

const GITHUB: &str = "token.actions.githubusercontent.com";
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if document.kind != PolicyKind::Trust {
        return;
    }
    for statement in &document.statements {
        if let Some(resources) = &statement.resources {
            let details = "A trust policy is about the role it belongs to. Remove Resource or NotResource.";
            report.error("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", details, &[&resources.place]);
        }
        check_actions(statement, report);
        let Some(principal) = &statement.principal else { continue };
        if principal.negated {
            let details = "A trust policy has no NotPrincipal. Use Principal.";
            report.error("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", details, &[&principal.place]);
            continue;
        }
        if principal.everyone {
            let details = "A trust policy does not name its principal \"*\". Say whom it trusts.";
            report.error("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", details, &[&principal.place]);
        }
        check_redundant_sessions(principal, report);
        if statement.effect == Some(Effect::Allow) {
            check_ways(statement, principal, report);
            check_providers(statement, principal, report);
            check_roles_anywhere(statement, principal, report);
            check_keys(statement, report);
        }
    }
}

fn check_actions(statement: &Statement<'_>, report: &mut Report<'_>) {
    for text in statement.action_texts().iter().filter(|text| !text.value.contains("${")) {
        let may_be = |action: &&str| covers(text.value, action, true);
        let of_sts = text.value.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
        if !of_sts || !TRUST_ACTIONS.iter().any(may_be) {
            let details = format!("The trust policy of a role is not asked about {}.", text.value);
            report.error("UNSUPPORTED_ACTION_IN_POLICY", details, &[&text.place]);
        }
    }
}

/// How a principal assumes a role.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Role,
    Saml,
    WebIdentity,
}

impl Way {
    fn of(principal_type: PrincipalType, text: &str) -> Self {
        match principal_type {
            PrincipalType::Federated if text.contains(":saml-provider/") => Self::Saml,
            PrincipalType::Federated => Self::WebIdentity,
            PrincipalType::Aws | PrincipalType::CanonicalUser | PrincipalType::Service => Self::Role,
        }
    }

    fn of_action(text: &str) -> Option<Self> {
        let is = |action: &str| text.eq_ignore_ascii_case(action);
        if is("sts:AssumeRole") {
            Some(Self::Role)
        } else if is("sts:AssumeRoleWithSAML") {
            Some(Self::Saml)
        } else if is("sts:AssumeRoleWithWebIdentity") {
            Some(Self::WebIdentity)
        } else {
            None
        }
    }
}

/// Actions that none of the statement's principals can ask for.
fn check_ways<'t>(statement: &Statement<'t>, principal: &Principal<'t>, report: &mut Report<'_>) {
    let listed = statement.actions.as_ref().filter(|actions| !actions.negated);
    let ways: HashSet<Way> =
        principal.entries.iter().map(|(principal_type, text)| Way::of(*principal_type, text.value)).collect();
    if ways.is_empty() {
        return;
    }
    for text in listed.map_or(&[][..], |actions| &actions.values) {
        if Way::of_action(text.value).is_none_or(|way| ways.contains(&way)) {
            continue;
        }
        let names: Vec<_> = principal.entries.iter().take(10).map(|(_, text)| text.value).collect();
        let details = format!(
            "{} is not for {}. Federated SAML providers go with sts:AssumeRoleWithSAML, federated OIDC providers with \
             sts:AssumeRoleWithWebIdentity, all others with sts:AssumeRole.",
            text.value,
            names.join(", ")
        );
        let principals = principal.entries.iter().take(MAX_LOCATIONS).map(|(_, text)| &text.place);
        let places: Vec<_> = std::iter::once(&text.place).chain(principals).collect();
        report.error("MISMATCHED_ACTION_FOR_PRINCIPAL", details, &places);
    }
}

/// Everyone with an account at an OIDC provider comes in unless a condition tells them apart.
fn check_providers(statement: &Statement<'_>, principal: &Principal<'_>, report: &mut Report<'_>) {
    for (principal_type, text) in &principal.entries {
        if !report.may_spend(statement.conditions.len().saturating_mul(64)) {
            return;
        }
        if *principal_type != PrincipalType::Federated
            || Way::of(*principal_type, text.value) != Way::WebIdentity
        {
            continue;
        }
        let provider = match split_arn(text.value) {
            Some([.., resource]) => resource.strip_prefix("oidc-provider/").unwrap_or_default(),
            None => text.value,
        };
        let github =
            provider == GITHUB || provider.strip_prefix(GITHUB).is_some_and(|rest| rest.starts_with('/'));
        let claim =
            |key: &str| key.rsplit_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(provider));
        if github {
            check_github(statement, provider, text, report);
        } else if !statement.conditions.iter().any(|condition| claim(condition.key.value)) {
            let details = "Everyone whom the identity provider knows may assume the role. Add conditions on keys that begin \
                           with the provider.";
            report.security("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", details, &[&text.place]);
        }
    }
}

fn check_github(statement: &Statement<'_>, provider: &str, principal: &Text<'_>, report: &mut Report<'_>) {
    let Some(subject) = statement.condition_on(&format!("{provider}:sub")) else {
        let details =
            format!("Every repository on GitHub may assume the role. Add a condition on {provider}:sub.");
        report.security("MISSING_GITHUB_REPO_CONDITION_KEY", details, &[&principal.place]);
        return;
    };
    let branch_elsewhere = statement.condition_on(&format!("{provider}:ref")).is_some();
    for text in subject.values.iter().filter(|text| text.value.contains(['*', '?'])) {
        let repository: Vec<&str> = text.value.splitn(3, ':').take(2).collect();
        let repository_named =
            !repository.iter().any(|part| part.contains(['*', '?'])) && repository.len() == 2;
        if !(repository_named && branch_elsewhere) {
            let details = format!(
                "The wildcard lets in more than is meant. Name repository and branch in {provider}:sub, or the branch in \
                 {provider}:ref."
            );
            report.warning("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", details, &[&text.place]);
        }
    }
}

fn check_roles_anywhere(statement: &Statement<'_>, principal: &Principal<'_>, report: &mut Report<'_>) {
    let named = principal.entries.iter().find(|(_, text)| text.value == ROLES_ANYWHERE);
    let needed = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];
    if let Some((_, text)) = named
        && !needed.iter().all(|action| statement.covers_action(action))
    {
        let details = format!("IAM Roles Anywhere needs {}. Add what is missing.", needed.join(", "));
        report.error("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", details, &[&text.place]);
    }
}

/// Keys that only come with an action which the statement does not allow.
fn check_keys(statement: &Statement<'_>, report: &mut Report<'_>) {
    let tags = statement.covers_action("sts:TagSession");
    let source_identity = statement.covers_action("sts:SetSourceIdentity");
    for condition in statement.conditions.iter().filter(|condition| condition.fails_when_absent()) {
        let (action, covered) = match condition.known.map_or("", |known| known.name) {
            "aws:RequestTag/${TagKey}" | "aws:TagKeys" | "sts:TransitiveTagKeys" => ("sts:TagSession", tags),
            "sts:SourceIdentity" => ("sts:SetSourceIdentity", source_identity),
            _ => continue,
        };
        if !covered {
            let key = condition.key.value;
            let details =
                format!("{key} is only set by {action}, which the statement does not have. Add it.");
            report.error("MISSING_ACTION_FOR_CONDITION_KEY", details, &[&condition.key.place]);
        }
    }
}

/// Sessions of a role that is named itself.
fn check_redundant_sessions(principal: &Principal<'_>, report: &mut Report<'_>) {
    let mut roles: HashMap<(&str, &str), &str> = HashMap::new();
    for (_, text) in &principal.entries {
        if let Some([_, _, "iam", _, account, resource]) = split_arn(text.value)
            && let Some(path) = resource.strip_prefix("role/")
        {
            roles.insert((account, path.rsplit('/').next().unwrap_or_default()), text.value);
        }
    }
    for (_, text) in &principal.entries {
        if let Some([_, _, "sts", _, account, resource]) = split_arn(text.value)
            && let Some((role, _)) =
                resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'))
            && let Some(parent) = roles.get(&(account, role))
        {
            let details =
                format!("Who trusts {parent} trusts its session {} as well. Remove the session.", text.value);
            report.suggestion("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", details, &[&text.place]);
        }
    }
}
