use crate::ParseError;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// The path of an IAM entity: `/` or `/.../`, up to 512 characters of U+0021 to U+007E.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(SmolStr);

impl Path {
    /// Reads a path that begins and ends with `/` and has no empty part inside.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let framed = text == "/" || (text.len() > 2 && text.starts_with('/') && text.ends_with('/'));
        let letters = text.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if framed && letters && text.len() <= 512 && !text.contains("//") {
            Ok(Self(text.into()))
        } else {
            Err(ParseError::new("path"))
        }
    }

    /// The path as text, with both slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Path {
    fn default() -> Self {
        Self(SmolStr::new_static("/"))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Path {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        Self::parse(&text)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_rule() {
        for text in ["/", "/a/", "/division_abc/sub/"] {
            assert!(Path::parse(text).is_ok(), "{text}");
        }
        for text in ["", "a", "/a", "a/", "//", "/a//b/", "/a b/", "/é/", &format!("/{}/", "a".repeat(511))]
        {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
