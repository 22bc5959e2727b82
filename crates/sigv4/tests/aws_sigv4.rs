//! Requests signed by the `aws-sigv4` crate, the signer of the AWS SDK for Rust, verify; changed ones do not.

#![expect(
    clippy::indexing_slicing,
    clippy::struct_excessive_bools,
    clippy::unwrap_used,
    reason = "helpers of tests, where a panic is a failed test and a case is a set of switches"
)]

mod support;

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningParams, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::{v4, v4a};
use aws_smithy_runtime_api::client::identity::Identity;
use proptest::prelude::*;
use proptest::sample::Index;
use sigv4::Canonicalization;
use support::{Known, OwnedRequest};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KNOWN: Known<'_> =
    Known { secret: SECRET, region: "eu-west-1", service: "sts", rules: Canonicalization::DEFAULT };

/// The ways of signing one request.
#[derive(Clone, Debug)]
struct Way {
    presigned: bool,
    v4a: bool,
    s3: bool,
    session_token: Option<String>,
    token_after_signing: bool,
    seconds: u64,
}

fn way() -> impl Strategy<Value = Way> {
    let token = prop::option::of("[a-zA-Z0-9/+=]{1,80}");
    (any::<bool>(), prop::bool::weighted(0.2), any::<bool>(), token, any::<bool>(), 0_u64..4_000_000_000)
        .prop_map(|(presigned, v4a, s3, session_token, token_after_signing, seconds)| Way {
            presigned,
            v4a,
            s3,
            session_token,
            // In the header form the token must be signed.
            token_after_signing: token_after_signing && presigned,
            seconds,
        })
}

/// A request before signing: escapes, dot segments, `//`, repeated headers and parameters, inner spaces. Segments of an
/// S3 path are spelled canonically, as S3 clients send them.
fn unsigned(s3: bool) -> impl Strategy<Value = OwnedRequest> {
    let segment = if s3 {
        "([a-zA-Z0-9._~-]|%20|%2F|%25|%C3%A9){0,4}"
    } else {
        "\\.|\\.\\.|([a-zA-Z0-9._~:@!$&'()*+,;=-]|%20|%2F|%c3%a9|%25){0,4}"
    };
    let parameter = "([a-zA-Z0-9._~-]|%20|\\+|%2B|%3d|%C3%A9){1,4}(=([a-zA-Z0-9._~=-]|%20|\\+|%26){0,4})?";
    let header = (prop_oneof!["x-amz-meta-[a-c]", "my-[A-C]", "content-type"], "([!-~]([ -~]{0,8}[!-~])?)?");
    (
        prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]),
        prop::collection::vec(segment, 0..5),
        prop::collection::vec(parameter, 0..5),
        prop::collection::vec(header, 0..5),
        prop::collection::vec(any::<u8>(), 0..100),
    )
        .prop_map(|(method, segments, parameters, headers, body)| OwnedRequest {
            method: method.to_owned(),
            path: format!("/{}", segments.join("/")),
            query: parameters.join("&"),
            headers,
            body,
        })
}

fn sign(request: &OwnedRequest, way: &Way) -> OwnedRequest {
    let identity: Identity =
        Credentials::new("AKIDEXAMPLE", SECRET, way.session_token.clone(), None, "test").into();
    let mut settings = SigningSettings::default();
    if way.s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if way.presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_mins(1));
    }
    if way.token_after_signing {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(way.seconds);
    let params: SigningParams<'_> = if way.v4a {
        v4a::SigningParams::builder()
            .identity(&identity)
            .region_set("us-east-1,eu-*")
            .name("sts")
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into()
    } else {
        v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("sts")
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into()
    };
    let question = if request.query.is_empty() { "" } else { "?" };
    let uri = format!("http://localhost:4500{}{question}{}", request.path, request.query);
    let body = if way.s3 && way.presigned {
        SignableBody::UnsignedPayload
    } else {
        SignableBody::Bytes(&request.body)
    };
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signable = SignableRequest::new(&request.method, uri, headers, body).unwrap();
    let (added, parameters) =
        aws_sigv4::http_request::sign(signable, &params).unwrap().into_parts().0.into_parts();
    let mut signed = request.clone();
    signed.headers.push(("host".to_owned(), "localhost:4500".to_owned()));
    for header in added {
        signed.headers.push((header.name().to_owned(), header.value().to_owned()));
    }
    for (name, value) in parameters {
        if !signed.query.is_empty() {
            signed.query.push('&');
        }
        write!(signed.query, "{name}={}", encode(&value)).unwrap();
    }
    signed
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn known(way: &Way) -> Known<'static> {
    Known { rules: if way.s3 { Canonicalization::S3 } else { Canonicalization::DEFAULT }, ..KNOWN }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn signed_requests_verify((way, request) in way().prop_flat_map(|way| {
        let request = unsigned(way.s3);
        (Just(way), request)
    })) {
        let signed = sign(&request, &way);
        prop_assert_eq!(signed.verify(&known(&way)), Ok(way.session_token.clone()), "{:?}", signed);
        let other = Known { secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ", ..known(&way) };
        prop_assert!(signed.verify(&other).is_err());
    }
}

