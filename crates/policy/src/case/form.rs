//! The shape of a case in JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::case::{Expectation, Id, MAX_CASE_BYTES};
use crate::evaluate::decision::{Layer, Outcome};
use crate::request::context::ContextValue;
use crate::request::key::Key;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form<'a> {
    pub(super) id: Id,
    pub(super) request: RequestForm,
    #[serde(borrow)]
    pub(super) policies: Option<PoliciesForm<'a>>,
    pub(super) expect: Option<ExpectForm>,
    pub(super) why: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestForm {
    pub(super) principal: PrincipalForm,
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) resource_account: Option<String>,
    pub(super) context: Option<ContextForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrincipalForm {
    #[serde(rename = "type")]
    pub(super) kind: KindForm,
    pub(super) arn: Option<String>,
    pub(super) account: Option<String>,
    pub(super) service: Option<String>,
    pub(super) issuer: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum KindForm {
    Anonymous,
    AssumedRole,
    Federated,
    FederatedUser,
    Role,
    Root,
    Service,
    User,
}

/// Keys with their values, each once.
#[derive(Default)]
pub(super) struct ContextForm(pub(super) Vec<(Key, ContextValue)>);

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoliciesForm<'a> {
    #[serde(borrow)]
    pub(super) identity: Option<Vec<Document<'a>>>,
    #[serde(borrow)]
    pub(super) boundary: Option<Vec<Document<'a>>>,
    #[serde(borrow)]
    pub(super) session: Option<Vec<Document<'a>>>,
    #[serde(borrow)]
    pub(super) resource: Option<Document<'a>>,
    #[serde(borrow)]
    pub(super) scp: Option<Vec<Vec<Document<'a>>>>,
    #[serde(borrow)]
    pub(super) rcp: Option<Vec<Vec<Document<'a>>>>,
    #[serde(borrow)]
    pub(super) endpoint: Option<Vec<Document<'a>>>,
}

/// The text of a policy: an object as it stands, or what a string holds.
pub(super) struct Document<'a>(pub(super) Cow<'a, str>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectForm {
    decision: String,
    blocked_by: Option<Vec<String>>,
}

impl<'a> Form<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        if text.len() > MAX_CASE_BYTES {
            return Err(format!("a case may have at most {MAX_CASE_BYTES} bytes"));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

/// The id of a case that could not be read, if that much can.
pub(super) fn read_id(text: &str) -> Option<Id> {
    #[derive(Deserialize)]
    struct Named {
        id: Id,
    }
    if text.len() > MAX_CASE_BYTES {
        return None;
    }
    serde_json::from_str(text).map(|named: Named| named.id).ok()
}

impl ExpectForm {
    pub(super) fn read(&self) -> Result<Expectation, String> {
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.name() == self.decision);
        let outcome = outcome.ok_or_else(|| format!("expect.decision: {} is no decision", self.decision))?;
        let layer = |name: &String| {
            let known = Layer::ALL.into_iter().find(|layer| layer.name() == name);
            known.ok_or_else(|| format!("expect.blocked_by: {name} is no layer"))
        };
        let layers = |names: &Vec<String>| {
            let mut layers: Vec<_> = names.iter().map(layer).collect::<Result<_, _>>()?;
            layers.sort_unstable();
            Ok::<_, String>(layers)
        };
        let blocked_by = self.blocked_by.as_ref().map(layers).transpose()?;
        Ok(Expectation { outcome, blocked_by })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Document<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw).map(|text| Self(Cow::Owned(text))).map_err(Error::custom),
            Some(b'{') => Ok(Self(Cow::Borrowed(raw))),
            _ => Err(Error::custom("a policy must be an object or a string that holds one")),
        }
    }
}

impl<'de> Deserialize<'de> for ContextForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ContextVisitor)
    }
}

struct ContextVisitor;

impl<'de> Visitor<'de> for ContextVisitor {
    type Value = ContextForm;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of condition keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "the value of a condition key must be a string or a list of strings")]
        enum Value {
            Many(Vec<String>),
            One(String),
        }
        let mut keys = ContextForm::default();
        let mut names = std::collections::HashSet::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let key = Key::from(name);
            if !names.insert(key.as_str().to_owned()) {
                return Err(Error::custom(format!("the condition key {} comes twice", key.as_str())));
            }
            let value = match value {
                Value::Many(values) => ContextValue::Many(values),
                Value::One(value) => ContextValue::One(value),
            };
            keys.0.push((key, value));
        }
        Ok(keys)
    }
}
