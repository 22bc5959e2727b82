//! A plane that is called in words, for tests that are tables.
//!
//! A call is written `@CALLER NAME=VALUE ...`, its parameters as clients name them in forms. The root user calls where nobody
//! is named. Words in braces stand for values: what a step has kept; `{NAME:now}` and `{NAME:before}`, the codes of the device
//! whose seed was kept under that name; and the texts of [`text`].

use crate::{
    certificates::{LEAF, LEAF_KEY, ROOT, metadata},
    plane::{ACCOUNT, Refused, TestPlane},
    support::{ADMINISTRATOR_ACCESS, allow, arn, document, in_store, one_time_code},
};
use data_encoding::BASE32_NOPAD;
use domain::{IdKind, ImportedPolicy, Path, PolicyName, PolicyVersionId, UniqueId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
};
use wire::{Node, OperationDescription};

/// Whom every plane has, and who may do nothing.
pub const NOBODY: &str = "nobody";
/// Another account, of which nothing was counted yet.
pub const OTHER: &str = "999999999999";

static RSA_KEY: LazyLock<String> =
    LazyLock::new(|| KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().serialize_pem());
const SSH_KEY: &str = include_str!("../../src/iam/ssh_public_key/testdata/rsa.pub");

/// A plane, and what its things are called.
pub struct Plane {
    pub plane: TestPlane,
    kept: Mutex<BTreeMap<String, String>>,
}

impl Plane {
    /// The plane after those steps.
    pub async fn after(plane: TestPlane, steps: &str) -> Self {
        let this = Self { plane, kept: Mutex::default() };
        this.take(&format!("CreateUser UserName={NOBODY}")).await;
        this.take(steps).await;
        this
    }

    /// Takes steps, one a line:
    /// - `OPERATION WORDS`: a call that succeeds; `> NAME PATH` keeps a member of its answer;
    /// - `TIMES x OPERATION WORDS`: that many of them, with `{n}` from 1;
    /// - `Wait SECONDS`.
    pub async fn take(&self, steps: &str) {
        for line in steps.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(seconds) = line.strip_prefix("Wait ") {
                self.plane.advance(seconds.parse().unwrap());
            } else if let Some((times, line)) = line.split_once(" x ") {
                for number in 1..=times.parse::<u32>().unwrap() {
                    self.step(&line.replace("{n}", &number.to_string())).await;
                }
            } else {
                self.step(line).await;
            }
        }
    }

    async fn step(&self, line: &str) {
        let (call, keep) = line.split_once(" > ").map_or((line, None), |(call, keep)| (call, Some(keep)));
        let (operation, words) = call.split_once(' ').unwrap_or((call, ""));
        let answer = self.call(operation, &[words]).await;
        let answer = answer.unwrap_or_else(|refused| panic!("{line}: {refused:?}"));
        if let Some((name, path)) = keep.and_then(|keep| keep.split_once(' ')) {
            let value = member(&answer, path).unwrap_or_else(|| panic!("{line}: {answer:?}"));
            self.kept.lock().unwrap().insert(name.to_owned(), value);
        }
    }

    /// Calls the operation with those words.
    pub async fn call(&self, operation: &str, words: &[&str]) -> Result<Node, Refused> {
        self.begun(operation, words).await.await
    }

    /// A call that only has to be awaited; later words take the place of earlier ones of the same name.
    pub async fn begun(
        &self,
        operation: &str,
        words: &[&str],
    ) -> impl Future<Output = Result<Node, Refused>> + use<> {
        let mut caller = ACCOUNT.to_owned();
        let mut parameters = BTreeMap::new();
        for word in words.iter().flat_map(|words| words.split_whitespace()) {
            if let Some(name) = word.strip_prefix('@') {
                name.clone_into(&mut caller);
            } else if let Some(name) = word.strip_prefix('-') {
                parameters.remove(name);
            } else if word == "FiftyTags" {
                for number in 1..=50 {
                    parameters.insert(format!("Tags.member.{number}.Key"), format!("tag-{number}"));
                    parameters.insert(format!("Tags.member.{number}.Value"), String::new());
                }
            } else {
                let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("{operation}: {word}"));
                parameters.insert(name.to_owned(), self.filled(value));
            }
        }
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.plane.form(&caller, description(operation), &pairs.join("&")).await
    }

    /// The text with values in place of words in braces.
    pub fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            filled.push_str(&self.value(name));
            rest = after;
        }
        filled + rest
    }

    /// What a line of the table has kept.
    pub fn kept(&self, name: &str) -> Option<String> {
        self.kept.lock().unwrap().get(name).cloned()
    }

    fn value(&self, name: &str) -> String {
        if let Some(value) = self.kept(name).or_else(|| text(name)) {
            return value;
        }
        let code = name.split_once(':').and_then(|(name, when)| Some((self.kept(name)?, when)));
        let (seed, when) = code.unwrap_or_else(|| panic!("nothing is called {name}"));
        let step = self.plane.now().as_second() / 30 - i64::from(when == "before");
        one_time_code(&BASE32_NOPAD.decode(seed.as_bytes()).unwrap(), step)
    }
}

