//! The canonical URI: first line but one of the canonical request.

use crate::canonical_request::Canonicalization;
use crate::error::SignatureError;
use crate::percent::{Plus, encode_into, recode_into};

/// Appends the canonical form of a raw path. The default rules remove empty and dot segments and encode what is already
/// encoded once more; S3's leave the segments and spell each escape one way.
pub(crate) fn canonical_path(
    path: &str,
    rules: Canonicalization,
    out: &mut Vec<u8>,
) -> Result<(), SignatureError> {
    if path.is_empty() || path == "/" {
        out.push(b'/');
    } else if rules.normalize_path {
        normalized(path, rules, out)?;
    } else {
        for (index, segment) in path.split('/').enumerate() {
            if index > 0 {
                out.push(b'/');
            }
            encode_segment(segment, rules, out)?;
        }
    }
    Ok(())
}

/// RFC 3986 section 5.2.4, and empty segments go too. Segments are written as they come and cut off again by `..`.
fn normalized(path: &str, rules: Canonicalization, out: &mut Vec<u8>) -> Result<(), SignatureError> {
    let start = out.len();
    let mut ends_in_directory = false;
    for segment in path.split('/') {
        ends_in_directory = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                let written = out.get(start..).unwrap_or_default();
                let parent = written.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(start + parent);
            }
            _ => {
                out.push(b'/');
                encode_segment(segment, rules, out)?;
            }
        }
    }
    if ends_in_directory || out.len() == start {
        out.push(b'/');
    }
    Ok(())
}

fn encode_segment(segment: &str, rules: Canonicalization, out: &mut Vec<u8>) -> Result<(), SignatureError> {
    if rules.double_encode {
        encode_into(segment.as_bytes(), out);
        Ok(())
    } else {
        // A broken escape has no canonical form, so no signature can cover it.
        recode_into(segment.as_bytes(), Plus::Literal, out).map_err(|_| SignatureError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(path: &str, rules: Canonicalization) -> String {
        let mut out = b"GET\n".to_vec();
        canonical_path(path, rules, &mut out).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("GET\n").unwrap().to_owned()
    }

    #[test]
    fn default_rules_normalise_and_encode_twice() {
        for (path, expected) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/./example", "/example"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("/../../a", "/a"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("//example//", "/example/"),
            ("/a//b/../c", "/a/c"),
            ("/...", "/..."),
            ("/%2e%2e/a", "/%252e%252e/a"),
            ("/arn%3Aaws/x", "/arn%253Aaws/x"),
            ("/a b:é+", "/a%20b%3A%C3%A9%2B"),
            ("*", "/%2A"),
        ] {
            assert_eq!(canonical(path, Canonicalization::DEFAULT), expected, "{path}");
        }
    }

    #[test]
    fn s3_rules_keep_segments() {
        for (path, expected) in [
            ("", "/"),
            ("/b/a//b/../c%20d%2B%C3%A9", "/b/a//b/../c%20d%2B%C3%A9"),
            ("/b/./", "/b/./"),
            ("/b/%7e%c3%a9+", "/b/~%C3%A9%2B"),
        ] {
            assert_eq!(canonical(path, Canonicalization::S3), expected, "{path}");
        }
        assert_eq!(
            canonical_path("/%zz", Canonicalization::S3, &mut Vec::new()),
            Err(SignatureError::Mismatch)
        );
    }

    /// The same rule written plainly, on a stack of segments.
    fn reference(path: &str) -> String {
        let mut stack = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(stack.pop()),
                _ => stack.push(crate::percent::encode(segment)),
            }
        }
        let directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
        let joined = stack.join("/");
        if directory && !joined.is_empty() { format!("/{joined}/") } else { format!("/{joined}") }
    }

    proptest! {
        #[test]
        fn normalisation_equals_the_reference(path in "(/(\\.|\\.\\.|[a-z%:]{0,3}|.{0,3})){0,8}") {
            prop_assert_eq!(canonical(&path, Canonicalization::DEFAULT), reference(&path));
        }
    }
}
