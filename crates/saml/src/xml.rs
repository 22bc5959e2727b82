//! XML within bounds.

use uppsala::{Document, NodeId, Parser};

/// The largest document, in bytes. That of one identity provider, logos included, has a few hundred thousand at most.
pub const MAX_BYTES: usize = 512 * 1024;
/// The deepest nesting of elements; metadata needs about ten.
const MAX_DEPTH: u32 = 32;
/// The most attributes and namespaces of one element; the parser compares each with all others.
const MAX_ATTRIBUTES: usize = 64;

/// Why a text is no XML that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// The XML declaration names an encoding that the text does not have: it comes as UTF-8.
    #[error("the document is declared to be in another encoding than UTF-8")]
    Encoding,
    /// It is not well-formed, is nested too deeply, or has a DTD.
    #[error("the document is not XML without a DTD: {0}")]
    Malformed(String),
    /// An element has more attributes than are read.
    #[error("an element has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// It has more than [`MAX_BYTES`].
    #[error("the document is longer than {MAX_BYTES} bytes")]
    TooLong,
}

/// Reads a document. DTDs are refused, and with them entities but the five that XML itself has.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    if text.len() > MAX_BYTES {
        return Err(XmlError::TooLong);
    }
    if text.split('<').any(has_too_many_attributes) {
        return Err(XmlError::TooManyAttributes);
    }
    let parser = Parser::new().with_forbid_dtd(true).with_max_depth(MAX_DEPTH);
    let document = parser.parse(text).map_err(|error| XmlError::Malformed(error.to_string()))?;
    let encoding = document.xml_declaration.as_ref().and_then(|declaration| declaration.encoding.as_deref());
    match encoding {
        Some(encoding) if !encoding.eq_ignore_ascii_case("utf-8") => Err(XmlError::Encoding),
        _ => Ok(document),
    }
}

/// Whether what stands between two `<` can be a tag with too many attributes. An attribute is at least `="`, and no value
/// holds a `<`.
fn has_too_many_attributes(between: &str) -> bool {
    let values = between.split('=').skip(1).filter(|rest| rest.trim_start().starts_with(['"', '\'']));
    values.take(MAX_ATTRIBUTES + 1).count() > MAX_ATTRIBUTES
}

/// Whether the element has that name in that namespace.
pub(crate) fn is(document: &Document<'_>, element: NodeId, namespace: &str, name: &str) -> bool {
    document.element(element).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The attribute of that name, in no namespace.
pub(crate) fn attribute<'d>(document: &'d Document<'_>, element: NodeId, name: &str) -> Option<&'d str> {
    let attributes = &document.element(element)?.attributes;
    let found = attributes
        .iter()
        .find(|attribute| attribute.name.namespace_uri.is_none() && attribute.name.local_name == name);
    found.map(|attribute| &*attribute.value)
}

/// The text in an element that has nothing but text in it; comments do not count.
pub(crate) fn text(document: &Document<'_>, element: NodeId) -> Option<String> {
    let mut text = String::new();
    for child in document.children_iter(element) {
        match document.text_content(child) {
            Some(part) => text.push_str(part),
            None if document.element(child).is_some() => return None,
            None => {}
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> String {
        parse(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let laughs = r#"<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>"#;
        assert!(error(laughs).contains("DOCTYPE"));
        assert!(error(r#"<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>"#).contains("DOCTYPE"));
        assert!(parse("<l>&undefined;</l>").is_err());
        assert!(parse("<l>&#0;</l>").is_err());
        let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&deep(32)).is_ok());
        assert!(parse(&deep(33)).is_err());
        assert!(parse(&deep(100_000)).is_err());
        assert_eq!(parse(&format!("<a>{}</a>", "x".repeat(MAX_BYTES))).err(), Some(XmlError::TooLong));
        for text in
            ["", "x", "<a>", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", "<a b=1/>", "<p:a/>", "\u{0}<a/>"]
        {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn attributes_are_counted() {
        let attributes = |count: usize| {
            let attributes: Vec<_> = (0..count).map(|number| format!(" a{number} = '>'")).collect();
            attributes.concat()
        };
        assert!(parse(&format!("<a{}/>", attributes(64))).is_ok());
        assert_eq!(parse(&format!("<a{}/>", attributes(65))).err(), Some(XmlError::TooManyAttributes));
        assert!(parse(&format!("<a><!-- {} --></a>", "=".repeat(1000))).is_ok());
    }

    #[test]
    fn the_encoding_is_what_it_is_said_to_be() {
        for declared in ["UTF-8", "utf-8"] {
            assert!(parse(&format!("\u{feff}<?xml version='1.0' encoding='{declared}'?><a/>")).is_ok());
        }
        for declared in ["UTF-16", "ISO-8859-1", "UTF-7"] {
            let text = format!("<?xml version='1.0' encoding='{declared}'?><a/>");
            assert_eq!(parse(&text).err(), Some(XmlError::Encoding), "{declared}");
        }
    }

    #[test]
    fn text_is_whole_whatever_stands_in_it() {
        let document = parse("<a>one<!-- x -->tw<![CDATA[o]]>&amp;</a>").unwrap();
        let element = document.document_element().unwrap();
        assert_eq!(text(&document, element).as_deref(), Some("onetwo&"));
        let document = parse("<a>one<b/></a>").unwrap();
        assert_eq!(text(&document, document.document_element().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "(<[a!?/]|[a-z]|>|/>|='|'|\"|&|;|--|]]|\\PC){0,60}") {
            let _ = parse(&text);
        }
    }
}
