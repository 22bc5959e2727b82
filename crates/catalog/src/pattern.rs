//! Wildcard patterns over names: `*` for any number of characters, `?` for one, without regard to case.

use crate::name::compare;

/// A pattern, and the plain text it begins with.
#[derive(Clone, Copy)]
pub(crate) struct Pattern<'a> {
    text: &'a str,
    start: &'a str,
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, start: text.split(['*', '?']).next().unwrap_or_default() }
    }

    /// The entries that begin with the pattern's plain start, among entries in the order of their names.
    pub(crate) fn range<'e, T>(&self, entries: &'e [T], name_of: impl Fn(&T) -> &str) -> &'e [T] {
        let begins = |entry: &T| {
            let name = name_of(entry);
            compare(name.get(..self.start.len()).unwrap_or(name), self.start)
        };
        let from = entries.partition_point(|entry| begins(entry).is_lt());
        let to = entries.partition_point(|entry| begins(entry).is_le());
        entries.get(from..to).unwrap_or_default()
    }

    /// Goes back to the last star alone, so the time is at most the product of the two lengths.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut rest) = (self.text.as_bytes(), name.as_bytes());
        let mut star: Option<(&[u8], &[u8])> = None;
        loop {
            match (pattern.split_first(), rest.split_first()) {
                (Some((b'*', after)), _) => {
                    star = Some((after, rest));
                    pattern = after;
                }
                (Some((wanted, pattern_after)), Some((byte, rest_after)))
                    if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) =>
                {
                    (pattern, rest) = (pattern_after, rest_after);
                }
                (None, None) => return true,
                _ => {
                    let Some((after_star, [_, longer @ ..])) = star else { return false };
                    star = Some((after_star, longer));
                    (pattern, rest) = (after_star, longer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, with all the backtracking.
    fn plain(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], _) => name.is_empty(),
            ([b'*', after @ ..], _) => (0..=name.len()).any(|skip| plain(after, &name[skip..])),
            ([b'?', after @ ..], [_, rest @ ..]) => plain(after, rest),
            ([wanted, after @ ..], [byte, rest @ ..]) => {
                wanted.eq_ignore_ascii_case(byte) && plain(after, rest)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matches_as_defined(pattern in "[aB*?]{0,8}", name in "[ab]{0,8}") {
            prop_assert_eq!(Pattern::new(&pattern).matches(&name), plain(pattern.as_bytes(), name.as_bytes()));
        }

        #[test]
        fn the_range_loses_nothing(pattern in "[aBc*?]{0,5}", mut names in prop::collection::vec("[a-c]{0,4}", 0..12)) {
            names.sort();
            let pattern = Pattern::new(&pattern);
            let all: Vec<_> = names.iter().filter(|name| pattern.matches(name)).collect();
            let found: Vec<_> = pattern.range(&names, |name| name).iter().filter(|name| pattern.matches(name)).collect();
            prop_assert_eq!(found, all);
        }
    }
}
