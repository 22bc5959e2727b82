//! A role template with everything filled in.

use super::catalog::{Parameter, RoleTemplate};
use crate::{
    Error, Result,
    iam::{
        errors, names, role,
        template::{self, TemplateError, Value},
    },
};
use domain::{InlinePolicy, Path, RoleName, SourceRoleTemplate, Tag};
use std::collections::BTreeMap;

/// The role that a template describes.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) source: SourceRoleTemplate,
    pub(super) name: RoleName,
    pub(super) path: Path,
    pub(super) description: Option<String>,
    pub(super) trust_policy: String,
    pub(super) inline_policies: Vec<InlinePolicy>,
    pub(super) managed_policies: Vec<String>,
    pub(super) permissions_boundary: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) max_session_duration: u32,
}

impl Rendered {
    /// Puts the values given, or else the defaults, into the template.
    pub(super) fn of(of: &RoleTemplate, given: &BTreeMap<String, Vec<String>>) -> Result<Self> {
        let known = |name: &String| of.parameters.iter().any(|parameter| parameter.name == *name);
        if let Some(name) = given.keys().find(|name| !known(name)) {
            return Err(errors::invalid_input(format!("The role template has no parameter {name}.")));
        }
        let mut values = BTreeMap::new();
        let mut texts = BTreeMap::new();
        for parameter in &of.parameters {
            let value = value(parameter, given.get(&parameter.name))?;
            if parameter.kind.is_list() {
                values.insert(parameter.name.clone(), Value::Many(value.clone()));
            } else if let Some(only) = value.first() {
                values.insert(parameter.name.clone(), Value::One(only.clone()));
            }
            texts.insert(parameter.name.clone(), value);
        }
        let text = |template: &str| template::text(template, &values).map_err(|error| refused(&error));
        let json = |template: &str| template::json(template, &values).map_err(|error| refused(&error));
        let description = of.role_description.as_deref().map(text).transpose()?;
        let inline_policies = of.inline_policies.iter().map(|policy| {
            let name = names::policy(&policy.name)?;
            Ok(InlinePolicy { name, document: json(policy.document.get())? })
        });
        let tags = of.tags.iter().map(|tag| Ok(Tag { key: text(&tag.key)?, value: text(&tag.value)? }));
        Ok(Self {
            name: names::role(&text(&of.role_name)?)?,
            path: role::own_path(Some(&text(&of.role_path)?))?,
            description,
            trust_policy: json(of.trust_policy.get())?,
            inline_policies: inline_policies.collect::<Result<_>>()?,
            managed_policies: of.managed_policies.clone(),
            permissions_boundary: of.permissions_boundary.clone(),
            tags: tags.collect::<Result<_>>()?,
            max_session_duration: of.max_session_duration.unwrap_or(role::DEFAULT_MAX_SESSION_DURATION),
            source: SourceRoleTemplate { arn: of.arn(), minor_version: of.minor_version, values: texts },
        })
    }
}

/// What a parameter is: of a list any number of values, otherwise one.
fn value(parameter: &Parameter, given: Option<&Vec<String>>) -> Result<Vec<String>> {
    let default = || parameter.default.clone().map(|default| vec![default]);
    let value = given.cloned().or_else(default);
    let name = &parameter.name;
    let value =
        value.ok_or_else(|| errors::invalid_input(format!("The parameter {name} must have a value.")))?;
    if !parameter.kind.is_list() && value.len() != 1 {
        return Err(Error::validation(format!("The parameter {name} takes one value.")));
    }
    if value.iter().any(|value| !parameter.kind.takes(value)) {
        return Err(errors::invalid_input(format!("The value of the parameter {name} is not valid.")));
    }
    Ok(value)
}

fn refused(error: &TemplateError) -> Error {
    errors::invalid_input(error.to_string())
}
