//! The policies that AWS manages: read-only and the same in every account. Most are part of the program, read once when
//! one is first asked for; an operator can add others, or newer documents of these, to the store.

mod generated;
pub(crate) mod import;

use crate::{Error, Result};
use domain::{IdKind, ImportedPolicy};
use generated::Summary;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};
use store::Transaction;

/// A policy under `arn:aws:iam::aws:policy/`.
#[derive(Debug)]
pub(crate) struct AwsManagedPolicy {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) description: String,
    document: Document,
}

#[derive(Debug)]
enum Document {
    Generated(Summary),
    /// Of an imported policy in a list.
    InStore,
    Text(Box<str>),
}

/// A policy as the files hold it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default = "root_path")]
    path: String,
    version: String,
    created: Timestamp,
    updated: Timestamp,
    description: String,
    #[serde(default)]
    document: Option<Box<RawValue>>,
    /// In place of a document.
    #[serde(default)]
    generated: Option<Summary>,
}

fn root_path() -> String {
    "/".to_owned()
}

/// One file for each family.
const FILES: [&str; 8] = [
    include_str!("application.json"),
    include_str!("compute.json"),
    include_str!("container.json"),
    include_str!("data.json"),
    include_str!("identity.json"),
    include_str!("job_function.json"),
    include_str!("management.json"),
    include_str!("storage.json"),
];

/// By the key of their order: see [`key`].
static BUILT_IN: LazyLock<BTreeMap<String, Arc<AwsManagedPolicy>>> = LazyLock::new(|| {
    // A test reads the files: they are part of the program.
    let entries = FILES.iter().flat_map(|file| serde_json::from_str::<Vec<Entry>>(file).unwrap_or_default());
    let policies = entries.filter_map(AwsManagedPolicy::from_entry);
    policies.map(|policy| (key(&policy.name), Arc::new(policy))).collect()
});

/// The order of policies: by name, without case. No two have the same.
pub(crate) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The policy of that ARN.
pub(crate) async fn find(tx: &mut Transaction, arn: &str) -> Result<Option<Arc<AwsManagedPolicy>>> {
    let Some(name) = arn.strip_prefix(ARN_START).and_then(|path| path.rsplit('/').next()) else {
        return Ok(None);
    };
    if let Some((imported, document)) = store::imported_policy::find(tx, arn).await? {
        let document = Document::Text(document.into());
        return Ok(Some(Arc::new(AwsManagedPolicy::imported(imported, document))));
    }
    Ok(built_in(name).filter(|policy| policy.arn() == arn))
}

/// The policy of that name that is part of the program, in whatever case and path.
pub(crate) fn built_in(name: &str) -> Option<Arc<AwsManagedPolicy>> {
    BUILT_IN.get(&key(name)).cloned()
}

/// The policy of that name in lower case, if its path begins with `path_prefix`, as [`list`] has it.
pub(crate) async fn named(
    tx: &mut Transaction,
    key: &str,
    path_prefix: &str,
) -> Result<Option<Arc<AwsManagedPolicy>>> {
    let imported = store::imported_policy::find_by_name(tx, key).await?;
    let imported = imported.map(|policy| Arc::new(AwsManagedPolicy::imported(policy, Document::InStore)));
    Ok(imported.or_else(|| BUILT_IN.get(key).cloned()).filter(|policy| policy.path.starts_with(path_prefix)))
}

