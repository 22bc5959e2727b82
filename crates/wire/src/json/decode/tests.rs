use proptest::prelude::*;

use super::*;
use crate::{Length, Member, Range};

static TEXT: Schema = Schema::string("String", Length::ANY);
static INTEGER: Schema = Schema::integer("Integer", Range::ANY);
static LONG: Schema = Schema::long("Long", Range::ANY);
static BOOLEAN: Schema = Schema::boolean("Boolean");
static BLOB: Schema = Schema::blob("Blob", Length::ANY);
static TIME: Schema = Schema::timestamp("Time");
static DOCUMENT: Schema = Schema::document("Document");
static LIST: Schema = Schema::list("List", &TEXT, Length::ANY);
static MAP: Schema = Schema::map("Map", &TEXT, &INTEGER, Length::ANY);
static UNION: Schema =
    Schema::union("Either", &[Member::optional("Left", &TEXT), Member::optional("Right", &TEXT)]);
static INPUT: Schema = Schema::structure(
    "Input",
    &[
        Member::optional("Text", &TEXT),
        Member::optional("Integer", &INTEGER),
        Member::optional("Long", &LONG),
        Member::optional("Boolean", &BOOLEAN),
        Member::optional("Blob", &BLOB),
        Member::optional("Time", &TIME),
        Member::optional("Document", &DOCUMENT),
        Member::optional("List", &LIST),
        Member::optional("Map", &MAP),
        Member::optional("Either", &UNION),
        Member::optional("Renamed", &TEXT).named("re_named"),
        Member::optional("Self", &INPUT),
    ],
);

fn read_text(body: &str) -> Result<Option<Node>, String> {
    decode(&INPUT, body.as_bytes()).map_err(|error| error.to_string())
}

fn member(body: &str, name: &str) -> Option<Node> {
    match read_text(body).unwrap() {
        Some(Node::Structure(structure)) => structure.get(name).cloned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind() {
    assert_eq!(member(r#"{"Text":"a\n\u00fc"}"#, "Text"), Some(Node::String("a\n\u{fc}".to_owned())));
    assert_eq!(member(r#"{"Integer":-7}"#, "Integer"), Some(Node::Integer(-7)));
    assert_eq!(member(r#"{"Integer":7.9}"#, "Integer"), Some(Node::Integer(7)));
    assert_eq!(member(r#"{"Long":9007199254740993}"#, "Long"), Some(Node::Integer(9_007_199_254_740_993)));
    assert_eq!(member(r#"{"Boolean":true}"#, "Boolean"), Some(Node::Boolean(true)));
    assert_eq!(member(r#"{"Blob":"aGk="}"#, "Blob"), Some(Node::Blob(b"hi".to_vec())));
    let time = "2026-01-02T03:04:05.25Z".parse().unwrap();
    assert_eq!(member(r#"{"Time":1767323045.25}"#, "Time"), Some(Node::Timestamp(time)));
    assert_eq!(member(r#"{"re_named":"x","Renamed":"y"}"#, "Renamed"), Some(Node::String("x".to_owned())));
    let document = serde_json::json!({"a": [1, null]});
    assert_eq!(member(r#"{"Document":{"a":[1,null]}}"#, "Document"), Some(Node::Document(document)));
}

#[test]
fn null_unknown_and_duplicates() {
    let body = r#"{"Text":null,"What":{"deep":[1,2,{}]},"Integer":1,"Integer":2,"Map":{"a":1,"b":2,"a":3}}"#;
    let Some(Node::Structure(structure)) = read_text(body).unwrap() else { panic!() };
    assert_eq!((structure.len(), structure.get("Integer")), (2, Some(&Node::Integer(2))));
    let map = Node::Map(vec![("b".to_owned(), Node::Integer(2)), ("a".to_owned(), Node::Integer(3))]);
    assert_eq!(structure.get("Map"), Some(&map));
    assert_eq!(read_text(" ").unwrap(), None);
}

#[test]
fn refused_in_awss_words() {
    for (body, message) in [
        (r#"{"Integer":"7"}"#, "STRING_VALUE can not be converted to an Integer"),
        (r#"{"Integer":2147483648}"#, "NUMBER_VALUE can not be converted to an Integer"),
        (r#"{"Text":7}"#, "NUMBER_VALUE can not be converted to an String"),
        (r#"{"Text":true}"#, "TRUE_VALUE can not be converted to an String"),
        (r#"{"Text":{}}"#, "Start of structure or map found where not expected."),
        (r#"{"Text":[]}"#, "Start of list found where not expected"),
        (r#"{"List":{}}"#, "Start of structure or map found where not expected."),
        (r#"{"List":"a"}"#, "Unexpected value type in payload"),
        (r#"{"List":[null]}"#, "A list can not contain null"),
        (r#"{"Time":"2026-01-02T03:04:05Z"}"#, "STRING_VALUE can not be converted to an Date"),
        (r#"{"Time":1e300}"#, "NUMBER_VALUE can not be converted to an Date"),
        (r#"{"Either":{"Left":"a","Right":"b"}}"#, "Exactly one member of a union must be set"),
        ("[]", "Start of list found where not expected"),
        ("{", "Could not parse request body into json"),
        ("{} {}", "Could not parse request body into json"),
    ] {
        assert_eq!(read_text(body), Err(message.to_owned()), "{body}");
    }
}

#[test]
fn depth_is_bounded() {
    let body = format!("{}{}", r#"{"Self":"#.repeat(100_000), "}".repeat(100_000));
    assert!(read_text(&body).is_err());
    let unknown = format!(r#"{{"X":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let _ = read_text(&unknown);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&INPUT, &body);
    }

    #[test]
    fn any_tokens_are_read_or_refused(
        tokens in prop::collection::vec(
            "\\{|\\}|\\[|\\]|,|:|null|true|-?[0-9]{1,20}|[0-9]e[0-9]{1,3}|\"(Text|Time|List|Map|Either|Self|aGk=)\"",
            0..40,
        )
    ) {
        let _ = decode(&INPUT, tokens.concat().as_bytes());
    }
}
