//! The request context: what the conditions and variables of a policy can ask about.

use std::net::IpAddr;

use crate::language::date;
use crate::request::key::Key;
use crate::request::principal::{Principal, PrincipalKind};

/// Condition keys and their values. Keys are compared without regard to case, tag keys after a `/` included.
/// A key that is not in the context is absent from the request.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where to find the first entries by the hash of their keys: its low bits tell the place to begin at, from where
    /// the next places are tried up to one that is free. Zero is free, otherwise it is one more than the entry's number.
    places: [u8; PLACES],
    entries: Vec<Entry>,
}

/// A key of the request with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    key: Key,
    pub(crate) value: ContextValue,
    /// What the value is as an address, read beforehand for the keys that are addresses.
    pub(crate) address: Option<IpAddr>,
}

/// The keys whose values are addresses.
const ADDRESS_KEYS: [Key; 2] = [Key::known("aws:sourceip"), Key::known("aws:vpcsourceip")];

/// The value of one condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// A key that has one value by its definition.
    One(String),
    /// A key that has a list of values by its definition, be it empty or of one element. Only operators with
    /// `ForAllValues` or `ForAnyValue` compare lists.
    Many(Vec<String>),
}

impl Context {
    /// A context without any key.
    pub fn new() -> Self {
        Self { places: [0; PLACES], entries: Vec::with_capacity(USUAL_KEYS) }
    }

    /// Sets a key; a value from before is replaced.
    pub fn insert(&mut self, key: impl Into<Key>, value: impl Into<ContextValue>) {
        let (key, value) = (key.into(), value.into());
        let address = match &value {
            ContextValue::One(text) if ADDRESS_KEYS.contains(&key) => parse_address(text),
            _ => None,
        };
        self.put(Entry { key, value, address });
    }

    /// Sets `aws:CurrentTime` and `aws:EpochTime` to a moment in seconds since 1970-01-01T00:00:00Z.
    pub fn insert_time(&mut self, unix_seconds: i64) {
        self.insert(Key::known("aws:currenttime"), date::format_seconds(unix_seconds));
        self.insert(Key::known("aws:epochtime"), unix_seconds);
    }

    /// Sets `aws:SourceIp`. An IPv4 address in IPv6 clothes counts as IPv4, since conditions never compare across
    /// families.
    pub fn insert_source_ip(&mut self, address: IpAddr) {
        let address = address.to_canonical();
        let value = ContextValue::from(address);
        self.put(Entry { key: Key::known("aws:sourceip"), value, address: Some(address) });
    }

    /// Sets the keys that follow from who is asking: `aws:PrincipalArn` (of a session: its role), `PrincipalAccount`,
    /// `PrincipalType`, `userid`, `username` (IAM users only), `PrincipalIsAWSService` and, for services,
    /// `PrincipalServiceName` and `PrincipalServiceNamesList`. Requests that are not signed have `anonymous` as account
    /// and user id and say nothing of services.
    pub fn insert_principal(&mut self, principal: &Principal) {
        let principal_type = match principal.kind() {
            PrincipalKind::Anonymous | PrincipalKind::Federated => Some("Anonymous"),
            PrincipalKind::AssumedRole | PrincipalKind::Role => Some("AssumedRole"),
            PrincipalKind::FederatedUser => Some("FederatedUser"),
            PrincipalKind::Root => Some("Account"),
            PrincipalKind::Service => None,
            PrincipalKind::User => Some("User"),
        };
        if let Some(principal_type) = principal_type {
            self.insert(Key::known("aws:principaltype"), principal_type);
        }
        if matches!(principal.kind(), PrincipalKind::Anonymous | PrincipalKind::Federated) {
            self.insert(Key::known("aws:principalaccount"), "anonymous");
            self.insert(Key::known("aws:userid"), "anonymous");
            return;
        }
        let is_service = principal.kind() == PrincipalKind::Service;
        self.insert(Key::known("aws:principalisawsservice"), is_service);
        if let Some(service) = principal.service_name() {
            self.insert(Key::known("aws:principalservicename"), service);
            self.insert(Key::known("aws:principalservicenameslist"), vec![service.to_owned()]);
        }
        if let Some(arn) = principal.principal_arn() {
            self.insert(Key::known("aws:principalarn"), arn);
        }
        if let Some(account) = principal.account() {
            self.insert(Key::known("aws:principalaccount"), account);
        }
        if let Some(user_id) = principal.user_id() {
            self.insert(Key::known("aws:userid"), user_id.into_owned());
        }
        if let Some(name) = principal.user_name() {
            self.insert(Key::known("aws:username"), name);
        }
    }

