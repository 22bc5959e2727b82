//! Pairs of policies made from any bytes, with requests to hold the answers against.

use std::sync::Arc;

use crate::evaluate::decision::{Layer, Outcome};
use crate::evaluate::evaluate;
use crate::evaluate::policies::{Policies, Source};
use crate::language::arn_pattern::split_arn;
use crate::language::condition::Quantifier;
use crate::language::policy::{Policy, PolicyKind};
use crate::language::statement::Statement;
use crate::reasoning::{Access, Answer, Reasoning, Witness};
use crate::request::Request;
use crate::request::context::{Context, ContextValue};
use crate::request::principal::{Principal, PrincipalKind};
use crate::sample::{
    ACTION_PATTERNS, ACTIONS, ADDRESSES, AWS_PRINCIPALS, BOOLEANS, BYTES, Choices, DATES, NUMBERS,
    RESOURCE_PATTERNS, RESOURCES, TEXTS,
};

/// How much of the language a sample uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// All of it: answers may be unknown.
    Whole,
    /// What is always decided: no variables, no key compared as more than one type, no key that follows from the
    /// principal.
    Decided,
}

/// Two sets of policies of one kind that share some of their statements, and requests.
#[derive(Debug)]
pub struct ReasoningSample {
    language: Language,
    kind: PolicyKind,
    everything: Option<Everything>,
    new: Vec<Source>,
    existing: Vec<Source>,
    documents: Vec<String>,
    requests: Vec<Witness>,
}

