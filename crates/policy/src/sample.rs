//! Requests and policies made from any bytes, from an alphabet so small that they often meet: what the two evaluators
//! are compared on, here and by fuzzing.

use std::sync::Arc;

use crate::compiled::{Bundle, Query, decide};
use crate::evaluate::decision::{Decision, Outcome};
use crate::evaluate::evaluate;
use crate::evaluate::policies::{Policies, Source};
use crate::language::policy::{Policy, PolicyKind};
use crate::request::Request;
use crate::request::context::{Context, ContextValue};
use crate::request::principal::Principal;

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
pub(crate) const ACTIONS: [&str; 9] = [
    "s3:GetObject",
    "s3:PutObject",
    "S3:getobject",
    "s3:ListBucket",
    "iam:GetUser",
    "sts:AssumeRole",
    "sts:TagSession",
    "sts:GetCallerIdentity",
    "odd",
];
pub(crate) const ACTION_PATTERNS: [&str; 14] = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:GETOBJECT",
    "s3:GetObject",
    "s3:?etObject",
    "s3:*Object",
    "s3:P*t*",
    "s3:ListBucket",
    "iam:*",
    "iam:GetUser",
    "sts:AssumeRole",
    "sts:*",
    "sts:AssumeRole*",
];
pub(crate) const RESOURCES: [&str; 9] = [
    "*",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::bucket/home/ann/file",
    "arn:aws:s3:::bucket/home/bob/a:b",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::444455556666:role/r",
    "arn:aws-cn:iam::111122223333:role/p/r",
    "arn:aws:s3",
    "bucket",
];
pub(crate) const RESOURCE_PATTERNS: [&str; 21] = [
    "*",
    "**",
    "arn:aws:s3:::*",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/home/${aws:username}/*",
    "arn:aws:s3:::bucket/${k:text, 'home'}/*/file",
    "arn:aws:s3:::bucket/${k:list}/*",
    "arn:aws:s3:::b*t/*/ann/f?le",
    "arn:aws:s3:::*/file",
    "arn:*:s3:*:*:bucket*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}",
    "arn:aws*:iam::111122223333:role/*",
    "arn:aws:iam::444455556666:role/?",
    "arn:aws:iam::*",
    "arn:aws:s3",
    "${k:arn}",
    "arn:aws:s3:::bucket/home/???/*",
    "arn:aws:s3:::${k:missing, 'bucket'}/*",
    "arn:aws:s3:::bucket/home/${*}",
];
/// What only resource policies may hold: no ARNs.
const ODD_PATTERNS: [&str; 5] = ["arn", "?rn", "b*", "arn:*", "*:bucket"];
pub(crate) const TEXTS: [&str; 20] = [
    "ann",
    "ANN",
    "bob",
    "a*",
    "",
    "${aws:username}",
    "x${k:missing}",
    "${k:missing, 'ann'}",
    "${k:list}",
    "a?${*}",
    "*n*",
    "Σ",
    "home/ann",
    "home/${k:text}",
    "?",
    "${",
    "an?",
    "${aws:username, 'x'}",
    "${k:missing, 'a*'}",
    "${?}${$}",
];
pub(crate) const NUMBERS: [&str; 10] =
    ["0", "-1", "7", "7.0", "7.5", "1e1", "999999999999999999999", "x", "${k:number}", "-0"];
