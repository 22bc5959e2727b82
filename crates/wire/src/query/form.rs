//! `application/x-www-form-urlencoded`, from query strings and bodies.

use std::borrow::Cow;

use crate::{WireError, text};

/// A request with more parameters than this is refused.
pub const MAX_PARAMETERS: usize = 100_000;

/// The parameters of a request, sorted by name. Of duplicates the first counts, and the query string comes before the
/// body.
#[derive(Debug)]
pub struct Form<'a> {
    parameters: Vec<Parameter<'a>>,
}

#[derive(Debug)]
pub(super) struct Parameter<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

impl<'a> Form<'a> {
    /// Reads query string and body. Fails when an escape is broken, the text is not UTF-8 or there are more than
    /// [`MAX_PARAMETERS`].
    pub fn parse(query: &'a str, body: &'a [u8]) -> Result<Self, WireError> {
        let mut parameters = Vec::with_capacity(8);
        for bytes in [query.as_bytes(), body] {
            for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
                if parameters.len() >= MAX_PARAMETERS {
                    return Err(WireError::MalformedInput("Too many parameters".to_owned()));
                }
                let (name, value) = split(pair);
                parameters.push(Parameter { name: unescape(name)?, value: unescape(value)? });
            }
        }
        // Stable, so that the first of equal names stays first.
        parameters.sort_by(|left, right| left.name.cmp(&right.name));
        parameters.dedup_by(|later, first| later.name == first.name);
        Ok(Self { parameters })
    }

    /// The parameter of that exact name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let position = self.parameters.binary_search_by(|parameter| (*parameter.name).cmp(name)).ok()?;
        self.parameters.get(position).map(|parameter| &*parameter.value)
    }

    pub(super) fn parameters(&mut self) -> &mut [Parameter<'a>] {
        &mut self.parameters
    }
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(position) => {
            let (name, rest) = pair.split_at(position);
            (name, rest.get(1..).unwrap_or_default())
        }
        None => (pair, &[]),
    }
}

fn unescape(bytes: &[u8]) -> Result<Cow<'_, str>, WireError> {
    text::percent_decode(bytes, b' ')
        .ok_or_else(|| WireError::MalformedInput("Parameters are not correctly encoded".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let form = Form::parse("", b"A=a+b%20c%C3%BC&B=&C&=x&&D=a=b").unwrap();
        assert_eq!(form.get("A"), Some("a b c\u{fc}"));
        assert_eq!((form.get("B"), form.get("C"), form.get("D")), (Some(""), Some(""), Some("a=b")));
        assert_eq!((form.get(""), form.get("E")), (Some("x"), None));
    }

    #[test]
    fn first_wins_and_query_comes_first() {
        let form = Form::parse("Action=One", b"Action=Two&Version=1&Version=2").unwrap();
        assert_eq!((form.get("Action"), form.get("Version")), (Some("One"), Some("1")));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for body in ["A=%", "A=%4", "A=%zz", "A=%FF", "%80=1"] {
            assert!(Form::parse("", body.as_bytes()).is_err(), "{body}");
        }
        assert!(Form::parse("", b"A=\xff").is_err());
    }

    #[test]
    fn bounded() {
        assert!(Form::parse("", "a=1&".repeat(MAX_PARAMETERS).as_bytes()).is_ok());
        assert!(Form::parse("", "a=1&".repeat(MAX_PARAMETERS + 1).as_bytes()).is_err());
    }
}
