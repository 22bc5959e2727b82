//! Thumbprints: SHA-1 of a certificate in DER, forty letters of hexadecimal.

use crate::{Cx, Result, iam::errors};
use aws_lc_rs::digest;
use domain::ProviderUrl;

/// The most thumbprints of a provider.
const MOST: usize = 5;

/// Reads the thumbprints of a request, one at least; the same one twice is one. Like AWS it takes letters that are no
/// hexadecimal, as its own examples have them: they fit no certificate.
pub(super) fn parse(texts: Vec<String>) -> Result<Vec<String>> {
    let mut thumbprints = Vec::new();
    for text in texts {
        if text.len() != 40 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(errors::invalid_input("Thumbprint must be exactly 40 characters."));
        }
        let thumbprint = text.to_ascii_lowercase();
        if !thumbprints.contains(&thumbprint) {
            thumbprints.push(thumbprint);
        }
    }
    match thumbprints.len() {
        0 => Err(errors::invalid_input("Thumbprint list must contain at least one entry.")),
        1..=MOST => Ok(thumbprints),
        // In AWS's words, which are one off.
        _ => Err(errors::invalid_input("Thumbprint list must contain fewer than 5 entries.")),
    }
}

/// The thumbprint of the certificate at the top of the chain that the provider itself shows.
pub(super) async fn fetch(cx: &Cx, url: &ProviderUrl) -> Result<String> {
    let outbound = &cx.plane.outbound;
    let certificate = outbound.top_certificate(url.host()).await.map_err(|error| {
        tracing::info!(host = url.host(), %error, "an OpenID Connect provider was not reached");
        errors::open_id_idp_communication_error(url, outbound.is_on())
    })?;
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
    Ok(hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_in_lower_case_and_few() {
        let many = |count: usize| (0..count).map(|n| n.to_string().repeat(40)).collect::<Vec<_>>();
        assert_eq!(parse(vec!["A".repeat(40), "a".repeat(40)]).unwrap(), ["a".repeat(40)]);
        assert_eq!(parse(many(5)).unwrap(), many(5));
        assert!(parse(vec!["c3768084dfb3d2b68b7897bf5f565da8eEXAMPLE".into()]).is_ok());
        for refused in [many(6), many(0), vec!["é".repeat(20)], vec![" ".repeat(40)], vec!["a".repeat(39)]] {
            assert!(parse(refused.clone()).is_err(), "{refused:?}");
        }
    }
}