/// Up to `limit` policies whose path begins with `path_prefix`, in the order of their keys, from behind the key `after`. An
/// imported one takes the place of the one that is part of the program.
pub(crate) async fn list(
    tx: &mut Transaction,
    path_prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Arc<AwsManagedPolicy>>> {
    let mut found: BTreeMap<String, Arc<AwsManagedPolicy>> = BUILT_IN
        .iter()
        .filter(|(key, policy)| {
            after.is_none_or(|after| key.as_str() > after) && policy.path.starts_with(path_prefix)
        })
        .map(|(key, policy)| (key.clone(), policy.clone()))
        .collect();
    for imported in store::imported_policy::list(tx, path_prefix, after, limit).await? {
        let policy = AwsManagedPolicy::imported(imported, Document::InStore);
        found.insert(key(&policy.name), Arc::new(policy));
    }
    Ok(found.into_values().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

/// What the ARN of every such policy begins with.
pub(crate) const ARN_START: &str = "arn:aws:iam::aws:policy/";

/// The id of the policy of that ARN: always the same, though not the one that AWS gave it.
pub(crate) fn id(arn: &str) -> String {
    const LETTERS: [char; 32] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T',
        'U', 'V', 'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
    ];
    let digest = Sha256::digest(arn);
    let letters = digest.iter().take(17).filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    IdKind::ManagedPolicy.prefix().chars().chain(letters.copied()).collect()
}

impl AwsManagedPolicy {
    fn from_entry(entry: Entry) -> Option<Self> {
        let document = match (entry.document, entry.generated) {
            (Some(document), None) => Document::Text(document.get().into()),
            (None, Some(summary)) => Document::Generated(summary),
            _ => return None,
        };
        Some(Self {
            id: id(&arn(&entry.path, &entry.name)),
            name: entry.name,
            path: entry.path,
            version: entry.version,
            created: entry.created,
            updated: entry.updated,
            description: entry.description,
            document,
        })
    }

    fn imported(policy: ImportedPolicy, document: Document) -> Self {
        Self {
            name: policy.name.to_string(),
            path: policy.path.to_string(),
            id: policy.id.to_string(),
            version: policy.version.to_string(),
            created: policy.created_at,
            updated: policy.updated_at,
            description: policy.description.unwrap_or_default(),
            document,
        }
    }

    /// `arn:aws:iam::aws:policy/PATH/NAME`
    pub(crate) fn arn(&self) -> String {
        arn(&self.path, &self.name)
    }

    /// The document of its one version.
    pub(crate) async fn document(&self, tx: &mut Transaction) -> Result<Cow<'_, str>> {
        if let Some(text) = self.text() {
            return Ok(Cow::Borrowed(text));
        }
        let found = store::imported_policy::find(tx, &self.arn()).await?;
        let missing = || Error::internal("an imported policy has gone");
        found.map(|(_, document)| Cow::Owned(document)).ok_or_else(missing)
    }

    fn text(&self) -> Option<&str> {
        match &self.document {
            Document::Generated(summary) => Some(summary.document()),
            Document::InStore => None,
            Document::Text(text) => Some(text),
        }
    }
}

fn arn(path: &str, name: &str) -> String {
    format!("arn:aws:iam::aws:policy{path}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{
        Policy, PolicyKind,
        findings::{FindingType, findings},
    };
    use std::collections::BTreeSet;

    #[test]
    fn every_file_is_read_whole() {
        let entries: Vec<Entry> =
            FILES.iter().flat_map(|file| serde_json::from_str::<Vec<Entry>>(file).unwrap()).collect();
        assert_eq!(entries.len(), BUILT_IN.len(), "two of them share a name, or one has no document");
        assert!(entries.len() >= 80);
        for file in FILES {
            let entries: Vec<Entry> = serde_json::from_str(file).unwrap();
            let keys: Vec<String> = entries.iter().map(|entry| key(&entry.name)).collect();
            assert!(keys.is_sorted(), "{keys:?}");
        }
        for entry in &entries {
            assert!(entry.created <= entry.updated, "{}", entry.name);
            assert!(entry.path.starts_with('/') && entry.path.ends_with('/'), "{}", entry.name);
            domain::PolicyVersionId::parse(&entry.version).unwrap();
            domain::PolicyName::parse(&entry.name).unwrap();
            assert!(!entry.description.is_empty() && entry.description.len() <= 1000, "{}", entry.name);
        }
    }

    #[test]
    fn every_one_is_a_policy_without_errors() {
        for managed in BUILT_IN.values() {
            let document = managed.text().unwrap();
            Policy::parse(document, PolicyKind::Identity)
                .unwrap_or_else(|error| panic!("{}: {error}", managed.name));
            let errors: Vec<String> = findings(document, PolicyKind::Identity)
                .into_iter()
                .filter(|finding| finding.finding_type == FindingType::Error)
                .filter(|finding| finding.issue_code != "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA")
                .map(|finding| format!("{}: {}", finding.issue_code, finding.details))
                .collect();
            assert_eq!(errors, [""; 0], "{}", managed.name);
        }
    }

    /// An action that AWS does not have would be a misspelling.
    #[test]
    fn every_pattern_names_an_action() {
        for managed in BUILT_IN.values() {
            let document: serde_json::Value = serde_json::from_str(managed.text().unwrap()).unwrap();
            for statement in document["Statement"].as_array().unwrap() {
                let listed = statement.get("Action").or_else(|| statement.get("NotAction")).unwrap();
                let listed = listed.as_array().cloned().unwrap_or_else(|| vec![listed.clone()]);
                for action in listed.iter().map(|action| action.as_str().unwrap()) {
                    assert!(catalog::actions_matching(action).next().is_some(), "{}: {action}", managed.name);
                }
            }
        }
    }

    #[test]
    fn ids_are_stable_and_unique() {
        assert_eq!(
            id("arn:aws:iam::aws:policy/AdministratorAccess"),
            id("arn:aws:iam::aws:policy/AdministratorAccess")
        );
        let ids: BTreeSet<&str> = BUILT_IN.values().map(|policy| policy.id.as_str()).collect();
        assert_eq!(ids.len(), BUILT_IN.len());
        assert!(ids.iter().all(|id| id.len() == 21 && domain::UniqueId::parse(id).is_ok()), "{ids:?}");
    }

    #[test]
    fn are_found_by_the_exact_arn() {
        let plain = built_in("ADMINISTRATORACCESS").unwrap();
        assert_eq!(plain.arn(), "arn:aws:iam::aws:policy/AdministratorAccess");
        assert_eq!(built_in("Billing").unwrap().arn(), "arn:aws:iam::aws:policy/job-function/Billing");
    }
}
