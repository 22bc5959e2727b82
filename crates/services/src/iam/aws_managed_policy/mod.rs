//! The policies that AWS manages: read-only, the same in every account, part of the program.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::LazyLock;

/// A policy under `arn:aws:iam::aws:policy/`.
#[derive(Debug, Deserialize)]
pub(crate) struct AwsManagedPolicy {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) created: jiff::Timestamp,
    pub(crate) description: String,
    document: Box<RawValue>,
}

static ALL: LazyLock<Vec<AwsManagedPolicy>> = LazyLock::new(|| {
    // A test reads the file: it is part of the program.
    serde_json::from_str(include_str!("aws_managed_policies.json")).unwrap_or_default()
});

/// All of them, by name.
pub(crate) fn all() -> &'static [AwsManagedPolicy] {
    &ALL
}

/// The policy of that ARN.
pub(crate) fn find(arn: &str) -> Option<&'static AwsManagedPolicy> {
    all().iter().find(|policy| policy.arn() == arn)
}

impl AwsManagedPolicy {
    /// `arn:aws:iam::aws:policy/PATH/NAME`
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{}{}", self.path, self.name)
    }

    /// The document of its one version.
    pub(crate) fn document(&self) -> &str {
        self.document.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Policy, PolicyKind};

    #[test]
    fn every_one_is_a_policy() {
        assert!(find("arn:aws:iam::aws:policy/AdministratorAccess").is_some());
        for managed in all() {
            Policy::parse(managed.document(), PolicyKind::Identity).unwrap();
        }
    }

    #[test]
    fn stand_in_the_order_of_their_names() {
        assert!(all().is_sorted_by_key(|policy| policy.name.to_lowercase()));
    }
}
