//! Any bytes as a request: find, check and verify its signature, under the rules of every service, without a panic.
//!
//! Input: method, path, query, then header names and values in turn, separated by newlines, and after an empty line the
//! body.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sigv4::{
    Body, Canonicalization, Expectation, KeyCache, Presented, PresignedLifetime, Regions, Request, Signer,
    SigningScope,
};

const SECRET: &str = "never used to sign an input";

fuzz_target!(|data: &[u8]| {
    let split = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let (head, body) = data.split_at(split);
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(lines.next().unwrap_or_default()).unwrap_or("/");
    let (method, path, query) = (text(), text(), text());
    let mut headers = Vec::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push((std::str::from_utf8(name).unwrap_or("x-amz-date"), value));
    }
    let request = Request { method, path, query, headers: &headers, body: Body::Bytes(body) };
    let cache = KeyCache::new(8, 0);
    let Ok(Some(presented)) = Presented::find(&request) else { return };
    let now = presented.signed_at().timestamp();
    for (regions, presigned) in
        [(Regions::Any, PresignedLifetime::Skew), (Regions::Only(&["us-east-1"]), PresignedLifetime::Expires)]
    {
        let expectation =
            Expectation { services: &["sts"], regions, now, skew: Duration::from_mins(15), presigned };
        if let Err(error) = presented.check(&expectation) {
            let _ = (error.to_string(), error.code());
        }
    }
    let Ok(key) = cache.key(&presented, SECRET) else { return };
    for rules in [Canonicalization::DEFAULT, Canonicalization::S3] {
        // Nobody signed this request, so it must not verify.
        assert!(presented.verify(&request, &key, rules).is_err());
        let scope = &presented.scope().region;
        let signer = Signer {
            credentials: sigv4::Credentials {
                access_key_id: presented.access_key_id(),
                secret_access_key: SECRET,
                session_token: presented.session_token(),
            },
            scope: SigningScope::Region(scope.as_deref().unwrap_or("us-east-1")),
            service: &presented.scope().service,
            signed_at: now,
            rules,
        };
        let _ = signer.sign(&request);
        let _ = signer.presign(&request, Duration::from_mins(1));
    }
});
