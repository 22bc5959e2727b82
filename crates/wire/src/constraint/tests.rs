use super::*;
use crate::Member;

static NAME_PATTERN: Pattern = Pattern::new(r"[\w+=,.@-]+");
static NAME: Schema = Schema::pattern("roleNameType", Length::between(1, 8), &NAME_PATTERN);
static KEY: Schema = Schema::string("tagKeyType", Length::between(1, 4));
static SECRET: Schema = Schema::string("passwordType", Length::min(3)).sensitive();
static STATUS: Schema = Schema::values("statusType", Length::ANY, &["Active", "Inactive"]);
static SECONDS: Schema = Schema::integer("durationType", Range::between(900, 3600));
static TAG: Schema =
    Schema::structure("Tag", &[Member::required("Key", &KEY), Member::required("Value", &KEY)]);
static TAGS: Schema = Schema::list("tagListType", &TAG, Length::max(2));
static KEYS: Schema = Schema::list("tagKeyListType", &KEY, Length::max(50));
static KEY_SETS: Schema = Schema::map("keySetsType", &KEY, &KEYS, Length::ANY);
static BYTES: Schema = Schema::blob("blobType", Length::max(1));
static REQUEST: Schema = Schema::structure(
    "Request",
    &[
        Member::required("RoleName", &NAME),
        Member::optional("Password", &SECRET),
        Member::optional("Status", &STATUS),
        Member::optional("DurationSeconds", &SECONDS),
        Member::optional("Tags", &TAGS),
        Member::optional("TagKeys", &KEYS),
        Member::optional("KeySets", &KEY_SETS),
        Member::optional("Data", &BYTES),
    ],
);

fn text(text: &str) -> Node {
    Node::String(text.to_owned())
}

fn texts(values: &[&str]) -> Node {
    Node::List(values.iter().map(|value| text(value)).collect())
}

fn request(members: impl IntoIterator<Item = (&'static str, Node)>) -> Option<String> {
    let mut structure = Structure::new();
    structure.put("RoleName", "admin".to_owned());
    for (name, node) in members {
        structure.set(name, node);
    }
    violations(&REQUEST, &Node::Structure(structure))
}

fn one(name: &'static str, node: Node) -> String {
    let text = request([(name, node)]).expect("a violation");
    text.strip_prefix("1 validation error detected: ").unwrap_or(&text).to_owned()
}

#[test]
fn nothing_wrong() {
    assert_eq!(request([("Tags", Node::List(vec![])), ("TagKeys", texts(&["a"]))]), None);
}

#[test]
fn absent() {
    assert_eq!(
        violations(&REQUEST, &Node::Structure(Structure::new())).as_deref(),
        Some(
            "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not \
             be null"
        )
    );
}

#[test]
fn several_on_one_member_pattern_first() {
    assert_eq!(
        request([("RoleName", text(""))]).as_deref(),
        Some(
            "2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: [\\w+=,.@-]+; Value '' at 'roleName' failed to satisfy \
             constraint: Member must have length greater than or equal to 1"
        )
    );
}

#[test]
fn lengths_count_characters_and_bytes() {
    assert_eq!(request([("TagKeys", texts(&["\u{e4}\u{f6}\u{fc}\u{df}"]))]), None);
    assert_eq!(
        one("Data", Node::Blob(vec![1, 2])),
        "Value '2 bytes' at 'data' failed to satisfy constraint: Member must have length less than or equal to 1"
    );
}

#[test]
fn enums() {
    assert_eq!(
        one("Status", text("Asleep")),
        "Value 'Asleep' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, \
         Inactive]"
    );
}

#[test]
fn numbers() {
    assert_eq!(
        one("DurationSeconds", Node::Integer(899)),
        "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or \
         equal to 900"
    );
    assert_eq!(
        one("DurationSeconds", Node::Integer(3601)),
        "Value '3601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal \
         to 3600"
    );
    assert_eq!(request([("DurationSeconds", Node::Integer(900))]), None);
}

#[test]
fn secrets_are_not_echoed() {
    assert_eq!(
        one("Password", text("no")),
        "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 3"
    );
}

#[test]
fn inside_lists() {
    let mut tag = Structure::new();
    tag.put("Key", "too long".to_owned());
    let message = request([("Tags", Node::List(vec![Node::Structure(tag)]))]);
    assert_eq!(
        message.as_deref(),
        Some(
            "2 validation errors detected: Value 'too long' at 'tags.1.member.key' failed to satisfy constraint: \
             Member must have length less than or equal to 4; Value null at 'tags.1.member.value' failed to satisfy \
             constraint: Member must not be null"
        )
    );
}

#[test]
fn simple_elements_together() {
    assert_eq!(
        one("TagKeys", texts(&["good", "", "too long"])),
        "Value '[good, , too long]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: \
         [Member must have length less than or equal to 4, Member must have length greater than or equal to 1]"
    );
}

#[test]
fn inside_maps() {
    assert_eq!(
        one("KeySets", Node::Map(vec![("x".to_owned(), texts(&[""]))])),
        "Value '[]' at 'keySets.x.member' failed to satisfy constraint: Member must satisfy constraint: [Member must \
         have length less than or equal to 4, Member must have length greater than or equal to 1]"
    );
    assert!(one("KeySets", Node::Map(vec![(String::new(), texts(&[]))])).contains("Map keys must satisfy"));
}

#[test]
fn the_report_is_bounded() {
    let tags = Node::List(vec![Node::Structure(Structure::new()); 10_000]);
    let text = request([("Tags", tags)]).unwrap();
    assert!(text.starts_with("100 validation errors") && text.len() < 20_000_000, "{}", text.len());
}
