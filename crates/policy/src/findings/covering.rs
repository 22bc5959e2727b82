//! Whether one pattern covers another: whatever the second matches, the first matches too.

/// Compares the texts of two patterns. Says yes only when it is so, and overlooks few: the second pattern's stars must
/// meet a star of the first, its question marks one or a star.
///
/// The time is at most the product of the two lengths.
pub(crate) fn covers(wide: &str, narrow: &str, ignore_case: bool) -> bool {
    let mut steps = usize::MAX;
    covers_within(&mut steps, wide, narrow, ignore_case)
}

/// [`covers`], taking what it costs from `steps`; false when they are used up.
pub(crate) fn covers_within(steps: &mut usize, wide: &str, narrow: &str, ignore_case: bool) -> bool {
    let (mut wide, mut rest) = (wide.as_bytes(), narrow.as_bytes());
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        let Some(fewer) = steps.checked_sub(1) else { return false };
        *steps = fewer;
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
        // One of the bytes of a longer character is not a character.
        (b'?', _) => byte.is_ascii(),
        _ if ignore_case => wanted.eq_ignore_ascii_case(&byte),
        _ => wanted == byte,
    }
}

/// The places in a list of the patterns that another of the list covers. Of equals the first stays.
///
/// Only patterns with a wildcard are held against all others, and only as far as `steps` go, which `covers` takes.
pub(crate) fn redundant(
    patterns: &[&str],
    covers: impl Fn(&mut usize, &str, &str) -> bool,
    steps: &mut usize,
) -> Vec<usize> {
    let mut is_redundant = vec![false; patterns.len()];
    for (index, wide) in patterns.iter().enumerate().filter(|(_, pattern)| pattern.contains(['*', '?'])) {
        if is_redundant.get(index) == Some(&true) {
            continue;
        }
        for (other, narrow) in patterns.iter().enumerate().filter(|(other, _)| *other != index) {
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                break;
            }
            // Two that cover each other are the same: the first stays.
            if covers(steps, wide, narrow)
                && (index < other || !covers(steps, narrow, wide))
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
        fn what_is_covered_matches_no_more(wide in "[aé*?]{0,5}", narrow in "[aé*?]{0,5}", text in "[aé]{0,6}") {
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
        let within = |patterns: &[&str], mut steps| {
            redundant(patterns, |steps, wide, narrow| covers_within(steps, wide, narrow, true), &mut steps)
        };
        let of = |patterns| within(patterns, 1_000);
        assert_eq!(of(&["s3:Get*", "s3:get*", "S3:GetObject", "s3:Put*"]), [1, 2]);
        assert_eq!(of(&["s3:GetObject", "s3:*", "s3:**"]), [0, 2]);
        assert!(of(&["s3:Get*", "s3:*Object"]).is_empty());
        assert!(within(&["*", "a"], 1).is_empty(), "without steps nothing is found");
    }
}
