//! Points in time on the wire.

use std::io::Write as _;

use jiff::Timestamp;

/// Reads ISO 8601 with an offset or `Z`, and seconds since 1970, as query parameters have it.
pub(crate) fn parse_text(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse() {
        return Some(timestamp);
    }
    text.parse().ok().and_then(from_seconds)
}

/// Reads seconds since 1970; fractions count to the millisecond.
pub(crate) fn from_seconds(seconds: f64) -> Option<Timestamp> {
    let milliseconds = (seconds * 1000.0).round();
    // Far outside what a timestamp holds, and well inside what converts without loss.
    if !(-1e15..=1e15).contains(&milliseconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and bounded by the line above")]
    let milliseconds = milliseconds as i64;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// Writes `2026-01-02T03:04:05Z`: whole seconds, as IAM and STS do.
pub(crate) fn write_iso(timestamp: Timestamp, out: &mut Vec<u8>) {
    let whole = Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp);
    write_text(out, format_args!("{whole}"));
}

/// Writes seconds since 1970 with up to three decimals.
pub(crate) fn write_seconds(timestamp: Timestamp, out: &mut Vec<u8>) {
    let milliseconds = timestamp.as_millisecond();
    let sign = if milliseconds < 0 { "-" } else { "" };
    let (seconds, fraction) = (milliseconds.unsigned_abs() / 1000, milliseconds.unsigned_abs() % 1000);
    match fraction {
        0 => write_text(out, format_args!("{sign}{seconds}")),
        _ => write_text(out, format_args!("{sign}{seconds}.{fraction:03}")),
    }
}

fn write_text(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into memory cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> String {
        let mut out = Vec::new();
        write_iso(parse_text(text).unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn seconds(seconds: f64) -> String {
        let mut out = Vec::new();
        write_seconds(from_seconds(seconds).unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn iso_8601() {
        assert_eq!(iso("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z");
        assert_eq!(iso("2026-01-02T03:04:05.987Z"), "2026-01-02T03:04:05Z");
        assert_eq!(iso("2026-01-02T05:04:05+02:00"), "2026-01-02T03:04:05Z");
        assert_eq!(iso("1767323045"), "2026-01-02T03:04:05Z");
        for text in ["", "yesterday", "2026-13-02T03:04:05Z", "NaN", "inf", "1e300"] {
            assert_eq!(parse_text(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_since_1970() {
        assert_eq!(seconds(1_767_323_045.0), "1767323045");
        assert_eq!(seconds(1_767_323_045.25), "1767323045.250");
        assert_eq!(seconds(0.001), "0.001");
        assert_eq!(seconds(-1.5), "-1.500");
    }
}
