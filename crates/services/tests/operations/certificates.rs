//! Certificates and metadata for tests: fixed ones, whose answers can be compared, valid for a hundred years.

/// The certificate of `example.com`, issued by [`ROOT`].
pub const LEAF: &str = include_str!("pem/leaf.pem");
/// Its private key.
pub const LEAF_KEY: &str = include_str!("pem/leaf-key.pem");
/// A certificate of itself.
pub const ROOT: &str = include_str!("pem/root.pem");

/// The base64 of a certificate, without its frame.
fn base64(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// The metadata of an identity provider, with those attributes on its element. As long as AWS wants it to be.
pub fn metadata_with(entity_id: &str, attributes: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}" {attributes}>
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"#,
        base64(LEAF)
    )
}

/// The metadata of an identity provider that does not say until when it may be used.
pub fn metadata(entity_id: &str) -> String {
    metadata_with(entity_id, "")
}
