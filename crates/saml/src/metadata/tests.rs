use super::*;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair};
use std::sync::LazyLock;

/// A certificate in base64, on several lines as tools write it.
static CERTIFICATE: LazyLock<String> = LazyLock::new(certificate);

fn certificate() -> String {
    let key = KeyPair::generate().unwrap();
    let der = CertificateParams::default().self_signed(&key).unwrap().der().to_vec();
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    lines.join("\n      ")
}

fn key(use_: &str, certificate: &str) -> String {
    format!(
        "<md:KeyDescriptor{use_}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>\
         </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
}

const SIGN_ON: &str = r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/>"#;

/// A document with those attributes of the entity, and that in its descriptor.
fn document(attributes: &str, inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="{METADATA}" xmlns:ds="{SIGNATURE}" {attributes}>
  <md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{inside}</md:IDPSSODescriptor>
</md:EntityDescriptor>"#
    )
}

fn with(inside: &str) -> String {
    document(r#"entityID="https://idp.example.com""#, inside)
}

fn good() -> String {
    with(&format!("{}{SIGN_ON}", key("", &CERTIFICATE)))
}

fn error(text: &str) -> String {
    Metadata::parse(text).unwrap_err().to_string()
}

#[test]
fn all_that_signing_in_needs_is_read() {
    let (one, two) = (certificate(), certificate());
    let text = format!(
        r#"<EntityDescriptor xmlns="{METADATA}" entityID=" https://idp.example.com/saml " validUntil="2031-01-02T03:04:05.678Z">
  <!-- signed --><Signature xmlns="{SIGNATURE}"><SignedInfo/></Signature>
  <Extensions><anything xmlns="urn:x" entityID="other"/></Extensions>
  <SPSSODescriptor protocolSupportEnumeration="{PROTOCOL}"><KeyDescriptor/></SPSSODescriptor>
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"/>
  <IDPSSODescriptor WantAuthnRequestsSigned="true" validUntil="2030-01-02T03:04:05" protocolSupportEnumeration="urn:x {PROTOCOL}">
    <KeyDescriptor use="signing"><KeyInfo xmlns="{SIGNATURE}"><X509Data><X509Certificate>{one}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <KeyDescriptor use="encryption"><KeyInfo xmlns="{SIGNATURE}"><X509Data><X509Certificate>junk</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <KeyDescriptor><KeyInfo xmlns="{SIGNATURE}"><KeyName>n</KeyName><X509Data><X509Certificate><!-- old -->{two}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/slo"/>
    <NameIDFormat> urn:oasis:names:tc:SAML:2.0:nameid-format:persistent </NameIDFormat>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso?a=b&amp;c=d"/>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="urn:elsewhere"/>
  </IDPSSODescriptor>
</EntityDescriptor>"#
    );
    let metadata = Metadata::parse(&text).unwrap();
    assert_eq!(metadata.entity_id, "https://idp.example.com/saml");
    assert_eq!(metadata.valid_until.unwrap().to_string(), "2030-01-02T03:04:05Z");
    assert!(metadata.wants_signed_requests);
    let der = |text: &str| STANDARD.decode(text.split_whitespace().collect::<String>()).unwrap();
    let found: Vec<_> = metadata.signing_certificates.iter().map(|one| one.der().to_vec()).collect();
    assert_eq!(found, [der(&one), der(&two)]);
    let endpoint = |binding, location: &str| Endpoint { binding, location: location.into() };
    assert_eq!(
        metadata.single_sign_on,
        [
            endpoint(Binding::HttpPost, "https://idp.example.com/sso?a=b&c=d"),
            endpoint(Binding::Other("urn:oasis:names:tc:SAML:2.0:bindings:SOAP".into()), "urn:elsewhere"),
        ]
    );
    assert_eq!(metadata.single_logout, [endpoint(Binding::HttpPost, "https://idp.example.com/slo")]);
    assert_eq!(metadata.name_id_formats, ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"]);
}

#[test]
fn the_least_is_enough() {
    let metadata = Metadata::parse(&good()).unwrap();
    assert_eq!((metadata.valid_until, metadata.wants_signed_requests), (None, false));
    assert_eq!((metadata.single_logout.len(), metadata.name_id_formats.len()), (0, 0));
}

#[test]
fn what_is_missing_is_said() {
    let good_key = key("", &CERTIFICATE);
    let sign_on = |binding: &str, location: &str| {
        format!(r#"{good_key}<md:SingleSignOnService Binding="{binding}" Location="{location}"/>"#)
    };
    let post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    let twice = good().replace(
        "</md:EntityDescriptor>",
        &format!(r#"<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}"/></md:EntityDescriptor>"#),
    );
    let all = [
        error("<a/>"),
        error(&format!(r#"<md:EntitiesDescriptor xmlns:md="{METADATA}"/>"#)),
        error(&good().replace(METADATA, "urn:other")),
        error(&good().replace(PROTOCOL, "urn:other")),
        error(&twice),
        error(&document("", &format!("{good_key}{SIGN_ON}"))),
        error(&document(r#"entityID=" ""#, &format!("{good_key}{SIGN_ON}"))),
        error(&document(&format!(r#"entityID="{}""#, "x".repeat(1025)), &format!("{good_key}{SIGN_ON}"))),
        error(&document(r#"entityID="x" validUntil="soon""#, &format!("{good_key}{SIGN_ON}"))),
        error(&with(SIGN_ON)),
        error(&with(&format!("{}{SIGN_ON}", key(r#" use="encryption""#, &CERTIFICATE)))),
        error(&with(&format!("{}{SIGN_ON}", key("", "junk")))),
        error(&with(&format!("{}{SIGN_ON}", key("", "AAAA")))),
        error(&with(&format!("{}{SIGN_ON}", key("", "<b/>")))),
        error(&with(&good_key)),
        error(&with(&sign_on(post, "javascript:alert(1)"))),
        error(&with(&sign_on(post, "https://idp.example.com/&#10;x"))),
        error(&with(&sign_on(post, ""))),
        error(&with(&format!("{good_key}<md:SingleSignOnService Location='https://a.b/'/>"))),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    the document is no EntityDescriptor
    the document is no EntityDescriptor
    the document is no EntityDescriptor
    there is not exactly one IDPSSODescriptor of SAML 2.0
    there is not exactly one IDPSSODescriptor of SAML 2.0
    the EntityDescriptor has no entityID of 1 to 1024 characters
    the EntityDescriptor has no entityID of 1 to 1024 characters
    the EntityDescriptor has no entityID of 1 to 1024 characters
    a validUntil is no time
    no KeyDescriptor for signing has a certificate
    no KeyDescriptor for signing has a certificate
    the certificate is not X.509
    the certificate is not X.509
    the certificate is not X.509
    there is no SingleSignOnService
    an endpoint has no Binding, or no Location that is a URL of http or https
    an endpoint has no Binding, or no Location that is a URL of http or https
    an endpoint has no Binding, or no Location that is a URL of http or https
    an endpoint has no Binding, or no Location that is a URL of http or https
    ");
}

#[test]
fn attributes_of_other_namespaces_are_not_taken_for_them() {
    let other = document(r#"xmlns:o="urn:o" o:entityID="x""#, &format!("{}{SIGN_ON}", key("", &CERTIFICATE)));
    assert_eq!(Metadata::parse(&other), Err(MetadataError::EntityId));
}

#[test]
fn a_dtd_does_not_get_in() {
    let laughs = good().replacen(
        "<md:EntityDescriptor",
        r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><md:EntityDescriptor"#,
        1,
    );
    assert!(matches!(Metadata::parse(&laughs), Err(MetadataError::Xml(XmlError::Malformed(_)))));
}

proptest! {
    #[test]
    fn no_change_of_a_document_harms(at in 0_usize..4000, length in 0_usize..40, new in "[ -~é<>&]{0,12}") {
        let text = good();
        let cut = |at: usize| text.floor_char_boundary(at.min(text.len()));
        let (begin, end) = (cut(at), cut(at + length));
        let (begin, end) = (text.get(..begin).unwrap(), text.get(end..).unwrap());
        let _ = Metadata::parse(&format!("{begin}{new}{end}"));
    }
}
