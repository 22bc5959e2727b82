//! `Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::SignatureError;
use crate::limits::MAX_AUTHORIZATION_LENGTH;
use crate::names::{DATE, X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN};
use crate::presented::{Claim, Form};
use crate::request::Request;

/// Takes the header apart and gathers the other headers that belong to the signature.
pub(crate) fn claim<'a>(request: &Request<'a>, header: &'a str) -> Result<Claim<'a>, SignatureError> {
    if header.len() > MAX_AUTHORIZATION_LENGTH {
        return Err(SignatureError::NonConforming("the Authorization header is too long"));
    }
    let (algorithm, pairs) = header.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((header, ""));
    let (mut credential, mut signature, mut signed_headers) = (None, None, None);
    for pair in pairs.split(',').map(str::trim_ascii).filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(SignatureError::NotKeyValue { authorization_sha256: sha256_base64(header) });
        };
        let field = match key {
            "Credential" => &mut credential,
            "Signature" => &mut signature,
            "SignedHeaders" => &mut signed_headers,
            _ => continue,
        };
        if field.replace(value).is_some() {
            return Err(SignatureError::NonConforming("a part of the Authorization header is repeated"));
        }
    }
    let present = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
    let date = match request.single(X_AMZ_DATE)? {
        Some(date) => Some(date),
        None => request.single(DATE)?,
    };
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (present(credential), present(signature), signed_headers, date)
    else {
        let parts = [
            ("Credential", present(credential)),
            ("Signature", present(signature)),
            ("SignedHeaders", signed_headers),
        ];
        return Err(missing(header, parts, date));
    };
    Ok(Claim {
        algorithm: Cow::Borrowed(algorithm),
        credential: Cow::Borrowed(credential),
        signed_headers: Cow::Borrowed(signed_headers),
        signature: Cow::Borrowed(signature),
        date: Cow::Borrowed(date),
        form: Form::Header,
        session_token: request.single(X_AMZ_SECURITY_TOKEN)?.map(Cow::Borrowed),
        region_set: request.single(X_AMZ_REGION_SET)?.map(Cow::Borrowed),
        content_sha256: request.single(X_AMZ_CONTENT_SHA256)?.map(Cow::Borrowed),
    })
}

fn missing(header: &str, parts: [(&str, Option<&str>); 3], date: Option<&str>) -> SignatureError {
    let mut missing = String::new();
    for (name, _) in parts.into_iter().filter(|(_, value)| value.is_none()) {
        let _ = write!(missing, "Authorization header requires '{name}' parameter. ");
    }
    if date.is_none() {
        missing.push_str(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        );
    }
    SignatureError::MissingHeaderParts { missing, authorization_sha256: sha256_base64(header) }
}

fn sha256_base64(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}
