//! The canonical query string.

use crate::error::SignatureError;
use crate::limits::MAX_QUERY_PARAMETERS;
use crate::percent::{Plus, recode_into};

/// Appends the canonical form of a raw query string: each name and value decoded (`+` is a space) and encoded again,
/// sorted by encoded name and then value, `name=` where there is no value. Parameters named in `excluded` are left out.
pub(crate) fn canonical_query(
    query: &str,
    excluded: &[&str],
    out: &mut Vec<u8>,
) -> Result<(), SignatureError> {
    if query.is_empty() {
        return Ok(());
    }
    let mut text = Vec::with_capacity(query.len() + 32);
    // Start and end of the name, and end of the value, in `text`.
    let mut parameters: Vec<(usize, usize, usize)> = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let start = text.len();
        recode_into(name.as_bytes(), Plus::Space, &mut text)?;
        let middle = text.len();
        let encoded = text.get(start..).unwrap_or_default();
        if excluded.iter().any(|name| name.as_bytes() == encoded) {
            text.truncate(start);
            continue;
        }
        recode_into(value.as_bytes(), Plus::Space, &mut text)?;
        if parameters.len() == MAX_QUERY_PARAMETERS {
            return Err(SignatureError::NonConforming("too many query parameters"));
        }
        parameters.push((start, middle, text.len()));
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    parameters.sort_unstable_by_key(|&(start, middle, end)| (part(start, middle), part(middle, end)));
    for (index, (start, middle, end)) in parameters.into_iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(part(start, middle));
        out.push(b'=');
        out.extend_from_slice(part(middle, end));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::percent::encode;

    fn canonical(query: &str) -> String {
        let mut out = Vec::new();
        canonical_query(query, &["X-Amz-Signature"], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn sorts_and_spells_one_way() {
        for (query, expected) in [
            ("", ""),
            ("&&", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("Param1=value2&Param1=Value1", "Param1=Value1&Param1=value2"),
            ("a&a=&a=1", "a=&a=&a=1"),
            ("a=b=c", "a=b%3Dc"),
            ("a=1+2%2b3%20", "a=1%202%2B3%20"),
            ("%41=1", "A=1"),
            ("a-=1&a=2", "a=2&a-=1"),
            ("=1", "=1"),
            ("%E1%88%B4=bar", "%E1%88%B4=bar"),
            ("%FF=1", "%FF=1"),
            ("b=1&X-Amz-Signature=00&a=", "a=&b=1"),
            ("X%2DAmz-Signature=00", ""),
            ("x-amz-signature=00", "x-amz-signature=00"),
        ] {
            assert_eq!(canonical(query), expected, "{query}");
        }
    }

    #[test]
    fn refuses_broken_escapes_and_floods() {
        let run = |query: &str| canonical_query(query, &[], &mut Vec::new());
        assert!(matches!(run("a=%"), Err(SignatureError::MalformedQueryString(_))));
        assert!(matches!(run("%g0=1"), Err(SignatureError::MalformedQueryString(_))));
        assert!(matches!(run(&"a&".repeat(MAX_QUERY_PARAMETERS + 1)), Err(SignatureError::NonConforming(_))));
        assert!(run(&"a&".repeat(MAX_QUERY_PARAMETERS)).is_ok());
    }

    proptest! {
        #[test]
        fn equals_the_reference(pairs in prop::collection::vec(("[ab%=&+ é-]{1,3}", "[ab%=&+ é]{0,3}"), 0..6)) {
            let encoded: Vec<_> = pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
            let join = |pairs: &[(String, String)]| {
                pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
            };
            let mut sorted = encoded.clone();
            sorted.sort();
            prop_assert_eq!(canonical(&join(&encoded)), join(&sorted));
        }

        #[test]
        fn is_idempotent(query in "[aB%20=&+.~é]{0,20}") {
            let mut once = Vec::new();
            if canonical_query(&query, &[], &mut once).is_ok() {
                let mut twice = Vec::new();
                canonical_query(std::str::from_utf8(&once).unwrap(), &[], &mut twice).unwrap();
                prop_assert_eq!(once, twice);
            }
        }
    }
}
