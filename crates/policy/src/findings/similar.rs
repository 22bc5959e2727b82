//! "Did you mean": the name there is that looks most like one there is not.

/// Names longer than this are not compared.
const MAX_LENGTH: usize = 64;
/// Names that differ in more places than this are not alike.
const MAX_DISTANCE: usize = 2;

/// The most similar of the names, if any is similar; case does not matter. The first of equals.
pub(crate) fn most_similar<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if wanted.len() > MAX_LENGTH {
        return None;
    }
    let near = names.filter_map(|name| {
        let distance = distance(wanted.as_bytes(), name.as_bytes())?;
        // A short name has little left that could be alike.
        (distance * 3 <= wanted.len()).then_some((distance, name))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many characters must be inserted, removed or replaced; none when more than [`MAX_DISTANCE`].
fn distance(left: &[u8], right: &[u8]) -> Option<usize> {
    if left.len().abs_diff(right.len()) > MAX_DISTANCE {
        return None;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        let mut least = before;
        let (first, rest) = row.split_first_mut()?;
        *first = before;
        for (cell, other) in rest.iter_mut().zip(right) {
            let replaced = diagonal + usize::from(!byte.eq_ignore_ascii_case(other));
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
            least = least.min(before);
        }
        if least > MAX_DISTANCE {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance <= MAX_DISTANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_only() {
        let names = ["GetObject", "GetObjectAcl", "PutObject", "s3", "sts"];
        let of = |wanted| most_similar(wanted, names.into_iter());
        assert_eq!(of("GetObjects"), Some("GetObject"));
        assert_eq!(of("getobejct"), Some("GetObject"));
        assert_eq!(of("PutObjects"), Some("PutObject"));
        assert_eq!(of("stss"), Some("sts"));
        for wanted in ["", "s", "Objects", "DeleteObject", "sss"] {
            assert_eq!(of(wanted).filter(|name| *name != "sts"), None, "{wanted}");
        }
        assert_eq!(of(&"G".repeat(100)), None);
    }
}
