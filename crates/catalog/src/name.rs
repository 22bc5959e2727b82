//! Names without regard to case, and templates with placeholders.

use std::cmp::Ordering;

use crate::pattern::Pattern;

/// Orders two names as if both were in lower case: the order of the data.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    lower(left).cmp(lower(right))
}

/// The entry with a name among entries in the order of their names.
pub(crate) fn find<'a, T>(entries: &'a [T], name: &str, name_of: impl Fn(&T) -> &str) -> Option<&'a T> {
    let place = entries.binary_search_by(|entry| compare(name_of(entry), name)).ok()?;
    entries.get(place)
}

/// Whether `text` is the template with every `${...}` replaced by at least one character. Case does not matter.
pub(crate) fn is_filled_in(template: &str, text: &str) -> bool {
    let pieces = template.split("${").enumerate().map(|(index, piece)| match piece.split_once('}') {
        Some((_, plain)) if index > 0 => ["?*", plain],
        _ => ["", piece],
    });
    let pattern: String = pieces.flatten().collect();
    Pattern::new(&pattern).matches(text)
}

fn lower(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_for_at_least_one_character() {
        for (template, text, expected) in [
            ("aws:TagKeys", "AWS:tagkeys", true),
            ("aws:RequestTag/${TagKey}", "aws:requesttag/Team", true),
            ("aws:RequestTag/${TagKey}", "aws:RequestTag/", false),
            ("aws:RequestTag/${TagKey}", "aws:RequestTags/x", false),
            ("a/${x}.value", "a/b.value.value", true),
            ("a/${x}.value", "a/.value", false),
            ("a.${x}.b:${y}", "a.1.b:2", true),
            ("a.${x}.b:${y}", "a.1.b:", false),
            ("${x}", "é", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(is_filled_in(template, text), expected, "{template} against {text}");
        }
    }
}
