//! The role templates of a plane: those of the program, and those that its operator brought.

use super::check::check;
use domain::Arn;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use shapes::iam::types::ParameterTypeType;
use std::{collections::BTreeSet, sync::Arc};

/// Role templates, each version by the ARN of its template and its minor version.
#[derive(Clone, Debug)]
pub struct RoleTemplates {
    versions: Arc<[RoleTemplate]>,
}

/// One version of a role template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleTemplate {
    /// The service that the template is of: a service principal.
    service: String,
    /// The template's name.
    pub(crate) name: String,
    pub(crate) major_version: u16,
    pub(crate) minor_version: i32,
    /// The minor version that is taken where none is named, the same in every version of a template.
    pub(crate) default_minor_version: i32,
    /// Whether roles can be made from the template.
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// Whether roles can be made from this version.
    #[serde(default = "yes")]
    pub(crate) version_enabled: bool,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) created_at: Timestamp,
    /// The role's name, with parameters.
    pub(crate) role_name: String,
    /// The role's path, with parameters.
    #[serde(default = "root_path")]
    pub(crate) role_path: String,
    /// The role's description, with parameters.
    #[serde(default)]
    pub(crate) role_description: Option<String>,
    /// The role's trust policy, with parameters in its texts.
    pub(crate) trust_policy: Box<RawValue>,
    #[serde(default)]
    pub(crate) inline_policies: Vec<InlineTemplate>,
    /// ARNs of managed policies.
    #[serde(default)]
    pub(crate) managed_policies: Vec<String>,
    #[serde(default)]
    pub(crate) permissions_boundary: Option<String>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    #[serde(default)]
    pub(crate) tags: Vec<TagTemplate>,
    /// The longest session of the role, in seconds.
    #[serde(default)]
    pub(crate) max_session_duration: Option<u32>,
}

/// An inline policy, with parameters in its texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InlineTemplate {
    pub(crate) name: String,
    pub(crate) document: Box<RawValue>,
}

/// A tag, with parameters in key and value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagTemplate {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// A parameter of a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: ParameterKind,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// What it is when nothing is given. Without it, something must be given.
    #[serde(default)]
    pub(crate) default: Option<String>,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum ParameterKind {
    String,
    StringList,
    Number,
    NumberList,
    Arn,
    ArnList,
}

/// What is wrong with role templates.
#[derive(Debug, thiserror::Error)]
pub enum RoleTemplateError {
    /// Two versions of a template do not agree which one is the default, or the default is not there.
    #[error("{0}: every version must name the same default_minor_version, and it must be there")]
    Default(String),
    /// The same version twice, or one that the program has.
    #[error("{arn}: the minor version {minor_version} is there already")]
    Duplicate {
        /// The template.
        arn: String,
        /// The version.
        minor_version: i32,
    },
    /// Not JSON, or not of the form that is asked for.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// Something in a template makes no role, whatever the values of its parameters.
    #[error("{arn}: {part}: {reason}")]
    Part {
        /// The template.
        arn: String,
        /// What member of it.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Default for RoleTemplates {
    /// Those of the program.
    fn default() -> Self {
        // A test reads the file: it is part of the program.
        let versions: Vec<RoleTemplate> =
            serde_json::from_str(include_str!("role_templates.json")).unwrap_or_default();
        Self { versions: versions.into() }
    }
}

impl RoleTemplates {
    /// Those of the program and those in a JSON list of versions.
    pub fn with(json: &str) -> Result<Self, RoleTemplateError> {
        let mut versions: Vec<RoleTemplate> = serde_json::from_str(include_str!("role_templates.json"))?;
        versions.extend(serde_json::from_str::<Vec<RoleTemplate>>(json)?);
        let mut seen = BTreeSet::new();
        for version in &versions {
            let arn = version.arn();
            if !seen.insert((arn.clone(), version.minor_version)) {
                return Err(RoleTemplateError::Duplicate { arn, minor_version: version.minor_version });
            }
            check(version)?;
        }
        let templates = Self { versions: versions.into() };
        for version in templates.versions.iter() {
            let arn = version.arn();
            let default = templates.version(&arn, version.default_minor_version);
            if default.is_none_or(|default| default.default_minor_version != version.default_minor_version) {
                return Err(RoleTemplateError::Default(arn));
            }
        }
        Ok(templates)
    }

    /// A version of the template of that ARN.
    pub(crate) fn version(&self, arn: &str, minor: i32) -> Option<&RoleTemplate> {
        self.versions.iter().find(|version| version.minor_version == minor && version.arn() == arn)
    }

    /// The default version of the template of that ARN.
    pub(crate) fn default_version(&self, arn: &str) -> Option<&RoleTemplate> {
        self.versions
            .iter()
            .find(|version| version.minor_version == version.default_minor_version && version.arn() == arn)
    }
}

impl RoleTemplate {
    /// `arn:aws:iam::aws:role-template/SERVICE/NAME:MAJOR`
    pub(crate) fn arn(&self) -> String {
        let Self { service, name, major_version, .. } = self;
        format!("arn:aws:iam::aws:role-template/{service}/{name}:{major_version}")
    }

