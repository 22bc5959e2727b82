//! Values that stand for all others of their type: of those that no condition tells apart, one.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::language::condition::AddressBlock;
use crate::language::date::{self, Instant};
use crate::language::decimal::Decimal;

/// What no type but text has: readable as no number, date, address or bytes.
pub(super) const MALFORMED: &str = "!";

/// The numbers themselves, and one between each two, below all and above all.
pub(super) fn numbers(bounds: &BTreeSet<Decimal>) -> Vec<String> {
    let bounds: Vec<&Decimal> = bounds.iter().collect();
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return vec!["1".to_owned()] };
    let mut texts: Vec<String> = bounds.iter().map(|bound| write(bound)).collect();
    texts.extend(bounds.iter().zip(bounds.iter().skip(1)).map(|(low, high)| between(low, high)));
    let beyond = |bound: &Decimal| format!("1{}", bound.whole);
    let below = if first.negative || is_zero(first) { format!("-{}", beyond(first)) } else { "0".to_owned() };
    texts.push(below);
    texts.push(if last.negative { "0".to_owned() } else { beyond(last) });
    texts
}

fn is_zero(number: &Decimal) -> bool {
    number.whole.is_empty() && number.fraction.is_empty()
}

fn write(number: &Decimal) -> String {
    let sign = if number.negative { "-" } else { "" };
    let whole = if number.whole.is_empty() { "0" } else { &number.whole };
    let point = if number.fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{}", number.fraction)
}

/// A number between two: a whole one where that is easy, else a digit more than either has.
fn between(low: &Decimal, high: &Decimal) -> String {
    let whole = low.to_i64().and_then(|low| low.checked_add(1)).map(Decimal::from);
    if let Some(whole) = whole.filter(|whole| whole < high) {
        return write(&whole);
    }
    let places = low.fraction.len().max(high.fraction.len());
    let (sign, from) = match (low.negative, high.negative || is_zero(high)) {
        (false, _) => ("", low),
        (true, true) => ("-", high),
        (true, false) => return "0".to_owned(),
    };
    let whole = if from.whole.is_empty() { "0" } else { &from.whole };
    format!("{sign}{whole}.{:0<places$}1", from.fraction)
}

/// The same for moments; none where one cannot be written.
pub(super) fn dates(bounds: &BTreeSet<Instant>) -> Option<Vec<String>> {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else {
        return Some(vec!["2024-01-01T00:00:00Z".to_owned()]);
    };
    let shifted = |instant: &Instant, seconds: i64| {
        Some(Instant { seconds: instant.seconds.checked_add(seconds)?, nanoseconds: instant.nanoseconds })
    };
    let mut texts: Vec<String> = bounds.iter().map(write_instant).collect::<Option<_>>()?;
    for (low, high) in bounds.iter().zip(bounds.iter().skip(1)) {
        let next_nanosecond = match low.nanoseconds {
            999_999_999 => Instant { seconds: low.seconds.checked_add(1)?, nanoseconds: 0 },
            nanoseconds => Instant { seconds: low.seconds, nanoseconds: nanoseconds + 1 },
        };
        let candidates = [shifted(low, 1)?, next_nanosecond];
        if let Some(between) = candidates.iter().find(|candidate| *candidate < high) {
            texts.push(write_instant(between)?);
        }
    }
    texts.push(write_instant(&shifted(first, -1)?)?);
    texts.push(write_instant(&shifted(last, 1)?)?);
    Some(texts)
}

fn write_instant(instant: &Instant) -> Option<String> {
    let mut text = date::format_seconds(instant.seconds);
    if instant.nanoseconds > 0 {
        text = format!("{}.{:09}Z", text.strip_suffix('Z')?, instant.nanoseconds);
    }
    [text, instant.seconds.to_string()].into_iter().find(|text| Instant::parse(text) == Some(*instant))
}

