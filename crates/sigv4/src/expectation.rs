//! Holding a claimed signature against time, service and region.

use std::fmt::Write;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::amz_date::AmzDate;
use crate::error::{SignatureError, TimeWindow};
use crate::limits::MAX_PRESIGNED_EXPIRES;
use crate::names::TERMINATOR;
use crate::presented::{Form, Presented};

/// How far client and server clocks may be apart: fifteen minutes, as STS and IAM state in their messages.
pub const DEFAULT_SKEW: Duration = Duration::from_mins(15);

/// Longest region name accepted under [`Regions::Any`].
const MAX_REGION_LENGTH: usize = 64;

/// What a service asks of a signature.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// Names of the service in a credential scope; the first one appears in messages.
    pub services: &'a [&'a str],
    /// Regions the service answers for.
    pub regions: Regions<'a>,
    /// The server's time.
    pub now: Timestamp,
    /// Accepted distance to either side of `now`; usually [`DEFAULT_SKEW`].
    pub skew: Duration,
    /// How long a presigned request lives.
    pub presigned: PresignedLifetime,
}

/// The regions a service answers for.
#[derive(Clone, Copy, Debug)]
pub enum Regions<'a> {
    /// Whatever has the form of a region name: lower-case letters, digits and hyphens.
    Any,
    /// Exactly these.
    Only(&'a [&'a str]),
}

/// How long a presigned request lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresignedLifetime {
    /// `X-Amz-Expires` seconds after `X-Amz-Date`, 1 to 604800: S3.
    Expires,
    /// As long as a header-signed request, whatever `X-Amz-Expires` says: STS and IAM.
    Skew,
}

impl Presented<'_> {
    /// Checks time first, then the credential scope, whose complaints come together: region, service, terminator, date
    /// (the order observed of the AWS JSON services, where a stale request with a wrong scope is reported as stale).
    pub fn check(&self, expectation: &Expectation<'_>) -> Result<(), SignatureError> {
        self.check_time(expectation)?;
        let mut complaints = String::new();
        if !self.covers(expectation.regions) {
            complaints.push_str("Credential should be scoped to a valid region. ");
        }
        if !expectation.services.contains(&self.scope.service.as_ref()) {
            let service = expectation.services.first().copied().unwrap_or_default();
            let _ = write!(complaints, "Credential should be scoped to correct service: '{service}'. ");
        }
        if self.scope.terminator != TERMINATOR {
            let _ = write!(
                complaints,
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'. ",
                self.scope.terminator
            );
        }
        let date = self.signed_at.date();
        if self.scope.date != date {
            let _ = write!(
                complaints,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != \
                 '{date}', from '{}'. ",
                self.scope.date, self.signed_at
            );
        }
        if complaints.is_empty() { Ok(()) } else { Err(SignatureError::Scope(complaints)) }
    }

    fn check_time(&self, expectation: &Expectation<'_>) -> Result<(), SignatureError> {
        let lifetime = match (&self.form, expectation.presigned) {
            (Form::Query { expires, .. }, PresignedLifetime::Expires) => parse_expires(expires.as_deref())?,
            _ => expectation.skew,
        };
        let signed_at = self.signed_at;
        let now = AmzDate::from_timestamp(expectation.now);
        let earliest = AmzDate::from_timestamp(shifted(now.timestamp(), -signed(lifetime)));
        if signed_at.timestamp() < earliest.timestamp() {
            let window = TimeWindow { signed_at, limit: earliest, now, width: lifetime };
            return Err(SignatureError::Expired(Box::new(window)));
        }
        let latest = AmzDate::from_timestamp(shifted(now.timestamp(), signed(expectation.skew)));
        if signed_at.timestamp() > latest.timestamp() {
            let window = TimeWindow { signed_at, limit: latest, now, width: expectation.skew };
            return Err(SignatureError::NotYetCurrent(Box::new(window)));
        }
        Ok(())
    }

    /// Version 4 names one region in its scope, Version 4A a set of patterns beside it.
    fn covers(&self, regions: Regions<'_>) -> bool {
        match (&self.scope.region, &self.region_set, regions) {
            (Some(region), _, Regions::Any) => is_region(region),
            (Some(region), _, Regions::Only(names)) => names.contains(&region.as_ref()),
            (None, Some(set), Regions::Any) => set.split(',').any(|pattern| !pattern.trim_ascii().is_empty()),
            (None, Some(set), Regions::Only(names)) => set
                .split(',')
                .any(|pattern| names.iter().any(|name| matches_pattern(pattern.trim_ascii(), name))),
            (None, None, _) => false,
        }
    }
}

