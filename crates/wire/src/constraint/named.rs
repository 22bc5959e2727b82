//! Functions for patterns that look ahead, which the `regex` crate does not take; overlays name them.

use crate::Pattern;

/// `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: 3 to 63 letters, digits and single dashes between them.
pub fn account_alias(text: &str) -> bool {
    static CHARACTERS: Pattern = Pattern::new("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");
    CHARACTERS.matches(text) && !text.contains("--")
}

/// An ISO 8601 duration with at least one part: `P1DT12H`; `P` and `PT` alone are none.
pub fn iso_duration(text: &str) -> bool {
    static PARTS: Pattern =
        Pattern::new(concat!(r"-?P(\d+Y)?(\d+M)?(\d+[DW])?", r"(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"));
    let parts = text.trim_start_matches('-').trim_start_matches('P');
    let first = parts.strip_prefix('T').unwrap_or(parts);
    PARTS.matches(text) && first.starts_with(|character: char| character.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_aliases() {
        for text in ["abc", "a-b", "example-corp-1", &"a".repeat(63)] {
            assert!(account_alias(text), "{text}");
        }
        for text in ["", "ab", "-ab", "ab-", "a--b", "A-b", "a_b", &"a".repeat(64)] {
            assert!(!account_alias(text), "{text}");
        }
    }

    #[test]
    fn durations() {
        for text in ["PT1H", "P1DT12H", "P2W", "-P1Y", "PT0.5S", "P1DT"] {
            assert!(iso_duration(text), "{text}");
        }
        for text in ["", "P", "PT", "1H", "PT1", "P1H", "--P1D", "PP1D", "PT1.S"] {
            assert!(!iso_duration(text), "{text}");
        }
    }
}
