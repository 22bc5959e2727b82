use super::*;
use crate::{Length, Member, RequestParts, decode_input};

static TEXT: Schema = Schema::string("arnType", Length::ANY);
static TIME: Schema = Schema::timestamp("dateType");
static TEXTS: Schema = Schema::list("listType", &TEXT, Length::ANY);
static COUNT: Schema = Schema::integer("countType", crate::Range::ANY);
static COUNTS: Schema = Schema::map("mapType", &TEXT, &COUNT, Length::ANY);
static NOTHING: Schema = Schema::structure("NothingRequest", &[]);
static OUTPUT: Schema = Schema::structure(
    "Response",
    &[
        Member::optional("Arn", &TEXT),
        Member::optional("CreateDate", &TIME),
        Member::optional("Names", &TEXTS),
        Member::optional("Counts", &COUNTS),
    ],
);
static REST_OUTPUT: Schema = Schema::structure(
    "RestResponse",
    &[
        Member::optional("Tag", &TEXT).in_(Location::Header).named("x-tag"),
        Member::optional("Status", &COUNT).in_(Location::StatusCode),
        Member::optional("Body", &TEXTS).in_(Location::Payload),
    ],
);
static REST_INPUT: Schema = Schema::structure(
    "RestRequest",
    &[
        Member::required("Name", &TEXT).in_(Location::Uri),
        Member::required("Count", &COUNT).in_(Location::Query).named("max_result"),
        Member::required("Bearer", &TEXT).in_(Location::Header).named("X-Bearer"),
        Member::optional("Names", &TEXTS),
    ],
);
static ERROR_SCHEMA: Schema = Schema::structure(
    "SlowDownException",
    &[Member::optional("error", &TEXT), Member::optional("Message", &TEXT)],
);
static SLOW_DOWN: ErrorDescription = ErrorDescription {
    shape: "SlowDownException",
    code: "SlowDownException",
    status: 400,
    fault: Fault::Sender,
    schema: &ERROR_SCHEMA,
};
static GET_THING: OperationDescription = OperationDescription {
    name: "GetThing",
    method: "POST",
    uri: "/things/{Name}",
    status: 200,
    signed: true,
    input: &REST_INPUT,
    output: Some(&OUTPUT),
    errors: &[],
    pagination: None,
};
static REST_THING: OperationDescription =
    OperationDescription { output: Some(&REST_OUTPUT), name: "RestThing", ..GET_THING_COPY };
static PUT_THING: OperationDescription =
    OperationDescription { output: None, name: "PutThing", input: &NOTHING, ..GET_THING_COPY };
const GET_THING_COPY: OperationDescription = OperationDescription {
    name: "",
    method: "POST",
    uri: "/things",
    status: 200,
    signed: true,
    input: &NOTHING,
    output: None,
    errors: &[],
    pagination: None,
};

static QUERY: Service = service(Protocol::Query);
static JSON: Service = service(Protocol::Json11);
static REST: Service = service(Protocol::RestJson);

const fn service(protocol: Protocol) -> Service {
    Service {
        id: "things",
        protocol,
        api_version: "2026-01-01",
        target_prefix: None,
        xml_namespace: Some("https://things.example.com/doc/2026-01-01/"),
        signing_name: "things",
        endpoint_prefix: "things",
        operations: &[],
        errors: &[],
    }
}