fn is_region(text: &str) -> bool {
    (1..=MAX_REGION_LENGTH).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `*` stands for any text, also none. Taking the earliest place for each piece is enough, so this is linear in the
/// pattern's pieces and never goes back.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        let Some((_, after)) = name.split_once(piece) else { return false };
        name = after;
    }
    name.ends_with(tail)
}

/// S3's words for each way of being wrong.
fn parse_expires(expires: Option<&str>) -> Result<Duration, SignatureError> {
    let Some(text) = expires else {
        return Err(SignatureError::MissingQueryParameters(
            "AWS query-string parameters must include 'X-Amz-Expires'. ".to_owned(),
        ));
    };
    let seconds: i64 =
        text.parse().map_err(|_| SignatureError::Expires("X-Amz-Expires should be a number"))?;
    let lifetime = Duration::from_secs(
        u64::try_from(seconds).map_err(|_| SignatureError::Expires("X-Amz-Expires must be non-negative"))?,
    );
    if lifetime.is_zero() {
        return Err(SignatureError::Expires("X-Amz-Expires must be greater than zero"));
    }
    if lifetime > MAX_PRESIGNED_EXPIRES {
        return Err(SignatureError::Expires(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        ));
    }
    Ok(lifetime)
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn shifted(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::request::{Body, Request};

    const STS: Expectation<'_> = Expectation {
        services: &["sts"],
        regions: Regions::Only(&["us-east-1", "eu-west-1"]),
        now: Timestamp::constant(1_767_225_600, 0), // 2026-01-01T00:00:00Z
        skew: DEFAULT_SKEW,
        presigned: PresignedLifetime::Skew,
    };

    fn check_query(credential: &str, more: &str, expectation: &Expectation<'_>) -> Result<(), String> {
        let algorithm = if credential.matches("%2F").count() == 4 {
            "AWS4-HMAC-SHA256"
        } else {
            "AWS4-ECDSA-P256-SHA256"
        };
        let query = format!(
            "X-Amz-Algorithm={algorithm}&X-Amz-Credential={credential}&X-Amz-SignedHeaders=host&X-Amz-Signature=00&\
             {more}"
        );
        let request =
            Request { method: "GET", path: "/", query: &query, headers: &[], body: Body::Bytes(b"") };
        let presented = Presented::find(&request).unwrap().unwrap();
        presented.check(expectation).map_err(|error| error.to_string())
    }

    fn check_at(iso: &str, expectation: &Expectation<'_>) -> Result<(), String> {
        let credential = format!("AK%2F{}%2Fus-east-1%2Fsts%2Faws4_request", iso.split('T').next().unwrap());
        check_query(&credential, &format!("X-Amz-Date={iso}"), expectation)
    }

    #[test]
    fn the_window_is_closed_at_both_ends() {
        assert_eq!(check_at("20260101T001500Z", &STS), Ok(()));
        assert_eq!(check_at("20251231T234500Z", &STS), Ok(()));
        assert_eq!(
            check_at("20251231T234459Z", &STS),
            Err("Signature expired: 20251231T234459Z is now earlier than 20251231T234500Z (20260101T000000Z - 15 \
                 min.)"
                .into())
        );
        assert_eq!(
            check_at("20260101T001501Z", &STS),
            Err("Signature not yet current: 20260101T001501Z is still later than 20260101T001500Z (20260101T000000Z \
                 + 15 min.)"
                .into())
        );
        let narrow = Expectation { skew: Duration::from_secs(90), ..STS };
        assert!(check_at("20260101T000131Z", &narrow).unwrap_err().ends_with("(20260101T000000Z + 90 sec.)"));
        let endless = Expectation { skew: Duration::MAX, ..STS };
        assert_eq!(check_at("00010101T000000Z", &endless), Ok(()));
    }

    #[test]
    fn scope_complaints_come_together_in_order() {
        let date = "X-Amz-Date=20260101T000000Z";
        assert_eq!(
            check_query("AK%2F20251231%2Fmars-1%2Fiam%2Faws5", date, &STS),
            Err("Credential should be scoped to a valid region. Credential should be scoped to correct service: \
                 'sts'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in \
                 Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20251231' != \
                 '20260101', from '20260101T000000Z'. "
                .into())
        );
        assert_eq!(
            check_query("AK%2F20260101%2Fmars-1%2Fsts%2Faws4_request", date, &STS),
            Err("Credential should be scoped to a valid region. ".into())
        );
        assert_eq!(check_query("AK%2F20260101%2Feu-west-1%2Fsts%2Faws4_request", date, &STS), Ok(()));
        let any = Expectation { regions: Regions::Any, services: &["iam", "sts"], ..STS };
        assert_eq!(check_query("AK%2F20260101%2Fmars-1%2Fsts%2Faws4_request", date, &any), Ok(()));
        for region in ["", "Mars", "a*", "a%20b"] {
            let credential = format!("AK%2F20260101%2F{region}%2Fsts%2Faws4_request");
            assert!(check_query(&credential, date, &any).is_err(), "{region}");
        }
    }

    #[test]
    fn time_comes_before_scope() {
        let error = check_query("AK%2F1%2Fx%2Fy%2Fz", "X-Amz-Date=20200101T000000Z", &STS).unwrap_err();
        assert!(error.starts_with("Signature expired: "), "{error}");
    }

    #[test]
    fn expires_counts_only_where_it_is_heeded() {
        let s3 = Expectation { presigned: PresignedLifetime::Expires, ..STS };
        let check = |date: &str, expires: &str, expectation: &Expectation<'_>| {
            let credential =
                format!("AK%2F{}%2Fus-east-1%2Fsts%2Faws4_request", date.split('T').next().unwrap());
            check_query(&credential, &format!("X-Amz-Date={date}{expires}"), expectation)
        };
        let (fresh, old) = ("20251231T235959Z", "20251225T000000Z");
        assert_eq!(check(old, "&X-Amz-Expires=604800", &s3), Ok(()));
        assert!(check(old, "&X-Amz-Expires=604799", &s3).is_err());
        assert_eq!(check(fresh, "&X-Amz-Expires=1", &s3), Ok(()));
        assert!(check("20251231T235958Z", "&X-Amz-Expires=1", &s3).unwrap_err().contains("- 1 sec.)"));
        for wrong in ["", "&X-Amz-Expires=", "&X-Amz-Expires=0", "&X-Amz-Expires=-1", "&X-Amz-Expires=604801"]
        {
            assert!(check(fresh, wrong, &s3).is_err(), "{wrong}");
            assert_eq!(check(fresh, wrong, &STS), Ok(()), "{wrong}");
        }
        assert!(check(old, "&X-Amz-Expires=604800", &STS).is_err());
    }

    #[test]
    fn a_region_set_covers_by_pattern() {
        let check = |set: &str, expectation| {
            let more = format!("X-Amz-Date=20260101T000000Z{set}");
            check_query("AK%2F20260101%2Fsts%2Faws4_request", &more, expectation).is_ok()
        };
        for set in ["%2A", "us-%2A", "us-east-1", "ap-south-1%2C%20eu-west-1", "%2A-west-%2A"] {
            assert!(check(&format!("&X-Amz-Region-Set={set}"), &STS), "{set}");
        }
        for set in ["", "&X-Amz-Region-Set=", "&X-Amz-Region-Set=us-east", "&X-Amz-Region-Set=%2A-north-%2A"]
        {
            assert!(!check(set, &STS), "{set}");
        }
        assert!(check("&X-Amz-Region-Set=x", &Expectation { regions: Regions::Any, ..STS }));
    }

    fn reference_match(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => (0..=name.len()).any(|skip| reference_match(rest, &name[skip..])),
            ([first, pattern @ ..], [other, name @ ..]) if first == other => reference_match(pattern, name),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_equal_the_reference(pattern in "[ab*]{0,6}", name in "[ab]{0,6}") {
            prop_assert_eq!(
                matches_pattern(&pattern, &name),
                reference_match(pattern.as_bytes(), name.as_bytes())
            );
        }
    }
}
