//! Policies that follow from what actions do: those that let everything be read, listed or audited. AWS lists services by
//! hand and so lags behind them; here the catalog's access levels decide, and a test bounds what comes of it.

use catalog::{AccessLevel, Action, Service};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write as _, sync::OnceLock};

/// What a generated policy lets a person do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Summary {
    /// See everything, data included.
    ReadOnly,
    /// See how everything is configured and who may use it.
    SecurityAudit,
    /// See what there is, but no data.
    ViewOnly,
}

/// Reading that hands out secrets or credentials, which AWS's own read-only policies leave out as well.
const SECRETS: [&str; 9] = [
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetOpenIdToken*",
    "ec2:GetPasswordData",
    "lightsail:GetInstanceAccessDetails",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sso:GetRoleCredentials",
    "sts:GetFederationToken",
    "sts:GetWebIdentityToken",
];

/// Beginnings of the names of actions that read no data.
const VIEWING: [&str; 4] = ["Describe", "List", "Lookup", "View"];

/// Words in the names of reading actions that tell how something is protected.
const CONFIGURATION: [&str; 24] = [
    "Acl",
    "Attributes",
    "Authorizer",
    "Certificate",
    "Config",
    "Credential",
    "Encryption",
    "Key",
    "Logging",
    "Metadata",
    "Permission",
    "Policies",
    "Policy",
    "Principal",
    "PublicAccess",
    "Report",
    "Role",
    "Rotation",
    "Rule",
    "SecurityGroup",
    "Setting",
    "Status",
    "Tags",
    "Versioning",
];

impl Summary {
    /// The document, made when it is first asked for.
    pub(super) fn document(self) -> &'static str {
        static READ_ONLY: OnceLock<String> = OnceLock::new();
        static SECURITY_AUDIT: OnceLock<String> = OnceLock::new();
        static VIEW_ONLY: OnceLock<String> = OnceLock::new();
        let made = match self {
            Self::ReadOnly => &READ_ONLY,
            Self::SecurityAudit => &SECURITY_AUDIT,
            Self::ViewOnly => &VIEW_ONLY,
        };
        made.get_or_init(|| self.generate())
    }

    fn generate(self) -> String {
        let mut document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["#.to_owned();
        let mut separator = "";
        for service in catalog::services() {
            for pattern in self.patterns(service) {
                // Writing to a text does not fail.
                let _ = write!(document, "{separator}\"{}:{pattern}\"", service.prefix);
                separator = ",";
            }
        }
        document.push_str(r#"],"Resource":"*"}]}"#);
        document
    }

    /// The service's actions, those with one first word together where the policy has all of them.
    fn patterns(self, service: &Service) -> Vec<String> {
        let mut words: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        for action in service.actions() {
            words.entry(first_word(action.name)).or_default().push((action.name, self.has(service, action)));
        }
        let mut patterns = Vec::new();
        for (word, actions) in &words {
            // Patterns know no case, and a word may begin another one: `Get` and `GET`, `Get` and `Getting`.
            let begins =
                |name: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
            let whole = words.values().flatten().all(|(name, has)| *has || !begins(name));
            if whole && actions.len() > 1 {
                patterns.push(format!("{word}*"));
            } else {
                patterns.extend(actions.iter().filter(|(_, has)| *has).map(|(name, _)| (*name).to_owned()));
            }
        }
        patterns
    }

    fn has(self, service: &Service, action: &Action) -> bool {
        let reads = matches!(action.access_level, AccessLevel::List | AccessLevel::Read);
        if !reads || is_secret(service.prefix, action.name) {
            return false;
        }
        let views = VIEWING.iter().any(|start| action.name.starts_with(start));
        match self {
            Self::ReadOnly => true,
            Self::SecurityAudit => {
                views
                    || service.prefix == "iam"
                    || CONFIGURATION.iter().any(|word| action.name.contains(word))
            }
            Self::ViewOnly => views || action.access_level == AccessLevel::List,
        }
    }
}

fn is_secret(prefix: &str, name: &str) -> bool {
    SECRETS.iter().any(|secret| {
        let Some((service, pattern)) = secret.split_once(':') else { return false };
        service == prefix
            && pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
    })
}

/// `Get` of `GetObject`.
fn first_word(name: &str) -> &str {
    let second = name.char_indices().skip(1).find(|(_, character)| character.is_ascii_uppercase());
    second.and_then(|(at, _)| name.get(..at)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Grants, Policy, PolicyKind};

    const ALL: [Summary; 3] = [Summary::ReadOnly, Summary::SecurityAudit, Summary::ViewOnly];

    #[test]
    fn documents_are_bounded() {
        for summary in ALL {
            let size = summary.document().len();
            assert!((10_000..120_000).contains(&size), "{summary:?}: {size}");
        }
    }

    #[test]
    fn allow_what_they_are_for_and_change_nothing() {
        let policies = ALL.map(|summary| Policy::parse(summary.document(), PolicyKind::Identity).unwrap());
        let grants = policies.each_ref().map(|policy| Grants::of([policy]));
        let allowed = |service: &str, action: &'static str| {
            grants.each_ref().map(|grants| grants.among(service, [action]).next().is_some())
        };
        assert_eq!(allowed("s3", "GetObject"), [true, false, false]);
        assert_eq!(allowed("iam", "GetUser"), [true, true, false]);
        assert_eq!(allowed("iam", "ListUsers"), [true, true, true]);
        assert_eq!(allowed("ec2", "DescribeInstances"), [true, true, true]);
        assert_eq!(allowed("s3", "GetBucketPolicy"), [true, true, false]);
        assert_eq!(allowed("dynamodb", "Query"), [true, false, false]);
        assert_eq!(allowed("secretsmanager", "GetSecretValue"), [false, false, false]);
        assert_eq!(allowed("secretsmanager", "ListSecrets"), [true, true, true]);
        for service in catalog::services() {
            for action in service.actions() {
                let reads = matches!(action.access_level, AccessLevel::List | AccessLevel::Read);
                let expected = reads && !is_secret(service.prefix, action.name);
                let [read_only, audit, view] = allowed(service.prefix, action.name);
                assert_eq!(read_only, expected, "{}:{}", service.prefix, action.name);
                assert!(expected || !(audit || view), "{}:{}", service.prefix, action.name);
            }
        }
    }
}
