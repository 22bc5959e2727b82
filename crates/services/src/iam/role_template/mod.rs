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
use domain::Arn;

/// The version of the template of that ARN, the default one where none is named, or `NoSuchEntity`; `InvalidInput` when it
/// is no ARN of one.
fn version<'a>(cx: &'a Cx, arn: &str, minor: Option<i32>) -> Result<&'a RoleTemplate> {
    let is_template = |arn: &Arn| arn.service == "iam" && arn.resource.starts_with("role-template/");
    if !Arn::parse(arn).as_ref().is_ok_and(is_template) {
        return Err(errors::invalid_arn(arn));
    }
    let missing = |what: String| errors::no_such_entity(what);
    let template = cx.plane.role_templates.default_version(arn);
    let template = template.ok_or_else(|| missing(format!("Role template {arn} does not exist.")))?;
    let minor = minor.unwrap_or(template.default_minor_version);
    let version = cx.plane.role_templates.version(arn, minor);
    version.ok_or_else(|| missing(format!("Role template {arn} has no minor version {minor}.")))
}
