//! SAML 2.0: what identity providers say of themselves. Pure: no clock, disk, network or store.
//!
//! [`Metadata::parse`] reads the document that an administrator uploads for a provider, within bounds on its size, depth
//! and attributes, without DTDs and entities. What it gives is all that signing in needs: who the provider is, where it
//! is asked to sign somebody in or out, and the certificates that its assertions are signed with.
//!
//! Whether metadata or a certificate is still valid is for the caller to say, who knows the time: certificates of
//! metadata are keys in an envelope, and their dates mean nothing by themselves (SAML V2.0 Metadata Interoperability
//! Profile, section 2.6.1).

mod certificate;
mod metadata;
mod xml;

pub use certificate::{Certificate, CertificateError};
pub use metadata::{Binding, Endpoint, Metadata, MetadataError};
pub use xml::{MAX_BYTES, XmlError};
