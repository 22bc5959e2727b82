//! Role templates: roles made from a description with parameters.

mod acquire_role;
mod catalog;
mod check;
mod get_role_template_version;
mod rendered;

pub use catalog::{RoleTemplateError, RoleTemplates};

use super::errors;
use crate::{Cx, Result};
use catalog::RoleTemplate;

/// The version of the template of that ARN, the default one where none is named, or `NoSuchEntity`.
fn version<'a>(cx: &'a Cx, arn: &str, minor: Option<i32>) -> Result<&'a RoleTemplate> {
    let missing = |what: String| errors::no_such_entity(what);
    let template = cx.plane.role_templates.default_version(arn);
    let template = template.ok_or_else(|| missing(format!("Role template {arn} does not exist.")))?;
    let minor = minor.unwrap_or(template.default_minor_version);
    let version = cx.plane.role_templates.version(arn, minor);
    version.ok_or_else(|| missing(format!("Role template {arn} has no minor version {minor}.")))
}
