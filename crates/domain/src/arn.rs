use crate::{AccountId, ParseError};
use smol_str::{SmolStr, ToSmolStr};
use std::fmt;

/// An Amazon Resource Name, split into its six parts: `arn:partition:service:region:account:resource`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    /// `aws` for everything this plane owns.
    pub partition: SmolStr,
    /// The service's namespace, such as `iam`.
    pub service: SmolStr,
    /// The Region; empty for global services.
    pub region: SmolStr,
    /// The account id, `aws` for what AWS itself owns, or empty.
    pub account: SmolStr,
    /// The rest, colons and slashes included.
    pub resource: String,
}

impl Arn {
    /// The partition of everything this plane owns.
    pub const PARTITION: &'static str = "aws";

    /// Reads the six parts; partition, service and resource may not be empty.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let [partition, service, region, account, resource] =
            Self::split(text).ok_or(ParseError::new("ARN"))?;
        Ok(Self {
            partition: partition.into(),
            service: service.into(),
            region: region.into(),
            account: account.into(),
            resource: resource.to_owned(),
        })
    }

    /// Partition, service, Region, account and resource of a text that is an ARN.
    pub fn split(text: &str) -> Option<[&str; 5]> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut part = || parts.next();
        let [partition, service, region, account, resource] = [part()?, part()?, part()?, part()?, part()?];
        let is_whole = !partition.is_empty() && !service.is_empty() && !resource.is_empty();
        is_whole.then_some([partition, service, region, account, resource])
    }

    /// `arn:aws:iam::ACCOUNT:RESOURCE`
    pub fn iam(account: AccountId, resource: impl Into<String>) -> Self {
        Self::global("iam", account, resource)
    }

    /// `arn:aws:sts::ACCOUNT:RESOURCE`
    pub fn sts(account: AccountId, resource: impl Into<String>) -> Self {
        Self::global("sts", account, resource)
    }

    fn global(service: &'static str, account: AccountId, resource: impl Into<String>) -> Self {
        Self {
            partition: SmolStr::new_static(Self::PARTITION),
            service: SmolStr::new_static(service),
            region: SmolStr::default(),
            account: account.to_smolstr(),
            resource: resource.into(),
        }
    }

    /// The account that owns the resource, where the ARN names one.
    pub fn account_id(&self) -> Option<AccountId> {
        AccountId::parse(&self.account).ok()
    }

    /// For a resource such as `role/path/name` or `user/name`: the path and the name behind `kind`.
    pub fn path_and_name(&self, kind: &str) -> Option<(&str, &str)> {
        let rest = self.resource.strip_prefix(kind)?;
        let name_at = rest.rfind('/')? + 1;
        if !rest.starts_with('/') {
            return None;
        }
        rest.split_at_checked(name_at)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        let parts = ["arn:", partition, ":", service, ":", region, ":", account, ":", resource];
        // Nearly all fit here and are written in one go: ARNs are made into strings many times with every request.
        let mut room = [0; 128];
        let mut end = 0;
        for part in parts {
            let Some(place) = room.get_mut(end..end + part.len()) else {
                return parts.into_iter().try_for_each(|part| f.write_str(part));
            };
            place.copy_from_slice(part.as_bytes());
            end += part.len();
        }
        f.write_str(room.get(..end).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_paths_from_names() {
        let arn = Arn::parse("arn:aws:iam::123456789012:role/a/b/Name").unwrap();
        assert_eq!(arn.path_and_name("role"), Some(("/a/b/", "Name")));
        assert_eq!(Arn::parse("arn:aws:iam::1:user/N").unwrap().path_and_name("user"), Some(("/", "N")));
        assert_eq!(arn.path_and_name("user"), None);
        assert_eq!(arn.path_and_name("rol"), None);
    }

    #[test]
    fn refuses_missing_parts() {
        for text in ["", "arn", "arn:aws:iam::1", "arn:aws:iam::1:", "x:aws:iam::1:r", "arn::iam::1:r"] {
            assert!(Arn::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_resource_is_all_the_rest() {
        assert_eq!(Arn::split("arn:aws:s3:::b/a:b:c"), Some(["aws", "s3", "", "", "b/a:b:c"]));
    }

    proptest! {
        #[test]
        fn prints_what_it_read(text in "arn:aws:[a-z]{1,8}:[a-z0-9-]{0,9}:[0-9]{12}:[ -~é]{1,160}") {
            prop_assert_eq!(Arn::parse(&text).unwrap().to_string(), text);
        }
    }
}