    /// The value of a key.
    pub fn get(&self, key: impl Into<Key>) -> Option<&ContextValue> {
        self.entry(&key.into()).map(|entry| &entry.value)
    }

    /// Takes a key out of the context.
    pub fn remove(&mut self, key: impl Into<Key>) -> Option<ContextValue> {
        let removed = self.entries.remove(self.position(&key.into())?);
        self.places = [0; PLACES];
        for number in 0..self.entries.len() {
            self.place(number);
        }
        Some(removed.value)
    }

    /// All keys, in lower case and in order, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        let mut pairs: Vec<_> = self.entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
        pairs.sort_unstable_by_key(|(key, _)| *key);
        pairs.into_iter()
    }

    pub(crate) fn entry(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(self.position(key)?)
    }

    #[inline]
    fn position(&self, key: &Key) -> Option<usize> {
        let is_key = |number: &usize| self.entries.get(*number).is_some_and(|entry| entry.key == *key);
        for place in places(key) {
            match self.places.get(place).copied().unwrap_or_default() {
                // Had the key come among the first, it would stand here.
                0 => break,
                taken => {
                    let number = usize::from(taken) - 1;
                    if is_key(&number) {
                        return Some(number);
                    }
                }
            }
        }
        (MAX_PLACED..self.entries.len()).find(is_key)
    }

    fn put(&mut self, entry: Entry) {
        if let Some(before) = self.position(&entry.key).and_then(|at| self.entries.get_mut(at)) {
            *before = entry;
            return;
        }
        self.entries.push(entry);
        self.place(self.entries.len() - 1);
    }

    /// Gives the last entry its place, if it is among the first.
    fn place(&mut self, number: usize) {
        let Some(entry) = self.entries.get(number).filter(|_| number < MAX_PLACED) else { return };
        let taken = u8::try_from(number + 1).unwrap_or(0);
        for place in places(&entry.key) {
            if let Some(free @ 0) = self.places.get_mut(place) {
                *free = taken;
                return;
            }
        }
    }
}

/// How many places there are for finding entries by hash.
const PLACES: usize = 128;
/// How many entries have a place: so few that a free one is near. The others, which only requests with very many tags
/// have, are searched one by one.
const MAX_PLACED: usize = 64;

/// The places where a key may stand, in the order in which they are tried.
fn places(key: &Key) -> impl Iterator<Item = usize> {
    let start = key.hash() as usize;
    (0..PLACES).map(move |step| (start + step) % PLACES)
}

/// Room for this many keys is made at once: the global ones and a few of the service.
const USUAL_KEYS: usize = 24;

/// Reads an address as conditions do. An IPv4 address in IPv6 clothes counts as IPv4.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    text.trim_ascii().parse().ok().map(|address: IpAddr| address.to_canonical())
}

