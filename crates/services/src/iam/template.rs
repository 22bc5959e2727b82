//! Texts with `@{Name}` in them, as role templates and policy templates of delegation requests have.

use std::collections::BTreeMap;

/// What is put in place of `@{Name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    One(String),
    /// A list, which stands for a whole JSON string.
    Many(Vec<String>),
}

/// Why a template cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    /// A list was given for what is a part of a text.
    #[error("The parameter {0} stands within a text and takes one value.")]
    ListInText(String),
    /// Nothing was given for the parameter.
    #[error("There is no value for the parameter {0}.")]
    Missing(String),
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
            Ok(Rest::Kept)
        }
        Value::Many(_) => Err(TemplateError::ListInText(name.to_owned())),
    })
}

/// Fills in a JSON text whose parameters stand within strings. A value cannot end the string it is put into.
pub(crate) fn json(template: &str, values: &BTreeMap<String, Value>) -> Result<String, TemplateError> {
    fill(template, |name, out| match value(values, name)? {
        Value::One(value) => {
            let quoted = quoted(value);
            out.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
            Ok(Rest::Kept)
        }
        Value::Many(list) => {
            // The list takes the place of the string: its quotes go.
            if out.pop() != Some('"') {
                return Err(TemplateError::ListInText(name.to_owned()));
            }
            let list: Vec<String> = list.iter().map(|value| quoted(value)).collect();
            out.push('[');
            out.push_str(&list.join(","));
            out.push(']');
            Ok(Rest::WithoutQuote)
        }
    })
}

/// What follows a parameter.
enum Rest {
    Kept,
    WithoutQuote,
}

fn fill(
    template: &str,
    mut put: impl FnMut(&str, &mut String) -> Result<Rest, TemplateError>,
) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once("@{") {
        let (name, after) = from.split_once('}').ok_or(TemplateError::Unclosed)?;
        out.push_str(before);
        rest = match put(name, &mut out)? {
            Rest::Kept => after,
            Rest::WithoutQuote => {
                after.strip_prefix('"').ok_or_else(|| TemplateError::ListInText(name.to_owned()))?
            }
        };
    }
    out.push_str(rest);
    Ok(out)
}

fn value<'a>(values: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a Value, TemplateError> {
    values.get(name).ok_or_else(|| TemplateError::Missing(name.to_owned()))
}

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
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
        ]);
        assert_eq!(text("1@{a}2@{b}@", &values), Ok("1x2@{a}@".into()), "values are not filled in again");
        assert_eq!(
            json(r#"{"R":"@{l}","S":"@{a}/@{a}"}"#, &values),
            Ok(r#"{"R":["p","q\""],"S":"x/x"}"#.into())
        );
        assert_eq!(names("@{a} @{b}@{a}").collect::<Vec<_>>(), ["a", "b", "a"]);
        assert_eq!(text("@{c}", &values), Err(TemplateError::Missing("c".into())));
        assert_eq!(text("@{a", &values), Err(TemplateError::Unclosed));
        for template in ["@{l}", r#""x@{l}""#, r#""@{l}x""#] {
            assert_eq!(json(template, &values), Err(TemplateError::ListInText("l".into())), "{template}");
        }
        assert_eq!(text("@{l}", &values), Err(TemplateError::ListInText("l".into())));
    }

    proptest! {
        #[test]
        fn no_value_gets_out_of_its_string(value in any::<String>(), list in prop::collection::vec(any::<String>(), 0..4)) {
            let values = values(&[("v", one(&value)), ("l", Value::Many(list.clone()))]);
            let filled = json(r#"{"a":"<@{v}>","b":"@{l}"}"#, &values).unwrap();
            let parsed: serde_json::Value = serde_json::from_str(&filled).unwrap();
            prop_assert_eq!(parsed, serde_json::json!({ "a": format!("<{value}>"), "b": list }));
        }
    }
}
