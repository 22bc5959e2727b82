//! The metadata of an identity provider.
//!
//! Source: "Metadata for the OASIS Security Assertion Markup Language (SAML) V2.0", sections 2.3.2 (EntityDescriptor),
//! 2.4.1 (role descriptors and their keys), 2.4.3 (IDPSSODescriptor).

use crate::{Certificate, CertificateError, XmlError, xml};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use uppsala::{Document, NodeId};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The longest entity id, in characters (section 2.2.1).
const MAX_ENTITY_ID: usize = 1024;

/// What an identity provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Who it is: the issuer of its assertions.
    pub entity_id: String,
    /// Until when the document may be used: the earliest of those it names.
    pub valid_until: Option<Timestamp>,
    /// Whether it wants to be asked with a signature.
    pub wants_signed_requests: bool,
    /// Where it is asked to sign somebody in: one at least.
    pub single_sign_on: Vec<Endpoint>,
    /// Where it is asked to sign somebody out.
    pub single_logout: Vec<Endpoint>,
    /// How it can name people, as URIs, most liked first.
    pub name_id_formats: Vec<String>,
    /// Whose keys sign its assertions: one at least.
    pub signing_certificates: Vec<Certificate>,
}

/// Where an identity provider is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How.
    pub binding: Binding,
    /// The URL: `http` or `https` where browsers are sent there.
    pub location: String,
}

/// How messages are carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// In a form that the browser posts.
    HttpPost,
    /// In the query of a redirect.
    HttpRedirect,
    /// Otherwise, by its URI.
    Other(String),
}

/// Why a text is not the metadata of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// A certificate that signs is not one.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The entity has no id, or one that is too long.
    #[error("the EntityDescriptor has no entityID of 1 to {MAX_ENTITY_ID} characters")]
    EntityId,
    /// An endpoint has no binding, or a location that browsers must not be sent to.
    #[error("an endpoint has no Binding, or no Location that is a URL of http or https")]
    Endpoint,
    /// There is no certificate to verify signatures with.
    #[error("no KeyDescriptor for signing has a certificate")]
    NoCertificate,
    /// There is none, or more than one.
    #[error("there is not exactly one IDPSSODescriptor of SAML 2.0")]
    NoIdentityProvider,
    /// There is no endpoint to sign in at.
    #[error("there is no SingleSignOnService")]
    NoSingleSignOn,
    /// The document's element is another one.
    #[error("the document is no EntityDescriptor")]
    NotAnEntity,
    /// A time cannot be read.
    #[error("a validUntil is no time")]
    ValidUntil,
    /// It is not even XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
}

impl Metadata {
    /// Reads a document whose element is an EntityDescriptor with one IDPSSODescriptor. What else it holds, other roles
    /// and a signature of its own among it, is passed over: the administrator who uploads it vouches for it.
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        let document = xml::parse(text)?;
        let entity = document.document_element().ok_or(MetadataError::NotAnEntity)?;
        if !xml::is(&document, entity, METADATA, "EntityDescriptor") {
            return Err(MetadataError::NotAnEntity);
        }
        let provider = provider(&document, entity)?;
        let metadata = Self {
            entity_id: entity_id(&document, entity)?,
            valid_until: [valid_until(&document, entity)?, valid_until(&document, provider)?]
                .into_iter()
                .flatten()
                .min(),
            wants_signed_requests: matches!(
                xml::attribute(&document, provider, "WantAuthnRequestsSigned").map(str::trim),
                Some("true" | "1")
            ),
            single_sign_on: endpoints(&document, provider, "SingleSignOnService")?,
            single_logout: endpoints(&document, provider, "SingleLogoutService")?,
            name_id_formats: document
                .child_elements_by_name_ns(provider, METADATA, "NameIDFormat")
                .into_iter()
                .filter_map(|format| xml::text(&document, format))
                .map(|format| format.trim().to_owned())
                .collect(),
            signing_certificates: signing_certificates(&document, provider)?,
        };
        if metadata.single_sign_on.is_empty() {
            return Err(MetadataError::NoSingleSignOn);
        }
        Ok(metadata)
    }
}

