//! Lines of an endless input, none of them longer than is good for memory.

use std::io::{self, BufRead, Read};

/// One line of the input.
pub(super) enum Line {
    /// A line without its end.
    Text(String),
    /// A line that was longer than allowed; it is read past.
    TooLong,
    /// A line that is not UTF-8.
    NotUtf8,
}

/// The next line of at most `longest` bytes, `None` at the end of the input.
pub(super) fn next_line(input: &mut impl BufRead, longest: usize) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(2);
    input.by_ref().take(most).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() > longest {
        skip_line(input)?;
    }
    if bytes.len() > longest {
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(String::from_utf8(bytes).map_or(Line::NotUtf8, Line::Text)))
}

/// Reads to the end of the line without keeping it.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = input.fill_buf()?;
        let end = available.iter().position(|byte| *byte == b'\n');
        let (used, done) = match end {
            Some(at) => (at + 1, true),
            None => (available.len(), available.is_empty()),
        };
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(text: &[u8], longest: usize) -> Vec<String> {
        // A buffer smaller than the lines, so that they come in pieces.
        let mut input = BufReader::with_capacity(3, text);
        std::iter::from_fn(|| next_line(&mut input, longest).unwrap())
            .map(|line| match line {
                Line::Text(text) => text,
                Line::TooLong => "<too long>".to_owned(),
                Line::NotUtf8 => "<not UTF-8>".to_owned(),
            })
            .collect()
    }

    #[test]
    fn reads_lines_and_passes_over_what_is_too_long() {
        assert_eq!(lines(b"", 5), [""; 0]);
        assert_eq!(
            lines(b"12345\n\n123456\n12345678901\n\xff\nlast", 5),
            ["12345", "", "<too long>", "<too long>", "<not UTF-8>", "last"]
        );
        assert_eq!(lines(b"123456", 5), ["<too long>"]);
    }
}
