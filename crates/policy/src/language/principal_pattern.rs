//! The Principal and NotPrincipal elements: whom a statement names, and how closely.

use crate::language::json::{Node, Value};
use crate::language::policy::PrincipalName;
use crate::request::is_account_id;
use crate::request::principal::{Principal, PrincipalKind};

/// How a policy names a principal. What a resource policy's Allow bypasses depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// By the account, which delegates to the account's own policies.
    Account,
    /// By the role of a session or the user behind a federated session.
    Issuer,
    /// `*`.
    Everyone,
    /// By itself: the user, the very session, the service, the identity provider.
    Itself,
}

/// A Principal or NotPrincipal element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalElement {
    pub(crate) negated: bool,
    pub(crate) entries: Box<[PrincipalEntry]>,
}

/// One value of the element as written, with its place (byte offsets of the JSON string, quotes included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrincipalEntry {
    pub(crate) principal_type: PrincipalType,
    pub(crate) text: Box<str>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pattern: PrincipalPattern,
}

/// The member names of a Principal element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalType {
    Aws,
    CanonicalUser,
    Federated,
    Service,
}

/// A value that names nobody the language knows, with its place.
pub(crate) struct InvalidPrincipal {
    pub(crate) principal_type: Option<PrincipalType>,
    pub(crate) text: String,
    pub(crate) start: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PrincipalPattern {
    /// By its root user's ARN also the partition is named.
    Account {
        id: Box<str>,
        partition: Option<Box<str>>,
    },
    Arn(Box<str>),
    CanonicalUser(Box<str>),
    Everyone,
    /// `*` as a service or identity provider.
    EveryoneOf(PrincipalKind),
    Provider(PrincipalKind, Box<str>),
    UniqueId(Box<str>),
}

impl PrincipalType {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "AWS" => Some(Self::Aws),
            "CanonicalUser" => Some(Self::CanonicalUser),
            "Federated" => Some(Self::Federated),
            "Service" => Some(Self::Service),
            _ => None,
        }
    }

    /// The name as it stands in policies.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::CanonicalUser => "CanonicalUser",
            Self::Federated => "Federated",
            Self::Service => "Service",
        }
    }
}

/// Whether a value names a principal of the type.
pub(crate) fn names_someone(principal_type: PrincipalType, text: &str) -> bool {
    PrincipalPattern::parse(principal_type, text).is_some()
}

impl PrincipalElement {
    /// Reads an element whose shape (`"*"` or an object of known names with strings) was checked before.
    pub(crate) fn parse(node: &Node<'_>, negated: bool) -> Result<Self, InvalidPrincipal> {
        let mut entries = Vec::new();
        match &node.value {
            Value::Object(members) => {
                for (name, values) in members {
                    let principal_type = PrincipalType::parse(name);
                    for value in values.one_or_many() {
                        entries.push(PrincipalEntry::parse(principal_type, value)?);
                    }
                }
            }
            _ if node.as_str() == Some("*") => {
                entries.push(PrincipalEntry::parse(Some(PrincipalType::Aws), node)?);
            }
            _ => entries.push(PrincipalEntry::parse(None, node)?),
        }
        Ok(Self { negated, entries: entries.into() })
    }

    /// How closely the element names the principal; none when it does not.
    ///
    /// NotPrincipal covers everyone it does not list. It never grants more than naming the account does: the
    /// account's own policies must agree. In a Deny it spares nobody who has a permissions boundary, listed or not
    /// (`bounded`; "Permissions boundaries for IAM entities" in the IAM user guide).
    pub(crate) fn naming(&self, principal: &Principal, allow: bool, bounded: bool) -> Option<Naming> {
        let namings = self.entries.iter().filter_map(|entry| entry.pattern.naming(principal));
        if !self.negated {
            // An identity provider's word is only as good as the policy's naming of that very provider.
            let provider_only = allow && principal.kind() == PrincipalKind::Federated;
            return namings.filter(|naming| !provider_only || *naming == Naming::Itself).max();
        }
        let excepted = if allow { namings.count() > 0 } else { !bounded && self.excepts(principal) };
        let may_match = !allow || principal.belongs_to_account();
        (may_match && !excepted).then_some(Naming::Account)
    }

    pub(crate) fn is_everyone(&self) -> bool {
        !self.negated && matches!(&*self.entries, [entry] if entry.pattern == PrincipalPattern::Everyone)
    }

    /// Whether NotPrincipal in a Deny spares the principal. A user is spared when both it and its account are listed;
    /// a session when the session, its role and the account are (AWS's rule).
    fn excepts(&self, principal: &Principal) -> bool {
        let lists = |naming| self.entries.iter().any(|entry| entry.pattern.naming(principal) == Some(naming));
        if lists(Naming::Everyone) {
            return true;
        }
        match principal.kind() {
            PrincipalKind::Anonymous => false,
            PrincipalKind::Federated | PrincipalKind::Service => lists(Naming::Itself),
            PrincipalKind::Root => lists(Naming::Account),
            PrincipalKind::Role => lists(Naming::Issuer) && lists(Naming::Account),
            PrincipalKind::FederatedUser | PrincipalKind::User => {
                lists(Naming::Itself) && lists(Naming::Account)
            }
            PrincipalKind::AssumedRole => {
                lists(Naming::Itself) && lists(Naming::Issuer) && lists(Naming::Account)
            }
        }
    }
}