/// The one descriptor of an identity provider that speaks SAML 2.0. With two, it would be the reader's choice whose keys
/// count.
fn provider(document: &Document<'_>, entity: NodeId) -> Result<NodeId, MetadataError> {
    let speaks = |descriptor: &NodeId| {
        let protocols = xml::attribute(document, *descriptor, "protocolSupportEnumeration");
        protocols.is_some_and(|protocols| protocols.split_whitespace().any(|protocol| protocol == PROTOCOL))
    };
    let descriptors = document.child_elements_by_name_ns(entity, METADATA, "IDPSSODescriptor");
    let mut descriptors = descriptors.into_iter().filter(speaks);
    match (descriptors.next(), descriptors.next()) {
        (Some(descriptor), None) => Ok(descriptor),
        _ => Err(MetadataError::NoIdentityProvider),
    }
}

fn entity_id(document: &Document<'_>, entity: NodeId) -> Result<String, MetadataError> {
    let id = xml::attribute(document, entity, "entityID").unwrap_or_default().trim();
    let valid = (1..=MAX_ENTITY_ID).contains(&id.chars().count()) && !id.contains(char::is_control);
    if valid { Ok(id.to_owned()) } else { Err(MetadataError::EntityId) }
}

/// A time in UTC, with or without the `Z`.
fn valid_until(document: &Document<'_>, element: NodeId) -> Result<Option<Timestamp>, MetadataError> {
    let Some(text) = xml::attribute(document, element, "validUntil").map(str::trim) else { return Ok(None) };
    let in_utc = || text.parse::<DateTime>().and_then(|time| TimeZone::UTC.to_timestamp(time));
    text.parse().or_else(|_| in_utc()).map(Some).map_err(|_| MetadataError::ValidUntil)
}

fn endpoints(document: &Document<'_>, provider: NodeId, name: &str) -> Result<Vec<Endpoint>, MetadataError> {
    let endpoint = |element: NodeId| {
        let binding = xml::attribute(document, element, "Binding").map(|uri| Binding::of(uri.trim()));
        let location = xml::attribute(document, element, "Location").map(str::trim);
        let endpoint = binding
            .zip(location)
            .map(|(binding, location)| Endpoint { binding, location: location.to_owned() });
        endpoint.filter(Endpoint::is_safe).ok_or(MetadataError::Endpoint)
    };
    document.child_elements_by_name_ns(provider, METADATA, name).into_iter().map(endpoint).collect()
}

impl Endpoint {
    /// Whether a browser may be sent there: not to a script.
    fn is_safe(&self) -> bool {
        let lower = self.location.to_ascii_lowercase();
        let is_web = ["https://", "http://"].iter().any(|scheme| lower.starts_with(scheme));
        let is_clean = !self.location.contains(|c: char| c.is_control() || c.is_whitespace());
        is_clean && !self.location.is_empty() && (is_web || matches!(self.binding, Binding::Other(_)))
    }
}

impl Binding {
    fn of(uri: &str) -> Self {
        match uri {
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" => Self::HttpPost,
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" => Self::HttpRedirect,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The certificates of all keys that sign: those for signing, and those that are not said to be for one use alone.
fn signing_certificates(
    document: &Document<'_>,
    provider: NodeId,
) -> Result<Vec<Certificate>, MetadataError> {
    let mut certificates = Vec::new();
    for key in document.child_elements_by_name_ns(provider, METADATA, "KeyDescriptor") {
        if matches!(xml::attribute(document, key, "use"), None | Some("signing")) {
            let inside = |parents: Vec<NodeId>, name: &str| -> Vec<NodeId> {
                let children = |parent| document.child_elements_by_name_ns(parent, SIGNATURE, name);
                parents.into_iter().flat_map(children).collect()
            };
            let data = inside(inside(vec![key], "KeyInfo"), "X509Data");
            for certificate in inside(data, "X509Certificate") {
                certificates.push(certificate_in(document, certificate)?);
            }
        }
    }
    if certificates.is_empty() { Err(MetadataError::NoCertificate) } else { Ok(certificates) }
}

fn certificate_in(document: &Document<'_>, element: NodeId) -> Result<Certificate, MetadataError> {
    let mut text = xml::text(document, element).ok_or(CertificateError::Malformed)?;
    text.retain(|character| !character.is_ascii_whitespace());
    let der = STANDARD.decode(text).map_err(|_| CertificateError::Malformed)?;
    Ok(Certificate::from_der(&der)?)
}

#[cfg(test)]
mod tests;
