//! Which services make roles for themselves, and how these are called.
//!
//! Source: "AWS services that work with IAM" and the services' own guides. Names of policies are those under
//! `arn:aws:iam::aws:policy/aws-service-role/`.

use serde::Deserialize;
use std::sync::LazyLock;

/// The service that makes roles from templates.
pub(crate) const ROLE_MANAGER: &str = "role-manager.iam.amazonaws.com";

/// The role of one service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceLinkedRole {
    /// The service principal.
    pub(crate) service: String,
    /// The role's name, to which a suffix may be added.
    pub(crate) role: String,
    policy: String,
    /// Whether there may be several, told apart by a suffix.
    #[serde(default)]
    pub(crate) takes_suffix: bool,
}

static ALL: LazyLock<Vec<ServiceLinkedRole>> = LazyLock::new(|| {
    // A test reads the file: it is part of the program.
    serde_json::from_str(include_str!("service_linked_roles.json")).unwrap_or_default()
});

impl ServiceLinkedRole {
    /// The role of the service, if it has one.
    pub(crate) fn of(service: &str) -> Option<&'static Self> {
        ALL.binary_search_by(|role| role.service.as_str().cmp(service)).ok().and_then(|index| ALL.get(index))
    }

    /// `arn:aws:iam::aws:policy/aws-service-role/NAME`
    pub(crate) fn policy_arn(&self) -> String {
        format!("arn:aws:iam::aws:policy/aws-service-role/{}", self.policy)
    }

    /// Nobody but the service may assume the role.
    pub(crate) fn trust_policy(&self) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
            self.service
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Path, PolicyName, RoleName};
    use policy::{Policy, PolicyKind};

    #[test]
    fn every_one_makes_a_role() {
        assert!(ALL.len() > 50, "{}", ALL.len());
        assert!(ServiceLinkedRole::of(ROLE_MANAGER).is_some());
        for role in ALL.iter() {
            assert!(RoleName::parse(&role.role).is_ok(), "{role:?}");
            assert!(PolicyName::parse(&role.policy).is_ok(), "{role:?}");
            assert!(Path::parse(&format!("/aws-service-role/{}/", role.service)).is_ok(), "{role:?}");
            Policy::parse(&role.trust_policy(), PolicyKind::Trust).unwrap();
        }
    }

    #[test]
    fn stand_in_order_each_service_and_each_role_once() {
        assert!(ALL.is_sorted_by(|one, next| one.service < next.service));
        let mut names: Vec<&str> = ALL.iter().map(|role| role.role.as_str()).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    }
}