/// How many requests an answer is held against.
const REQUESTS: usize = 150;
/// The types of keys: their key, operators and values.
const TYPES: [(&str, &[&str], &[&str]); 7] = [
    (
        "k:text",
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        &["ann", "ANN", "bob", "a*", "", "*n*", "a?n", "Σ", "?"],
    ),
    (
        "k:number",
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        &["0", "-1", "7", "7.0", "7.5", "1e1", "999999999999999999999", "-0"],
    ),
    (
        "k:date",
        &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        &["2024-01-01T00:00:00Z", "2024-01-01", "1704067200", "2025-06-01T12:00:00.5+02:00"],
    ),
    (
        "aws:SourceIp",
        &["IpAddress", "NotIpAddress"],
        &["192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "192.0.2.128/25", "2001:db8::/32", "::/0"],
    ),
    ("k:flag", &["Bool"], &["true", "false"]),
    (
        "k:arn",
        &["ArnLike", "ArnNotLike"],
        &[
            "*",
            "arn:aws:iam::*:user/*",
            "arn:aws:s3:::bucket",
            "arn:aws*:iam::111122223333:role/*",
            "arn:aws:iam",
        ],
    ),
    ("k:bytes", &["BinaryEquals"], &BYTES),
];

impl ReasoningSample {
    /// Makes a sample; what the bytes do not settle is the first of each choice.
    pub fn new(bytes: &[u8], language: Language) -> Self {
        let mut choices = Choices(bytes);
        let kind =
            [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Identity, PolicyKind::ResourceControl]
                .get(choices.below(4))
                .copied()
                .unwrap_or(PolicyKind::Identity);
        let documents: Vec<String> = (0..2 + choices.below(4))
            .map(|_| match language {
                Language::Whole => choices.document(kind),
                Language::Decided => decided_document(&mut choices, kind),
            })
            .collect();
        let parse = |(number, text): (usize, &String)| {
            let policy = Policy::parse(text, kind).ok()?;
            Some(Source::new(number.to_string(), "sample", Arc::new(policy)))
        };
        let all: Vec<Source> = documents.iter().enumerate().filter_map(parse).collect();
        let mut some = |rarity| all.iter().filter(|_| !choices.maybe(rarity)).cloned().collect::<Vec<_>>();
        let (new, existing) = (some(3), some(2));
        let seed =
            bytes.iter().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let requests = requests(seed, language, kind, &all);
        Self { language, kind, everything: Everything::new(), new, existing, documents, requests }
    }

    /// What is wrong with an answer, if something is.
    pub fn fault(&self, answer: &Answer) -> Option<String> {
        let fault = match answer {
            Answer::Yes => {
                self.requests.iter().find(|request| self.refutes(request)).map(ToString::to_string)
            }
            Answer::No(witness) if self.refutes(witness) => None,
            Answer::No(_) => Some("the witness does not refute".to_owned()),
            Answer::Unknown { .. } if self.language == Language::Whole => None,
            Answer::Unknown { .. } => Some("it can be decided".to_owned()),
        };
        fault.map(|fault| format!("{fault}\nanswer: {answer:?}\n{}", self.describe()))
    }

    /// What is wrong with the answers whether the first policies grant what some of the requests ask for.
    pub fn fault_of_grants(&self) -> Option<String> {
        if self.new.is_empty() {
            return None;
        }
        self.requests.iter().take(1).find_map(|asked| {
            let access = Access::parse([&asked.action], [&asked.resource]).ok()?;
            let allowed = |request: &Witness| {
                let all = self.everything.as_ref()?;
                all.allows(self.kind, &self.new, request).then(|| request.to_string())
            };
            let is_asked = |request: &&Witness| {
                let any = asked.resource == "*" || request.resource == asked.resource;
                any && request.action.eq_ignore_ascii_case(&asked.action)
            };
            let fault = match Self::reasoning().grants_none_of(&self.new, &[access]) {
                Answer::Yes => self.requests.iter().filter(is_asked).find_map(allowed),
                Answer::No(witness) if is_asked(&&*witness) && allowed(&witness).is_some() => None,
                Answer::No(_) => Some("the witness does not refute".to_owned()),
                Answer::Unknown { .. } if self.language == Language::Whole => None,
                Answer::Unknown { .. } => Some("it can be decided".to_owned()),
            };
            fault.map(|fault| format!("{fault}\nasked: {asked}\n{}", self.describe()))
        })
    }

    fn reasoning() -> Reasoning {
        Reasoning::new().with_steps(1_000_000)
    }

    /// Both sides as documents.
    pub fn describe(&self) -> String {
        let documents = |sources: &[Source]| {
            let document = |source: &Source| self.documents.get(source.id.parse::<usize>().ok()?);
            sources.iter().filter_map(document).collect::<Vec<_>>()
        };
        format!("new: {:#?}\nexisting: {:#?}", documents(&self.new), documents(&self.existing))
    }

    /// Answers whether the first policies allow nothing that the second do not.
    pub fn answer(&self) -> Answer {
        Self::reasoning().no_more_permissive(&self.new, &self.existing)
    }

    fn refutes(&self, request: &Witness) -> bool {
        self.everything.as_ref().is_some_and(|all| {
            all.allows(self.kind, &self.new, request) && !all.allows(self.kind, &self.existing, request)
        })
    }
}

/// Policies that allow everything, for the layers that are not in question.
#[derive(Debug)]
struct Everything {
    identity: Vec<Source>,
    resource: [Source; 3],
}

impl Everything {
    fn new() -> Option<Self> {
        let everything = |kind, principal: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*"{principal}}}}}"#
            );
            Policy::parse(&text, kind).ok().map(|policy| Source::new("all", "all", Arc::new(policy)))
        };
        let of_resource = |principal| everything(PolicyKind::Resource, principal);
        Some(Self {
            identity: vec![everything(PolicyKind::Identity, "")?],
            resource: [
                of_resource(r#", "Principal": "*""#)?,
                of_resource(r#", "Principal": {"Service": "*"}"#)?,
                of_resource(
                    r#", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}"#,
                )?,
            ],
        })
    }

    /// Whether a layer of these policies lets the request through, all other layers allowing it.
    fn allows(&self, kind: PolicyKind, policies: &[Source], request: &Witness) -> bool {
        let user =
            Principal::user("111122223333", "arn:aws:iam::111122223333:user/ann", "AIDAAAAAAAAAAAAAAAAAA");
        let principal = request.principal.clone().unwrap_or(user);
        let [anyone, service, provider] = &self.resource;
        let resource = match principal.kind() {
            PrincipalKind::Federated => provider,
            PrincipalKind::Service => service,
            _ => anyone,
        };
        let levels = [policies.to_vec()];
        let all = Policies {
            identity: &self.identity,
            session: Some(&self.identity),
            resource: Some(resource),
            ..Policies::default()
        };
        let layers = match kind {
            PolicyKind::Resource => Policies { endpoint: Some(policies), ..all },
            PolicyKind::ResourceControl => Policies { resource_control: &levels, ..all },
            _ => Policies { identity: policies, resource: None, ..all },
        };
        let request = Request {
            principal: &principal,
            action: &request.action,
            resource: &request.resource,
            resource_account: principal.account(),
            context: &request.context,
        };
        let decision = evaluate(&request, &layers);
        // Other providers than the one are allowed by no layer but the one in question.
        let blocked_by = decision.blocked_by.iter().filter(|layer| **layer != Layer::Resource);
        decision.outcome != Outcome::ExplicitDeny && blocked_by.count() == 0
    }
}

fn decided_document(choices: &mut Choices<'_>, kind: PolicyKind) -> String {
    let statements: Vec<String> = (0..=choices.below(2)).map(|_| decided_statement(choices, kind)).collect();
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(","))
}

