//! Where an answer ends, and what it says: by content length, in chunks, or until the connection closes.

use crate::Failure;
use httparse::{EMPTY_HEADER, Response, Status};

const MAX_HEADERS: usize = 64;

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Name, in lower case, and value.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// How long an answer is and how it went; what the load looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    /// Bytes, head and body.
    pub(crate) length: usize,
    /// The server closes the connection behind it.
    pub(crate) closes: bool,
}

/// How the body is delimited.
enum Delimiter {
    Length(usize),
    Chunks,
    Close,
}

struct Head {
    status: u16,
    length: usize,
    delimiter: Delimiter,
    closes: bool,
}

/// The outcome, once the whole answer is there; `ended` when no more bytes will come.
pub(crate) fn outcome(bytes: &[u8], ended: bool) -> Result<Option<Outcome>, Failure> {
    let Some(head) = head(bytes)? else { return Ok(None) };
    let rest = bytes.get(head.length..).unwrap_or_default();
    let body = match head.delimiter {
        Delimiter::Length(length) => (rest.len() >= length).then_some(length),
        Delimiter::Chunks => chunks(rest, &mut |_| ())?,
        Delimiter::Close => ended.then_some(rest.len()),
    };
    Ok(body.map(|body| Outcome { status: head.status, length: head.length + body, closes: head.closes }))
}

impl Answer {
    /// Reads a complete answer.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let head = head(bytes)?.ok_or("no end of headers")?;
        let rest = bytes.get(head.length..).unwrap_or_default();
        let body = match head.delimiter {
            Delimiter::Length(length) => rest.get(..length).unwrap_or(rest).to_vec(),
            Delimiter::Chunks => {
                let mut body = Vec::new();
                chunks(rest, &mut |chunk| body.extend_from_slice(chunk))?;
                body
            }
            Delimiter::Close => rest.to_vec(),
        };
        let mut space = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut space);
        response.parse(bytes)?;
        let headers = response
            .headers
            .iter()
            .map(|h| (h.name.to_ascii_lowercase(), String::from_utf8_lossy(h.value).into_owned()))
            .collect();
        Ok(Self { status: head.status, headers, body })
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The text of the first XML element of that name.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once(&format!("</{name}>"))?;
        Some(value.to_owned())
    }

    /// What went wrong, in a few words: the error's code, or the status and how the body begins.
    pub(crate) fn complaint(&self) -> String {
        let text = self.text();
        match self.element("Code") {
            Some(code) => code,
            None if text.contains("<html") => format!("HTTP {}", self.status),
            None => format!("HTTP {} {}", self.status, text.chars().take(80).collect::<String>()),
        }
    }
}

fn head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let mut space = [EMPTY_HEADER; MAX_HEADERS];
    let mut response = Response::new(&mut space);
    let Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok().map(str::trim)
    };
    let delimiter = match (header("transfer-encoding"), header("content-length")) {
        (Some(coding), _) if coding.eq_ignore_ascii_case("chunked") => Delimiter::Chunks,
        (_, Some(length)) => Delimiter::Length(length.parse()?),
        _ => Delimiter::Close,
    };
    let connection = header("connection").unwrap_or_default();
    let closes = connection.eq_ignore_ascii_case("close")
        || matches!(delimiter, Delimiter::Close)
        || (response.version == Some(0) && !connection.eq_ignore_ascii_case("keep-alive"));
    let status = response.code.ok_or("no status")?;
    Ok(Some(Head { status, length, delimiter, closes }))
}

/// Visits the chunks; the length of the whole chunked body once its end is there.
fn chunks(bytes: &[u8], visit: &mut dyn FnMut(&[u8])) -> Result<Option<usize>, Failure> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let size = httparse::parse_chunk_size(rest).map_err(|_| "not a chunk size")?;
        let Status::Complete((line, size)) = size else { return Ok(None) };
        let size = usize::try_from(size)?;
        let end = line.checked_add(size).and_then(|end| end.checked_add(2)).ok_or("a chunk without end")?;
        let Some(chunk) = rest.get(..end) else { return Ok(None) };
        visit(chunk.get(line..line + size).unwrap_or_default());
        at += end;
        // No server here sends trailers: the last chunk is followed by an empty line.
        if size == 0 {
            return Ok(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".as_slice();
        for cut in 0..whole.len() {
            assert_eq!(outcome(&whole[..cut], false).unwrap(), None, "{cut} bytes");
        }
        let found = outcome(whole, false).unwrap().unwrap();
        assert_eq!(found, Outcome { status: 200, length: whole.len(), closes: false });
        assert_eq!(Answer::parse(whole).unwrap().text(), "hello");
    }

    #[test]
    fn chunks_are_put_together() {
        let whole =
            b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n4\r\n<Cod\r\nc\r\ne>No!</Code>\r\n0\r\n\r\n"
                .as_slice();
        for cut in 0..whole.len() {
            assert_eq!(outcome(&whole[..cut], false).unwrap(), None, "{cut} bytes");
        }
        assert_eq!(outcome(whole, false).unwrap().unwrap().length, whole.len());
        assert_eq!(Answer::parse(whole).unwrap().complaint(), "No!");
    }

    #[test]
    fn without_a_length_the_end_of_the_connection_is_the_end() {
        let whole = b"HTTP/1.0 200 OK\r\n\r\nhello".as_slice();
        assert_eq!(outcome(whole, false).unwrap(), None);
        let found = outcome(whole, true).unwrap().unwrap();
        assert_eq!((found.length, found.closes), (whole.len(), true));
    }

    #[test]
    fn closing_is_noticed() {
        let closes = |text: &str| outcome(text.as_bytes(), false).unwrap().unwrap().closes;
        assert!(closes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        assert!(closes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(!closes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n"));
    }
}
