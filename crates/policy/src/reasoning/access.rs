//! Accesses that a policy is asked about: actions on resources.

use crate::language::arn_pattern::{ArnPattern, split_pattern};
use crate::language::glob::Glob;
use crate::language::statement::Actions;

/// Actions on resources, both with wildcards if need be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    actions: Option<Actions>,
    resources: Option<Box<[ArnPattern]>>,
    /// The actions as written.
    spelled: Box<[String]>,
}

/// An access that says nothing a request could be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// Not `*`, and not a service and a name with a colon between.
    #[error("\"{0}\" is no action: it must be \"*\" or look like service:Name.")]
    Action(String),
    /// Neither an action nor a resource is named.
    #[error("An access must name an action or a resource.")]
    Empty,
    /// Not `*`, and no ARN.
    #[error("\"{0}\" is no resource: it must be \"*\" or an ARN.")]
    Resource(String),
}

impl Access {
    /// Reads actions (`s3:GetObject`, `s3:*`) and resources (ARNs with or without wildcards, `*`). No action stands for
    /// every action and no resource for every resource, but not both.
    pub fn parse<A: AsRef<str>, R: AsRef<str>>(
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Result<Self, AccessError> {
        let spelled: Box<[String]> = actions.into_iter().map(|action| action.as_ref().to_owned()).collect();
        for action in &spelled {
            let both =
                action.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty());
            if action != "*" && both.is_none_or(|(_, name)| name.contains(':')) {
                return Err(AccessError::Action(action.clone()));
            }
        }
        let mut patterns = Vec::new();
        for resource in resources {
            let text = resource.as_ref();
            if text != "*" && !matches!(*split_pattern(text, false), ["arn", _, ..]) {
                return Err(AccessError::Resource(text.to_owned()));
            }
            patterns.push(ArnPattern::parse(text, false));
        }
        if spelled.is_empty() && patterns.is_empty() {
            return Err(AccessError::Empty);
        }
        let globs = spelled.iter().map(|action| Glob::parse(&action.to_lowercase()));
        let written = spelled.iter().map(|action| action.as_str().into()).collect();
        let actions = Actions { negated: false, patterns: globs.collect(), written };
        Ok(Self {
            actions: (!spelled.is_empty()).then_some(actions),
            resources: (!patterns.is_empty()).then_some(patterns.into()),
            spelled,
        })
    }

    pub(super) fn actions(&self) -> Option<&Actions> {
        self.actions.as_ref()
    }

    pub(super) fn resources(&self) -> Option<&[ArnPattern]> {
        self.resources.as_deref()
    }

    /// The action in the spelling of this access, if it names it.
    pub(super) fn spelling(&self, action: &str) -> Option<&str> {
        self.spelled.iter().map(String::as_str).find(|spelled| spelled.eq_ignore_ascii_case(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_no_request_could_be() {
        let none: [&str; 0] = [];
        assert!(Access::parse(["s3:GetObject", "*", "s3:*"], ["arn:aws:s3:::b/*", "*"]).is_ok());
        for action in ["", "s3", "s3:", ":GetObject", "s3:a:b"] {
            assert_eq!(Access::parse([action], none), Err(AccessError::Action(action.to_owned())));
        }
        for resource in ["", "bucket", "arn", "a*:aws:s3:::b"] {
            assert_eq!(Access::parse(none, [resource]), Err(AccessError::Resource(resource.to_owned())));
        }
        assert_eq!(Access::parse(none, none), Err(AccessError::Empty));
    }
}
