//! What a request claims about its signature, parsed and not yet believed.

use std::borrow::Cow;
use std::fmt;

use crate::amz_date::AmzDate;
use crate::authorization_header;
use crate::error::SignatureError;
use crate::limits::{MAX_REGION_SET_LENGTH, MAX_SESSION_TOKEN_LENGTH, MAX_SIGNED_HEADERS};
use crate::names::{AUTHORITY, AUTHORIZATION, HOST, X_AMZ_CONTENT_SHA256};
use crate::presigned_query;
use crate::request::Request;

/// Every algorithm of the family starts so; other `Authorization` schemes are none of ours.
const SCHEME_PREFIX: &str = "AWS4-";

/// What a request claims about its signature.
#[derive(Clone)]
pub struct Presented<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) access_key_id: Cow<'a, str>,
    pub(crate) scope: Scope<'a>,
    pub(crate) signed_headers: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) signed_at: AmzDate,
    pub(crate) form: Form<'a>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) region_set: Option<Cow<'a, str>>,
    pub(crate) content_sha256: Option<Cow<'a, str>>,
}

/// The signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Signature Version 4: HMAC-SHA256 with a key derived from the secret, the date, the region and the service.
    V4,
    /// Signature Version 4A: ECDSA on P-256 with a key derived from the secret and the access key id; many regions.
    V4a,
}

/// The credential scope as the request states it. Nothing in it is checked before [`Presented::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// `20260101`.
    pub date: Cow<'a, str>,
    /// `us-east-1`; Version 4A has none.
    pub region: Option<Cow<'a, str>>,
    /// `sts`.
    pub service: Cow<'a, str>,
    /// `aws4_request`.
    pub terminator: Cow<'a, str>,
}

/// Where the signature stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<'a> {
    /// In the `Authorization` header.
    Header,
    /// In the query string: a presigned request.
    Query {
        /// `X-Amz-Expires` as sent; [`Presented::check`] reads it where the service heeds it.
        expires: Option<Cow<'a, str>>,
        /// Whether `X-Amz-Security-Token` is a query parameter, which may be signed or appended afterwards.
        session_token_in_query: bool,
    },
}

/// The parts of a signature as either form delivers them, present but not interpreted.
pub(crate) struct Claim<'a> {
    pub(crate) algorithm: Cow<'a, str>,
    pub(crate) credential: Cow<'a, str>,
    pub(crate) signed_headers: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) date: Cow<'a, str>,
    pub(crate) form: Form<'a>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) region_set: Option<Cow<'a, str>>,
    pub(crate) content_sha256: Option<Cow<'a, str>>,
}

impl<'a> Presented<'a> {
    /// Reads the signature of a request; `None` when it carries none (no `Authorization` of the `AWS4-` family and no
    /// `X-Amz-Algorithm` parameter). A request with both forms is refused, as the AWS JSON and query services do.
    pub fn find(request: &Request<'a>) -> Result<Option<Self>, SignatureError> {
        let authorization = request.single(AUTHORIZATION)?;
        let presigned = presigned_query::is_present(request.query);
        let claim = match authorization {
            Some(_) if presigned => return Err(SignatureError::BothForms),
            Some(header) if header.starts_with(SCHEME_PREFIX) => {
                authorization_header::claim(request, header)?
            }
            None if presigned => presigned_query::claim(request)?,
            _ => return Ok(None),
        };
        Self::parse(claim, request).map(Some)
    }

    /// Interprets the parts in the order in which AWS reports what is wrong with them: date, host, algorithm, credential.
    fn parse(claim: Claim<'a>, request: &Request<'a>) -> Result<Self, SignatureError> {
        let Some(signed_at) = AmzDate::parse_http(&claim.date) else {
            return Err(SignatureError::Date(claim.date.into_owned()));
        };
        check_signed_headers(&claim.signed_headers, request)?;
        let algorithm = Algorithm::parse(&claim.algorithm)?;
        let (access_key_id, scope) = credential(algorithm, &claim.credential)?;
        if claim.session_token.as_ref().is_some_and(|token| token.len() > MAX_SESSION_TOKEN_LENGTH) {
            return Err(SignatureError::NonConforming("the session token is too long"));
        }
        if claim.region_set.as_ref().is_some_and(|set| set.len() > MAX_REGION_SET_LENGTH) {
            return Err(SignatureError::NonConforming("the region set is too long"));
        }
        Ok(Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers: claim.signed_headers,
            signature: claim.signature,
            signed_at,
            form: claim.form,
            session_token: claim.session_token,
            region_set: claim.region_set,
            content_sha256: claim.content_sha256,
        })
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The access key id, of unchecked form.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The credential scope, unchecked; its service helps to route the request.
    pub fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    /// The signed header names, lower case, sorted, without repetition.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }

