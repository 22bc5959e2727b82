//! The signature in the query string: `X-Amz-Algorithm=...&X-Amz-Credential=...&X-Amz-Signature=...`

use std::borrow::Cow;
use std::fmt::Write;

use crate::error::SignatureError;
use crate::names::{
    QUERY_ALGORITHM, QUERY_CONTENT_SHA256, QUERY_CREDENTIAL, QUERY_DATE, QUERY_EXPIRES, QUERY_REGION_SET,
    QUERY_SECURITY_TOKEN, QUERY_SIGNATURE, QUERY_SIGNED_HEADERS, X_AMZ_CONTENT_SHA256, X_AMZ_REGION_SET,
    X_AMZ_SECURITY_TOKEN,
};
use crate::percent::decode_query;
use crate::presented::{Claim, Form};
use crate::request::Request;

/// Whether the query string carries `X-Amz-Algorithm`, which makes the request a presigned one.
pub(crate) fn is_present(query: &str) -> bool {
    !query.is_empty()
        && parameters(query)
            .any(|(name, _)| decode_query(name).is_ok_and(|name| name.as_deref() == Some(QUERY_ALGORITHM)))
}

/// How many of the parameters must be there; they come first, in the order in which AWS complains about them.
const REQUIRED: usize = 5;

/// Gathers the parameters of the signature, and the headers that may stand for some of them.
pub(crate) fn claim<'a>(request: &Request<'a>) -> Result<Claim<'a>, SignatureError> {
    let mut fields: [(&str, Option<Cow<'a, str>>); 9] = [
        QUERY_ALGORITHM,
        QUERY_CREDENTIAL,
        QUERY_SIGNATURE,
        QUERY_SIGNED_HEADERS,
        QUERY_DATE,
        QUERY_EXPIRES,
        QUERY_SECURITY_TOKEN,
        QUERY_REGION_SET,
        QUERY_CONTENT_SHA256,
    ]
    .map(|name| (name, None));
    for (name, value) in parameters(request.query) {
        let Some(name) = decode_query(name)? else { continue };
        let Some((_, field)) = fields.iter_mut().find(|(known, _)| *known == name) else { continue };
        let value =
            decode_query(value)?.ok_or(SignatureError::NonConforming("a signature parameter is not text"))?;
        if field.replace(value).is_some() {
            return Err(SignatureError::NonConforming("a signature parameter is repeated"));
        }
    }
    let mut missing = String::new();
    for (name, value) in fields.iter().take(REQUIRED) {
        if value.as_ref().is_none_or(|value| value.is_empty()) {
            let _ = write!(missing, "AWS query-string parameters must include '{name}'. ");
        }
    }
    let [
        (_, Some(algorithm)),
        (_, Some(credential)),
        (_, Some(signature)),
        (_, Some(signed_headers)),
        (_, Some(date)),
        (_, expires),
        (_, session_token),
        (_, region_set),
        (_, content_sha256),
    ] = fields
    else {
        return Err(SignatureError::MissingQueryParameters(missing));
    };
    if !missing.is_empty() {
        return Err(SignatureError::MissingQueryParameters(missing));
    }
    let form = Form::Query { expires, session_token_in_query: session_token.is_some() };
    let header = |name| Ok(request.single(name)?.map(Cow::Borrowed));
    Ok(Claim {
        algorithm,
        credential,
        signed_headers,
        signature,
        date,
        form,
        // A header is covered by the signature for certain, a parameter perhaps: the header goes first, as on S3.
        session_token: header(X_AMZ_SECURITY_TOKEN)?.or(session_token),
        region_set: region_set.or(header(X_AMZ_REGION_SET)?),
        content_sha256: header(X_AMZ_CONTENT_SHA256)?.or(content_sha256),
    })
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
}
