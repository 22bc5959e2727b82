//! What must hold for every generated schema.

use std::collections::BTreeSet;

use wire::{Kind, Length, Pattern, Range, RequestParts, Schema};

/// All schemas that operations and errors reach, once.
fn schemas() -> Vec<&'static Schema> {
    let mut seen = BTreeSet::new();
    let mut schemas = Vec::new();
    let mut open: Vec<&'static Schema> = Vec::new();
    for service in shapes::SERVICES {
        for operation in service.operations {
            open.push(operation.input);
            open.extend(operation.output);
        }
        open.extend(service.errors.iter().map(|error| error.schema));
    }
    while let Some(schema) = open.pop() {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        schemas.push(schema);
        match schema.kind {
            Kind::List { member, .. } => open.push(member),
            Kind::Map { key, value, .. } => open.extend([key, value]),
            _ => open.extend(schema.members().iter().map(|member| member.schema)),
        }
    }
    schemas
}

fn patterns() -> impl Iterator<Item = (&'static str, &'static Pattern)> {
    schemas().into_iter().filter_map(|schema| match schema.kind {
        Kind::String { pattern: Some(pattern), .. } => Some((schema.name, pattern)),
        _ => None,
    })
}

#[test]
fn every_pattern_is_usable() {
    let unusable: Vec<_> = patterns().filter(|(_, pattern)| !pattern.is_usable()).collect();
    assert!(unusable.is_empty(), "{unusable:?}");
    assert!(patterns().count() > 150);
}

#[test]
fn bounds_are_in_order() {
    for schema in schemas() {
        let ordered = match schema.kind {
            Kind::Blob(Length { min, max })
            | Kind::List { length: Length { min, max }, .. }
            | Kind::Map { length: Length { min, max }, .. }
            | Kind::String { length: Length { min, max }, .. } => {
                min.zip(max).is_none_or(|(min, max)| min <= max)
            }
            Kind::Integer(Range { min, max }) | Kind::Long(Range { min, max }) => {
                min.zip(max).is_none_or(|(min, max)| min <= max)
            }
            _ => true,
        };
        assert!(ordered, "{schema:?}");
    }
}

#[test]
fn operations_are_found_by_name() {
    for service in shapes::SERVICES {
        for operation in service.operations {
            assert!(std::ptr::eq(service.operation(operation.name).unwrap(), *operation));
        }
        assert!(service.operation("").is_none() && service.operation("createrole").is_none());
    }
    assert_eq!(shapes::iam::Operation::ALL.len(), shapes::iam::SERVICE.operations.len());
    for operation in shapes::iam::Operation::ALL {
        assert_eq!(shapes::iam::Operation::from_name(operation.name()), Some(*operation));
    }
    assert_eq!(shapes::iam::Operation::from_name("NoSuchOperation"), None);
}

#[test]
fn token_requests_are_told_apart_by_query() {
    let route = |query: &str| {
        wire::route(&shapes::signin::SERVICE, "POST", "/v1/token", query).map(|operation| operation.name)
    };
    assert_eq!(route(""), Some("CreateOAuth2Token"));
    assert_eq!(route("x-amz-client-auth-method=iam"), Some("CreateOAuth2TokenWithIAM"));
    assert_eq!(route("x-amz-token-request-type=bearer&x=y"), Some("CreateBearerToken"));
    assert!(wire::route(&shapes::signin::SERVICE, "GET", "/v1/token", "").is_none());
    assert!(wire::route(&shapes::sso::SERVICE, "GET", "/federation/credential", "").is_none());
}

#[test]
fn secrets_are_not_shown() {
    let credentials = shapes::sts::Credentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: "secret-value".to_owned().into(),
        session_token: "token-value".to_owned().into(),
        expiration: jiff::Timestamp::UNIX_EPOCH,
    };
    let text = format!("{credentials:?}");
    assert!(text.contains("ASIAEXAMPLE") && !text.contains("-value"), "{text}");
}

#[test]
fn a_request_from_bytes_to_violations() {
    let request = RequestParts {
        method: "POST",
        path: "/",
        query: "",
        header: &|_| None,
        body: b"Action=AssumeRole&Version=2011-06-15&RoleArn=short&RoleSessionName=a%20b&DurationSeconds=899\
                &Tags.member.1.Key=&Tags.member.1.Value=v",
    };
    let operation = shapes::sts::Operation::AssumeRole.description();
    let node = wire::decode_input(operation, &shapes::sts::SERVICE, &request).unwrap();
    assert_eq!(
        wire::violations(operation.input, &node).unwrap(),
        "5 validation errors detected: Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length \
         greater than or equal to 20; Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w+=,.@-]*; Value '899' at 'durationSeconds' failed to satisfy constraint: Member \
         must have value greater than or equal to 900; Value '' at 'tags.1.member.key' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+; Value '' at \
         'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
}

#[test]
fn caller_identity_in_the_order_of_sts() {
    use wire::{Encode as _, Operation as _};
    let output = shapes::sts::GetCallerIdentityOutput {
        arn: Some("arn:aws:iam::123456789012:root".to_owned()),
        user_id: Some("123456789012".to_owned()),
        account: Some("123456789012".to_owned()),
    };
    let answer = wire::encode_output(
        shapes::sts::GetCallerIdentity::DESCRIPTION,
        &shapes::sts::SERVICE,
        output.encode(),
        wire::ResponseFormat::Xml,
        "01234567-89ab-cdef-0123-456789abcdef",
    );
    assert_eq!(
        String::from_utf8(answer.body).unwrap(),
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:root</Arn>
    <UserId>123456789012</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
"#
    );
}

/// What has no violations has a typed input.
#[cfg(feature = "round-trip")]
#[test]
fn clean_inputs_decode() {
    let mut clean = 0;
    for service in shapes::SERVICES {
        for operation in service.operations {
            let empty = wire::Node::Structure(wire::Structure::new());
            let violations = wire::violations(operation.input, &empty);
            let side = shapes::round_trip::Side::Input;
            let decoded = shapes::round_trip::go(service.id, side, operation.name, empty).unwrap();
            assert_eq!(violations.is_none(), decoded.is_ok(), "{}: {violations:?}", operation.name);
            clean += usize::from(violations.is_none());
        }
    }
    assert!(clean > 20);
}
