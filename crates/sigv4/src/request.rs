//! The request as it came over the wire.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::error::SignatureError;

/// A request as it came over the wire, before anything decoded or reordered it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// The raw path before `?`, still percent-encoded; empty counts as `/`.
    pub path: &'a str,
    /// The raw query string after `?`, still percent-encoded; empty when there is none.
    pub query: &'a str,
    /// Name and value of each header in wire order; repeated ones stand as often as they came. For HTTP/2 the
    /// authority stands here as `host` or `:authority`, either serves for the other.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, or its hash.
    pub body: Body<'a>,
}

/// The body of a request, or what stands for it.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// The whole body.
    Bytes(&'a [u8]),
    /// The SHA-256 of a body that was hashed while it was read.
    Sha256([u8; 32]),
}

impl<'a> Request<'a> {
    /// The values of one header in wire order; `name` in any case.
    pub(crate) fn values(&self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// The value of a header that may stand at most once, as trimmed text.
    pub(crate) fn single(&self, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
        let mut values = self.values(name);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(SignatureError::NonConforming("a header of the signature is repeated"));
        }
        let text = std::str::from_utf8(value)
            .map_err(|_| SignatureError::NonConforming("a header of the signature is not text"))?;
        Ok(Some(text.trim_ascii()))
    }
}

impl Body<'_> {
    /// SHA-256 in lower-case hex.
    pub(crate) fn sha256_hex(&self) -> [u8; 64] {
        let digest = match self {
            Self::Bytes(bytes) => Sha256::digest(bytes).into(),
            Self::Sha256(digest) => *digest,
        };
        hex_digest(&digest)
    }
}

/// Lower-case hex of a SHA-256.
pub(crate) fn hex_digest(digest: &[u8; 32]) -> [u8; 64] {
    let mut hex = [0; 64];
    // Cannot fail: the output is twice the input.
    let _ = hex::encode_to_slice(digest, &mut hex);
    hex
}

impl fmt::Debug for Request<'_> {
    /// Method, path and header names only: queries, header values and bodies carry credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Sha256(_) => f.write_str("Sha256"),
        }
    }
}