pub(crate) const DATES: [&str; 6] = [
    "2024-01-01T00:00:00Z",
    "2024-01-01",
    "1704067200",
    "2025-06-01T12:00:00.5+02:00",
    "1970-01-01T00:00:00Z",
    "${k:date}",
];
pub(crate) const ADDRESSES: [&str; 10] = [
    "192.0.2.0/24",
    "192.0.2.7",
    "0.0.0.0/0",
    "192.0.2.128/25",
    "2001:db8::/32",
    "::/0",
    "2001:db8::1",
    "::ffff:192.0.2.0/120",
    "::ffff:0:0/90",
    "${k:ip}",
];
const REQUEST_ADDRESSES: [&str; 6] =
    ["192.0.2.7", "192.0.2.200", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7", "not an address"];
pub(crate) const BOOLEANS: [&str; 4] = ["true", "false", "TRUE", "${k:flag}"];
pub(crate) const BYTES: [&str; 3] = ["QmluYXJ5", "AAAA", ""];
const KEYS: [&str; 12] = [
    "k:text",
    "K:TEXT",
    "k:list",
    "k:number",
    "k:date",
    "aws:SourceIp",
    "k:flag",
    "k:arn",
    "aws:username",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalIsAWSService",
];
pub(crate) const AWS_PRINCIPALS: [&str; 13] = [
    "*",
    "111122223333",
    "444455556666",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/ann",
    "AIDAAAAAAAAAAAAAAAAAA",
    "arn:aws:iam::111122223333:role/p/r",
    "AROAAAAAAAAAAAAAAAAAA",
    "arn:aws:sts::111122223333:assumed-role/r/s",
    "arn:aws:sts::111122223333:federated-user/f",
    "arn:aws:iam::444455556666:user/ann",
    "arn:aws:iam::444455556666:root",
    "arn:aws-cn:iam::111122223333:root",
];
/// Lists that name someone in full, as NotPrincipal must to spare them.
const FULL_PRINCIPALS: [&str; 4] = [
    r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ann"]}"#,
    r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:role/p/r", "arn:aws:sts::111122223333:assumed-role/r/s"]}"#,
    r#"{"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:federated-user/f"]}"#,
    r#"{"AWS": "*", "Service": "*", "Federated": "*"}"#,
];

/// A request and the policies that apply to it.
#[derive(Debug)]
pub struct Sample {
    principal: Principal,
    action: &'static str,
    resource: &'static str,
    resource_account: Option<&'static str>,
    context: Context,
    identity: Vec<Source>,
    boundary: Option<Vec<Source>>,
    session: Option<Vec<Source>>,
    resource_policy: Option<Source>,
    resource_policy_required: bool,
    service_control: Vec<Vec<Source>>,
    resource_control: Vec<Vec<Source>>,
    endpoint: Option<Vec<Source>>,
    documents: Vec<String>,
}

impl Sample {
    /// Makes a sample; what the bytes do not settle is the first of each choice.
    pub fn new(bytes: &[u8]) -> Self {
        let mut choices = Choices(bytes);
        let principal = choices.principal();
        let (action, resource) = (choices.one(&ACTIONS), choices.one(&RESOURCES));
        let resource_account = choices.maybe(2).then(|| choices.one(&ACCOUNTS));
        let mut context = Context::new();
        context.insert_principal(&principal);
        choices.fill(&mut context);
        let mut sample = Self {
            principal,
            action,
            resource,
            resource_account,
            context,
            identity: Vec::new(),
            boundary: None,
            session: None,
            resource_policy: None,
            resource_policy_required: false,
            service_control: Vec::new(),
            resource_control: Vec::new(),
            endpoint: None,
            documents: Vec::new(),
        };
        let documents = &mut sample.documents;
        sample.identity = choices.policies(PolicyKind::Identity, 3, documents);
        if choices.maybe(3) {
            sample.boundary = Some(choices.policies(PolicyKind::Boundary, 1, documents));
        }
        if choices.maybe(3) {
            sample.session = Some(choices.policies(PolicyKind::Session, 2, documents));
        }
        if choices.maybe(2) {
            let kind = if choices.maybe(4) { PolicyKind::Trust } else { PolicyKind::Resource };
            sample.resource_policy = choices.policies(kind, 1, documents).pop();
            sample.resource_policy_required = choices.maybe(5);
        }
        if choices.maybe(3) {
            let levels = 1 + choices.below(4);
            sample.service_control =
                (0..levels).map(|_| choices.policies(PolicyKind::ServiceControl, 2, documents)).collect();
            // The same policy at another level, as an organization's first one stands at every level.
            if choices.maybe(3)
                && let Some(first) = sample.service_control.first().and_then(|level| level.first()).cloned()
                && let Some(last) = sample.service_control.last_mut()
            {
                last.push(first);
            }
            if choices.maybe(50) {
                let deep = sample.service_control.iter().cycle().take(60).cloned().collect();
                sample.service_control = deep;
            }
        }
        if choices.maybe(4) {
            let levels = 1 + choices.below(3);
            sample.resource_control =
                (0..levels).map(|_| choices.policies(PolicyKind::ResourceControl, 2, documents)).collect();
        }
        if choices.maybe(5) {
            sample.endpoint = Some(choices.policies(PolicyKind::Resource, 2, documents));
        }
        sample
    }

    /// A sample from a number (SplitMix64).
    #[cfg(test)]
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut state = seed;
        let words = std::iter::repeat_with(|| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^ (word >> 31)
        });
        let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).take(400).collect();
        Self::new(&bytes)
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: self.action,
            resource: self.resource,
            resource_account: self.resource_account,
            context: &self.context,
        }
    }

    /// The policies.
    pub fn policies(&self) -> Policies<'_> {
        Policies {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            session: self.session.as_deref(),
            resource: self.resource_policy.as_ref(),
            resource_policy_required: self.resource_policy_required,
            service_control: &self.service_control,
            resource_control: &self.resource_control,
            endpoint: self.endpoint.as_deref(),
        }
    }

    /// Decides with both evaluators, with one bundle and with a bundle each for principal, session and resource, and
    /// says how they differ if they do.
    pub fn disagreement(&self) -> Option<String> {
        let (request, policies) = (self.request(), self.policies());
        let decision = evaluate(&request, &policies);
        let none = Policies::default();
        let principal = Policies {
            identity: policies.identity,
            boundary: policies.boundary,
            service_control: policies.service_control,
            ..none
        };
        let session = Policies { session: policies.session, endpoint: policies.endpoint, ..none };
        let resource = Policies {
            resource: policies.resource,
            resource_policy_required: policies.resource_policy_required,
            resource_control: policies.resource_control,
            ..none
        };
        let query = Query::new(&request);
        let whole = Bundle::new(&policies);
        let parts = [principal, session, resource].map(|policies| Bundle::new(&policies));
        let [principal, session, resource] = &parts;
        for verdict in [decide(&query, &[&whole]), decide(&query, &[resource, principal, session])] {
            let blocked_by: Vec<_> = verdict.blocked_by().collect();
            let same_layers = match verdict.outcome() {
                Outcome::ExplicitDeny => {
                    blocked_by.len() == 1
                        && blocked_by.iter().all(|layer| decision.blocked_by.contains(layer))
                }
                Outcome::Allowed | Outcome::ImplicitDeny => blocked_by == decision.blocked_by,
            };
            if verdict.outcome() != decision.outcome || !same_layers {
                return Some(self.describe(&decision, &format!("{verdict:?} {blocked_by:?}")));
            }
        }
        None
    }

    /// What the plain evaluator answers.
    pub fn outcome(&self) -> Outcome {
        evaluate(&self.request(), &self.policies()).outcome
    }

    fn describe(&self, decision: &Decision<'_>, verdict: &str) -> String {
        format!(
            "plain: {:?} {:?}\ncompiled: {verdict}\nrequest: {:#?}\npolicies: {:#?}",
            decision.outcome,
            decision.blocked_by,
            self.request(),
            self.documents
        )
    }
}

