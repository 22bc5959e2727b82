//! What can be said of a role template before anybody uses it. What depends on the values of its parameters, and on what an
//! account has, shows when a role is made.

use super::catalog::{ParameterKind, RoleTemplate, RoleTemplateError};
use crate::{
    Error,
    iam::{
        names, policy, policy_document, quotas, role, tags,
        template::{self, TemplateError, Value},
    },
};
use ::policy::PolicyKind;
use serde_json::value::RawValue;
use shapes::iam::types::Tag;
use std::{collections::BTreeMap, ops::RangeInclusive};

/// The longest sessions that a role can have, in seconds.
const SESSION_DURATIONS: RangeInclusive<u32> = 3600..=43_200;

/// What is wrong with some part of a template.
type Wrong = (&'static str, String);

/// Checks all of a template.
pub(super) fn check(of: &RoleTemplate) -> Result<(), RoleTemplateError> {
    let checks = [parameters, texts, documents, arns, session];
    checks.iter().try_for_each(|check| {
        check(of).map_err(|(part, reason)| RoleTemplateError::Part { arn: of.arn(), part, reason })
    })
}

fn parameters(of: &RoleTemplate) -> Result<(), Wrong> {
    for (index, parameter) in of.parameters.iter().enumerate() {
        let name = &parameter.name;
        if of.parameters.iter().skip(index + 1).any(|other| other.name == *name) {
            return Err(("parameters", format!("{name} is there twice")));
        }
        if parameter.default.as_ref().is_some_and(|default| !parameter.kind.takes(default)) {
            return Err(("parameters", format!("the default of {name} is not of its type")));
        }
    }
    Ok(())
}

fn texts(of: &RoleTemplate) -> Result<(), Wrong> {
    let values = stand_ins(of);
    let text = |part, text: &str| filled(part, template::text(text, &values)).map(drop);
    text("role_name", &of.role_name)?;
    text("role_path", &of.role_path)?;
    text("role_description", of.role_description.as_deref().unwrap_or_default())?;
    for tag in &of.tags {
        text("tags", &tag.key)?;
        text("tags", &tag.value)?;
    }
    if is_final(&of.role_name) {
        names::role(&of.role_name).map_err(|error| refused("role_name", &error))?;
    }
    if is_final(&of.role_path) {
        role::own_path(Some(&of.role_path)).map_err(|error| refused("role_path", &error))?;
    }
    let tags = of.tags.iter().filter(|tag| is_final(&tag.key));
    let tags = tags.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() });
    tags::parse(tags.collect()).map(drop).map_err(|error| refused("tags", &error))
}

fn documents(of: &RoleTemplate) -> Result<(), Wrong> {
    document(of, "trust_policy", &of.trust_policy, PolicyKind::Trust)?;
    for policy in &of.inline_policies {
        names::policy(&policy.name).map_err(|error| refused("inline_policies", &error))?;
        document(of, "inline_policies", &policy.document, PolicyKind::Identity)?;
    }
    Ok(())
}

fn document(of: &RoleTemplate, part: &'static str, text: &RawValue, kind: PolicyKind) -> Result<(), Wrong> {
    filled(part, template::json(text.get(), &stand_ins(of)))?;
    if !is_final(text.get()) {
        return Ok(());
    }
    let policy = policy_document::parse(text.get(), kind).map_err(|error| refused(part, &error))?;
    let most =
        if kind == PolicyKind::Trust { quotas::TRUST_POLICY_SIZE } else { quotas::INLINE_POLICIES_OF_ROLE };
    if policy.size() > most {
        return Err((part, format!("it is longer than {most} characters")));
    }
    Ok(())
}

fn arns(of: &RoleTemplate) -> Result<(), Wrong> {
    let managed = of.managed_policies.iter().map(|arn| ("managed_policies", arn));
    let boundary = of.permissions_boundary.iter().map(|arn| ("permissions_boundary", arn));
    for (part, arn) in managed.chain(boundary) {
        let parsed = policy::parse_arn(arn).map_err(|error| refused(part, &error))?;
        let path = parsed.path_and_name("policy").map(|(path, _)| path);
        if parsed.account == "aws" && path.is_some_and(|path| path.starts_with(role::SERVICE_LINKED)) {
            return Err((part, format!("AWS keeps {arn} for the role of a service")));
        }
    }
    Ok(())
}

fn session(of: &RoleTemplate) -> Result<(), Wrong> {
    match of.max_session_duration {
        Some(seconds) if !SESSION_DURATIONS.contains(&seconds) => {
            let (least, most) = (SESSION_DURATIONS.start(), SESSION_DURATIONS.end());
            Err(("max_session_duration", format!("{seconds} is not between {least} and {most} seconds")))
        }
        _ => Ok(()),
    }
}

/// Some value for each parameter: whether a template can be filled in does not depend on which.
fn stand_ins(of: &RoleTemplate) -> BTreeMap<String, Value> {
    let stand_in = |kind: ParameterKind| {
        if kind.is_list() { Value::Many(vec!["x".into()]) } else { Value::One("x".into()) }
    };
    of.parameters.iter().map(|parameter| (parameter.name.clone(), stand_in(parameter.kind))).collect()
}

fn filled(part: &'static str, outcome: Result<String, TemplateError>) -> Result<String, Wrong> {
    outcome.map_err(|error| match error {
        TemplateError::Missing(name) => (part, format!("there is no parameter {name}")),
        other => (part, other.to_string()),
    })
}

/// Whether a text has no parameters.
fn is_final(text: &str) -> bool {
    template::names(text).next().is_none()
}

fn refused(part: &'static str, error: &Error) -> Wrong {
    (part, error.message().to_owned())
}
