//! The date of a signed request, in ISO 8601 basic format.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;

/// Unlike a strict reader, take the weekday as decoration: AWS's own published examples name wrong ones.
static HTTP_DATE: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

const ISO_LENGTH: usize = 16;
const DATE_LENGTH: usize = 8;

/// A time in whole seconds together with its ISO 8601 basic form, `20260101T000000Z`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AmzDate {
    timestamp: Timestamp,
    iso: [u8; ISO_LENGTH],
}

impl AmzDate {
    /// Reads `20260101T000000Z`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let iso: [u8; ISO_LENGTH] = text.as_bytes().try_into().ok()?;
        let [y1, y2, y3, y4, mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z'] = iso else {
            return None;
        };
        let year = i16::from(two_digits(y1, y2)?) * 100 + i16::from(two_digits(y3, y4)?);
        let (month, day) = (two_digits(mo1, mo2)?, two_digits(d1, d2)?);
        let (hour, minute, second) = (two_digits(h1, h2)?, two_digits(mi1, mi2)?, two_digits(s1, s2)?);
        let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        Some(Self { timestamp: Offset::UTC.to_timestamp(civil).ok()?, iso })
    }

    /// Reads the basic form or, as in a `Date` header, `Mon, 01 Jan 2026 00:00:00 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Some(Self::from_timestamp(HTTP_DATE.parse_timestamp(text).ok()?)))
    }

    /// Drops fractions of a second. Years before 0 do not occur in requests and are written as 0.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        let timestamp = Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp);
        let civil = Offset::UTC.to_datetime(timestamp);
        let year = u16::try_from(civil.year()).unwrap_or(0);
        let [y1, y2] = digits(year / 100);
        let [y3, y4] = digits(year % 100);
        let [mo1, mo2] = digits(civil.month().unsigned_abs().into());
        let [d1, d2] = digits(civil.day().unsigned_abs().into());
        let [h1, h2] = digits(civil.hour().unsigned_abs().into());
        let [mi1, mi2] = digits(civil.minute().unsigned_abs().into());
        let [s1, s2] = digits(civil.second().unsigned_abs().into());
        Self { timestamp, iso: [y1, y2, y3, y4, mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z'] }
    }

    /// The instant.
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// `20260101T000000Z`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.iso).unwrap_or_default()
    }

    /// `20260101`, the form used in a credential scope.
    pub fn date(&self) -> &str {
        self.as_str().get(..DATE_LENGTH).unwrap_or_default()
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| (byte - b'0').cast_signed());
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// The last two decimal digits.
fn digits(number: u16) -> [u8; 2] {
    let digit = |value: u16| b'0' + u8::try_from(value % 10).unwrap_or(0);
    [digit(number / 10), digit(number)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_basic_and_http_dates() {
        let basic = AmzDate::parse("20110909T233600Z").unwrap();
        // The weekday is wrong on purpose; AWS's examples have the same one.
        assert_eq!(AmzDate::parse_http("Mon, 09 Sep 2011 23:36:00 GMT"), Some(basic));
        assert_eq!(AmzDate::parse_http("20110909T233600Z"), Some(basic));
        assert_eq!(basic.timestamp().as_second(), 1_315_611_360);
        assert_eq!((basic.as_str(), basic.date()), ("20110909T233600Z", "20110909"));
    }

    #[test]
    fn refuses_other_forms() {
        for text in [
            "",
            "201",
            "20110909",
            "2011-09-09T23:36:00Z",
            "20110909T233600",
            "20110909T233600z",
            "20110909 233600Z",
            "20111309T233600Z",
            "20110231T233600Z",
            "20110909T243600Z",
            "20110909T236000Z",
            "20110909T233660Z",
            "+0110909T233600Z",
            "20110909T233600Z ",
        ] {
            assert_eq!(AmzDate::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn formats_what_it_reads(second in -62_135_596_800_i64..=253_402_207_200) {
            let date = AmzDate::from_timestamp(Timestamp::from_second(second).unwrap());
            prop_assert_eq!(AmzDate::parse(date.as_str()), Some(date));
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = AmzDate::parse_http(&text);
        }
    }
}