/// A request no single changed byte of which has the same meaning: no escapes, dots or blanks.
fn plain() -> impl Strategy<Value = OwnedRequest> {
    (
        prop::sample::select(vec!["GET", "POST"]),
        "(/[a-z0-9]{1,4}){1,3}",
        "[a-z]{1,3}=[0-9]{1,3}(&[a-z]{1,3}=[0-9]{1,3}){0,2}",
        "[a-z0-9]{1,9}",
        prop::collection::vec(any::<u8>(), 1..40),
    )
        .prop_map(|(method, path, query, value, body)| OwnedRequest {
            method: method.to_owned(),
            path,
            query,
            headers: vec![("x-amz-meta-a".to_owned(), value)],
            body,
        })
}

/// Puts another printable character into the place that `index` picks. Lower case for upper case does not count as
/// another: in a percent escape it has the same meaning.
fn change(text: &mut String, from: usize, index: Index, new: u8) {
    let mut bytes = text.clone().into_bytes();
    let at = from + index.index(bytes.len() - from);
    bytes[at] = if bytes[at].eq_ignore_ascii_case(&new) { b'_' } else { new };
    *text = String::from_utf8(bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_is_refused(
        way in way(),
        request in plain(),
        part in 0..6,
        index: Index,
        new in 0x21_u8..0x5f,
        bit in 0_u32..8,
    ) {
        let way = Way { s3: false, token_after_signing: false, ..way };
        let signed = sign(&request, &way);
        prop_assert!(signed.verify(&known(&way)).is_ok());
        let mut changed = signed.clone();
        match part {
            0 => change(&mut changed.method, 0, index, new),
            1 => change(&mut changed.path, 0, index, new),
            2 => change(&mut changed.query, 0, index, new),
            3 => {
                let at = index.index(changed.body.len());
                changed.body[at] ^= 1 << bit;
            }
            4 => {
                let signed_headers: Vec<_> = (0..changed.headers.len())
                    .filter(|at| changed.headers[*at].0 != "authorization" && !changed.headers[*at].1.is_empty())
                    .collect();
                let at = signed_headers[index.index(signed_headers.len())];
                change(&mut changed.headers[at].1, 0, index, new);
            }
            _ => {
                let target = if way.presigned {
                    &mut changed.query
                } else {
                    &mut changed.headers.iter_mut().find(|(name, _)| name == "authorization").unwrap().1
                };
                let start = target.rfind("Signature=").unwrap() + "Signature=".len();
                change(target, start, index, new);
            }
        }
        prop_assert!(changed.verify(&known(&way)).is_err(), "{:?}", changed);
    }

    /// The parameters of the query may come in another order, the headers too, and names in another case.
    #[test]
    fn order_and_case_of_names_do_not_matter(way in way(), request in plain()) {
        let way = Way { s3: false, ..way };
        let mut signed = sign(&request, &way);
        signed.headers.reverse();
        for (name, _) in &mut signed.headers {
            name.make_ascii_uppercase();
        }
        let mut parameters: Vec<_> = signed.query.split('&').collect();
        parameters.reverse();
        signed.query = parameters.join("&");
        prop_assert!(signed.verify(&known(&way)).is_ok());
    }
}