/// One address of every stretch that lies in the same blocks, of both families. Addresses set aside for examples are
/// preferred.
pub(super) fn addresses<'a>(blocks: impl Iterator<Item = &'a AddressBlock>) -> Vec<String> {
    let (mut short, mut long) = (BTreeSet::from([0_u32]), BTreeSet::from([0_u128]));
    for block in blocks {
        match block.ends() {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                short.insert(first.to_bits());
                short.extend(last.to_bits().checked_add(1));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                long.insert(first.to_bits());
                long.extend(last.to_bits().checked_add(1));
            }
            _ => {}
        }
    }
    let example = Ipv4Addr::new(203, 0, 113, 7).to_bits();
    let mut texts = Vec::new();
    for start in &short {
        let next = short.range(start..).nth(1);
        let address =
            if *start <= example && next.is_none_or(|next| example < *next) { example } else { *start };
        texts.push(Ipv4Addr::from_bits(address).to_string());
    }
    let example = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7).to_bits();
    for start in &long {
        let next = long.range(start..).nth(1);
        let address =
            if *start <= example && next.is_none_or(|next| example < *next) { example } else { *start };
        texts.push(Ipv6Addr::from_bits(address).to_string());
    }
    texts
}

/// The bytes themselves, and others.
pub(super) fn bytes(known: &BTreeSet<&[u8]>) -> Vec<String> {
    let others = (0..=known.len()).map(|number| format!("other{number}"));
    let other = others.into_iter().find(|other| !known.contains(other.as_bytes()));
    let all = known.iter().copied().chain(other.as_deref().map(str::as_bytes));
    all.map(|bytes| STANDARD.encode(bytes)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcomes<T: Ord>(bounds: &BTreeSet<T>, value: &T) -> Vec<std::cmp::Ordering> {
        bounds.iter().map(|bound| value.cmp(bound)).collect()
    }

    proptest! {
        #[test]
        fn numbers_between_all_bounds(texts in prop::collection::btree_set("-?[0-9]{1,3}(\\.[0-9]{1,3})?", 0..6), other in "-?[0-9]{1,4}(\\.[0-9]{1,4})?") {
            let bounds: BTreeSet<Decimal> = texts.iter().map(|text| Decimal::parse(text).unwrap()).collect();
            let found: BTreeSet<_> = numbers(&bounds).iter().map(|text| outcomes(&bounds, &Decimal::parse(text).unwrap())).collect();
            prop_assert_eq!(found.len(), 2 * bounds.len() + 1);
            prop_assert!(found.contains(&outcomes(&bounds, &Decimal::parse(&other).unwrap())));
        }

        #[test]
        fn moments_between_all_bounds(points in prop::collection::btree_set((-3i64..3, prop::sample::select(vec![0u32, 1, 2, 999_999_999])), 0..6), other in (-4i64..4, 0u32..4)) {
            let instant = |(seconds, nanoseconds)| Instant { seconds, nanoseconds };
            let bounds: BTreeSet<Instant> = points.into_iter().map(instant).collect();
            let found: BTreeSet<_> = dates(&bounds).unwrap().iter().map(|text| outcomes(&bounds, &Instant::parse(text).unwrap())).collect();
            prop_assert!(found.contains(&outcomes(&bounds, &instant(other))));
        }

        #[test]
        fn addresses_of_all_stretches(blocks in prop::collection::vec((any::<u32>(), 0u8..=32), 0..6), other in any::<u32>()) {
            let blocks: Vec<AddressBlock> = blocks.iter()
                .map(|(address, prefix)| AddressBlock::parse(&format!("{}/{prefix}", Ipv4Addr::from_bits(*address))).unwrap()).collect();
            let inside = |address: IpAddr| blocks.iter().map(|block| block.contains(address)).collect::<Vec<_>>();
            let found: BTreeSet<_> = addresses(blocks.iter()).iter().map(|text| inside(text.parse().unwrap())).collect();
            prop_assert!(found.contains(&inside(IpAddr::V4(Ipv4Addr::from_bits(other)))));
        }
    }

    #[test]
    fn far_moments_may_have_no_text() {
        let instant = |seconds| BTreeSet::from([Instant { seconds, nanoseconds: 0 }]);
        assert!(dates(&instant(1_700_000_000)).is_some());
        assert_eq!(dates(&instant(i64::MAX)), None);
        assert_eq!(dates(&instant(i64::MIN)), None);
    }

    #[test]
    fn bytes_known_and_unknown() {
        assert_eq!(bytes(&BTreeSet::from([b"ab".as_slice(), b"other0"])), ["YWI=", "b3RoZXIw", "b3RoZXIx"]);
        assert!(STANDARD.decode(MALFORMED).is_err());
    }
}