    /// When the request says it was signed: `X-Amz-Date`, else `Date`.
    pub fn signed_at(&self) -> AmzDate {
        self.signed_at
    }

    /// Where the signature stands.
    pub fn form(&self) -> &Form<'a> {
        &self.form
    }

    /// The session token: a signed header before a query parameter.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The regions a Version 4A signature is for, separated by commas, `*` standing for any text.
    pub fn region_set(&self) -> Option<&str> {
        self.region_set.as_deref()
    }
}

impl Algorithm {
    /// `AWS4-HMAC-SHA256` or `AWS4-ECDSA-P256-SHA256`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "AWS4-HMAC-SHA256",
            Self::V4a => "AWS4-ECDSA-P256-SHA256",
        }
    }

    fn parse(name: &str) -> Result<Self, SignatureError> {
        [Self::V4, Self::V4a]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| SignatureError::Algorithm(name.to_owned()))
    }
}

/// Sorted, lower case, no name twice, `host` among them, and every `x-amz-*` header of the request too
/// ("Create a canonical request" in the IAM User Guide). `x-amz-content-sha256` needs no signing of its own: its value
/// is the last line of the canonical request.
fn check_signed_headers(signed: &str, request: &Request<'_>) -> Result<(), SignatureError> {
    // As bytes: a search for a character costs more than such short names.
    let names = || signed.as_bytes().split(|byte| *byte == b';');
    let mut previous: &[u8] = b"";
    let mut host = false;
    for (index, name) in names().enumerate() {
        host |= name == HOST.as_bytes() || name == AUTHORITY.as_bytes();
        if index == MAX_SIGNED_HEADERS {
            return Err(SignatureError::NonConforming("too many signed headers"));
        }
        if (index > 0 && name <= previous) || name.iter().any(u8::is_ascii_uppercase) {
            return Err(SignatureError::NonConforming(
                "SignedHeaders is not sorted, in lower case, without repetition",
            ));
        }
        previous = name;
    }
    if !host {
        return Err(SignatureError::HostNotSigned);
    }
    for (name, _) in request.headers {
        let is_amz = name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"));
        if is_amz
            && !name.eq_ignore_ascii_case(X_AMZ_CONTENT_SHA256)
            && !names().any(|signed| signed.eq_ignore_ascii_case(name.as_bytes()))
        {
            return Err(SignatureError::HeaderNotSigned((*name).to_owned()));
        }
    }
    Ok(())
}

fn credential<'a>(
    algorithm: Algorithm,
    credential: &Cow<'a, str>,
) -> Result<(Cow<'a, str>, Scope<'a>), SignatureError> {
    let parsed = match algorithm {
        Algorithm::V4 => split(credential).map(|[access_key_id, date, region, service, terminator]| {
            (access_key_id, Scope { date, region: Some(region), service, terminator })
        }),
        Algorithm::V4a => split(credential).map(|[access_key_id, date, service, terminator]| {
            (access_key_id, Scope { date, region: None, service, terminator })
        }),
    };
    let (expected, example) = match algorithm {
        Algorithm::V4 => (5, "keyid/date/region/service/term"),
        Algorithm::V4a => (4, "keyid/date/service/term"),
    };
    parsed.ok_or_else(|| SignatureError::Credential {
        expected,
        example,
        got: credential.clone().into_owned(),
    })
}