fn decided_statement(choices: &mut Choices<'_>, kind: PolicyKind) -> String {
    let plain: Vec<&'static str> =
        RESOURCE_PATTERNS.into_iter().filter(|pattern| !pattern.contains("${")).collect();
    let deny = choices.below(4) == 1 || kind == PolicyKind::ResourceControl;
    let not = |choices: &mut Choices<'_>| if choices.below(6) == 1 { "Not" } else { "" };
    let mut members = vec![format!(r#""Effect": "{}""#, if deny { "Deny" } else { "Allow" })];
    members.push(format!(r#""{}Action": {}"#, not(choices), choices.list(&ACTION_PATTERNS)));
    members.push(format!(r#""{}Resource": {}"#, not(choices), choices.list(&plain)));
    match kind {
        PolicyKind::ResourceControl => members.push(r#""Principal": "*""#.to_owned()),
        PolicyKind::Resource => {
            let principal = match choices.below(6) {
                0 => r#""*""#.to_owned(),
                1 => r#"{"Service": "ec2.amazonaws.com"}"#.to_owned(),
                2 => r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}"#.to_owned(),
                _ => format!(r#"{{"AWS": {}}}"#, choices.list(&AWS_PRINCIPALS)),
            };
            members.push(format!(r#""{}Principal": {principal}"#, not(choices)));
        }
        _ => {}
    }
    let conditions: Vec<String> = (0..choices.below(3)).map(|_| decided_condition(choices)).collect();
    members.push(format!(r#""Condition": {{{}}}"#, conditions.join(",")));
    format!("{{{}}}", members.join(","))
}

fn decided_condition(choices: &mut Choices<'_>) -> String {
    let (key, operators, values) = TYPES.get(choices.below(TYPES.len())).copied().unwrap_or_default();
    if choices.maybe(6) {
        return format!(r#""Null": {{"{key}": "{}"}}"#, choices.one(&["true", "false"]));
    }
    let prefix = choices.one(&["", "", "ForAllValues:", "ForAnyValue:"]);
    let suffix = choices.one(&["", "", "IfExists"]);
    format!(r#""{prefix}{}{suffix}": {{"{key}": {}}}"#, choices.one(operators), choices.list(values))
}

/// Requests of the kind that answers speak of.
fn requests(seed: u64, language: Language, kind: PolicyKind, policies: &[Source]) -> Vec<Witness> {
    let bytes = bytes(seed, REQUESTS * 64);
    let statements = || policies.iter().flat_map(|source| source.policy.statements());
    let is_list = |key: &str| {
        let mut conditions = statements().flat_map(Statement::conditions);
        conditions.any(|condition| {
            condition.operator().quantifier != Quantifier::One
                && condition.key().as_str() == key.to_lowercase()
        })
    };
    let actions: Vec<&'static str> = ACTIONS
        .into_iter()
        .filter(|action| action.contains(':') && !action.ends_with("GetCallerIdentity"))
        .collect();
    let resources: Vec<&'static str> =
        RESOURCES.into_iter().filter(|resource| *resource == "*" || split_arn(resource).is_some()).collect();
    let request = |bytes: &[u8]| {
        let mut choices = Choices(bytes);
        let mut context = Context::new();
        // Service-linked roles are beyond what control policies limit.
        let drawn = choices.principal();
        let principal = if drawn.is_service_linked() { Principal::anonymous() } else { drawn };
        for (key, pool) in [
            ("k:text", &TEXTS[..]),
            ("k:list", &TEXTS),
            ("k:number", &NUMBERS),
            ("k:date", &DATES),
            ("aws:SourceIp", &["192.0.2.7", "192.0.2.200", "10.0.0.1", "2001:db8::1", "::1", "localhost"]),
            ("k:flag", &BOOLEANS),
            ("k:arn", &RESOURCES),
            ("k:bytes", &["QmluYXJ5", "AAAA", "", "AAAB", "?"]),
            ("aws:username", &TEXTS),
        ] {
            // Any key may be compared as anything.
            let pool = match choices.below(8) {
                1 if language == Language::Whole => &NUMBERS[..],
                2 => &TEXTS,
                3 if language == Language::Whole => &ADDRESSES,
                _ => pool,
            };
            match choices.below(4) {
                0 => {}
                3 if is_list(key) => {
                    let values: Vec<String> =
                        (0..choices.below(4)).map(|_| choices.one(pool).to_owned()).collect();
                    context.insert(key, ContextValue::Many(values));
                }
                _ => context.insert(key, choices.one(pool)),
            }
        }
        if kind.has_principal() {
            context.remove("aws:username");
            context.insert_principal(&principal);
        }
        Witness {
            principal: kind.has_principal().then_some(principal),
            action: choices.one(&actions).to_owned(),
            resource: choices.one(&resources).to_owned(),
            context,
        }
    };
    bytes.chunks(64).map(request).collect()
}

/// Bytes from a seed (SplitMix64).
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    });
    words.flat_map(u64::to_le_bytes).take(length).collect()
}
