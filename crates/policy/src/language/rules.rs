//! What IAM demands of a document beyond its shape, by kind of policy, in the order and wording of its answers.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::language::arn_pattern::split_pattern;
use crate::language::document::{Document, Listed, StatementParts, Text};
use crate::language::glob::Glob;
use crate::language::policy::{PolicyKind, Version};
use crate::language::principal_pattern::{InvalidPrincipal, PrincipalElement, PrincipalType};

const LEGACY: &str = "The policy failed legacy parsing";
const PARTITIONS: [&str; 9] =
    ["*", "aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-us-gov"];
const IAM_PATH_STARTS: [&str; 15] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
    "delegation-request/",
    "role-template/",
];
/// Resources of S3 that do belong to a region.
const S3_REGIONAL: [&str; 7] =
    ["*", "accesspoint", "access-grants", "access-point", "async-request", "job", "storage-lens"];
/// What the trust policy of a role can be asked.
pub(crate) const TRUST_ACTIONS: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
];

/// A broken rule: IAM's message and the byte offset of what breaks it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) message: Cow<'static, str>,
    pub(crate) byte: usize,
}

impl Fault {
    fn new(message: impl Into<Cow<'static, str>>, byte: usize) -> Self {
        Self { message: message.into(), byte }
    }
}

/// Holds a document against the rules of its kind. `needed` is the version it must have, `text` the document as
/// submitted.
pub(crate) fn check(
    kind: PolicyKind,
    needed: Option<Version>,
    text: &str,
    document: &Document<'_>,
) -> Result<(), Fault> {
    check_version(needed, document)?;
    for statement in &document.statements {
        check_elements(kind, statement)?;
    }
    check_legacy(kind, text, document)?;
    check_sids(kind, document)?;
    for statement in &document.statements {
        let named = statement.actions.as_ref().is_some_and(|actions| !actions.values.is_empty());
        if !named {
            return Err(Fault::new("Policy statement must contain actions.", statement.node.start));
        }
    }
    if kind.needs_resource() {
        let variables = document.version.unwrap_or_default().has_variables();
        for resource in document.statements.iter().flat_map(|statement| values(statement.resources.as_ref()))
        {
            check_resource(*resource, variables)?;
        }
    }
    for statement in &document.statements {
        for action in values(statement.actions.as_ref()) {
            check_action(kind, *action)?;
        }
        for key in &statement.condition_keys {
            if !key.text.contains(':') {
                return Err(Fault::new(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                    key.start,
                ));
            }
        }
    }
    for statement in &document.statements {
        if kind.needs_resource() && values(statement.resources.as_ref()).is_empty() {
            return Err(Fault::new("Policy statement must contain resources.", statement.node.start));
        }
    }
    Ok(())
}

/// The message for a principal that names nobody.
pub(crate) fn invalid_principal(invalid: &InvalidPrincipal) -> Fault {
    let label = match invalid.principal_type {
        None | Some(PrincipalType::Aws) => "AWS",
        Some(PrincipalType::CanonicalUser) => "CANONICALUSER",
        Some(PrincipalType::Federated) => {
            let message = "Federated principals must be valid domain names or SAML metadata ARNs";
            return Fault::new(message, invalid.start);
        }
        Some(PrincipalType::Service) => "SERVICE",
    };
    Fault::new(format!("Invalid principal in policy: \"{label}\":\"{}\"", invalid.text), invalid.start)
}

fn check_version(needed: Option<Version>, document: &Document<'_>) -> Result<(), Fault> {
    if needed.is_some() && document.version != needed {
        return Err(Fault::new("Policy document must be version 2012-10-17 or greater.", 0));
    }
    Ok(())
}

/// Which elements the kind of policy has at all.
fn check_elements(kind: PolicyKind, statement: &StatementParts<'_>) -> Result<(), Fault> {
    let start = statement.node.start;
    if kind == PolicyKind::Trust
        && let Some(resources) = &statement.resources
    {
        let message = if resources.negated {
            "Has prohibited field NotResource"
        } else {
            "Has prohibited field Resource"
        };
        return Err(Fault::new(message, resources.values.first().map_or(start, |value| value.start)));
    }
    match statement.principal {
        Some(principal) if kind == PolicyKind::Trust && principal.negated => {
            Err(Fault::new("Has prohibited field NotPrincipal", principal.node.start))
        }
        Some(principal) if !kind.has_principal() => {
            Err(Fault::new("Policy document should not specify a principal.", principal.node.start))
        }
        None if kind.has_principal() => Err(Fault::new("Missing required field Principal", start)),
        Some(principal) if principal.is_empty() => Err(Fault::new("Missing required field Principal", start)),
        Some(principal) if kind == PolicyKind::ResourceControl => {
            let element = PrincipalElement::parse(principal.node, principal.negated);
            let everyone = element.is_ok_and(|element| element.is_everyone());
            if everyone && (statement.effect.text == "Deny" || allows_everything(statement)) {
                Ok(())
            } else {
                Err(Fault::new("", start))
            }
        }
        _ => Ok(()),
    }
}