impl PrincipalEntry {
    pub(crate) fn name(&self) -> PrincipalName<'_> {
        PrincipalName {
            principal_type: self.principal_type.name(),
            value: &self.text,
            start_byte: self.start,
            end_byte: self.end,
        }
    }

    fn parse(principal_type: Option<PrincipalType>, node: &Node<'_>) -> Result<Self, InvalidPrincipal> {
        let text = node.as_str().unwrap_or_default();
        let pattern = principal_type.and_then(|principal_type| PrincipalPattern::parse(principal_type, text));
        match (principal_type, pattern) {
            (Some(principal_type), Some(pattern)) => {
                Ok(Self { principal_type, text: text.into(), start: node.start, end: node.end, pattern })
            }
            _ => Err(InvalidPrincipal { principal_type, text: text.to_owned(), start: node.start }),
        }
    }
}

impl PrincipalPattern {
    fn parse(principal_type: PrincipalType, text: &str) -> Option<Self> {
        match principal_type {
            PrincipalType::Aws => Self::parse_aws(text),
            PrincipalType::CanonicalUser => {
                let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                valid.then(|| Self::CanonicalUser(text.into()))
            }
            PrincipalType::Federated => Self::parse_provider(PrincipalKind::Federated, text),
            PrincipalType::Service => Self::parse_provider(PrincipalKind::Service, text),
        }
    }

    fn parse_provider(kind: PrincipalKind, text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::EveryoneOf(kind));
        }
        let odd = |character: char| character.is_whitespace() || matches!(character, '*' | '?');
        let valid = match kind {
            PrincipalKind::Federated => is_identity_provider(text),
            _ => text.contains('.'),
        };
        (valid && !text.contains(odd)).then(|| Self::Provider(kind, text.into()))
    }

    fn parse_aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if is_account_id(text) {
            return Some(Self::Account { id: text.into(), partition: None });
        }
        if is_unique_id(text) {
            return Some(Self::UniqueId(text.into()));
        }
        let [_, partition, service, region, account, resource] =
            crate::language::arn_pattern::split_arn(text)?;
        if !partition.starts_with("aws") || !region.is_empty() || !is_account_id(account) {
            return None;
        }
        if text.contains(['*', '?']) {
            return None;
        }
        if service == "iam" && resource == "root" {
            return Some(Self::Account { id: account.into(), partition: Some(partition.into()) });
        }
        let (resource_type, name) = resource.split_once('/')?;
        let valid = !name.is_empty()
            && match service {
                "iam" => matches!(resource_type, "role" | "user"),
                "sts" => {
                    let session = name
                        .split_once('/')
                        .is_some_and(|(role, session)| !role.is_empty() && !session.is_empty());
                    resource_type == "federated-user" || (resource_type == "assumed-role" && session)
                }
                _ => false,
            };
        valid.then(|| Self::Arn(text.into()))
    }

    fn naming(&self, principal: &Principal) -> Option<Naming> {
        let is = |value: Option<&str>, expected: &str| value == Some(expected);
        match self {
            Self::Everyone => Some(Naming::Everyone),
            Self::EveryoneOf(kind) => (principal.kind() == *kind).then_some(Naming::Everyone),
            Self::Account { id, partition } => {
                let same_partition = partition.is_none() || partition.as_deref() == principal.partition();
                (same_partition && is(principal.account(), id)).then_some(Naming::Account)
            }
            Self::CanonicalUser(id) => is(principal.canonical_user_id(), id).then_some(Naming::Account),
            // A role's ARN names its sessions through their issuer, a role without session too.
            Self::Arn(arn) if is(principal.issuer_arn(), arn) => Some(Naming::Issuer),
            Self::Arn(arn) => is(principal.arn(), arn).then_some(Naming::Itself),
            Self::Provider(kind, name) => {
                (principal.kind() == *kind && is(principal.provider(), name)).then_some(Naming::Itself)
            }
            Self::UniqueId(id) if is(principal.unique_id(), id) => match principal.kind() {
                PrincipalKind::User => Some(Naming::Itself),
                _ => Some(Naming::Issuer),
            },
            Self::UniqueId(_) => None,
        }
    }
}

/// The domain of a provider that AWS itself knows, or the ARN of one in IAM.
fn is_identity_provider(text: &str) -> bool {
    let Some([_, partition, service, region, account, resource]) =
        crate::language::arn_pattern::split_arn(text)
    else {
        return text.contains('.') && !text.contains(':');
    };
    let name = ["oidc-provider/", "saml-provider/"].iter().find_map(|kind| resource.strip_prefix(kind));
    partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && is_account_id(account)
        && name.is_some_and(|name| !name.is_empty())
}

