//! Instants as policies write them: ISO 8601 dates and date-times, or seconds since 1970.

/// A moment: seconds since 1970-01-01T00:00:00Z and the nanoseconds that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

/// Years beyond this are refused; the bound keeps the arithmetic far from overflow.
const MAX_YEAR: i64 = 292_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Instant {
    /// Reads `2024-02-29`, `2024-02`, `2024-02-29T12:30Z`, `2024-02-29T12:30:15.25+01:00` or `1709208000`.
    /// Without an offset the time is UTC. Digits beyond nanoseconds are dropped.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self { seconds: text.parse().ok()?, nanoseconds: 0 });
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = parse_date(date)?;
        let (seconds, nanoseconds) = time.map_or(Some((0, 0)), parse_time)?;
        Some(Self { seconds: days.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds)?, nanoseconds })
    }
}

/// Writes seconds since 1970 as AWS writes `aws:CurrentTime`: `2024-02-29T12:30:15Z`.
pub(crate) fn format_seconds(seconds: i64) -> String {
    let bound = MAX_YEAR.saturating_mul(366).saturating_mul(SECONDS_PER_DAY);
    let seconds = seconds.clamp(-bound, bound);
    let (days, rest) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
    // Count from 0000-03-01, so that the leap day is the last of its year; an era is 400 years of 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    // Every request has its time written: without the machinery for all other numbers.
    let mut text = String::with_capacity(20);
    match year {
        0..10_000 => push_digits(&mut text, year, 4),
        _ => text = format!("{year:04}"),
    }
    for (before, number) in [('-', month), ('-', day), ('T', hour), (':', minute), (':', second)] {
        text.push(before);
        push_digits(&mut text, number, 2);
    }
    text.push('Z');
    text
}

/// Appends the last digits of a number.
fn push_digits(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = u8::try_from(number / 10_i64.pow(place) % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
    }
}

/// Days since 1970-01-01 of `[-]YYYY-MM[-DD]`.
fn parse_date(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut fields = text.split('-');
    let year = fields.next().filter(|year| year.len() >= 4)?;
    let year = sign * parse_number(year).filter(|year| *year <= MAX_YEAR)?;
    let month = parse_field(fields.next()?, 12).filter(|month| *month >= 1)?;
    let day = match fields.next() {
        Some(day) => parse_field(day, days_in_month(year, month)).filter(|day| *day >= 1)?,
        None => 1,
    };
    if fields.next().is_some() {
        return None;
    }
    // The same count from 0000-03-01 as in `format_seconds`.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let shifted_month = (month + 9) % 12;
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Seconds since midnight UTC (below zero or beyond a day where the offset says so) and nanoseconds.
fn parse_time(text: &str) -> Option<(i64, u32)> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']).and_then(|at| text.split_at_checked(at)) {
        Some((clock, offset)) => (clock, parse_offset(offset)?),
        None => (text, 0),
    };
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut fields = clock.split(':');
    let hour = parse_field(fields.next()?, 24)?;
    let minute = parse_field(fields.next()?, 59)?;
    // 60 is a leap second.
    let second = fields.next().map(|second| parse_field(second, 60));
    if fields.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let second = second.unwrap_or(Some(0))?;
    let nanoseconds = fraction.map_or(Some(0), parse_fraction)?;
    let seconds = hour * 3_600 + minute * 60 + second;
    if hour == 24 && (seconds > SECONDS_PER_DAY || nanoseconds > 0) {
        return None;
    }
    Some((seconds - offset, nanoseconds))
}

/// Seconds east of UTC of `Z`, `+01:00`, `+0100` or `+01`.
fn parse_offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = match text.split_once(':') {
        Some(fields) => fields,
        None => text.split_at_checked(2)?,
    };
    let minutes = if minutes.is_empty() && text.len() == 2 { 0 } else { parse_field(minutes, 59)? };
    Some(sign * (parse_field(hours, 23)? * 3_600 + minutes * 60))
}

fn parse_fraction(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: String = text.chars().chain("000000000".chars()).take(9).collect();
    digits.parse().ok()
}

/// Two digits up to `max`.
fn parse_field(text: &str, max: i64) -> Option<i64> {
    if text.len() != 2 {
        return None;
    }
    parse_number(text).filter(|number| *number <= max)
}

fn parse_number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_to_write_one_moment() {
        let expected = Instant { seconds: 1_709_209_800, nanoseconds: 0 };
        for text in [
            "1709209800",
            "2024-02-29T12:30Z",
            "2024-02-29T12:30:00Z",
            "2024-02-29T12:30:00",
            "2024-02-29t12:30:00.000z",
            "2024-02-29T13:30:00+01:00",
            "2024-02-29T13:30:00+0100",
            "2024-02-29T13:30:00+01",
            "2024-02-28T23:30:00-13:00",
        ] {
            assert_eq!(Instant::parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn dates_fractions_and_far_years() {
        let seconds = |text| Instant::parse(text).map(|instant| instant.seconds);
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("1970-02"), Some(31 * SECONDS_PER_DAY));
        assert_eq!(seconds("0000-03-01"), Some(-719_468 * SECONDS_PER_DAY));
        assert_eq!(seconds("2024-02-28T24:00"), seconds("2024-02-29"));
        assert!(Instant::parse("2024-01-01T00:00:00.5Z") > Instant::parse("2024-01-01T00:00:00.49Z"));
        assert!(Instant::parse("+291999999-01-01") > Instant::parse("2024-01-01"));
        assert!(Instant::parse("-291999999-01-01") < Instant::parse("2024-01-01"));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "2024-02-30",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-1-1",
            "24-01-01",
            "2024-01-01T",
            "2024-01-01T12",
            "2024-01-01T25:00",
            "2024-01-01T24:01",
            "2024-01-01T12:60",
            "2024-01-01T12:00:00.",
            "2024-01-01T12:00.5",
            "2024-01-01T12:00Zz",
            "2024-01-01T12:00+1",
            "2024-01-01 12:00",
            "now",
            "-5",
            "99999999999999999999",
            "999999999-01-01",
            "2024-01-01-01",
        ] {
            assert_eq!(Instant::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in -60_000_000_000_i64..300_000_000_000) {
            prop_assert_eq!(Instant::parse(&format_seconds(seconds)), Some(Instant { seconds, nanoseconds: 0 }));
        }

        #[test]
        fn never_fails_badly(text in "[-+0-9TZ:.]{0,30}") {
            let _ = Instant::parse(&text);
        }

        #[test]
        fn formats_any_number(seconds in any::<i64>()) {
            prop_assert!(format_seconds(seconds).ends_with('Z'));
        }
    }
}