/// Choices read from bytes; after their end always the first.
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl Choices<'_> {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first).checked_rem(count).unwrap_or(0)
    }

    pub(crate) fn one(&mut self, options: &[&'static str]) -> &'static str {
        let at = self.below(options.len());
        options.get(at).copied().unwrap_or_default()
    }

    /// One in so many.
    pub(crate) fn maybe(&mut self, rarity: usize) -> bool {
        self.below(rarity) == 1
    }

    pub(crate) fn principal(&mut self) -> Principal {
        let [account, _] = ACCOUNTS;
        let session = || {
            Principal::assumed_role(
                account,
                "arn:aws:sts::111122223333:assumed-role/r/s",
                "arn:aws:iam::111122223333:role/p/r",
                "AROAAAAAAAAAAAAAAAAAA",
            )
        };
        let federated =
            |issuer| Principal::federated_user(account, "arn:aws:sts::111122223333:federated-user/f", issuer);
        let user = |id| Principal::user(account, "arn:aws:iam::111122223333:user/ann", id);
        match self.below(14) {
            0..=2 => user("AIDAAAAAAAAAAAAAAAAAA"),
            12 => user("").with_canonical_user_id("79a59df900b949e55d96a1e698fbaced"),
            13 => federated(""),
            3 | 4 => session(),
            5 => Principal::role(account, "arn:aws:iam::111122223333:role/p/r", "AROAAAAAAAAAAAAAAAAAA"),
            6 => session().service_linked(),
            7 => Principal::root(account, "arn:aws:iam::111122223333:root"),
            8 => federated("arn:aws:iam::111122223333:user/ann"),
            9 => federated("arn:aws:iam::111122223333:root"),
            10 => Principal::service("ec2.amazonaws.com"),
            _ if self.maybe(2) => Principal::federated("arn:aws:iam::111122223333:saml-provider/idp"),
            _ => Principal::anonymous(),
        }
    }

    fn fill(&mut self, context: &mut Context) {
        if self.maybe(2) {
            context.insert("k:text", self.plain(&TEXTS));
        }
        match self.below(5) {
            1 => context.insert("k:list", ContextValue::Many(Vec::new())),
            2 => context.insert("k:list", self.plain(&TEXTS)),
            3 | 4 => {
                let count = 1 + self.below(3);
                let values: Vec<String> = (0..count).map(|_| self.plain(&TEXTS).to_owned()).collect();
                context.insert("k:list", values);
            }
            _ => {}
        }
        if self.maybe(2) {
            context.insert("k:number", self.one(&NUMBERS));
        }
        if self.maybe(2) {
            context.insert("k:date", self.one(&DATES));
        }
        if self.maybe(2) {
            context.insert("aws:SourceIp", self.one(&REQUEST_ADDRESSES));
        }
        if self.maybe(2) {
            context.insert("k:flag", self.one(&["true", "false", "TRUE", "yes", ""]));
        }
        if self.maybe(2) {
            context.insert("k:arn", self.one(&RESOURCES));
        }
        if self.maybe(2) {
            let of_type: [&[&'static str]; 6] =
                [&NUMBERS, &DATES, &REQUEST_ADDRESSES, &["true", "false", "maybe"], &RESOURCES, &BYTES];
            let options = of_type.get(self.below(of_type.len())).copied().unwrap_or_default();
            let values: Vec<String> = (0..self.below(4)).map(|_| self.one(options).to_owned()).collect();
            context.insert("k:values", values);
        }
    }

    /// Values of requests hold no variables, but may hold what looks like one.
    fn plain(&mut self, options: &[&'static str]) -> &'static str {
        self.one(options)
    }

    fn policies(&mut self, kind: PolicyKind, most: usize, documents: &mut Vec<String>) -> Vec<Source> {
        let count = self.below(most + 1).max(1);
        let texts: Vec<String> = (0..count).map(|_| self.document(kind)).collect();
        let parsed = texts.iter().filter_map(|text| Policy::parse(text, kind).ok());
        let sources = parsed.map(|policy| Source::new("sample", "sample", Arc::new(policy))).collect();
        documents.extend(texts);
        sources
    }

    pub(crate) fn document(&mut self, kind: PolicyKind) -> String {
        let current = kind.needed_version().is_some() || !self.maybe(6);
        let version = if current { "2012-10-17" } else { "2008-10-17" };
        let count = 1 + self.below(3);
        let statements: Vec<String> = (0..count).map(|_| self.statement(kind)).collect();
        format!(r#"{{"Version": "{version}", "Statement": [{}]}}"#, statements.join(","))
    }

    fn statement(&mut self, kind: PolicyKind) -> String {
        let effect = if self.below(4) == 1 || kind == PolicyKind::ResourceControl { "Deny" } else { "Allow" };
        let mut members = vec![format!(r#""Effect": "{effect}""#)];
        let not = if self.below(6) == 1 { "Not" } else { "" };
        let actions = self.list(&ACTION_PATTERNS);
        members.push(format!(r#""{not}Action": {actions}"#));
        if kind.needs_resource() || (kind == PolicyKind::Resource && !self.maybe(3)) {
            let not = if self.below(6) == 1 { "Not" } else { "" };
            let odd = kind == PolicyKind::Resource && self.maybe(8);
            let resources = if odd { self.list(&ODD_PATTERNS) } else { self.list(&RESOURCE_PATTERNS) };
            members.push(format!(r#""{not}Resource": {resources}"#));
        }
        match kind {
            PolicyKind::ResourceControl => members.push(r#""Principal": "*""#.to_owned()),
            _ if kind.has_principal() => {
                let not = if kind != PolicyKind::Trust && self.below(6) == 1 { "Not" } else { "" };
                let principal = match self.below(10) {
                    0 => r#""*""#.to_owned(),
                    1 => r#"{"Service": "ec2.amazonaws.com"}"#.to_owned(),
                    2 => r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}"#.to_owned(),
                    3 => {
                        r#"{"Service": "*", "CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}"#.to_owned()
                    }
                    4 => self.one(&FULL_PRINCIPALS).to_owned(),
                    _ => format!(r#"{{"AWS": {}}}"#, self.list(&AWS_PRINCIPALS)),
                };
                members.push(format!(r#""{not}Principal": {principal}"#));
            }
            _ => {}
        }
        let conditions: Vec<String> = (0..self.below(4)).map(|_| self.condition()).collect();
        if !conditions.is_empty() {
            // Operators may come twice; a document that repeats a member is refused and the sample goes without it.
            members.push(format!(r#""Condition": {{{}}}"#, conditions.join(",")));
        }
        format!("{{{}}}", members.join(","))
    }

    fn condition(&mut self) -> String {
        let prefix = self.one(&["", "", "", "ForAllValues:", "ForAnyValue:"]);
        let suffix = self.one(&["", "", "IfExists"]);
        let not = self.one(&["", "Not"]);
        let order = self.one(&[
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        ]);
        let (operator, values, fitting): (String, &[&'static str], _) = match self.below(11) {
            0 => (format!("String{not}Equals"), &TEXTS, "k:text"),
            1 => (format!("String{not}Like"), &TEXTS, "k:list"),
            2 => (format!("String{not}EqualsIgnoreCase"), &TEXTS, "k:list"),
            3 => (format!("Numeric{order}"), &NUMBERS, "k:number"),
            4 => (format!("Date{order}"), &DATES, "k:date"),
            5 => ("Bool".to_owned(), &BOOLEANS, "k:flag"),
            6 => (format!("{not}IpAddress"), &ADDRESSES, "aws:SourceIp"),
            7 => (format!("Arn{not}Like"), &RESOURCE_PATTERNS, "k:arn"),
            8 => ("BinaryEquals".to_owned(), &BYTES, "k:values"),
            9 => (format!("Arn{not}Equals"), &ODD_PATTERNS, "aws:PrincipalArn"),
            _ => {
                let flag = self.one(&["true", "false"]);
                return format!(r#""{prefix}Null": {{"{}": "{flag}"}}"#, self.one(&KEYS));
            }
        };
        let key = match self.below(4) {
            0 => self.one(&KEYS),
            1 => "k:values",
            _ => fitting,
        };
        format!(r#""{prefix}{operator}{suffix}": {{"{key}": {}}}"#, self.list(values))
    }

    pub(crate) fn list(&mut self, options: &[&'static str]) -> String {
        let count = if self.below(40) == 1 { 0 } else { 1 + self.below(3) };
        let values: Vec<String> = (0..count).map(|_| format!("\"{}\"", self.one(options))).collect();
        format!("[{}]", values.join(","))
    }
}
