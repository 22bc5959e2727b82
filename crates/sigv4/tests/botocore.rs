//! Requests signed by botocore, the signer of the AWS CLI and of boto3, verify.

mod support;

use std::process::Command;

use sigv4::{Canonicalization, SignatureError};
use support::{Known, OwnedRequest};

const SEED: &str = "20260101";
const GENERATED: usize = 500;
/// Calls of real clients, each with and without a session token.
const CLIENT_CALLS: usize = 14;

#[derive(serde::Deserialize)]
struct Signed {
    source: String,
    #[serde(flatten)]
    request: OwnedRequest,
    secret: String,
    service: String,
    region: String,
    session_token: Option<String>,
    s3: bool,
}

#[test]
fn requests_signed_by_botocore_verify() {
    let python = std::env::var("PORTCULLIS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore_sign.py");
    let output = Command::new(&python)
        .args([script, SEED, &GENERATED.to_string()])
        .output()
        .unwrap_or_else(|error| panic!("{python} cannot be run: {error}"));
    assert!(
        output.status.success(),
        "{python} {script} failed; it needs botocore (set PORTCULLIS_PYTHON to an interpreter that has it):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), GENERATED + CLIENT_CALLS);
    for line in lines.lines() {
        let signed: Signed = serde_json::from_str(line).unwrap();
        let known = Known {
            secret: &signed.secret,
            region: &signed.region,
            service: &signed.service,
            rules: if signed.s3 { Canonicalization::S3 } else { Canonicalization::DEFAULT },
        };
        assert_eq!(signed.request.verify(&known), Ok(signed.session_token), "{} {line}", signed.source);
        let other = Known { secret: "other", ..known };
        assert_eq!(signed.request.verify(&other), Err(SignatureError::Mismatch), "{line}");
    }
}
