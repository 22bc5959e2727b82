//! Texts with `@{Name}` in them, as role templates and policy templates of delegation requests have.

use std::collections::BTreeMap;

/// Bytes of a text with everything filled in: as long as a policy document can be.
const MOST_BYTES: usize = 131_072;

/// What is put in place of `@{Name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    One(String),
    /// A list: the JSON string that it is put into becomes a list.
    Many(Vec<String>),
}

/// Why a template cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    /// A list was given where there can be none: in a plain text, or in a JSON string that has another already.
    #[error("The parameter {0} stands where it takes one value.")]
    List(String),
    /// Nothing was given for the parameter.
    #[error("There is no value for the parameter {0}.")]
    Missing(String),
    /// It would be longer than any policy document.
    #[error("The text is too long with its parameters in it.")]
    TooLong,
    /// `@{` without `}`.
    #[error("The template has a parameter without an end.")]
    Unclosed,
}

/// The names in a template, in their order, repeated ones too.
pub(crate) fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split("@{").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Fills in a plain text.
pub(crate) fn text(template: &str, values: &BTreeMap<String, Value>) -> Result<String, TemplateError> {
    fill(template, |name, out| match value(values, name)? {
        Value::One(value) => {
            out.push_str(value);
            Ok(())
        }
        Value::Many(_) => Err(TemplateError::List(name.to_owned())),
    })
}

/// Fills in a JSON text whose parameters stand within strings. A value cannot end the string it is put into. A string with
/// a list in it becomes a list of strings, or more elements of the list that it is in.
pub(crate) fn json(template: &str, values: &BTreeMap<String, Value>) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('"') {
        out.push_str(before);
        let (string, after) = from.split_at(end_of_string(from));
        let is_member = out.trim_end().ends_with(':');
        let (strings, is_list) = strings(string, values)?;
        let strings: Vec<String> = strings.iter().map(|string| format!("\"{string}\"")).collect();
        let (open, close) = if is_list && is_member { ("[", "]") } else { ("", "") };
        out.push_str(open);
        out.push_str(&strings.join(","));
        out.push_str(close);
        rest = after.strip_prefix('"').unwrap_or(after);
        bounded(&out)?;
    }
    out.push_str(rest);
    bounded(&out)?;
    Ok(out)
}

/// Where the JSON string ends that the text begins with, quotes left out.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(text.len())
}

/// What a JSON string becomes, quotes left out: itself, or where a list is put into it, one string for each value.
fn strings(string: &str, values: &BTreeMap<String, Value>) -> Result<(Vec<String>, bool), TemplateError> {
    let list = names(string).find_map(|name| match values.get(name) {
        Some(Value::Many(list)) => Some((name, list)),
        Some(Value::One(_)) | None => None,
    });
    let with = |of_list: Option<&String>| {
        fill(string, |name, out| {
            let value = match (value(values, name)?, list, of_list) {
                (Value::One(value), _, _) => value,
                (Value::Many(_), Some((listed, _)), Some(of_list)) if listed == name => of_list,
                (Value::Many(_), _, _) => return Err(TemplateError::List(name.to_owned())),
            };
            let quoted = serde_json::Value::from(value.as_str()).to_string();
            out.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
            Ok(())
        })
    };
    let Some((_, list)) = list else { return Ok((vec![with(None)?], false)) };
    let (mut strings, mut bytes) = (Vec::new(), 0_usize);
    for value in list {
        let string = with(Some(value))?;
        bytes = bytes.saturating_add(string.len());
        if bytes > MOST_BYTES {
            return Err(TemplateError::TooLong);
        }
        strings.push(string);
    }
    Ok((strings, true))
}

/// Copies the template, and lets `put` write something in place of each name.
fn fill(
    template: &str,
    mut put: impl FnMut(&str, &mut String) -> Result<(), TemplateError>,
) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once("@{") {
        let (name, after) = from.split_once('}').ok_or(TemplateError::Unclosed)?;
        out.push_str(before);
        put(name, &mut out)?;
        bounded(&out)?;
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn bounded(text: &str) -> Result<(), TemplateError> {
    if text.len() > MOST_BYTES { Err(TemplateError::TooLong) } else { Ok(()) }
}

fn value<'a>(values: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Value, TemplateError> {
    values.get(name).ok_or_else(|| TemplateError::Missing(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn one(text: &str) -> Value {
        Value::One(text.to_owned())
    }

    #[test]
    fn parameters_are_filled_in() {
        let values = values(&[
            ("a", one("x")),
            ("b", one("@{a}")),
            ("l", Value::Many(vec!["p".into(), "q\"".into()])),
            ("m", Value::Many(vec!["m".into()])),
        ]);
        assert_eq!(text("1@{a}2@{b}@", &values), Ok("1x2@{a}@".into()), "values are not filled in again");
        assert_eq!(text("@{c}", &values), Err(TemplateError::Missing("c".into())));
        assert_eq!(text("@{a", &values), Err(TemplateError::Unclosed));
        assert_eq!(text("@{l}", &values), Err(TemplateError::List("l".into())));
        assert_eq!(names("@{a} @{b}@{a}").collect::<Vec<_>>(), ["a", "b", "a"]);

        for (template, expected) in [
            (r#"{"R":"@{l}","S":"@{a}/@{a}"}"#, r#"{"R":["p","q\""],"S":"x/x"}"#),
            (r#"{"R": "<@{a}:@{l}>"}"#, r#"{"R": ["<x:p>","<x:q\">"]}"#),
            (r#"["1", "@{l}", "\"@{a}\\"]"#, r#"["1", "p","q\"", "\"x\\"]"#),
            (r#"["unended"#, r#"["unended""#),
        ] {
            assert_eq!(json(template, &values), Ok(expected.into()), "{template}");
        }
        assert_eq!(json(r#""@{c}""#, &values), Err(TemplateError::Missing("c".into())));
        assert_eq!(json(r#""@{l}@{m}""#, &values), Err(TemplateError::List("m".into())));
    }

    #[test]
    fn what_comes_of_a_template_is_bounded() {
        let long = "x".repeat(MOST_BYTES / 2);
        let values = values(&[("a", one(&long)), ("l", Value::Many(vec![long.clone(); 20]))]);
        assert!(text("@{a}", &values).is_ok());
        for template in [r#""@{a}@{a}@{a}""#, r#"["@{l}"]"#, r#""@{a}","@{a}","@{a}""#] {
            assert_eq!(json(template, &values), Err(TemplateError::TooLong), "{template}");
        }
        assert_eq!(text("@{a}@{a}@{a}", &values), Err(TemplateError::TooLong));
    }

    proptest! {
        #[test]
        fn no_value_gets_out_of_its_string(value in any::<String>(), list in prop::collection::vec(any::<String>(), 0..4)) {
            let values = values(&[("v", one(&value)), ("l", Value::Many(list.clone()))]);
            let filled = json(r#"{"a":"<@{v}>","b":"@{v}@{l}"}"#, &values).unwrap();
            let parsed: serde_json::Value = serde_json::from_str(&filled).unwrap();
            let list: Vec<String> = list.iter().map(|each| format!("{value}{each}")).collect();
            prop_assert_eq!(parsed, serde_json::json!({ "a": format!("<{value}>"), "b": list }));
        }

        #[test]
        fn any_template_is_read_to_its_end(template in "[\"\\\\@{}a:, \\[\\]]{0,40}") {
            let values = values(&[("a", one("x")), ("", Value::Many(vec!["y".into()]))]);
            let _ = json(&template, &values);
            let _ = text(&template, &values);
        }
    }
}
