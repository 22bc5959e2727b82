//! Where a page of a list begins, and which paths it takes in.

/// The key to begin behind: every key is greater than the empty text.
pub(crate) fn begin(after: Option<&str>) -> &str {
    after.unwrap_or_default()
}

/// The end of the range of texts that begin with `prefix`, in bytewise order. Paths are ASCII, so all that begin with
/// the prefix come before the prefix and the last character there is.
pub(crate) fn prefix_end(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_range_is_the_prefix(prefix in "(/[!-~]{0,3})?", path in "/[!-~]{0,6}") {
            let within = path.as_str() >= prefix.as_str() && path < prefix_end(&prefix);
            prop_assert_eq!(within, path.starts_with(&prefix));
        }
    }
}