fn output() -> Node {
    let mut output = Structure::new();
    output.put("Arn", "a<b".to_owned());
    output.set("CreateDate", Node::Timestamp("2026-01-02T03:04:05.5Z".parse().unwrap()));
    output.put("Names", vec!["x".to_owned(), String::new()]);
    output.put("Counts", std::collections::BTreeMap::from([("Users".to_owned(), 7)]));
    Node::Structure(output)
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

#[test]
fn xml_layout() {
    let answer = encode_output(&GET_THING, &QUERY, output(), ResponseFormat::Xml, "r-1");
    assert_eq!((answer.status, answer.content_type), (200, "text/xml"));
    assert_eq!(
        text(&answer),
        r#"<GetThingResponse xmlns="https://things.example.com/doc/2026-01-01/">
  <GetThingResult>
    <Arn>a&lt;b</Arn>
    <CreateDate>2026-01-02T03:04:05Z</CreateDate>
    <Names>
      <member>x</member>
      <member/>
    </Names>
    <Counts>
      <entry>
        <key>Users</key>
        <value>7</value>
      </entry>
    </Counts>
  </GetThingResult>
  <ResponseMetadata>
    <RequestId>r-1</RequestId>
  </ResponseMetadata>
</GetThingResponse>
"#
    );
}

#[test]
fn xml_without_output_and_with_an_empty_one() {
    let none = encode_output(&PUT_THING, &QUERY, output(), ResponseFormat::Xml, "r-1");
    assert!(!text(&none).contains("Result"), "{}", text(&none));
    let empty = Node::Structure(Structure::new());
    let answer = encode_output(&GET_THING, &QUERY, empty, ResponseFormat::Xml, "r-1");
    assert!(text(&answer).contains("\n  <GetThingResult/>\n"), "{}", text(&answer));
}

#[test]
fn json_of_query_services() {
    let answer = encode_output(&GET_THING, &QUERY, output(), ResponseFormat::Json, "r-1");
    assert_eq!(answer.content_type, "application/json");
    assert_eq!(
        text(&answer),
        r#"{"GetThingResponse":{"GetThingResult":{"Arn":"a<b","CreateDate":1767323045.500,"Names":["x",""],"Counts":{"Users":7}},"ResponseMetadata":{"RequestId":"r-1"}}}"#
    );
    let answer = encode_output(&PUT_THING, &QUERY, output(), ResponseFormat::Json, "r-1");
    assert_eq!(text(&answer), r#"{"PutThingResponse":{"ResponseMetadata":{"RequestId":"r-1"}}}"#);
}

#[test]
fn json_bodies() {
    let answer = encode_output(&GET_THING, &JSON, output(), ResponseFormat::Xml, "r-1");
    assert_eq!(answer.content_type, "application/x-amz-json-1.1");
    assert!(text(&answer).starts_with(r#"{"Arn":"a<b","CreateDate":1767323045.500"#), "{}", text(&answer));
    assert!(encode_output(&PUT_THING, &JSON, output(), ResponseFormat::Xml, "r-1").body.is_empty());
}

#[test]
fn rest_spreads_members() {
    let mut output = Structure::new();
    output.put("Tag", "t".to_owned());
    output.put("Status", 201);
    output.put("Body", vec!["x".to_owned()]);
    let answer = encode_output(&REST_THING, &REST, Node::Structure(output), ResponseFormat::Xml, "r-1");
    assert_eq!((answer.status, text(&answer)), (201, r#"["x"]"#));
    assert_eq!(answer.headers, [("x-tag", "t".to_owned())]);
}

#[test]
fn rest_gathers_members() {
    let header = |name: &str| (name == "x-bearer").then_some("secret");
    let request = RequestParts {
        method: "POST",
        path: "/things/a%20b+c",
        query: "max_result=%2B7&Name=no",
        header: &header,
        body: br#"{"Names":["x"],"Count":9,"Bearer":"no"}"#,
    };
    let Ok(Node::Structure(input)) = decode_input(&GET_THING, &REST, &request) else { panic!() };
    assert_eq!(input.get("Name"), Some(&Node::String("a b+c".to_owned())));
    assert_eq!(input.get("Bearer"), Some(&Node::String("secret".to_owned())));
    assert_eq!(input.get("Names"), Some(&Node::List(vec![Node::String("x".to_owned())])));
    assert_eq!(input.get("Count"), Some(&Node::Integer(7)));
}

#[test]
fn errors_in_xml() {
    let error =
        ErrorAnswer::new("NoSuchEntity", "The user with name \"x\" cannot be found.", 404, Fault::Sender);
    let answer = encode_error(&QUERY, &error, ResponseFormat::Xml, "r-1");
    assert_eq!((answer.status, answer.content_type), (404, "text/xml"));
    assert_eq!(
        text(&answer),
        r#"<ErrorResponse xmlns="https://things.example.com/doc/2026-01-01/">
  <Error>
    <Type>Sender</Type>
    <Code>NoSuchEntity</Code>
    <Message>The user with name &quot;x&quot; cannot be found.</Message>
  </Error>
  <RequestId>r-1</RequestId>
</ErrorResponse>
"#
    );
    let unknown =
        ErrorAnswer::new("InvalidAction", "Could not find operation X for version Y", 400, Fault::Sender);
    let answer = encode_error(&QUERY, &unknown, ResponseFormat::Xml, "r-1");
    assert!(text(&answer).contains(r#"xmlns="http://webservices.amazon.com/AWSFault/2005-15-09""#));
}

#[test]
fn errors_in_json() {
    let error = ErrorAnswer::new("Throttling", "Rate exceeded", 400, Fault::Sender);
    assert_eq!(
        text(&encode_error(&QUERY, &error, ResponseFormat::Json, "r-1")),
        r#"{"Error":{"Code":"Throttling","Message":"Rate exceeded","Type":"Sender"},"RequestId":"r-1"}"#
    );
    let answer = encode_error(&JSON, &error, ResponseFormat::Xml, "r-1");
    assert_eq!(text(&answer), r#"{"__type":"Throttling","message":"Rate exceeded"}"#);
    assert_eq!(answer.headers, [("x-amzn-errortype", "Throttling".to_owned())]);
}

#[test]
fn modelled_errors_carry_their_members() {
    let mut members = Structure::new();
    members.put("Message", "Wait".to_owned());
    members.put("error", "slow_down".to_owned());
    let error = ErrorAnswer::modelled(&SLOW_DOWN, "Wait", members);
    assert_eq!(
        text(&encode_error(&REST, &error, ResponseFormat::Xml, "r-1")),
        r#"{"__type":"SlowDownException","error":"slow_down","Message":"Wait"}"#
    );
}

#[test]
fn accept() {
    for (accept, format) in [
        (None, ResponseFormat::Xml),
        (Some("*/*"), ResponseFormat::Xml),
        (Some("application/json"), ResponseFormat::Json),
        (Some("text/html, application/json;q=0.9"), ResponseFormat::Json),
        (Some("text/xml, application/json"), ResponseFormat::Xml),
    ] {
        assert_eq!(ResponseFormat::from_accept(accept), format, "{accept:?}");
    }
}