    /// The service that the template is of.
    pub(crate) fn service(&self) -> &str {
        &self.service
    }
}

impl ParameterKind {
    /// Whether it takes a list.
    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::StringList | Self::NumberList | Self::ArnList)
    }

    /// Whether it takes that value.
    pub(crate) fn takes(self, value: &str) -> bool {
        match self {
            Self::String | Self::StringList => true,
            Self::Number | Self::NumberList => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Arn | Self::ArnList => Arn::parse(value).is_ok(),
        }
    }

    /// The kind as IAM's answers show it.
    pub(crate) fn shape(self) -> ParameterTypeType {
        match self {
            Self::String => ParameterTypeType::String,
            Self::StringList => ParameterTypeType::StringList,
            Self::Number => ParameterTypeType::Number,
            Self::NumberList => ParameterTypeType::NumberList,
            Self::Arn => ParameterTypeType::Arn,
            Self::ArnList => ParameterTypeType::ArnList,
        }
    }
}

fn yes() -> bool {
    true
}

fn root_path() -> String {
    "/".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"service":"x.example","name":"One","major_version":1,"minor_version":0,"default_minor_version":0,
        "created_at":"2026-01-01T00:00:00Z","role_name":"One","trust_policy":{"Version":"2012-10-17","Statement":
            {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}}"#;

    /// The same with one more member.
    fn with(member: &str) -> String {
        format!("[{}", ONE.replacen('{', &format!("{{{member},"), 1) + "]")
    }

    #[test]
    fn the_programs_own_are_valid() {
        let templates = RoleTemplates::with("[]").unwrap();
        assert_eq!(templates.versions.len(), RoleTemplates::default().versions.len());
        let power = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1";
        assert!(templates.default_version(power).is_some());
        assert!(templates.version(power, 999).is_none());
    }

    #[test]
    fn an_operators_are_checked() {
        let templates = RoleTemplates::with(&format!("[{ONE}]")).unwrap();
        assert!(templates.version("arn:aws:iam::aws:role-template/x.example/One:1", 0).is_some());
        for (json, part) in [
            ("{}".to_owned(), "invalid type"),
            (format!("[{ONE},{ONE}]"), "there already"),
            (
                format!("[{}]", ONE.replace("\"role_name\":\"One\"", "\"role_name\":\"@{Nothing}\"")),
                "no parameter Nothing",
            ),
            (
                format!("[{}]", ONE.replace("default_minor_version\":0", "default_minor_version\":1")),
                "default_minor_version",
            ),
            (format!("[{}]", ONE.replace("\"role_name\"", "\"rolename\"")), "unknown field"),
        ] {
            let refused = RoleTemplates::with(&json).unwrap_err().to_string();
            assert!(refused.contains(part), "{refused}");
        }
    }

    #[test]
    fn what_makes_no_role_is_refused_at_once() {
        let renamed = |name: &str| {
            format!("[{}]", ONE.replace("\"role_name\":\"One\"", &format!("\"role_name\":\"{name}\"")))
        };
        let trusting = |action: &str| format!("[{}]", ONE.replace("sts:AssumeRole", action));
        let parameter = |kind: &str, default: &str| {
            with(&format!(r#""parameters":[{{"name":"P","type":"{kind}","default":"{default}"}}]"#))
        };
        let inline =
            |document: &str| with(&format!(r#""inline_policies":[{{"name":"own","document":{document}}}]"#));
        for json in [
            with(r#""max_session_duration":3600"#),
            with(r#""max_session_duration":43200"#),
            parameter("Number", "1.5"),
            parameter("ArnList", "arn:aws:s3:::b"),
            inline(
                r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            ),
        ] {
            RoleTemplates::with(&json).unwrap();
        }
        let one = "arn:aws:iam::aws:role-template/x.example/One:1";
        for (json, part) in [
            (renamed("a@{b"), "role_name: The template has a parameter without an end."),
            (renamed("a b"), "role_name: "),
            (with(r#""role_path":"/aws-reserved/""#), "role_path: "),
            (with(r#""role_description":"@{""#), "role_description: "),
            (with(r#""tags":[{"key":"k","value":"@{v"}]"#), "tags: "),
            (with(r#""tags":[{"key":"k","value":""},{"key":"K","value":""}]"#), "tags: "),
            (trusting("@{Action"), "trust_policy: The template has a parameter without an end."),
            (trusting("s3:GetObject"), "trust_policy: "),
            (inline("{}"), "inline_policies: "),
            (inline(r#"{"Statement":"@{Nothing}"}"#), "inline_policies: there is no parameter Nothing"),
            (with(r#""inline_policies":[{"name":"a b","document":{}}]"#), "inline_policies: "),
            (with(r#""managed_policies":["PowerUserAccess"]"#), "managed_policies: "),
            (
                with(r#""managed_policies":["arn:aws:iam::aws:policy/aws-service-role/X"]"#),
                "managed_policies: AWS keeps ",
            ),
            (with(r#""permissions_boundary":"arn:aws:iam::aws:role/a""#), "permissions_boundary: "),
            (
                with(r#""max_session_duration":3599"#),
                "max_session_duration: 3599 is not between 3600 and 43200",
            ),
            (with(r#""max_session_duration":43201"#), "max_session_duration: "),
            (parameter("Number", "one"), "parameters: the default of P is not of its type"),
            (parameter("ArnList", ""), "parameters: "),
            (
                with(r#""parameters":[{"name":"P","type":"String"},{"name":"P","type":"Arn"}]"#),
                "parameters: P is there twice",
            ),
        ] {
            let refused = RoleTemplates::with(&json).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("{one}: {part}")), "{refused}");
        }
    }

    #[test]
    fn kinds_take_their_values() {
        assert!(ParameterKind::String.takes("") && ParameterKind::Number.takes("-1.5"));
        assert!(!ParameterKind::Number.takes("one") && !ParameterKind::NumberList.takes("inf"));
        assert!(ParameterKind::Arn.takes("arn:aws:s3:::b") && !ParameterKind::ArnList.takes("b"));
    }
}