impl<K: Into<Key>, V: Into<ContextValue>> FromIterator<(K, V)> for Context {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut context = Self::new();
        for (key, value) in pairs {
            context.insert(key, value);
        }
        context
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Context {}

impl ContextValue {
    /// The values, whether one or many.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl From<&str> for ContextValue {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<String> for ContextValue {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}

impl From<bool> for ContextValue {
    fn from(value: bool) -> Self {
        Self::One(value.to_string())
    }
}

impl From<i64> for ContextValue {
    fn from(value: i64) -> Self {
        Self::One(value.to_string())
    }
}

impl From<IpAddr> for ContextValue {
    fn from(value: IpAddr) -> Self {
        Self::One(value.to_canonical().to_string())
    }
}

impl From<Vec<String>> for ContextValue {
    fn from(values: Vec<String>) -> Self {
        Self::Many(values)
    }
}

impl From<&[&str]> for ContextValue {
    fn from(values: &[&str]) -> Self {
        Self::Many(values.iter().map(|&value| value.to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_case() {
        let mut context = Context::new();
        context.insert("aws:RequestTag/CostCenter", "a");
        context.insert("AWS:requesttag/costcenter", "b");
        assert_eq!(context.get("aws:requestTag/COSTCENTER"), Some(&ContextValue::from("b")));
        assert_eq!(context.iter().count(), 1);
    }

    #[test]
    fn any_number_of_keys_is_found_again() {
        let mut context: Context = (0..200).map(|number| (format!("k:{number}"), number)).collect();
        for number in (0..200).step_by(3) {
            assert!(context.remove(format!("k:{number}")).is_some());
        }
        context.insert("k:199", "new");
        for number in 0..200 {
            let expected = match number {
                199 => Some("new".into()),
                _ => (number % 3 != 0).then(|| ContextValue::from(number)),
            };
            assert_eq!(context.get(format!("k:{number}")), expected.as_ref(), "{number}");
        }
        assert_eq!(context.get("k:200"), None);
    }

    #[test]
    fn time_and_address_have_their_forms() {
        let mut context = Context::new();
        context.insert_time(1_709_209_800);
        context.insert_source_ip("::ffff:192.0.2.1".parse().unwrap());
        let keys: Vec<_> =
            context.iter().map(|(key, value)| format!("{key}={}", value.values().join(","))).collect();
        assert_eq!(
            keys,
            ["aws:currenttime=2024-02-29T12:30:00Z", "aws:epochtime=1709209800", "aws:sourceip=192.0.2.1"]
        );
    }

    #[test]
    fn a_session_presents_its_role() {
        let session = Principal::assumed_role(
            "123456789012",
            "arn:aws:sts::123456789012:assumed-role/r/s",
            "arn:aws:iam::123456789012:role/p/r",
            "AROAEXAMPLE",
        );
        let mut context = Context::new();
        context.insert_principal(&session);
        assert_eq!(context.get("aws:PrincipalArn"), Some(&"arn:aws:iam::123456789012:role/p/r".into()));
        assert_eq!(context.get("aws:userid"), Some(&"AROAEXAMPLE:s".into()));
        assert_eq!(context.get("aws:username"), None);
        assert_eq!(context.get("aws:PrincipalType"), Some(&"AssumedRole".into()));
    }

    #[test]
    fn what_is_said_of_services_and_of_nobody() {
        let keys = |principal: &Principal| {
            let mut context = Context::new();
            context.insert_principal(principal);
            context.iter().map(|(key, value)| format!("{key}={value:?}")).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(keys(&Principal::anonymous()), @r#"
    aws:principalaccount=One("anonymous")
    aws:principaltype=One("Anonymous")
    aws:userid=One("anonymous")
    "#);
        insta::assert_snapshot!(keys(&Principal::service("sns.amazonaws.com")), @r#"
    aws:principalisawsservice=One("true")
    aws:principalservicename=One("sns.amazonaws.com")
    aws:principalservicenameslist=Many(["sns.amazonaws.com"])
    "#);
    }

    #[test]
    fn every_kind_of_principal_presents_itself() {
        let account = "123456789012";
        let rows = [
            (
                Principal::user(account, "arn:aws:iam::123456789012:user/p/ann", "AIDAEXAMPLE"),
                ["User", "AIDAEXAMPLE", "ann"],
            ),
            (Principal::root(account, "arn:aws:iam::123456789012:root"), ["Account", account, ""]),
            (
                Principal::role(account, "arn:aws:iam::123456789012:role/r", "AROAEXAMPLE"),
                ["AssumedRole", "AROAEXAMPLE", ""],
            ),
            (
                Principal::federated_user(
                    account,
                    "arn:aws:sts::123456789012:federated-user/f",
                    "arn:aws:iam::123456789012:user/ann",
                ),
                ["FederatedUser", "123456789012:f", ""],
            ),
            (Principal::anonymous(), ["Anonymous", "anonymous", ""]),
            (Principal::service("ec2.amazonaws.com"), ["", "", ""]),
        ];
        for (principal, expected) in rows {
            let mut context = Context::new();
            context.insert_principal(&principal);
            let text = |key| context.get(key).map_or(String::new(), |value| value.values().concat());
            assert_eq!(
                ["aws:PrincipalType", "aws:userid", "aws:username"].map(text),
                expected,
                "{principal:?}"
            );
        }
    }
}
