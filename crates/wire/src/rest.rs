//! restJson1: operations by method and path, members in path, query, headers and body.

use crate::{
    Form, Location, Member, Node, OperationDescription, RequestParts, Service, Structure, WireError, json,
    text,
};

/// The operation that a method, path and query string call. Of several that fit, the one whose URI names the most
/// query parameters: `/v1/token?x-amz-client-auth-method=iam` goes before `/v1/token`.
pub fn route(
    service: &Service,
    method: &str,
    path: &str,
    query: &str,
) -> Option<&'static OperationDescription> {
    let form = Form::parse(query, b"").ok()?;
    service
        .operations
        .iter()
        .copied()
        .filter(|operation| operation.method == method)
        .filter(|operation| {
            let (template, literals) = split(operation.uri);
            labels(template, path).is_some() && literals_match(literals, &form)
        })
        .max_by_key(|operation| split(operation.uri).1.split('&').filter(|pair| !pair.is_empty()).count())
}

/// Reads the input from all the places its members travel in.
pub(crate) fn decode(
    operation: &OperationDescription,
    request: &RequestParts<'_>,
) -> Result<Node, WireError> {
    let members = operation.input.members();
    let mut structure = match json_body(operation, request)? {
        Some(Node::Structure(structure)) => structure,
        _ => Structure::new(),
    };
    if members.iter().all(|member| member.location == Location::Body) {
        return Ok(Node::Structure(structure));
    }
    let form =
        Form::parse(request.query, b"").map_err(|error| WireError::Serialization(error.to_string()))?;
    let labels = labels(split(operation.uri).0, request.path).unwrap_or_default();
    for member in members {
        let name = member.wire_name;
        let value = match member.location {
            Location::Header => (request.header)(&name.to_ascii_lowercase()).map(str::to_owned),
            Location::Query => form.get(name).map(str::to_owned),
            Location::Uri => match labels.iter().find(|(label, _)| *label == name) {
                Some((_, raw)) => Some(unescape(raw)?),
                None => None,
            },
            Location::Payload => {
                if let Some(node) = json::decode(member.schema, request.body)? {
                    structure.set(member.name, node);
                }
                None
            }
            Location::Body | Location::StatusCode => None,
        };
        if let Some(value) = value {
            structure.set(member.name, parse(member, value)?);
        }
    }
    Ok(Node::Structure(structure))
}

fn json_body(
    operation: &OperationDescription,
    request: &RequestParts<'_>,
) -> Result<Option<Node>, WireError> {
    let in_body = |member: &Member| member.location == Location::Body;
    if operation.input.members().iter().any(in_body) {
        json::decode_body(operation.input, request.body)
    } else {
        Ok(None)
    }
}

fn parse(member: &Member, value: String) -> Result<Node, WireError> {
    text::parse(member.schema, value.into()).map_err(WireError::Serialization)
}

fn split(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

fn literals_match(literals: &str, form: &Form<'_>) -> bool {
    literals.split('&').filter(|pair| !pair.is_empty()).all(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        form.get(name) == Some(value)
    })
}

/// Matches `/things/{Id}/{Rest+}` and gives the text of each label as sent; `None` when the path is another.
fn labels<'t, 'p>(template: &'t str, path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
    let mut labels = Vec::new();
    let (mut template, mut path) = (template.strip_prefix('/')?, path.strip_prefix('/')?);
    loop {
        let (segment, more) =
            template.split_once('/').map_or((template, None), |(head, tail)| (head, Some(tail)));
        let label = segment.strip_prefix('{').and_then(|label| label.strip_suffix('}'));
        if let Some(greedy) = label.and_then(|label| label.strip_suffix('+')) {
            let rest = more.map_or(Some(path), |more| path.strip_suffix(more)?.strip_suffix('/'))?;
            labels.push((greedy, rest));
            return (!rest.is_empty()).then_some(labels);
        }
        let (given, left) = path.split_once('/').map_or((path, None), |(head, tail)| (head, Some(tail)));
        match label {
            Some(label) if !given.is_empty() => labels.push((label, given)),
            None if segment == given => {}
            _ => return None,
        }
        match (more, left) {
            (None, None) => return Some(labels),
            (Some(more), Some(left)) => (template, path) = (more, left),
            _ => return None,
        }
    }
}

/// A plus sign is itself in paths.
fn unescape(label: &str) -> Result<String, WireError> {
    text::percent_decode(label.as_bytes(), b'+')
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| WireError::Serialization("The path is not correctly encoded".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        assert_eq!(labels("/token", "/token"), Some(vec![]));
        assert_eq!(labels("/", "/"), Some(vec![]));
        assert_eq!(labels("/a/{Id}/b", "/a/7/b"), Some(vec![("Id", "7")]));
        assert_eq!(labels("/a/{Rest+}", "/a/b/c"), Some(vec![("Rest", "b/c")]));
        assert_eq!(labels("/a/{Rest+}/z", "/a/b/c/z"), Some(vec![("Rest", "b/c")]));
        for path in ["", "/a", "/a//b", "/a/7", "/a/7/b/", "/a/7/c", "/x/7/b"] {
            assert_eq!(labels("/a/{Id}/b", path), None, "{path}");
        }
        assert_eq!(labels("/token", "/token/"), None);
    }
}
