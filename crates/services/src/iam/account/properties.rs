//! Properties of an account: so far, whether role manager is on.
//!
//! Source: "`PutAccountProperties`" in the IAM API reference; the texts are those that AWS was seen to answer.

use crate::{Result, iam::errors};
use std::collections::{BTreeMap, BTreeSet};

/// The namespace of role manager.
pub(super) const NAMESPACE: &str = "RoleManager";
/// Its one property.
pub(super) const ENABLED: &str = "Enabled";

/// The namespaces that the keys name, each once.
pub(super) fn namespaces(properties: &BTreeMap<String, String>) -> Vec<String> {
    let namespaces: BTreeSet<&str> = properties.keys().map(|key| namespace(key)).collect();
    namespaces.into_iter().map(str::to_owned).collect()
}

/// Whether the properties switch role manager on. Others of its namespace are let be.
pub(super) fn role_manager(properties: &BTreeMap<String, String>) -> Result<bool> {
    let is_key = |key: &str| {
        key.split_once('/')
            .is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains('/'))
    };
    if let Some(key) = properties.keys().find(|key| !is_key(key)) {
        let message = format!("Property key must be in format Namespace/PropertyName: {key}");
        return Err(errors::invalid_input(message));
    }
    let namespaces = namespaces(properties);
    let [namespace] = namespaces.as_slice() else {
        return Err(errors::invalid_input("All properties must belong to the same namespace"));
    };
    if namespace != NAMESPACE {
        return Err(errors::invalid_input(format!("Unsupported namespace: {namespace}")));
    }
    match properties.get(&format!("{NAMESPACE}/{ENABLED}")).map(String::as_str) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(errors::invalid_input("Enabled must be 'true' or 'false'")),
        None => Err(errors::invalid_input("RoleManager namespace requires Enabled property")),
    }
}

fn namespace(key: &str) -> &str {
    key.split_once('/').map_or(key, |(namespace, _)| namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(properties: &[(&str, &str)]) -> std::result::Result<bool, String> {
        let properties = properties.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        role_manager(&properties).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn say_whether_role_manager_is_on() {
        assert_eq!(read(&[("RoleManager/Enabled", "true")]), Ok(true));
        assert_eq!(read(&[("RoleManager/Enabled", "false"), ("RoleManager/Other", "x")]), Ok(false));
        for (properties, part) in [
            (vec![], "same namespace"),
            (vec![("RoleManager", "true")], "format Namespace/PropertyName: RoleManager"),
            (vec![("RoleManager/", "true")], "format"),
            (vec![("RoleManager/Enabled/x", "true")], "format"),
            (vec![("RoleManager/Enabled", "true"), ("Other/x", "y")], "same namespace"),
            (vec![("Other/x", "y")], "Unsupported namespace: Other"),
            (vec![("RoleManager/Other", "true")], "requires Enabled"),
            (vec![("RoleManager/Enabled", "True")], "'true' or 'false'"),
        ] {
            let refusal = read(&properties).unwrap_err();
            assert!(refusal.contains(part), "{properties:?}: {refusal}");
        }
    }
}
