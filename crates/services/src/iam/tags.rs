//! Tags on IAM things: their rules, and the condition keys that speak of them.

use super::errors;
use crate::{Permission, Result};
use domain::{Tag, tag_key_eq};
use sha2::{Digest, Sha256};
use shapes::iam::types;

/// Most tags on one thing.
const MOST: usize = 50;
/// How much of a key counts for the order of a list.
const ORDERED_BYTES: usize = 128;

/// Whether two keys are the same key. Of users and roles, in whatever case; of other things, letter by letter.
type SameKey = fn(&str, &str) -> bool;

/// Reads the tags of a request. Keys that differ only in case are the same key; `aws:` keys are AWS's own.
pub(crate) fn parse(tags: Vec<types::Tag>) -> Result<Vec<Tag>> {
    parse_by(tag_key_eq, tags)
}

/// [`parse`] for things whose keys are compared with case.
pub(crate) fn parse_exact(tags: Vec<types::Tag>) -> Result<Vec<Tag>> {
    parse_by(str::eq, tags)
}

fn parse_by(same: SameKey, tags: Vec<types::Tag>) -> Result<Vec<Tag>> {
    let mut parsed: Vec<Tag> = Vec::new();
    for tag in tags {
        let tag = Tag { key: tag.key, value: tag.value };
        check_key(&tag.key)?;
        if parsed.iter().any(|other| same(&other.key, &tag.key)) {
            return Err(errors::invalid_input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        parsed.push(tag);
    }
    Ok(parsed)
}

fn check_key(key: &str) -> Result<()> {
    if key.to_lowercase().starts_with("aws:") {
        return Err(errors::invalid_input("aws: prefixed tag key names are not allowed for external use."));
    }
    Ok(())
}

/// Puts `new` tags over the `present` ones; the spelling of a key follows the latest.
pub(crate) fn merge(present: &mut Vec<Tag>, new: Vec<Tag>) -> Result<()> {
    merge_by(tag_key_eq, present, new)
}

/// [`merge`] for things whose keys are compared with case.
pub(crate) fn merge_exact(present: &mut Vec<Tag>, new: Vec<Tag>) -> Result<()> {
    merge_by(str::eq, present, new)
}

fn merge_by(same: SameKey, present: &mut Vec<Tag>, new: Vec<Tag>) -> Result<()> {
    for tag in new {
        match present.iter_mut().find(|other| same(&other.key, &tag.key)) {
            Some(other) => *other = tag,
            None => present.push(tag),
        }
    }
    if present.len() > MOST {
        return Err(errors::limit_exceeded("The number of tags has reached the maximum limit."));
    }
    Ok(())
}

/// Takes tags away; keys that are not there do not matter.
pub(crate) fn remove(present: &mut Vec<Tag>, keys: &[String]) -> Result<()> {
    remove_by(tag_key_eq, present, keys)
}

/// [`remove`] for things whose keys are compared with case.
pub(crate) fn remove_exact(present: &mut Vec<Tag>, keys: &[String]) -> Result<()> {
    remove_by(str::eq, present, keys)
}

fn remove_by(same: SameKey, present: &mut Vec<Tag>, keys: &[String]) -> Result<()> {
    for key in keys {
        check_key(key)?;
    }
    present.retain(|tag| !keys.iter().any(|key| same(key, &tag.key)));
    Ok(())
}

/// The order of tags in a list, by key. A marker cannot hold the longest keys: they are cut, and a digest of the whole
/// tells them apart.
pub(crate) fn order(tag: &Tag) -> String {
    if tag.key.len() <= ORDERED_BYTES {
        return tag.key.clone();
    }
    let mut order = tag.key.clone();
    order.truncate(order.floor_char_boundary(ORDERED_BYTES));
    let digest = Sha256::digest(&tag.key);
    let digest = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{order}\0{digest:016x}")
}

/// Keys and values of the tags of a request, as condition keys want them.
pub(crate) fn pairs(tags: Option<&[types::Tag]>) -> Vec<(&str, &str)> {
    tags.unwrap_or_default().iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect()
}

/// Tags as IAM's answers show them.
pub(crate) fn shapes(tags: &[Tag]) -> Vec<types::Tag> {
    tags.iter().map(|tag| types::Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

/// Tags as IAM's answers show them; absent when there are none.
pub(crate) fn shape(tags: &[Tag]) -> Option<Vec<types::Tag>> {
    (!tags.is_empty()).then(|| shapes(tags))
}

/// Condition keys that tags bring.
impl Permission {
    /// `aws:RequestTag/KEY` and `aws:TagKeys`: tags that the request would put on.
    pub(crate) fn with_request_tags(mut self, tags: &[(&str, &str)]) -> Self {
        for (key, value) in tags {
            self = self.with(format!("aws:RequestTag/{key}"), *value);
        }
        self.with_tag_keys(tags.iter().map(|(key, _)| (*key).to_owned()).collect())
    }

    /// `aws:TagKeys`: keys that the request names.
    pub(crate) fn with_tag_keys(self, keys: Vec<String>) -> Self {
        if keys.is_empty() { self } else { self.with_many("aws:TagKeys", keys) }
    }

    /// `aws:ResourceTag/KEY` and `iam:ResourceTag/KEY`: tags that the user or role has.
    pub(crate) fn with_resource_tags(mut self, tags: &[Tag]) -> Self {
        for tag in tags {
            self = self.with(format!("iam:ResourceTag/{}", tag.key), tag.value.clone());
        }
        self.with_aws_resource_tags(tags)
    }

    /// `aws:ResourceTag/KEY`: tags that the thing has. Only users and roles have the key of IAM's own as well.
    pub(crate) fn with_aws_resource_tags(mut self, tags: &[Tag]) -> Self {
        for tag in tags {
            self = self.with(format!("aws:ResourceTag/{}", tag.key), tag.value.clone());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.into(), value: value.into() }
    }

    #[test]
    fn keys_are_compared_without_case() {
        assert!(parse(shapes(&[tag("Team", "a"), tag("team", "b")])).is_err());
        let mut present = vec![tag("Team", "a")];
        merge(&mut present, vec![tag("TEAM", "b")]).unwrap();
        assert_eq!(present, [tag("TEAM", "b")]);
        remove(&mut present, &["team".into()]).unwrap();
        assert!(present.is_empty());
    }

    #[test]
    fn keys_of_other_things_are_compared_with_case() {
        assert!(parse_exact(shapes(&[tag("Team", "a"), tag("Team", "b")])).is_err());
        let mut present = parse_exact(shapes(&[tag("Team", "a"), tag("team", "b")])).unwrap();
        merge_exact(&mut present, vec![tag("team", "c"), tag("TEAM", "d")]).unwrap();
        assert_eq!(present, [tag("Team", "a"), tag("team", "c"), tag("TEAM", "d")]);
        remove_exact(&mut present, &["Team".into()]).unwrap();
        assert_eq!(present, [tag("team", "c"), tag("TEAM", "d")]);
    }

    #[test]
    fn the_order_of_long_keys_fits_a_marker() {
        let [one, two] = ["一", "丁"].map(|last| tag(&format!("{}{last}", "𠀀".repeat(127)), ""));
        assert_ne!(order(&one), order(&two));
        assert!(order(&one).len() <= 145);
        assert_eq!(order(&tag("short", "")), "short");
    }

    #[test]
    fn reserved_keys_and_too_many_are_refused() {
        assert!(parse(shapes(&[tag("AWS:x", "")])).is_err());
        let mut present = (0..50).map(|n| tag(&n.to_string(), "")).collect();
        assert!(merge(&mut present, vec![tag("one more", "")]).is_err());
    }
}
