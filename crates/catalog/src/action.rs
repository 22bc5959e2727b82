//! Actions, and the resource types they work on.

/// What an action does, as the Service Authorization Reference classifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Lists resources.
    List,
    /// Grants or changes permissions on resources.
    PermissionsManagement,
    /// Reads contents or attributes.
    Read,
    /// Changes tags alone.
    Tagging,
    /// Creates, changes or deletes.
    Write,
}

/// An action of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Without the service's prefix, such as `GetObject`.
    pub name: &'static str,
    /// What it does.
    pub access_level: AccessLevel,
    condition_keys: &'static str,
    resource_types: &'static str,
}

/// A resource type that an action works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionResource {
    /// The name of a resource type of the action's service.
    pub name: &'static str,
    /// Whether every request names such a resource.
    pub required: bool,
    condition_keys: &'static str,
}

impl Action {
    /// Reads the columns behind `a`.
    pub(crate) fn parse(columns: &'static str) -> Option<Self> {
        let mut columns = columns.split('\t');
        let (name, level) = (columns.next()?, columns.next()?);
        let (condition_keys, resource_types) =
            (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let access_level = AccessLevel::parse(level)?;
        Some(Self { name, access_level, condition_keys, resource_types })
    }

    /// The names of the condition keys that come with every request, such as `s3:TlsVersion` or
    /// `aws:RequestTag/${TagKey}`. Keys of the resource types and global keys come beside them.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        list(self.condition_keys)
    }

    /// The resource types it works on; an action without any can only be granted on `*`.
    pub fn resource_types(&self) -> impl Iterator<Item = ActionResource> + use<> {
        self.resource_types.split(';').filter(|text| !text.is_empty()).map(ActionResource::parse)
    }
}

impl ActionResource {
    /// The names of the condition keys that come with requests on such a resource.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        list(self.condition_keys)
    }

    fn parse(text: &'static str) -> Self {
        let (name, condition_keys) = text.split_once('=').unwrap_or((text, ""));
        let plain = name.strip_suffix('!');
        Self { name: plain.unwrap_or(name), required: plain.is_some(), condition_keys }
    }
}

impl AccessLevel {
    fn parse(letter: &str) -> Option<Self> {
        Some(match letter {
            "L" => Self::List,
            "P" => Self::PermissionsManagement,
            "R" => Self::Read,
            "T" => Self::Tagging,
            "W" => Self::Write,
            _ => return None,
        })
    }
}

pub(crate) fn list(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(',').filter(|name| !name.is_empty())
}
