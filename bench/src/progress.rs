//! What is said while measuring.

/// Tells whoever waits how far it is.
#[expect(clippy::print_stderr, reason = "not a part of the report")]
pub(crate) fn say(what: std::fmt::Arguments<'_>) {
    eprintln!("bench: {what}");
}