/// Saved policies name users and roles by unique id, so that a new namesake of a deleted one gains nothing.
fn is_unique_id(text: &str) -> bool {
    (text.starts_with("AIDA") || text.starts_with("AROA"))
        && (16..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(json: &str, negated: bool) -> PrincipalElement {
        let node = Node::read(json).unwrap();
        PrincipalElement::parse(&node, negated).unwrap_or_else(|_| panic!("{json} is valid"))
    }

    fn session() -> Principal {
        Principal::assumed_role(
            "111122223333",
            "arn:aws:sts::111122223333:assumed-role/r/s",
            "arn:aws:iam::111122223333:role/p/r",
            "AROAAAAAAAAAAAAAAAAAA",
        )
    }

    #[test]
    fn names_as_closely_as_it_can() {
        for (json, expected) in [
            (r#""*""#, Some(Naming::Everyone)),
            (r#"{"AWS": "*"}"#, Some(Naming::Everyone)),
            (r#"{"AWS": "111122223333"}"#, Some(Naming::Account)),
            (r#"{"AWS": ["arn:aws:iam::111122223333:root", "*"]}"#, Some(Naming::Everyone)),
            (r#"{"AWS": "arn:aws:iam::111122223333:role/p/r"}"#, Some(Naming::Issuer)),
            (r#"{"AWS": "AROAAAAAAAAAAAAAAAAAA"}"#, Some(Naming::Issuer)),
            (r#"{"AWS": "AROABBBBBBBBBBBBBBBBB"}"#, None),
            (r#"{"AWS": "arn:aws:iam::111122223333:role/r"}"#, None),
            (r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/r/s"}"#, Some(Naming::Itself)),
            (r#"{"AWS": "999999999999"}"#, None),
            (r#"{"AWS": "arn:aws-cn:iam::111122223333:root"}"#, None),
            (r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, Some(Naming::Account)),
            (r#"{"Service": "*"}"#, None),
            (r#"{"Service": "ec2.amazonaws.com"}"#, None),
        ] {
            assert_eq!(element(json, false).naming(&session(), true, false), expected, "{json}");
        }
    }

    #[test]
    fn identity_providers_must_be_named_to_be_allowed() {
        let provider = Principal::federated("arn:aws:iam::111122223333:saml-provider/idp");
        let named = element(r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}"#, false);
        assert_eq!(named.naming(&provider, true, false), Some(Naming::Itself));
        assert_eq!(element(r#""*""#, false).naming(&provider, true, false), None);
        assert_eq!(element(r#"{"Federated": "*"}"#, false).naming(&provider, true, false), None);
        assert_eq!(element(r#""*""#, false).naming(&provider, false, false), Some(Naming::Everyone));
    }

    #[test]
    fn not_principal_spares_only_who_is_listed_in_full() {
        let all = r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:role/p/r",
            "arn:aws:sts::111122223333:assumed-role/r/s"]}"#;
        let two = r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:role/p/r"]}"#;
        assert_eq!(element(all, true).naming(&session(), false, false), None);
        assert_eq!(element(two, true).naming(&session(), false, false), Some(Naming::Account));
        assert_eq!(element(two, true).naming(&session(), true, false), None);
        assert_eq!(element(two, true).naming(&Principal::anonymous(), false, false), Some(Naming::Account));
        assert_eq!(element(two, true).naming(&Principal::anonymous(), true, false), None);
    }

    #[test]
    fn refuses_names_of_nobody() {
        for json in [
            r#""me""#,
            r#"{"AWS": ""}"#,
            r#"{"AWS": "1234"}"#,
            r#"{"AWS": "arn:aws:iam::111122223333:user/*"}"#,
            r#"{"AWS": "arn:aws:iam::111122223333:group/g"}"#,
            r#"{"AWS": "arn:aws:iam::1111:user/a"}"#,
            r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/r"}"#,
            r#"{"AWS": "arn:aws:s3:::bucket"}"#,
            r#"{"Service": "ec2"}"#,
            r#"{"Service": "ec2.*"}"#,
            r#"{"Federated": ""}"#,
            r#"{"Federated": "idp"}"#,
            r#"{"Federated": "https://idp.example.com"}"#,
            r#"{"Federated": "arn:aws:iam//111122223333:saml-provider/idp"}"#,
            r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/"}"#,
            r#"{"Federated": "arn:aws:iam::111122223333:role/idp.example.com"}"#,
            r#"{"Federated": "arn:aws:iam::1111:oidc-provider/idp.example.com"}"#,
        ] {
            let node = Node::read(json).unwrap();
            assert!(PrincipalElement::parse(&node, false).is_err(), "{json}");
        }
    }
}
