//! Any bytes as the metadata of a SAML identity provider. What is read keeps what the crate promises of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saml::{Binding, Certificate, Metadata};

fuzz_target!(|data: &[u8]| {
    let _ = Certificate::from_der(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let metadata = match Metadata::parse(text) {
        Ok(metadata) => metadata,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!((1..=1024).contains(&metadata.entity_id.chars().count()));
    assert!(!metadata.single_sign_on.is_empty() && !metadata.signing_certificates.is_empty());
    for endpoint in metadata.single_sign_on.iter().chain(&metadata.single_logout) {
        let location = endpoint.location.to_ascii_lowercase();
        let is_web = location.starts_with("https://") || location.starts_with("http://");
        assert!(is_web || matches!(endpoint.binding, Binding::Other(_)));
        assert!(!location.contains(|c: char| c.is_control() || c.is_whitespace()));
    }
    for certificate in &metadata.signing_certificates {
        assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(certificate));
    }
});
