//! Resource types.

use crate::action::list;

/// A resource type of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Such as `bucket`; may hold blanks and slashes.
    pub name: &'static str,
    /// The template of its ARN: `arn:${Partition}:s3:::${BucketName}`. The service in it may be another's.
    pub arn: &'static str,
    condition_keys: &'static str,
}

impl ResourceType {
    /// Reads the columns behind `r`.
    pub(crate) fn parse(columns: &'static str) -> Option<Self> {
        let mut columns = columns.split('\t');
        let (name, arn) = (columns.next()?, columns.next()?);
        Some(Self { name, arn, condition_keys: columns.next().unwrap_or_default() })
    }

    /// The service that its ARN names.
    pub fn namespace(&self) -> &'static str {
        self.arn.split(':').nth(2).unwrap_or_default()
    }

    /// The names of the condition keys that tell about such a resource, such as `aws:ResourceTag/${TagKey}`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        list(self.condition_keys)
    }
}
