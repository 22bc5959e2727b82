//! Adding an operator's managed policies to those of AWS: read and checked whole, then written in one transaction.
//!
//! The file is a JSON list of policies, or an object whose member `Policies` is one, as `aws iam
//! get-account-authorization-details` prints it:
//!
//! ```json
//! [{"PolicyName": "TeamReadOnly", "Path": "/team/", "Description": "Reading, for teams.",
//!   "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}}]
//! ```
//!
//! A document is JSON, or text that holds it, percent-encoded or not; it may also be the default version in
//! `PolicyVersionList`. An `Arn` must agree with path and name; its account does not matter.

use super::{arn, built_in, id};
use crate::{Deed, Operator};
use domain::{ImportedPolicy, Path, PolicyName, PolicyVersionId, UniqueId};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use policy::{Policy, PolicyKind};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{json, value::RawValue};
use std::collections::BTreeSet;
use store::{Retry, Store, StoreError};

/// Policies of an operator's own, in one store.
const MOST: u64 = 5000;
/// Characters of a description.
const LONGEST_DESCRIPTION: usize = 1000;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not of the form that is asked for.
    #[error("the file cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// A policy that cannot be imported.
    #[error("policy {name}: {what}")]
    Policy {
        /// Its name, as the file has it.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There would be too many.
    #[error("there can be at most {MOST} imported policies")]
    TooMany,
}

/// What an import has done, in ARNs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Policies that were not there.
    pub added: Vec<String>,
    /// Policies whose document or description is another now.
    pub changed: Vec<String>,
    /// Policies that were there as they are.
    pub unchanged: Vec<String>,
}

/// Policies of a file, checked.
#[derive(Debug)]
pub struct ImportFile {
    policies: Vec<Submitted>,
}

#[derive(Debug)]
struct Submitted {
    name: PolicyName,
    path: Path,
    description: Option<String>,
    version: Option<PolicyVersionId>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    document: String,
}

/// The answer of `GetAccountAuthorizationDetails`, as far as it matters here.
#[derive(Deserialize)]
struct Details {
    #[serde(rename = "Policies")]
    policies: Vec<Box<RawValue>>,
}

/// A policy as the file has it. Members that mean nothing here are those of `ManagedPolicyDetail`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    policy_name: String,
    path: Option<String>,
    arn: Option<String>,
    description: Option<String>,
    default_version_id: Option<String>,
    create_date: Option<Timestamp>,
    update_date: Option<Timestamp>,
    policy_document: Option<Box<RawValue>>,
    policy_version_list: Option<Vec<EntryVersion>>,
    #[serde(rename = "PolicyId")]
    _policy_id: Option<IgnoredAny>,
    #[serde(rename = "AttachmentCount")]
    _attachment_count: Option<IgnoredAny>,
    #[serde(rename = "PermissionsBoundaryUsageCount")]
    _permissions_boundary_usage_count: Option<IgnoredAny>,
    #[serde(rename = "IsAttachable")]
    _is_attachable: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EntryVersion {
    document: Box<RawValue>,
    #[serde(default)]
    is_default_version: bool,
}

impl ImportFile {
    /// Reads and checks a whole file.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let entries: Vec<Box<RawValue>> = if text.trim_start().starts_with('[') {
            serde_json::from_str(text)?
        } else {
            serde_json::from_str::<Details>(text)?.policies
        };
        let mut policies = Vec::new();
        let mut names = BTreeSet::new();
        for entry in entries {
            let entry: Entry = serde_json::from_str(entry.get())?;
            let name = entry.policy_name.clone();
            let fail = |what: String| ImportError::Policy { name: name.clone(), what };
            let submitted = Submitted::parse(entry).map_err(fail)?;
            if !names.insert(submitted.name.key()) {
                return Err(fail("the file has two of that name".to_owned()));
            }
            policies.push(submitted);
        }
        Ok(Self { policies })
    }

    /// Writes what is new or has changed, all of it or nothing. Running nodes take it in as any other change.
    pub async fn import(
        &self,
        store: &Store,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<Imported, ImportError> {
        let mut retry = Retry::new();
        loop {
            match self.attempt(store, operator, now).await {
                Err(ImportError::Store(error)) if error.is_conflict() && retry.again().await => {}
                done => return done,
            }
        }
    }

    async fn attempt(
        &self,
        store: &Store,
        operator: &Operator,
        now: Timestamp,
    ) -> Result<Imported, ImportError> {
        let mut tx = store.write().await?;
        let mut imported = Imported::default();
        for submitted in &self.policies {
            let arn = submitted.arn();
            let namesake = store::imported_policy::find_by_name(&mut tx, &submitted.name.key()).await?;
            if let Some(other) = namesake.filter(|other| other.arn() != arn) {
                return Err(submitted.fail(format!("there is a policy of that name: {}", other.arn())));
            }
            let before = store::imported_policy::find(&mut tx, &arn).await?;
            let policy = submitted.record(before.as_ref().map(|(policy, _)| policy), now)?;
            match &before {
                Some((there, document)) if submitted.is_same(there, document) => {
                    imported.unchanged.push(arn);
                    continue;
                }
                Some(_) => imported.changed.push(arn),
                None => imported.added.push(arn),
            }
            store::imported_policy::put(&mut tx, &policy, &submitted.document).await?;
        }
        if store::imported_policy::count(&mut tx).await? > MOST {
            return Err(ImportError::TooMany);
        }
        let Imported { added, changed, .. } = &imported;
        // They are for all accounts, and told where the plane is managed.
        if let Some(management) = store::setting::management_account(&mut tx).await?
            && !(added.is_empty() && changed.is_empty())
        {
            let deed = Deed::new("ImportPolicies", json!({ "added": added, "changed": changed }));
            operator.record(&mut tx, management, deed, now).await?;
        }
        tx.commit().await?;
        Ok(imported)
    }
}

