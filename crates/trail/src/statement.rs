//! Signed statements about a chain.

use crate::{Link, TrailError, append::shorten, at, chain::Hash};
use aws_lc_rs::{
    rand,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Signs the statements about one chain.
pub struct SigningKey(Ed25519KeyPair);

/// Checks the statements about one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey(Vec<u8>);

impl SigningKey {
    /// A new key, as bytes to be kept.
    pub fn generate() -> Result<Zeroizing<Vec<u8>>, TrailError> {
        let mut seed = Zeroizing::new(vec![0; 32]);
        rand::fill(&mut seed).map_err(|_| TrailError::Key)?;
        Ok(seed)
    }

    /// The key that was kept as those bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrailError> {
        Ed25519KeyPair::from_seed_unchecked(bytes).map(Self).map_err(|_| TrailError::Key)
    }

    /// The other half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.public_key().as_ref().to_vec())
    }

    fn sign(&self, statement: &Statement) -> String {
        // Strings and numbers: writing them cannot fail.
        let text = serde_json::to_string(statement).unwrap_or_default();
        let signature = hex::encode(self.0.sign(text.as_bytes()));
        format!("{{\"statement\":{text},\"signature\":\"{signature}\"}}")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

impl VerifyingKey {
    /// The statement in a signed text, if the signature is right and it is about the chain of `node`.
    pub(crate) fn read(&self, node: &str, signed: &str) -> Option<Statement> {
        let signed: Signed<'_> = serde_json::from_str(signed).ok()?;
        let signature = hex::decode(signed.signature).ok()?;
        let text = signed.statement.get();
        UnparsedPublicKey::new(&ED25519, &self.0).verify(text.as_bytes(), &signature).ok()?;
        serde_json::from_str(text).ok().filter(|statement: &Statement| statement.node == node)
    }
}

#[derive(Deserialize)]
struct Signed<'a> {
    #[serde(borrow)]
    statement: &'a RawValue,
    signature: &'a str,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(crate) kind: Kind,
    pub(crate) node: String,
    pub(crate) sequence: u64,
    pub(crate) hash: Hash,
    pub(crate) at: Timestamp,
}

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// The chain has this hash there.
    Digest,
    /// The chain ends there.
    Head,
    /// Everything up to there was pruned.
    Pruned,
}

impl Statement {
    pub(crate) fn link(&self) -> Link {
        Link { sequence: self.sequence, hash: self.hash }
    }
}

/// Where a chain ends: kept in the store, in the transaction that takes the written events off those that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last record.
    pub sequence: u64,
    /// The chain's hash there.
    pub hash: Hash,
    /// The file that the last record is in.
    pub file: Option<String>,
    /// How much of that file is written, in bytes.
    pub length: u64,
    /// The same, signed.
    pub signed: String,
}

impl Head {
    /// The place of the last record.
    pub fn link(&self) -> Link {
        Link { sequence: self.sequence, hash: self.hash }
    }

    /// Whether it is signed with that key, as it stands.
    pub(crate) fn is_signed(&self, node: &str, key: &VerifyingKey) -> bool {
        key.read(node, &self.signed)
            .is_some_and(|statement| statement.kind == Kind::Head && statement.link() == self.link())
    }
}

/// A signed head.
pub fn head(
    node: &str,
    key: &SigningKey,
    link: Link,
    file: Option<String>,
    length: u64,
    now: Timestamp,
) -> Head {
    let statement = Statement {
        kind: Kind::Head,
        node: node.to_owned(),
        sequence: link.sequence,
        hash: link.hash,
        at: now,
    };
    Head { sequence: link.sequence, hash: link.hash, file, length, signed: key.sign(&statement) }
}

/// Signs where the chain is now, in the file beside its records.
pub fn digest(
    chain: &Path,
    node: &str,
    key: &SigningKey,
    place: Link,
    now: Timestamp,
) -> Result<(), TrailError> {
    let path = file(chain);
    let mut digests = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(at(&path))?;
    let whole = whole_lines(&path)?;
    let line = signed(node, key, Kind::Digest, place, now) + "\n";
    let written = shorten(&digests, whole)
        .and_then(|()| digests.seek(SeekFrom::Start(whole)))
        .and_then(|_| digests.write_all(line.as_bytes()))
        .and_then(|()| digests.sync_all());
    written.map_err(at(path))
}

/// A signed statement as text.
pub(crate) fn signed(node: &str, key: &SigningKey, kind: Kind, link: Link, now: Timestamp) -> String {
    key.sign(&Statement { kind, node: node.to_owned(), sequence: link.sequence, hash: link.hash, at: now })
}

/// The file of statements.
pub(crate) fn file(chain: &Path) -> PathBuf {
    chain.join("digests.jsonl")
}