fn split<'a, const PARTS: usize>(text: &Cow<'a, str>) -> Option<[Cow<'a, str>; PARTS]> {
    let mut parts: [Cow<'a, str>; PARTS] = std::array::from_fn(|_| Cow::Borrowed(""));
    let mut slots = parts.iter_mut();
    match text {
        Cow::Borrowed(text) => {
            text.split('/').try_for_each(|part| slots.next().map(|slot| *slot = Cow::Borrowed(part)))?;
        }
        Cow::Owned(text) => {
            text.split('/')
                .try_for_each(|part| slots.next().map(|slot| *slot = Cow::Owned(part.to_owned())))?;
        }
    }
    slots.next().is_none().then_some(parts)
}

impl fmt::Debug for Presented<'_> {
    /// Without signature and session token: whoever reads a log must not be able to replay a request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("algorithm", &self.algorithm)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("signed_headers", &self.signed_headers)
            .field("signed_at", &self.signed_at)
            .field("form", &self.form)
            .field("region_set", &self.region_set)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;
    use crate::request::Body;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AK/20260101/us-east-1/sts/aws4_request, \
                        SignedHeaders=host;x-amz-date, Signature=00";

    fn find(authorization: &str) -> Result<Option<String>, SignatureError> {
        find_with(&[("Authorization", authorization)])
    }

    fn find_with(extra: &[(&str, &str)]) -> Result<Option<String>, SignatureError> {
        let mut headers = vec![("Host", "h"), ("X-Amz-Date", "20260101T000000Z")];
        headers.extend(extra);
        find_in("", &headers)
    }

    fn find_in(query: &str, headers: &[(&str, &str)]) -> Result<Option<String>, SignatureError> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let request = Request { method: "POST", path: "/", query, headers: &headers, body: Body::Bytes(b"") };
        Ok(Presented::find(&request)?.map(|presented| format!("{presented:?}")))
    }

    #[test]
    fn reads_the_header_form() {
        let expected = "Presented { algorithm: V4, access_key_id: \"AK\", scope: Scope { date: \"20260101\", region: \
                        Some(\"us-east-1\"), service: \"sts\", terminator: \"aws4_request\" }, signed_headers: \
                        \"host;x-amz-date\", signed_at: 20260101T000000Z, form: Header, region_set: None, .. }";
        assert_eq!(find(GOOD).unwrap().unwrap(), expected);
        assert_eq!(find(&GOOD.replace(", ", ",")).unwrap().unwrap(), expected);
        assert_eq!(find(&GOOD.replace(", ", " ,\t ")).unwrap().unwrap(), expected);
        assert_eq!(find(&format!("  {GOOD}, ")).unwrap().unwrap(), expected);
    }

    #[test]
    fn a_request_without_our_scheme_is_unsigned() {
        assert_eq!(find_in("", &[("Host", "h")]), Ok(None));
        assert_eq!(find("Bearer abc"), Ok(None));
        assert_eq!(find(""), Ok(None));
        assert_eq!(find_in("x-amz-algorithm=AWS4-HMAC-SHA256", &[]), Ok(None));
    }

    #[test]
    fn both_forms_are_refused() {
        let error = find_in("X-Amz-Algorithm=AWS4-HMAC-SHA256", &[("authorization", GOOD)]).unwrap_err();
        assert_eq!(error, SignatureError::BothForms);
        assert_eq!(error.code(), ErrorKind::SignatureDoesNotMatch);
    }

    #[test]
    fn names_what_is_missing() {
        let message = |headers: &[(&str, &str)]| find_in("", headers).unwrap_err().to_string();
        let authorization = "AWS4-HMAC-SHA256 Signature=b";
        assert_eq!(
            message(&[("Authorization", authorization)]),
            "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' \
             parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed \
             with SHA-256 and encoded with Base64) Authorization=Y0zwwQu40TWIHa9utCyh+TOdkP5BDFAkHaHf/G+3SCE="
        );
        assert!(message(&[("Authorization", "AWS4-HMAC-SHA256"), ("Date", "x")]).starts_with(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
             parameter. Authorization header requires 'SignedHeaders' parameter. (Hashed"
        ));
        assert!(message(&[("Authorization", "AWS4-HMAC-SHA256 Credential")]).starts_with(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
        ));
        assert_eq!(
            find_in("X-Amz-Algorithm=&X-Amz-Date=20260101T000000Z", &[]).unwrap_err().to_string(),
            "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include \
             'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string \
             parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."
        );
    }

    #[test]
    fn reports_what_is_wrong_in_order() {
        let error = |text: &str| find(text).unwrap_err();
        let changed = |from: &str, to: &str| error(&GOOD.replace(from, to));
        assert_eq!(changed("host;", ""), SignatureError::HostNotSigned);
        assert_eq!(
            changed("SHA256", "SHA512").to_string(),
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."
        );
        assert_eq!(
            changed("/us-east-1", "").to_string(),
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             'AK/20260101/sts/aws4_request'"
        );
        assert!(matches!(changed("sts/", "sts//"), SignatureError::Credential { expected: 5, .. }));
        assert!(matches!(changed("HMAC", "ECDSA-P256"), SignatureError::Credential { expected: 4, .. }));
        assert_eq!(
            find_in("", &[("authorization", GOOD), ("date", "201")]).unwrap_err().to_string(),
            "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"
        );
    }

    #[test]
    fn signed_headers_must_be_canonical() {
        for list in [
            "x-amz-date;host",
            "host;host;x-amz-date",
            "Host;x-amz-date",
            "host;;x-amz-date",
            "host;x-amz-date;",
        ] {
            let error = find(&GOOD.replace("host;x-amz-date", list)).unwrap_err();
            assert!(
                matches!(error, SignatureError::NonConforming(_) | SignatureError::HostNotSigned),
                "{list}"
            );
        }
        let many: Vec<_> = (0..=MAX_SIGNED_HEADERS).map(|index| format!("i{index:03}")).collect();
        let many = many.join(";");
        assert!(matches!(
            find(&GOOD.replace("host;", &format!("host;{many};"))),
            Err(SignatureError::NonConforming("too many signed headers"))
        ));
    }

    #[test]
    fn amz_headers_must_be_signed() {
        let error = find_with(&[("Authorization", GOOD), ("X-Amz-Target", "t")]).unwrap_err();
        assert_eq!(error.to_string(), "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
        for tolerated in ["X-Amz-Content-Sha256", "X-Amzn-Trace-Id", "amz-sdk-request"] {
            assert!(find_with(&[("Authorization", GOOD), (tolerated, "t")]).is_ok(), "{tolerated}");
        }
    }

    #[test]
    fn repeated_and_oversized_fields_are_refused() {
        let refused = |result: Result<Option<String>, SignatureError>| {
            assert_eq!(result.unwrap_err().code(), ErrorKind::IncompleteSignature);
        };
        refused(find_with(&[("Authorization", GOOD), ("authorization", GOOD)]));
        refused(find_with(&[("Authorization", GOOD), ("x-amz-date", "20260101T000000Z")]));
        refused(find(&format!("{GOOD}, Signature=00")));
        refused(find(&format!("{GOOD}{}", ",".repeat(crate::MAX_AUTHORIZATION_LENGTH))));
        let token = "t".repeat(MAX_SESSION_TOKEN_LENGTH + 1);
        let signed = GOOD.replace("x-amz-date", "x-amz-date;x-amz-security-token");
        refused(find_with(&[("Authorization", &signed), ("x-amz-security-token", &token)]));
        let v4a = "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=AK%2F20260101%2Fsts%2Faws4_request&\
                   X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00&X-Amz-Region-Set=";
        assert!(find_in(&format!("{v4a}%2A"), &[]).unwrap().unwrap().contains("region_set: Some(\"*\")"));
        refused(find_in(&format!("{v4a}{}", "a".repeat(MAX_REGION_SET_LENGTH + 1)), &[]));
        refused(find_in(&format!("{v4a}&X-Amz-Date=20260101T000000Z"), &[]));
    }

    #[test]
    fn a_session_token_header_goes_before_the_parameter_and_must_be_signed() {
        let token = |signed_headers: &str| {
            let query = format!(
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260101%2Fr%2Fsts%2Faws4_request&\
                 X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders={signed_headers}&X-Amz-Signature=00&\
                 X-Amz-Security-Token=query"
            );
            let headers: &[(&str, &[u8])] = &[("Host", b"h"), ("X-Amz-Security-Token", b"header")];
            let request =
                Request { method: "GET", path: "/", query: &query, headers, body: Body::Bytes(b"") };
            Presented::find(&request).map(|found| found.unwrap().session_token().map(str::to_owned))
        };
        assert_eq!(token("host%3Bx-amz-security-token"), Ok(Some("header".to_owned())));
        assert_eq!(token("host"), Err(SignatureError::HeaderNotSigned("X-Amz-Security-Token".to_owned())));
    }

    #[test]
    fn secrets_stay_out_of_debug() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260101%2Fr%2Fsts%2Faws4_request&\
                     X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=5ec0e7&\
                     X-Amz-Security-Token=70ce4&X-Amz-Expires=60";
        let debug = find_in(query, &[]).unwrap().unwrap();
        assert!(debug.contains("expires: Some(\"60\"), session_token_in_query: true"), "{debug}");
        assert!(!debug.contains("5ec0e7") && !debug.contains("70ce4"), "{debug}");
    }

    proptest! {
        #[test]
        fn never_panics(authorization in "(AWS4-HMAC-SHA256)?[ ,=/;a-zA-Z0-9é]{0,60}", query in ".{0,60}") {
            let _ = find(&authorization);
            let _ = find_in(&format!("X-Amz-Algorithm={query}"), &[]);
        }
    }
}
