//! The canonical request and the string to sign.

use sha2::{Digest, Sha256};

use crate::canonical_path::canonical_path;
use crate::canonical_query::canonical_query;
use crate::error::SignatureError;
use crate::names::{AUTHORITY, HOST};
use crate::request::{Request, hex_digest};

/// How a service reads the path and the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canonicalization {
    /// Remove empty and dot segments from the path.
    pub normalize_path: bool,
    /// Percent-encode the path as it stands, so that what is encoded on the wire is encoded twice.
    pub double_encode: bool,
    /// Accept `UNSIGNED-PAYLOAD` in place of the hash of the body, and take it for granted in presigned requests.
    pub allow_unsigned_payload: bool,
}

impl Canonicalization {
    /// Every service but S3: IAM, STS, Secrets Manager and so on.
    pub const DEFAULT: Self =
        Self { normalize_path: true, double_encode: true, allow_unsigned_payload: false };

    /// S3 and services that copy its rules.
    pub const S3: Self = Self { normalize_path: false, double_encode: false, allow_unsigned_payload: true };
}

/// Appends the canonical request. `signed_headers` is the sorted list as it stands in the signature; a name in it that
/// the request lacks is a [`SignatureError::Mismatch`]. `excluded` names query parameters the signature does not cover.
pub(crate) fn canonical_request(
    request: &Request<'_>,
    signed_headers: &str,
    excluded: &[&str],
    payload_hash: &[u8],
    rules: Canonicalization,
    out: &mut Vec<u8>,
) -> Result<(), SignatureError> {
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    canonical_path(request.path, rules, out)?;
    out.push(b'\n');
    canonical_query(request.query, excluded, out)?;
    out.push(b'\n');
    for name in signed_headers.split(';') {
        canonical_header(request, name, out)?;
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload_hash);
    Ok(())
}

fn canonical_header(request: &Request<'_>, name: &str, out: &mut Vec<u8>) -> Result<(), SignatureError> {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let found = append_values(request, name, out)
        // HTTP/2 has the one, HTTP/1.1 the other, and a front end may have turned one into the other.
        || (name == HOST && append_values(request, AUTHORITY, out))
        || (name == AUTHORITY && append_values(request, HOST, out));
    if !found {
        return Err(SignatureError::Mismatch);
    }
    out.push(b'\n');
    Ok(())
}

/// Appends the values of a header, joined by commas in wire order; `false` when there is none.
fn append_values(request: &Request<'_>, name: &str, out: &mut Vec<u8>) -> bool {
    let mut found = false;
    for (other, value) in request.headers {
        if other.eq_ignore_ascii_case(name) {
            if found {
                out.push(b',');
            }
            found = true;
            append_trimmed(value, out);
        }
    }
    found
}

/// Appends a value without the blanks around it and with each run of blanks inside as one space.
fn append_trimmed(value: &[u8], out: &mut Vec<u8>) {
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        out.extend_from_slice(first);
    }
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

/// The string to sign: algorithm, date, scope and hash of the canonical request, a line each.
pub(crate) fn string_to_sign(
    algorithm: &str,
    iso_date: &str,
    scope: &[&str],
    canonical_request: &[u8],
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(algorithm.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(iso_date.as_bytes());
    for (index, part) in scope.iter().enumerate() {
        out.push(if index == 0 { b'\n' } else { b'/' });
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(&hex_digest(&Sha256::digest(canonical_request).into()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;

    fn canonical(headers: &[(&str, &[u8])], signed: &str) -> Result<String, SignatureError> {
        let request = Request { method: "POST", path: "/", query: "b=&a=1", headers, body: Body::Bytes(b"") };
        let mut out = Vec::new();
        canonical_request(&request, signed, &[], b"hash", Canonicalization::DEFAULT, &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn joins_trims_and_collapses_headers() {
        let headers: &[(&str, &[u8])] = &[
            ("Host", b"example.com:4500"),
            ("My-Header1", b"  a   b   c "),
            ("X-Other", b"1"),
            ("my-header1", b"\t\"x  y\""),
            ("MY-HEADER1", b""),
        ];
        assert_eq!(
            canonical(headers, "host;my-header1").unwrap(),
            "POST\n/\na=1&b=\nhost:example.com:4500\nmy-header1:a b c,\"x y\",\n\nhost;my-header1\nhash"
        );
    }

    #[test]
    fn host_and_authority_stand_for_each_other() {
        for name in ["host", ":authority"] {
            let headers: &[(&str, &[u8])] = &[(name, b"h")];
            assert!(canonical(headers, "host").unwrap().contains("\nhost:h\n\nhost\n"));
            assert!(canonical(headers, ":authority").unwrap().contains("\n:authority:h\n\n:authority\n"));
        }
    }

    #[test]
    fn refuses_a_signed_header_that_is_absent() {
        assert_eq!(canonical(&[("host", b"h")], "date;host"), Err(SignatureError::Mismatch));
        assert_eq!(canonical(&[("date", b"")], "date;host"), Err(SignatureError::Mismatch));
    }
}
