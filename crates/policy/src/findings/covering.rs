//! Whether one pattern covers another: whatever the second matches, the first matches too.

/// Compares the texts of two patterns. Says yes only when it is so, and overlooks few: the second pattern's stars must
/// meet a star of the first, its question marks one or a star.
///
/// The time is at most the product of the two lengths.
pub(crate) fn covers(wide: &str, narrow: &str, ignore_case: bool) -> bool {
    let (mut wide, mut rest) = (wide.as_bytes(), narrow.as_bytes());
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match (wide.split_first(), rest.split_first()) {
            (Some((b'*', after)), _) => {
                star = Some((after, rest));
                wide = after;
            }
            (Some((wanted, wide_after)), Some((byte, rest_after))) if meets(*wanted, *byte, ignore_case) => {
                (wide, rest) = (wide_after, rest_after);
            }
            (None, None) => return true,
            _ => {
                let Some((after_star, [_, longer @ ..])) = star else { return false };
                star = Some((after_star, longer));
                (wide, rest) = (after_star, longer);
            }
        }
    }
}

fn meets(wanted: u8, byte: u8, ignore_case: bool) -> bool {
    match (wanted, byte) {
        (_, b'*') => false,
        (b'?', _) => true,
        _ if ignore_case => wanted.eq_ignore_ascii_case(&byte),
        _ => wanted == byte,
    }
}

/// The places in a list of the patterns that another of the list covers. Of equals the first stays.
///
/// Only patterns with a star are held against all others, and only while `may_spend` has room for it.
pub(crate) fn redundant(
    patterns: &[&str],
    covers: impl Fn(&str, &str) -> bool,
    mut may_spend: impl FnMut(usize) -> bool,
) -> Vec<usize> {
    let total: usize = patterns.iter().map(|pattern| pattern.len()).sum();
    let mut is_redundant = vec![false; patterns.len()];
    for (index, wide) in patterns.iter().enumerate().filter(|(_, pattern)| pattern.contains(['*', '?'])) {
        if !may_spend(total) {
            break;
        }
        if is_redundant.get(index) == Some(&true) {
            continue;
        }
        for (other, narrow) in patterns.iter().enumerate().filter(|(other, _)| *other != index) {
            // Two that cover each other are the same: the first stays.
            if covers(wide, narrow)
                && (index < other || !covers(narrow, wide))
                && let Some(slot) = is_redundant.get_mut(other)
            {
                *slot = true;
            }
        }
    }
    is_redundant.iter().enumerate().filter_map(|(index, redundant)| redundant.then_some(index)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::glob::Glob;

    proptest! {
        #[test]
        fn what_is_covered_matches_no_more(wide in "[ab*?]{0,5}", narrow in "[ab*?]{0,5}", text in "[ab]{0,6}") {
            if covers(&wide, &narrow, false) && Glob::parse(&narrow).matches(&text) {
                prop_assert!(Glob::parse(&wide).matches(&text), "{wide} covers {narrow} but not {text}");
            }
        }

        #[test]
        fn plain_text_is_covered_when_it_matches(wide in "[ab*?]{0,5}", text in "[ab]{0,6}") {
            prop_assert_eq!(covers(&wide, &text, false), Glob::parse(&wide).matches(&text));
        }
    }

    #[test]
    fn the_first_of_equals_stays() {
        let of = |patterns: &[&str]| redundant(patterns, |wide, narrow| covers(wide, narrow, true), |_| true);
        assert_eq!(of(&["s3:Get*", "s3:get*", "S3:GetObject", "s3:Put*"]), [1, 2]);
        assert_eq!(of(&["s3:GetObject", "s3:*", "s3:**"]), [0, 2]);
        assert!(of(&["s3:Get*", "s3:*Object"]).is_empty());
        assert!(redundant(&["*", "a"], |_, _| true, |_| false).is_empty(), "without budget nothing is found");
    }
}