impl Submitted {
    fn parse(entry: Entry) -> Result<Self, String> {
        let name = PolicyName::parse(&entry.policy_name).map_err(|error| error.to_string())?;
        let path = entry.path.as_deref().map_or_else(|| Ok(Path::default()), Path::parse);
        let path = path.map_err(|error| error.to_string())?;
        if let Some(given) = &entry.arn {
            let parsed = domain::Arn::parse(given).ok();
            let agrees = parsed.as_ref().and_then(|arn| arn.path_and_name("policy"));
            if agrees != Some((path.as_str(), name.as_str())) {
                return Err(format!("the ARN {given} does not agree with path and name"));
            }
        }
        let own = arn(path.as_str(), name.as_str());
        if let Some(other) = built_in(name.as_str()).filter(|other| other.arn() != own) {
            return Err(format!("AWS has a policy of that name: {}", other.arn()));
        }
        if entry.description.as_ref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
            return Err(format!("a description has at most {LONGEST_DESCRIPTION} characters"));
        }
        let default_version = || {
            let versions = entry.policy_version_list.unwrap_or_default();
            versions.into_iter().find(|version| version.is_default_version).map(|version| version.document)
        };
        let document = entry.policy_document.or_else(default_version);
        let document = text(&document.ok_or("there is no PolicyDocument")?)?;
        Policy::parse(&document, PolicyKind::Identity).map_err(|error| error.to_string())?;
        let version = entry.default_version_id.as_deref().map(PolicyVersionId::parse);
        Ok(Self {
            name,
            path,
            description: entry.description.filter(|description| !description.is_empty()),
            version: version.transpose().map_err(|error| error.to_string())?,
            created_at: entry.create_date,
            updated_at: entry.update_date,
            document,
        })
    }

    fn arn(&self) -> String {
        arn(self.path.as_str(), self.name.as_str())
    }

    fn fail(&self, what: String) -> ImportError {
        ImportError::Policy { name: self.name.to_string(), what }
    }

    /// Whether nothing of it is another than what is there.
    fn is_same(&self, there: &ImportedPolicy, document: &str) -> bool {
        self.document == document
            && self.name == there.name
            && self.description == there.description
            && self.version.is_none_or(|version| version == there.version)
            && self.created_at.is_none_or(|at| at == there.created_at)
            && self.updated_at.is_none_or(|at| at == there.updated_at)
    }

    /// The record, which follows on the one that is there: an earlier import, or the policy that is part of the program.
    fn record(&self, there: Option<&ImportedPolicy>, now: Timestamp) -> Result<ImportedPolicy, ImportError> {
        let built_in = built_in(self.name.as_str());
        let built_in_version =
            || built_in.as_ref().and_then(|policy| PolicyVersionId::parse(&policy.version).ok());
        let before = there.map(|there| there.version).or_else(built_in_version);
        let next = before.map_or(1, |version| version.number().saturating_add(1));
        let version = self.version.or_else(|| PolicyVersionId::from_number(next));
        let created_before =
            there.map(|there| there.created_at).or_else(|| built_in.as_ref().map(|policy| policy.created));
        let created_at = self.created_at.or(created_before).unwrap_or(now);
        let arn = self.arn();
        Ok(ImportedPolicy {
            id: UniqueId::parse(&id(&arn)).map_err(|error| self.fail(error.to_string()))?,
            name: self.name.clone(),
            path: self.path.clone(),
            description: self.description.clone(),
            version: version.ok_or_else(|| self.fail("its version is 0".to_owned()))?,
            created_at,
            updated_at: self.updated_at.unwrap_or(now),
        })
    }
}

