use crate::ParseError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The URL of an OpenID Connect provider without its `https://`: a host in lower case, and a path that may be empty. A
/// slash at the end makes another URL, as issuers are compared letter by letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderUrl(String);

/// The longest URL, its `https://` included.
const MOST: usize = 255;

impl ProviderUrl {
    /// Reads what follows `https://`: a host name or an IPv4 address, without user, port, query or fragment.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        const ERROR: ParseError = ParseError::new("OpenID Connect provider URL");
        let (host, path) = match text.find('/') {
            Some(slash) => text.split_at(slash),
            None => (text, ""),
        };
        let whole = text.len() <= MOST - "https://".len();
        let within = path.split('/').all(|part| !matches!(part, "." | ".."));
        if whole && within && is_host(host) && path.bytes().all(is_path_byte) {
            Ok(Self(format!("{}{path}", host.to_ascii_lowercase())))
        } else {
            Err(ERROR)
        }
    }

    /// Host and path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

/// Labels of letters, digits and hyphens inside, 63 letters each at most, with single dots between them.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// The letters that RFC 3986 allows in a path.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:@".contains(&byte)
}

impl fmt::Display for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ProviderUrl {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<ProviderUrl> for String {
    fn from(url: ProviderUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hosts_are_in_lower_case_and_paths_as_they_are() {
        let url = ProviderUrl::parse("OIDC.Example.com/id/ABC").unwrap();
        assert_eq!((url.as_str(), url.host()), ("oidc.example.com/id/ABC", "oidc.example.com"));
        assert_ne!(ProviderUrl::parse("example.com"), ProviderUrl::parse("example.com/"));
        assert_eq!(ProviderUrl::parse("198.51.100.7").unwrap().host(), "198.51.100.7");
        assert!(ProviderUrl::parse("localhost").is_ok());
    }

    #[test]
    fn nothing_else_is_a_url() {
        for text in [
            "",
            "/path",
            "example.com:8443",
            "user@example.com",
            "user:pass@example.com",
            "example.com?foo=1",
            "example.com/a?b",
            "example.com#x",
            "exa_mple.com",
            "a..b",
            ".example.com",
            "example.com.",
            "-a.com",
            "a-.com",
            "[::1]",
            "exämple.com",
            "example.com/é",
            "example.com/a b",
            "example.com/a\n",
            "example.com/../b",
            "example.com/a/./b",
            &format!("{}.com", "a".repeat(64)),
            &format!("example.com/{}", "a".repeat(236)),
        ] {
            assert!(ProviderUrl::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again(text in "[ -~é]{0,40}|[A-Za-z.-]{1,20}(/[ -~]{0,10})?") {
            if let Ok(url) = ProviderUrl::parse(&text) {
                prop_assert_eq!(ProviderUrl::parse(url.as_str()), Ok(url));
            }
        }
    }
}