impl Plane {
    /// Adds a policy to those that AWS manages, as operators do.
    pub async fn import_policy(&self, path: &str, name: &str) {
        let now = self.plane.now();
        let policy = ImportedPolicy {
            id: UniqueId::new(IdKind::ManagedPolicy, &*self.plane.plane.random),
            name: PolicyName::parse(name).unwrap(),
            path: Path::parse(path).unwrap(),
            description: None,
            version: PolicyVersionId::FIRST,
            created_at: now,
            updated_at: now,
        };
        in_store(&self.plane, async |tx| {
            store::imported_policy::put(tx, &policy, &allow("s3:*", "*")).await.unwrap();
        })
        .await;
    }

    /// Takes the tables away from under the plane.
    pub async fn break_store(&self) {
        in_store(&self.plane, async |tx| {
            let rows = tx.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[]).await.unwrap();
            for row in rows {
                let table = row.text("name").unwrap();
                let rename = format!("ALTER TABLE {table} RENAME TO gone_{table}");
                tx.execute(rename.leak(), &[]).await.unwrap();
            }
        })
        .await;
    }
}

/// What the model says of the operation.
pub fn description(operation: &str) -> &'static OperationDescription {
    shapes::iam::SERVICE.operation(operation).unwrap_or_else(|| panic!("there is no {operation}"))
}

/// The member of an answer at that path, as text; the answer itself where the path is empty.
pub fn member(node: &Node, path: &str) -> Option<String> {
    let node = path.split_terminator('.').try_fold(node, |node, name| match node {
        Node::Structure(structure) => structure.get(name),
        _ => None,
    })?;
    match node {
        Node::String(text) => Some(text.clone()),
        Node::Blob(bytes) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    }
}

/// Texts that are too long for a line, or that hold spaces.
fn text(name: &str) -> Option<String> {
    if let Some(service) = name.strip_prefix("all-of-") {
        return Some(allow(&format!("{service}:*"), "*"));
    }
    let trust = |condition: &str| {
        document(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole"{condition}}}"#
        ))
    };
    Some(match name {
        "account" => ACCOUNT.into(),
        // Managed policies by their ARNs.
        "administrator" => ADMINISTRATOR_ACCESS.into(),
        "own" => arn("policy/own"),
        "ghost" => arn("policy/ghost"),
        "service-role-policy" => "arn:aws:iam::aws:policy/aws-service-role/OfAService".into(),
        // Documents.
        "policy" => allow("s3:*", "*"),
        "everything" => allow("*", "*"),
        "long-policy" => allow("s3:*", &format!("arn:aws:s3:::{}", "x".repeat(11_000))),
        "trust" => trust(""),
        "long-trust" => {
            trust(&format!(r#","Condition":{{"StringEquals":{{"aws:x":"{}"}}}}"#, "x".repeat(3000)))
        }
        "nonsense" => r#"{"Version":"2012-10-17"}"#.into(),
        "long-word" => "x".repeat(11_000),
        // Role templates by their ARNs.
        "worker" => "arn:aws:iam::aws:role-template/own.example/Worker:1".into(),
        "off" => "arn:aws:iam::aws:role-template/own.example/Off:1".into(),
        "no-template" => "arn:aws:iam::aws:role-template/own.example/Ghost:1".into(),
        "metadata" => metadata("https://idp.example.com"),
        // Certificates and keys.
        "certificate" => LEAF.into(),
        "key" => LEAF_KEY.into(),
        "other-certificate" => ROOT.into(),
        "new-certificate" => certificate(2020, 2100),
        "expired-certificate" => certificate(2020, 2025),
        "future-certificate" => certificate(2090, 2100),
        "rsa-key" => RSA_KEY.clone(),
        "new-ssh-key" => KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().public_key_pem(),
        "ssh-key" => SSH_KEY.trim().into(),
        _ => return None,
    })
}

/// A certificate that is valid in those years.
fn certificate(from: i32, to: i32) -> String {
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}