/// A document as text.
fn text(document: &RawValue) -> Result<String, String> {
    let Ok(text) = serde_json::from_str::<String>(document.get()) else {
        return Ok(document.get().to_owned());
    };
    if !text.trim_start().starts_with('%') {
        return Ok(text);
    }
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(Into::into).map_err(|_| "the document is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{Access, Location};

    const ALLOW: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;

    fn file(text: &str) -> ImportFile {
        ImportFile::parse(text).unwrap()
    }

    fn operator() -> Operator {
        Operator { user_name: "root".into(), user_id: 0, login_id: None, host: "host".into() }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn an_import_is_idempotent_and_says_what_it_did() {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let arn = "arn:aws:iam::aws:policy/team/Reader".to_owned();
        let first = file(&format!(r#"[{{"PolicyName":"Reader","Path":"/team/","PolicyDocument":{ALLOW}}}]"#));
        let done = first.import(&store, &operator(), at(100)).await.unwrap();
        assert_eq!(done, Imported { added: vec![arn.clone()], ..Imported::default() });
        let done = first.import(&store, &operator(), at(200)).await.unwrap();
        assert_eq!(done, Imported { unchanged: vec![arn.clone()], ..Imported::default() });

        let encoded = ALLOW.replace("s3:Get*", "s3:List*").replace('"', "%22").replace('{', "%7B");
        let second = file(&format!(
            r#"{{"Policies":[{{"PolicyName":"Reader","Path":"/team/","Arn":"arn:aws:iam::123456789012:policy/team/Reader",
                "AttachmentCount":1,"PolicyVersionList":[{{"VersionId":"v1","Document":{{}}}},
                {{"VersionId":"v2","IsDefaultVersion":true,"Document":"{encoded}"}}]}}]}}"#
        ));
        let done = second.import(&store, &operator(), at(300)).await.unwrap();
        assert_eq!(done, Imported { changed: vec![arn.clone()], ..Imported::default() });
        let (policy, document) =
            store::imported_policy::find(&mut store.read(), &arn).await.unwrap().unwrap();
        assert!(document.contains("s3:List*"));
        assert_eq!((policy.version.number(), policy.created_at, policy.updated_at), (2, at(100), at(300)));
    }

    #[tokio::test]
    async fn one_of_aws_policies_can_be_replaced_under_its_own_arn() {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let replaced = file(&format!(r#"[{{"PolicyName":"AmazonS3FullAccess","PolicyDocument":{ALLOW}}}]"#));
        replaced.import(&store, &operator(), at(100)).await.unwrap();
        let arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
        let found = super::super::find(&mut store.read(), arn).await.unwrap().unwrap();
        assert_eq!(found.document(&mut store.read()).await.unwrap(), ALLOW);
        let built_in = built_in("AmazonS3FullAccess").unwrap();
        assert_eq!((found.created, &found.id), (built_in.created, &built_in.id));
        let listed = super::super::list(&mut store.read(), "/", None, 1000).await.unwrap();
        let same: Vec<_> = listed.iter().filter(|policy| policy.name == "AmazonS3FullAccess").collect();
        assert_eq!(same.len(), 1);
        assert_eq!(same[0].version, found.version);
        assert_eq!(same[0].document(&mut store.read()).await.unwrap(), ALLOW);
    }

    #[tokio::test]
    async fn nothing_is_written_of_a_file_that_is_wrong() {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let good = format!(r#"{{"PolicyName":"Good","PolicyDocument":{ALLOW}}}"#);
        let faults = [
            r#"{"PolicyName":"P"}"#.to_owned(),
            r#"{"PolicyName":"P","PolicyDocument":{}}"#.to_owned(),
            r#"{"PolicyName":"a b","PolicyDocument":{}}"#.to_owned(),
            format!(r#"{{"PolicyName":"P","Path":"x","PolicyDocument":{ALLOW}}}"#),
            format!(r#"{{"PolicyName":"P","Paths":"/x/","PolicyDocument":{ALLOW}}}"#),
            format!(r#"{{"PolicyName":"P","Arn":"arn:aws:iam::aws:policy/Q","PolicyDocument":{ALLOW}}}"#),
            format!(r#"{{"PolicyName":"Billing","PolicyDocument":{ALLOW}}}"#),
            format!(r#"{{"PolicyName":"P","DefaultVersionId":"7","PolicyDocument":{ALLOW}}}"#),
            good.replace("Good", "GOOD"),
        ];
        let faults = faults.map(|fault| {
            ImportFile::parse(&format!("[{good},{fault}]")).err().map(|error| error.to_string()).unwrap()
        });
        insta::assert_snapshot!(faults.join("\n"));
        assert!(ImportFile::parse("{}").is_err());

        file(&format!("[{good}]")).import(&store, &operator(), at(1)).await.unwrap();
        let other = file(&format!(
            r#"[{{"PolicyName":"New","PolicyDocument":{ALLOW}}},{{"PolicyName":"good","Path":"/x/","PolicyDocument":{ALLOW}}}]"#
        ));
        let error = other.import(&store, &operator(), at(2)).await.unwrap_err().to_string();
        assert_eq!(error, "policy good: there is a policy of that name: arn:aws:iam::aws:policy/Good");
        assert_eq!(store::imported_policy::count(&mut store.read()).await.unwrap(), 1);
    }
}
