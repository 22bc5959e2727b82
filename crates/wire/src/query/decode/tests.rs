use proptest::prelude::*;

use super::*;
use crate::{Length, Range as Bounds};

static TEXT: Schema = Schema::string("stringType", Length::ANY);
static NUMBER: Schema = Schema::integer("integerType", Bounds::ANY);
static TAG: Schema =
    Schema::structure("Tag", &[Member::required("Key", &TEXT), Member::required("Value", &TEXT)]);
static TAGS: Schema = Schema::list("tagListType", &TAG, Length::ANY);
static TEXTS: Schema = Schema::list("stringListType", &TEXT, Length::ANY);
static NESTED: Schema = Schema::list("nestedListType", &TEXTS, Length::ANY);
static MAP: Schema = Schema::map("mapType", &TEXT, &TEXTS, Length::ANY);
static UNION: Schema =
    Schema::union("Either", &[Member::optional("Left", &TEXT), Member::optional("Right", &TEXT)]);
static INPUT: Schema = Schema::structure(
    "Input",
    &[
        Member::optional("Name", &TEXT),
        Member::optional("Number", &NUMBER),
        Member::optional("Tag", &TAG),
        Member::optional("Tags", &TAGS),
        Member::optional("Names", &TEXTS),
        Member::optional("Nested", &NESTED),
        Member::optional("Map", &MAP),
        Member::optional("Either", &UNION),
    ],
);

fn read(body: &str) -> Result<Structure, WireError> {
    match decode(&INPUT, Form::parse("", body.as_bytes())?)? {
        Node::Structure(structure) => Ok(structure),
        other => panic!("{other:?}"),
    }
}

fn member(body: &str, name: &str) -> Option<Node> {
    read(body).unwrap().get(name).cloned()
}

fn texts(values: &[&str]) -> Node {
    Node::List(values.iter().map(|value| Node::String((*value).to_owned())).collect())
}

fn tag(key: &str, value: &str) -> Node {
    let mut tag = Structure::new();
    tag.put("Key", key.to_owned());
    tag.put("Value", value.to_owned());
    Node::Structure(tag)
}

#[test]
fn scalars_and_unknown_parameters() {
    let structure = read("Action=X&Name=a&Number=7&Unknown.member.1=b&Name-x=c&Name.x=d").unwrap();
    assert_eq!(structure.get("Name"), Some(&Node::String("a".to_owned())));
    assert_eq!(structure.get("Number"), Some(&Node::Integer(7)));
    assert_eq!(structure.len(), 2);
}

#[test]
fn lists_in_order_with_gaps() {
    let body = "Names.member.10=d&Names.member.2=b&Names.member.1=a&Names.member.3=c";
    assert_eq!(member(body, "Names"), Some(texts(&["a", "b", "c", "d"])));
    assert_eq!(member("Names=", "Names"), Some(texts(&[])));
    assert_eq!(member("Names.member.1=a&Names.member.01=b&Names.member.x=c", "Names"), Some(texts(&["b"])));
    assert_eq!(member("Other=", "Names"), None);
}

#[test]
fn structures_in_lists() {
    let body = "Tags.member.2.Value=w&Tags.member.1.Key=k&Tags.member.2.Key=l&Tags.member.1.Value=v&Tags-x=1";
    assert_eq!(member(body, "Tags"), Some(Node::List(vec![tag("k", "v"), tag("l", "w")])));
    assert_eq!(member("Tag.Key=k&Tag.Value=v", "Tag"), Some(tag("k", "v")));
}

#[test]
fn lists_in_lists() {
    let body = "Nested.member.1.member.2=b&Nested.member.1.member.1=a&Nested.member.2=";
    assert_eq!(member(body, "Nested"), Some(Node::List(vec![texts(&["a", "b"]), texts(&[])])));
}

#[test]
fn maps() {
    let body = "Map.entry.2.key=y&Map.entry.2.value=&Map.entry.1.key=x&Map.entry.1.value.member.1=a";
    let expected = Node::Map(vec![("x".to_owned(), texts(&["a"])), ("y".to_owned(), texts(&[]))]);
    assert_eq!(member(body, "Map"), Some(expected));
    let twice = "Map.entry.1.key=x&Map.entry.1.value=&Map.entry.2.key=x&Map.entry.2.value.member.1=a";
    assert_eq!(member(twice, "Map"), Some(Node::Map(vec![("x".to_owned(), texts(&[]))])));
    assert!(read("Map.entry.1.key=x").is_err());
}

#[test]
fn unions_have_one_member() {
    assert!(read("Either.Left=a").is_ok());
    assert!(read("Either.Left=a&Either.Right=b").is_err());
    assert!(read("Either.Middle=a").is_err());
}

#[test]
fn refused() {
    let code = |body: &str| read(body).map_err(|error| error.code());
    assert_eq!(code("Number=seven"), Err("MalformedInput"));
    assert_eq!(code("Names=a"), Err("MalformedInput"));
    assert_eq!(code(&format!("Names.member.{}=a", MAX_INDEX + 1)), Err("MalformedInput"));
    assert_eq!(code("Names.member.99999999999999999999=a"), Err("MalformedInput"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(form) = Form::parse("", &body) {
            let _ = decode(&INPUT, form);
        }
    }

    #[test]
    fn any_names_are_read_or_refused(
        names in prop::collection::vec("(Name|Tags|Names|Nested|Map|Either)(\\.(member|entry|key|value|Key|[0-9]{1,3})){0,4}=?a?", 0..12)
    ) {
        let _ = read(&names.join("&"));
    }

    #[test]
    fn lists_keep_order_however_they_are_sent(
        indices in prop::collection::btree_set(1_u32..100_000, 0..20).prop_flat_map(|set| {
            Just(set.into_iter().collect::<Vec<_>>()).prop_shuffle()
        })
    ) {
        let body: Vec<String> = indices.iter().map(|index| format!("Names.member.{index}={index}")).collect();
        let mut sorted = indices;
        sorted.sort_unstable();
        let expected = Node::List(sorted.iter().map(|index| Node::String(index.to_string())).collect());
        let found = member(&body.join("&"), "Names");
        prop_assert_eq!(found.unwrap_or(Node::List(vec![])), expected);
    }
}