/// The one Allow a resource control policy may hold is that of the built-in `RCPFullAWSAccess`.
fn allows_everything(statement: &StatementParts<'_>) -> bool {
    let everything = |listed: &Option<Listed<'_>>| {
        listed
            .as_ref()
            .is_some_and(|listed| !listed.negated && listed.values.iter().all(|value| value.text == "*"))
    };
    everything(&statement.actions) && everything(&statement.resources) && statement.condition_keys.is_empty()
}

fn check_legacy(kind: PolicyKind, text: &str, document: &Document<'_>) -> Result<(), Fault> {
    if text.starts_with([' ', '\t']) {
        let trust = kind == PolicyKind::Trust;
        return Err(Fault::new(if trust { "JSON strings must not have leading spaces" } else { LEGACY }, 0));
    }
    for statement in &document.statements {
        if !matches!(statement.effect.text, "Allow" | "Deny") {
            return Err(Fault::new(LEGACY, statement.effect.start));
        }
        if let Some(byte) = statement.invalid_date {
            return Err(Fault::new(LEGACY, byte));
        }
        if kind.needs_resource() {
            for resource in values(statement.resources.as_ref()) {
                let colons = resource.text.matches(':').count();
                let vendor = resource.text.split(':').nth(2);
                if (colons < 5 && resource.text.contains("::")) || vendor == Some("") {
                    return Err(Fault::new(LEGACY, resource.start));
                }
            }
        }
    }
    Ok(())
}

fn check_sids(kind: PolicyKind, document: &Document<'_>) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for statement in &document.statements {
        let sid = statement.sid.unwrap_or_default();
        if !sid.is_empty() && !seen.insert(sid) {
            return Err(Fault::new(
                "Statement IDs (SID) in a single policy must be unique.",
                statement.node.start,
            ));
        }
    }
    for statement in &document.statements {
        let sid = statement.sid.unwrap_or_default();
        if kind.is_attached_in_iam() && !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let message = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                           expression [0-9A-Za-z]*";
            return Err(Fault::new(message, statement.node.start));
        }
    }
    Ok(())
}

fn check_resource(resource: Text<'_>, variables: bool) -> Result<(), Fault> {
    let Text { text, start } = resource;
    if text == "*" {
        return Ok(());
    }
    let parts = split_pattern(text, variables);
    let part = |index: usize| parts.get(index).copied();
    let is_variable = |part: &str| variables && part.starts_with("${");
    let Some(partition) = part(1) else {
        return Err(Fault::new(format!("Resource {text} must be in ARN format or \"*\"."), start));
    };
    if !PARTITIONS.contains(&partition) && !is_variable(partition) {
        let rest =
            |index| part(index).filter(|part| !part.is_empty() || parts.len() > index + 1).unwrap_or("*");
        let shown = [rest(2), rest(3), rest(4), rest(5)].join(":");
        let message =
            format!("Partition \"{partition}\" is not valid for resource \"arn:{partition}:{shown}\".");
        return Err(Fault::new(message, start));
    }
    let vendor = part(2).filter(|vendor| !vendor.is_empty() && !vendor.contains(['*', '?']));
    let (Some(vendor), Some(region)) = (vendor, part(3)) else {
        return Err(Fault::new("Resource vendor must be fully qualified and cannot contain regexes.", start));
    };
    let path = part(5).unwrap_or("*");
    if vendor == "iam" {
        if !region.is_empty() {
            return Err(Fault::new(format!("IAM resource {text} cannot contain region information."), start));
        }
        // Newer than the list that IAM tells: security keys, and the root user as the target of sts:AssumeRoot.
        let known = matches!(path, "*" | "root") || path.starts_with("u2f/") || is_variable(path);
        if !known && !IAM_PATH_STARTS.iter().any(|start| path.starts_with(start)) {
            let starts = IAM_PATH_STARTS.join(", ");
            let message = format!("IAM resource path must either be \"*\" or start with {starts}.");
            return Err(Fault::new(message, start));
        }
    }
    let regional = parts.len() == 6 && S3_REGIONAL.iter().any(|start| path.starts_with(start));
    if vendor == "s3" && !region.is_empty() && !regional {
        return Err(Fault::new(format!("Resource {text} can not contain region information."), start));
    }
    Ok(())
}

fn check_action(kind: PolicyKind, action: Text<'_>) -> Result<(), Fault> {
    let Text { text, start } = action;
    if kind == PolicyKind::Trust {
        let pattern = Glob::parse(&text.to_ascii_lowercase());
        let starts_with_sts = text.get(..4).is_some_and(|vendor| vendor.eq_ignore_ascii_case("sts:"));
        if !starts_with_sts || !TRUST_ACTIONS.iter().any(|action| pattern.matches(action)) {
            return Err(Fault::new("AssumeRole policy may only specify STS AssumeRole actions.", start));
        }
        return Ok(());
    }
    if text == "*" {
        return Ok(());
    }
    let Some((vendor, operation)) = text.split_once(':') else {
        return Err(Fault::new(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            start,
        ));
    };
    if operation.contains(':') {
        return Err(Fault::new("Actions/Condition can contain only one colon.", start));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if vendor.is_empty() || !vendor.bytes().all(plain) {
        return Err(Fault::new(format!("Vendor {vendor} is not valid"), start));
    }
    Ok(())
}

fn values<'a, 'n>(listed: Option<&'a Listed<'n>>) -> &'a [Text<'n>] {
    listed.map_or(&[], |listed| &listed.values)
}
