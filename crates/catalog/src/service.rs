//! One service, whose lines are read when something in it is first asked for.

use std::sync::OnceLock;

use crate::action::Action;
use crate::condition_key::ConditionKey;
use crate::name::find;
use crate::resource_type::ResourceType;

/// A service.
#[derive(Debug)]
pub struct Service {
    /// What its actions begin with, such as `s3`; in lower case.
    pub prefix: &'static str,
    /// What people call it, such as `Amazon S3`.
    pub name: &'static str,
    /// Whether resource control policies may name its actions.
    pub resource_controlled: bool,
    lines: &'static str,
    parts: OnceLock<Parts>,
}

/// What a service's lines say, each list in the order of its names.
#[derive(Debug, Default)]
struct Parts {
    actions: Vec<Action>,
    condition_keys: Vec<ConditionKey>,
    resource_types: Vec<ResourceType>,
}

impl Service {
    /// Reads the columns behind `service` and keeps the lines that follow.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (columns, lines) = text.split_once('\n').unwrap_or((text, ""));
        let mut columns = columns.split('\t');
        let (prefix, name) = (columns.next()?, columns.next()?);
        let resource_controlled = columns.next() == Some("rcp");
        Some(Self { prefix, name, resource_controlled, lines, parts: OnceLock::new() })
    }

    /// Its actions, in the order of their names.
    pub fn actions(&self) -> &[Action] {
        &self.parts().actions
    }

    /// The action with a name, such as `GetObject`.
    pub fn action(&self, name: &str) -> Option<&Action> {
        find(self.actions(), name, |action| action.name)
    }

    /// The condition keys that its requests may come with, some global ones included, in the order of their names.
    pub fn condition_keys(&self) -> &[ConditionKey] {
        &self.parts().condition_keys
    }

    /// The condition key with a name as policies write it, prefix included.
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        find(self.condition_keys(), name, |key| key.name)
            .or_else(|| self.condition_keys().iter().find(|key| key.is_template() && key.matches(name)))
    }

    /// Its resource types, in the order of their names.
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.parts().resource_types
    }

    /// The resource type with a name, such as `bucket`.
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        find(self.resource_types(), name, |resource| resource.name)
    }

    /// The condition keys that requests for one of its actions may come with: the action's, and those of the
    /// resource types it works on. Global keys that come with every request are not among them; a key may be
    /// named more than once.
    pub fn condition_keys_of(&self, action: &Action) -> impl Iterator<Item = &'static str> {
        let of_resources = action.resource_types().flat_map(|resource| {
            let of_type =
                self.resource_type(resource.name).into_iter().flat_map(ResourceType::condition_keys);
            resource.condition_keys().chain(of_type)
        });
        action.condition_keys().chain(of_resources)
    }

    fn parts(&self) -> &Parts {
        self.parts.get_or_init(|| Parts::parse(self.lines))
    }
}

impl Parts {
    fn parse(lines: &'static str) -> Self {
        let mut parts = Self::default();
        for line in lines.lines() {
            match line.split_once('\t') {
                Some(("a", columns)) => parts.actions.extend(Action::parse(columns)),
                Some(("k", columns)) => parts.condition_keys.extend(ConditionKey::parse(columns)),
                Some(("r", columns)) => parts.resource_types.extend(ResourceType::parse(columns)),
                _ => {}
            }
        }
        parts
    }
}
