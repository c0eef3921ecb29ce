//! Just enough of HTTP/1.1 to read answers.

use anyhow::{Context, Result, bail};

/// A complete answer at the beginning of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The server closes the connection after it.
    pub(crate) closes: bool,
    /// Where it ends.
    pub(crate) end: usize,
}

/// How a body's end is told.
enum Body {
    Length(usize),
    Chunked,
    /// By the end of the connection.
    Open,
}

/// The answer at the beginning of `bytes`; `None` if it is not complete yet.
pub(crate) fn next_answer(bytes: &[u8]) -> Result<Option<Answer>> {
    let Some(head_end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..head_end]).context("the answer's head is no text")?;
    let mut lines = head.split("\r\n");
    let status = status(lines.next().unwrap_or_default())?;
    let (mut body, mut closes) = (Body::Open, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            body = Body::Length(value.parse().context("Content-Length")?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            body = Body::Chunked;
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    let start = head_end + 4;
    let end = match body {
        Body::Length(length) => start + length,
        Body::Chunked => match find(&bytes[start..], b"0\r\n\r\n") {
            Some(at) => start + at + 5,
            None => return Ok(None),
        },
        Body::Open if status == 204 => start,
        Body::Open => bail!("an answer without Content-Length"),
    };
    Ok((bytes.len() >= end).then_some(Answer { status, closes, end }))
}

/// The end of the head of an answer with that status; `None` if it is not complete yet. Anything else is an
/// error that says what was answered.
pub(crate) fn answered_with(wanted: u16, bytes: &[u8]) -> Result<Option<usize>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes[..end]);
    let line = text.lines().next().unwrap_or_default();
    match status(line)? {
        status if status == wanted => Ok(Some(end + 4)),
        _ => bail!("the server refused the connection: {line}"),
    }
}

fn status(line: &str) -> Result<u16> {
    let mut words = line.split(' ');
    match words.next() {
        Some(version) if version.starts_with("HTTP/1.") => {}
        _ => bail!("this is not HTTP: {line:?}"),
    }
    words.next().and_then(|word| word.parse().ok()).with_context(|| format!("no status in {line:?}"))
}

pub(crate) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let text = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nConnection: close\r\n\r\n{}HTTP/1.1 401";
        assert_eq!(
            next_answer(text).unwrap(),
            Some(Answer { status: 200, closes: true, end: text.len() - 12 })
        );
        assert_eq!(next_answer(&text[..text.len() - 13]).unwrap(), None);
        assert_eq!(next_answer(&text[..30]).unwrap(), None);
        let chunked = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        assert_eq!(next_answer(chunked).unwrap().map(|it| (it.status, it.end)), Some((202, chunked.len())));
        assert!(next_answer(b"SSH-2.0\r\n\r\n").is_err());
    }

    #[test]
    fn only_the_wanted_status_is_taken() {
        let text = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02{}";
        assert_eq!(answered_with(101, text).unwrap(), Some(text.len() - 4));
        assert_eq!(answered_with(101, &text[..20]).unwrap(), None);
        let error = answered_with(101, b"HTTP/1.1 404 Not Found\r\n\r\n").unwrap_err().to_string();
        assert!(error.contains("404 Not Found"), "{error}");
    }
}