/// The statements in that file, one for each line: `None` for a line that was not signed with the key. A last line without
/// an end was being written when the process stopped, and is not there; neither is what has holes (zero bytes), which a
/// machine that lost its power leaves of a write. Behind a hole, the next statement may stand on the same line.
pub(crate) fn list(
    chain: &Path,
    node: &str,
    key: &VerifyingKey,
) -> Result<Vec<(String, Option<Statement>)>, TrailError> {
    let path = file(chain);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(path)(error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    let Some((whole, _)) = text.rsplit_once('\n') else { return Ok(Vec::new()) };
    let statement = |line: &str| match line.rsplit_once('\0') {
        None => Some((line.to_owned(), key.read(node, line))),
        Some((_, behind)) => key.read(node, behind).map(|statement| (behind.to_owned(), Some(statement))),
    };
    Ok(whole.split('\n').filter_map(statement).collect())
}

/// Longer than a statement's line, in bytes.
const LINES: u64 = 4096;

/// How many bytes of a file are whole lines: nearly always all of them. A last line with holes (zero bytes) is what a machine
/// that lost its power leaves of a write.
fn whole_lines(path: &Path) -> Result<u64, TrailError> {
    let mut file = File::open(path).map_err(at(path))?;
    let length = file.metadata().map_err(at(path))?.len();
    let begin = length.saturating_sub(LINES);
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(begin)).and_then(|_| file.read_to_end(&mut bytes));
    read.map_err(at(path))?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    bytes.truncate(end);
    let lines = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let last = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let torn = lines.get(last..).is_some_and(|line| line.contains(&0));
    let kept = if torn { last } else { end };
    Ok(begin + kept as u64)
}

/// Puts other statements in place of those in the file: all of them or none.
pub(crate) fn replace(chain: &Path, lines: &[String]) -> Result<(), TrailError> {
    let (path, draft) = (file(chain), chain.join("digests.jsonl.new"));
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    let written = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file: File| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(at(&draft))?;
    fs::rename(&draft, &path).map_err(at(path))?;
    crate::directory::sync(chain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genesis;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn only_what_was_signed_is_believed() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let text = signed("n", &key(1), Kind::Digest, genesis("n"), now);
        let public = key(1).verifying_key();
        assert_eq!(public.read("n", &text).unwrap().link(), genesis("n"));
        assert_eq!(public.read("m", &text), None);
        assert_eq!(key(2).verifying_key().read("n", &text), None);
        assert_eq!(public.read("n", &text.replace("digest", "pruned")), None);
        assert_eq!(public.read("n", &text.replace("\"sequence\":0", "\"sequence\":1")), None);
        assert_eq!(public.read("n", "{}"), None);
        assert!(SigningKey::from_bytes(&[1; 31]).is_err());
    }

    #[test]
    fn a_head_is_bound_to_what_it_says() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let public = key(1).verifying_key();
        let head = head("n", &key(1), genesis("n"), None, 0, now);
        assert!(head.is_signed("n", &public));
        assert!(!Head { sequence: 1, ..head.clone() }.is_signed("n", &public));
        let digest = signed("n", &key(1), Kind::Digest, genesis("n"), now);
        assert!(!Head { signed: digest, ..head }.is_signed("n", &public));
    }

    #[test]
    fn a_torn_statement_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        digest(place.path(), "n", &key(1), genesis("n"), now).unwrap();
        let whole = fs::read(file(place.path())).unwrap();
        let public = key(1).verifying_key();
        for torn in ["{\"statem", "{\"state\0\0\0\0\"}\n", "\0\0\0"] {
            fs::write(file(place.path()), [&whole[..], torn.as_bytes()].concat()).unwrap();
            assert_eq!(list(place.path(), "n", &public).unwrap().len(), 1);
        }
        digest(place.path(), "n", &key(1), genesis("n").next("{\"a\":1}"), now).unwrap();
        let all = list(place.path(), "n", &public).unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|(_, statement)| statement.is_some()));
    }

    #[test]
    fn holes_in_front_of_statements_do_not_hide_them() {
        let place = tempfile::tempdir().unwrap();
        let (now, public) = ("2026-01-01T00:00:00Z".parse().unwrap(), key(1).verifying_key());
        let line = |end: &str| signed("n", &key(1), Kind::Digest, genesis("n").next(end), now) + "\n";
        let (one, two, three) = (line("1"), line("2"), line("3"));
        let torn: String = two.chars().enumerate().map(|(at, it)| if at < 9 { it } else { '\0' }).collect();
        let listed = |text: String| {
            fs::write(file(place.path()), text).unwrap();
            list(place.path(), "n", &public).unwrap()
        };
        let whole = listed(format!("{one}{three}"));
        assert_eq!(whole.len(), 2);
        // All of the second one is lost, its end too.
        assert_eq!(listed(format!("{one}{torn}{three}")), whole);
        assert_eq!(listed(format!("{one}{}\n{three}", "\0".repeat(9))), whole);
        // What nobody has signed is found, wherever it stands.
        assert_eq!(listed(format!("{one}x\n{three}"))[1].1, None);
    }
}
